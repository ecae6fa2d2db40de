"""Who is tied to whom, in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.network.queries import NetworkQuery

MODULE: Final = Module(queries=(NetworkQuery,))
