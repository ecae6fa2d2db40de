"""Erasing people in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.erasure.resolvers import ErasureMutation, ErasureQuery
from api.gql.modules import Module

MODULE: Final = Module(queries=(ErasureQuery,), mutations=(ErasureMutation,))
