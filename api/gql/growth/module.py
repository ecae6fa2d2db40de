"""Growth by referrals in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.growth.queries import GrowthQuery
from api.gql.modules import Module

MODULE: Final = Module(queries=(GrowthQuery,))
