"""Reach of campaigns and contents in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.reach.queries import ReachQuery

MODULE: Final = Module(queries=(ReachQuery,))
