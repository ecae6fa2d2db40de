"""The golden record of stored profiles: what opens their values for it, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.identity.evidence import Grade
from graph.ingest.normalise import Namespace
from graph.privacy import mask
from graph.privacy.seal import Sealer
from graph.profile.golden import (
    Contribution,
    Correction,
    GoldenField,
    GoldenValue,
    Stated,
    golden_field,
    golden_record,
    text_of,
)
from graph.profile.golden_rules import GoldenRules
from graph.profile.rows import IdentifierRow, ProfileRow
from graph.profile.traits import BIRTH_DATE, NAME, TraitState

IDENTIFIER_FIELDS: Final = frozenset({str(Namespace.PHONE), str(Namespace.EMAIL)})
"""Identifiers of which the golden record chooses the primary one."""

PROVEN_FIELDS: Final = frozenset({NAME, BIRTH_DATE, "gender"})
"""What a verified government id proves of the profile that holds it."""

ANALYSIS_FIELDS: Final = frozenset({"gender", "city"})
"""What stands in the graph in the clear for everybody (design §6)."""

_HIDDEN: Final = "***"

Sealers = Mapping[str, Sealer]


@dataclass(frozen=True, slots=True)
class Provenance:
    """The profile a value is from; `at` is event time in µs, of a correction the time of its commit.

    `correction`, `corrected_by` and `why` are those of a manual correction; `why` is None where personal values
    are masked.
    """

    profile_id: str
    source: str
    record_id: str
    at: int | None
    correction: str | None = None
    corrected_by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class GoldenValueView:
    """A value as it may be shown, how many profiles state it, and the best of them."""

    value: str
    profiles: int
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class GoldenFieldView:
    """A field of the golden record as it may be shown; `rule` says what decided for the value."""

    field: str
    shown: GoldenValueView
    rule: str
    alternatives: tuple[GoldenValueView, ...]


@dataclass(frozen=True, slots=True)
class OpenedProfile:
    """A member whose key is there: its row, clear record id and traits."""

    row: ProfileRow
    record_id: str
    traits: TraitState


def open_profiles(rows: Iterable[ProfileRow], sealers: Sealers) -> list[OpenedProfile]:
    """The profiles whose keys are there, opened."""
    return [_open_profile(row, sealers[row.id]) for row in rows if row.id in sealers]


def _open_profile(row: ProfileRow, sealer: Sealer) -> OpenedProfile:
    traits: TraitState = {} if row.traits is None else sealer.open_json("traits", row.traits)
    return OpenedProfile(row, sealer.open("recordId", row.record_id or b"").decode(), traits)


def shown_name(profiles: Sequence[OpenedProfile], sealers: Sealers, rules: GoldenRules) -> str | None:
    """The golden record's name as its bearer writes it, or None."""
    said = (_contribution(profile, NAME) for profile in profiles if NAME in profile.traits)
    corrected = _corrections(profiles, sealers, only=NAME)
    found = golden_field(NAME, said, corrected, rules)
    return text_of(NAME, found.shown.stated.value) if found else None


def view_golden(
    profiles: Sequence[OpenedProfile],
    identifiers: Iterable[IdentifierRow],
    sealers: Sealers,
    rules: GoldenRules,
    *,
    clear: bool,
) -> tuple[GoldenFieldView, ...]:
    """The whole golden record; without `clear`, all but what is declared non-personal is masked."""
    said = [_contribution(profile, name) for profile in profiles for name in profile.traits]
    said += _identifier_contributions({p.row.id: p for p in profiles}, identifiers, sealers)
    record = golden_record(said, _corrections(profiles, sealers), rules)
    open_fields = ANALYSIS_FIELDS | _declared_clear(said)
    return tuple(
        _view_field(field, clear=clear or field.field in open_fields, whys=clear) for field in record
    )


def _contribution(profile: OpenedProfile, name: str) -> Contribution:
    value, at, clear = profile.traits[name]
    return Contribution(
        field=name,
        value=value,
        source=profile.row.source,
        record_id=profile.record_id,
        profile_id=profile.row.id,
        at=at,
        grade=Grade.VERIFIED if profile.row.proven and name in PROVEN_FIELDS else Grade.CLAIMED,
        clear=clear,
    )


def _identifier_contributions(
    profiles: Mapping[str, OpenedProfile], rows: Iterable[IdentifierRow], sealers: Sealers
) -> Iterator[Contribution]:
    for row in rows:
        profile, sealer = profiles.get(row.profile_id), sealers.get(row.profile_id)
        if row.namespace not in IDENTIFIER_FIELDS or row.value is None or profile is None or sealer is None:
            continue
        yield Contribution(
            field=row.namespace,
            value=sealer.open(f"value:{row.key}", row.value).decode(),
            source=profile.row.source,
            record_id=profile.record_id,
            profile_id=row.profile_id,
            at=row.last_at,
            grade=Grade(row.grade) if row.grade else Grade.TRUSTED if row.trusted else Grade.CLAIMED,
            mask=row.mask,
        )


def _corrections(
    profiles: Iterable[OpenedProfile], sealers: Sealers, *, only: str | None = None
) -> list[Correction]:
    return [
        open_correction(row, sealers[p.row.id], source=p.row.source, record_id=p.record_id)
        for p in profiles
        for row in p.row.corrections
        if only is None or row[1] == only
    ]


def open_correction(row: Sequence[Any], sealer: Sealer, *, source: str, record_id: str) -> Correction:
    """A stored correction (id, field, value, by, why, recordedAt), opened."""
    id_, field, value, by, why, recorded_at = row
    return Correction(
        id=id_,
        field=field,
        value=sealer.open_json(f"correction:{id_}:value", value),
        source=source,
        record_id=record_id,
        profile_id=sealer.profile_id,
        recorded_at=recorded_at,
        by=by,
        why=sealer.open(f"correction:{id_}:why", why).decode(),
    )


def _declared_clear(said: Iterable[Contribution]) -> frozenset[str]:
    """Fields that every profile which states them declares non-personal."""
    stated: dict[str, bool] = {}
    for contribution in said:
        stated[contribution.field] = stated.get(contribution.field, True) and contribution.clear
    return frozenset(field for field, clear in stated.items() if clear)


def _view_field(field: GoldenField, *, clear: bool, whys: bool) -> GoldenFieldView:
    return GoldenFieldView(
        field=field.field,
        shown=_view_value(field.field, field.shown, clear=clear, whys=whys),
        rule=field.rule,
        alternatives=tuple(_view_value(field.field, v, clear=clear, whys=whys) for v in field.alternatives),
    )


def _view_value(name: str, value: GoldenValue, *, clear: bool, whys: bool) -> GoldenValueView:
    stated = value.stated
    text = text_of(name, stated.value) if clear else masked(name, stated)
    if isinstance(stated, Contribution):
        provenance = Provenance(stated.profile_id, stated.source, stated.record_id, stated.at)
    else:
        provenance = Provenance(
            profile_id=stated.profile_id,
            source=stated.source,
            record_id=stated.record_id,
            at=stated.recorded_at,
            correction=stated.id,
            corrected_by=stated.by,
            why=stated.why if whys else None,
        )
    return GoldenValueView(text, value.profiles, provenance)


def masked(name: str, stated: Stated) -> str:
    """What of a personal value may be shown to everybody who may ask."""
    if isinstance(stated, Contribution) and stated.mask is not None:
        return stated.mask
    text = text_of(name, stated.value)
    if name == Namespace.PHONE:
        return mask.phone(text)
    if name == Namespace.EMAIL:
        return mask.email(text)
    if name == NAME:
        return mask.person_name(text)
    if name == BIRTH_DATE:
        return f"{text[:4]}-**-**"
    return mask.address(text) if name == Namespace.ADDRESS else _HIDDEN
