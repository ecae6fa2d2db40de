"""People as they may be shown: the one place where the relationship view opens sealed values.

Names and record ids are opened for every role that may query, identifiers and VINs only where `clear` says
so: else their masks are shown. What belongs to an erased profile (its key is shredded) does not open: its
record id is missing, its identifiers show as masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph.ingest.message import canonical
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.profile.rows import (
    IdentifierRow,
    PageRequest,
    ProfileRow,
    TouchpointRow,
    UserRow,
    VehicleRow,
    Want,
)
from graph.profile.traits import NAME, TraitState, display_name


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile; `record_id` is None once the person was erased."""

    id: str
    source: str
    record_id: str | None


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """An identifier of a user, over all profiles; `value` is clear or masked."""

    namespace: str
    scope: str
    value: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A vehicle; `role` is the user's, None where there is no user to speak of."""

    key: str
    vin: str
    model: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class TouchpointPage:
    """Touchpoints, newest first, and whether older ones follow."""

    touchpoints: tuple[TouchpointRow, ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as it may be shown; times in µs."""

    one_id: str
    display_name: str | None
    first_seen_at: int | None
    last_seen_at: int | None
    profiles: tuple[ProfileView, ...]
    identifiers: tuple[IdentifierView, ...]
    vehicles: tuple[VehicleView, ...]
    pages: tuple[TouchpointPage, ...]


Sealers = Mapping[str, Sealer]


def sealers_of(keyring: Keyring, profile_ids: Iterable[str]) -> dict[str, Sealer]:
    """What opens the values of these profiles; erased ones are absent."""
    keys = keyring.keys_for(list(dict.fromkeys(profile_ids)))
    return {id_: Sealer(key.data_key, id_) for id_, key in keys.items()}


def view_users(rows: Sequence[UserRow], want: Want, *, keyring: Keyring) -> list[UserView]:
    """The users opened, as far as `want` says."""
    sealers = sealers_of(keyring, (profile.id for row in rows for profile in row.profiles))
    return [_view_user(row, want, sealers) for row in rows]


def _view_user(row: UserRow, want: Want, sealers: Sealers) -> UserView:
    return UserView(
        one_id=row.one_id,
        display_name=newest_name(_traits(row.profiles, sealers)),
        first_seen_at=min(_times(p.first_seen_at for p in row.profiles), default=None),
        last_seen_at=max(_times(p.last_seen_at for p in row.profiles), default=None),
        profiles=tuple(view_profile(profile, sealers) for profile in row.profiles),
        identifiers=view_identifiers(row.identifiers, sealers),
        vehicles=view_vehicles(row.vehicles, sealers),
        pages=tuple(_view_page(page, request) for page, request in zip(row.pages, want.pages, strict=True)),
    )


def _times(moments: Iterable[int | None]) -> list[int]:
    return [moment for moment in moments if moment is not None]


def view_profile(row: ProfileRow, sealers: Sealers) -> ProfileView:
    """A profile with its record id opened."""
    sealer = sealers.get(row.id)
    record_id = sealer.open("recordId", row.record_id).decode() if sealer else None
    return ProfileView(row.id, row.source, record_id)


def _traits(profiles: Iterable[ProfileRow], sealers: Sealers) -> Iterable[TraitState]:
    for profile in profiles:
        sealer = sealers.get(profile.id)
        if sealer is not None and profile.traits is not None:
            yield sealer.open_json("traits", profile.traits)


def newest_name(states: Iterable[TraitState]) -> str | None:
    """The name to show: a full one before a partial one, a timed one before an untimed one, then the newest.

    Of equals the greater by canonical JSON, so the order of the profiles does not matter.
    """
    named = [state for state in states if display_name(state)]
    return display_name(max(named, key=_name_rank)) if named else None


def _name_rank(state: TraitState) -> tuple[bool, bool, int, bytes]:
    value, at, _ = state[NAME]
    return value.get("full") is not None, at is not None, at or 0, canonical(value)


def view_identifiers(rows: Iterable[IdentifierRow], sealers: Sealers) -> tuple[IdentifierView, ...]:
    """One entry for each identifier, trusted where any evidence is; by namespace and scope."""
    by_key: dict[str, list[IdentifierRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    merged = [
        IdentifierView(
            namespace=held[0].namespace,
            scope=held[0].scope,
            value=_opened(f"value:{key}", ((r.profile_id, r.value) for r in held), sealers) or held[0].mask,
            trusted=any(row.trusted for row in held),
        )
        for key, held in sorted(by_key.items())
    ]
    merged.sort(key=lambda identifier: (identifier.namespace, identifier.scope))
    return tuple(merged)


def view_vehicles(rows: Iterable[VehicleRow], sealers: Sealers) -> tuple[VehicleView, ...]:
    """One entry for each vehicle, owner where any profile is; the latest owned first."""
    by_key: dict[str, list[VehicleRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    ordered = sorted(by_key.items(), key=lambda item: (-max(r.owner_since or 0 for r in item[1]), item[0]))
    return tuple(
        VehicleView(
            key=key,
            vin=_opened(f"vin:{key}", ((r.profile_id, r.vin) for r in held), sealers) or held[0].mask,
            model=held[0].model,
            role=max((r.role for r in held if r.role), default=None),  # `owner` is after `driver`
        )
        for key, held in ordered
    )


def _opened(field: str, sealed: Iterable[tuple[str, bytes | None]], sealers: Sealers) -> str | None:
    for profile_id, value in sealed:
        sealer = sealers.get(profile_id)
        if value is not None and sealer is not None:
            return sealer.open(field, value).decode()
    return None


def _view_page(rows: Sequence[TouchpointRow], request: PageRequest) -> TouchpointPage:
    return TouchpointPage(tuple(rows[: request.first]), len(rows) > request.first)


def details_of(row: TouchpointRow) -> Mapping[str, Any]:
    """A touchpoint's further clear fields, by the catalogue's names."""
    return orjson.loads(row.details) if row.details else {}
