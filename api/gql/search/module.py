"""Search in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.search.queries import SearchQuery

MODULE: Final = Module(queries=(SearchQuery,))
