"""Judgements and the stewards' queue in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.judgement.resolvers import JudgementMutation, JudgementQuery
from api.gql.judgement.review import QueueQuery
from api.gql.modules import Module

MODULE: Final = Module(queries=(JudgementQuery, QueueQuery), mutations=(JudgementMutation,))
