"""A matching model made by hand, whose probabilities a test can reckon: it compares names and the birth date.

Of two who share the birth date: same names .999, same given name .98, same family name .81, neither .07 (in no pair).
"""

from __future__ import annotations

from typing import Final

from graph.clock import new_id
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.matching.fields import NAMED_FIELDS
from graph.matching.model import FieldModel, Level, Model, Priors, to_json

_CHANCES: Final = {
    "givenName": ((0.8, 0.01), (0.05, 0.01), (0.05, 0.01), (0.03, 0.02), (0.02, 0.01), (0.05, 0.94)),
    "familyName": ((0.9, 0.1), (0.01, 0.01), (0.01, 0.01), (0.02, 0.01), (0.01, 0.01), (0.05, 0.86)),
    "birthDate": ((0.9, 0.001), (0.04, 0.004), (0.01, 0.01), (0.02, 0.05), (0.01, 0.035), (0.02, 0.9)),
}

MODEL: Final = Model(
    fields=tuple(
        FieldModel(
            field,
            tuple(
                Level(rule.label, m, u, u, u, u)
                for rule, (m, u) in zip(field.comparison.levels, _CHANCES[field.name], strict=True)
            ),
        )
        for field in NAMED_FIELDS
        if field.name in _CHANCES
    ),
    priors=Priors(match=0.01),
    rules=(("birth",),),
    cap=100,
)


async def keep_model(database: Database) -> None:
    """Keep the model as `Matching.train` keeps one; it is used once `link` has run."""

    async def work(tx: Transaction) -> None:
        begun = await feed.begin(tx, operation_id=new_id(), now=1)
        await tx.one(
            "matching.store_model", version="by-hand", content=to_json(MODEL), recordedAt=begun.recorded_at
        )
        await feed.append(tx, begun, kind="model")

    await database.in_write(work)
