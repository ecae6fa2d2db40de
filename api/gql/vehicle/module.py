"""Vehicles over time in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import Vehicle
from api.gql.vehicle.queries import VehicleQuery
from api.gql.vehicle.vehicle import VehicleHistory

MODULE: Final = Module(queries=(VehicleQuery,), fields={Vehicle: VehicleHistory})
