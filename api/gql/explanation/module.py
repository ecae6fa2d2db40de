"""Explanations in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.explanation.queries import ExplanationQuery
from api.gql.modules import Module

MODULE: Final = Module(queries=(ExplanationQuery,))
