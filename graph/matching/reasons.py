"""Why a model finds a pair likely, for people: which fields agree and differ, and their values masked.

The two records are compared once more, by the model that scored them; a page of pairs at once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from graph.db.database import Database
from graph.matching.difference import Pair, pair_of
from graph.matching.explain import explain
from graph.matching.fields import Field, Kind
from graph.matching.forms import birth_form, parts_of_name
from graph.matching.model import Model
from graph.matching.pool import Pool
from graph.matching.prepare import raw_value
from graph.matching.record import MatchRecord
from graph.matching.score import score_new
from graph.matching.service import Matching
from graph.privacy import mask
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

_SAME: Final = 1e-6
_GENDER: Final = "gender"


@dataclass(frozen=True, slots=True)
class FieldReason:
    """What one field said of a pair: how near its values are, and how many bits that speaks for one person.

    Negative bits speak against. `left` and `right` are the masked values, in the order of the pair.
    """

    field: str
    level: str
    bits: float
    left: str
    right: str

    @property
    def agrees(self) -> bool:
        """Whether it speaks for one person."""
        return self.bits > 0


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A scored pair as the graph has it: its probability and the version of the model."""

    probability: float
    model: str


class Reasons:
    """Compares scored pairs again; reads only.

    Costs one statement and one comparison a model, however many pairs; a statement more where a model is new to it.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, matching: Matching
    ) -> None:
        self._read = database.read_one
        self._pool = Pool(database, keyring)
        self._blind = blind
        self._matching = matching
        self._models: dict[str, Model] = {}  # by version: what a model says never changes

    async def of(self, scores: Mapping[Pair, StoredScore]) -> dict[Pair, tuple[FieldReason, ...]]:
        """The fields of each pair that both records have, what speaks for one person first.

        A pair that comes out otherwise than it is stored, since a record changed a moment ago, has none.
        """
        if not scores:
            return {}
        models = await self._known({score.model for score in scores.values()})
        read = await self._pool.read(self._read, {id_ for pair in scores for id_ in pair})
        records = {one.record.id: one.record for one in read}
        by_model: dict[str, set[Pair]] = defaultdict(set)
        for pair, score in scores.items():
            if score.model in models and records.keys() >= set(pair):
                by_model[score.model].add(pair)
        found: dict[Pair, tuple[FieldReason, ...]] = {}
        for version, pairs in by_model.items():
            there = {id_: records[id_] for pair in pairs for id_ in pair}
            told = await asyncio.to_thread(self._compare, there, pairs, models[version])
            found |= {
                pair: reasons
                for pair, (probability, reasons) in told.items()
                if abs(probability - scores[pair].probability) < _SAME
            }
        return found

    async def _known(self, versions: Collection[str]) -> Mapping[str, Model]:
        if not self._models.keys() >= set(versions):
            self._models = {one.version: one.model for one in await self._matching.models()}
        return self._models

    def _compare(
        self, records: Mapping[str, MatchRecord], pairs: Collection[Pair], model: Model
    ) -> dict[Pair, tuple[float, tuple[FieldReason, ...]]]:
        uncapped = replace(model, cap=len(records))
        scored = score_new(list(records.values()), (), uncapped, digest=self._digest, floor=0.0)
        fields = {one.field.name: one.field for one in model.fields}
        found: dict[Pair, tuple[float, tuple[FieldReason, ...]]] = {}
        for one in scored:
            pair = pair_of(one.left, one.right)
            if pair in pairs:
                left, right = records[pair[0]], records[pair[1]]
                weights = [weight for weight in explain(one, model) if weight.field in fields]
                found[pair] = (
                    one.probability,
                    tuple(
                        FieldReason(
                            weight.field,
                            weight.level,
                            weight.bits,
                            masked_value(left, fields[weight.field]),
                            masked_value(right, fields[weight.field]),
                        )
                        for weight in sorted(weights, key=lambda weight: -weight.bits)
                    ),
                )
        return found

    def _digest(self, text: str) -> str:
        return self._blind.digest("frequency", text.encode())


def masked_value(record: MatchRecord, field: Field) -> str:
    """What a record says of a field, masked: of a birth date the year, of a text of unknown form a quarter at most."""
    match field.kind:
        case Kind.GIVEN | Kind.FAMILY:
            family, given, _ = parts_of_name(record.family, record.given, record.full)
            return mask.person_name((given if field.kind is Kind.GIVEN else family) or "")
        case Kind.BIRTH:
            form = birth_form(record.birth_date) or ""
            return form[:4] + "*" * len(form[4:])
        case Kind.PHONE:
            return _listed(mask.phone(value) for value in record.phones)
        case Kind.EMAIL:
            return _listed(map(_email, record.emails))
        case Kind.NUMBER:
            return _listed(map(mask.government_id, record.government_ids))
        case _:
            value = raw_value(record, field) or ""
            return value if field.stem == _GENDER else mask.opaque(value)


def _email(address: str) -> str:
    return mask.email(address) if "@" in address else mask.opaque(address)


def _listed(masks: Iterable[str]) -> str:
    return ", ".join(masks)
