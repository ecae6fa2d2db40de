"""People as they may be shown: the one place where the relationship view opens sealed values.

Names and record ids are opened for every role that may query, identifiers and VINs only where `clear` says
so: else their masks are shown. What belongs to an erased profile (its key is shredded) does not open: its
record id is missing, its identifiers show as masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.profile.golden_rules import GoldenRules
from graph.profile.golden_view import GoldenFieldView, open_profiles, shown_name, view_golden
from graph.profile.rows import (
    VEHICLE_ROLES,
    HolderRow,
    IdentifierRow,
    PageRequest,
    ProfileRow,
    TouchpointRow,
    UserRow,
    VehicleRow,
    Want,
)


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
    """A user as it may be shown; times in µs.

    With `as_of` it is what was believed then: `first_seen_at` and `last_seen_at` are None, for they are not kept
    for the past, and names and traits are those that the members' sources state today.
    """

    one_id: str
    display_name: str | None
    first_seen_at: int | None
    last_seen_at: int | None
    profiles: tuple[ProfileView, ...]
    identifiers: tuple[IdentifierView, ...]
    vehicles: tuple[VehicleView, ...]
    pages: tuple[TouchpointPage, ...]
    golden: tuple[GoldenFieldView, ...] = ()
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class HolderView:
    """A profile's hold on an identifier or vehicle, as `HolderRow` tells it, and whose it was then."""

    profile: ProfileView
    user: UserView
    held: HolderRow


Sealers = Mapping[str, Sealer]


def sealers_of(keyring: Keyring, profile_ids: Iterable[str]) -> dict[str, Sealer]:
    """What opens the values of these profiles; erased ones are absent."""
    keys = keyring.keys_for(list(dict.fromkeys(profile_ids)))
    return {id_: Sealer(key.data_key, id_) for id_, key in keys.items()}


def view_users(
    rows: Sequence[UserRow], want: Want, *, keyring: Keyring, rules: GoldenRules
) -> list[UserView]:
    """The users opened, as far as `want` says."""
    sealers = sealers_of(keyring, (profile.id for row in rows for profile in row.profiles))
    return [_view_user(row, want, sealers, rules) for row in rows]


def _view_user(row: UserRow, want: Want, sealers: Sealers, rules: GoldenRules) -> UserView:
    members = open_profiles(row.profiles, sealers)
    record_ids = {member.row.id: member.record_id for member in members}
    # The golden record is chosen by clear values for every role, so that all see the same one.
    identifiers = row.identifiers if want.clear else [replace(i, value=None) for i in row.identifiers]
    return UserView(
        one_id=row.one_id,
        display_name=shown_name(members, sealers, rules),
        first_seen_at=min(_times(p.first_seen_at for p in row.profiles), default=None),
        last_seen_at=max(_times(p.last_seen_at for p in row.profiles), default=None),
        profiles=tuple(ProfileView(p.id, p.source, record_ids.get(p.id)) for p in row.profiles),
        identifiers=view_identifiers(identifiers, sealers),
        vehicles=view_vehicles(row.vehicles, sealers),
        pages=tuple(_view_page(page, request) for page, request in zip(row.pages, want.pages, strict=True)),
        golden=view_golden(members, row.identifiers, sealers, rules, clear=want.clear) if want.golden else (),
        as_of=want.as_of,
    )


def _times(moments: Iterable[int | None]) -> list[int]:
    return [moment for moment in moments if moment is not None]


def view_profile(row: ProfileRow, sealers: Sealers) -> ProfileView:
    """A profile with its record id opened."""
    sealer = sealers.get(row.id)
    record_id = sealer.open("recordId", row.record_id).decode() if sealer else None
    return ProfileView(row.id, row.source, record_id)


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
            role=min((r.role for r in held if r.role), key=VEHICLE_ROLES.index, default=None),
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
