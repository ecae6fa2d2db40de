"""People as they may be shown: the one place where the relationship view opens sealed values.

Names and record ids are opened for every role that may query, identifiers and VINs only where `clear` says
so: else their masks are shown. What belongs to an erased profile (its key is shredded) does not open: its
record id is missing, its identifiers show as masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.profile.golden import text_of
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
from graph.profile.traits import NAME


class ProfileView(NamedTuple):
    """A profile; `record_id` is None once the person was erased, and where it was not asked for."""

    id: str
    source: str
    record_id: str | None


class IdentifierView(NamedTuple):
    """An identifier of a user, over all profiles; `value` is clear or masked."""

    namespace: str
    scope: str
    value: str
    trusted: bool


class VehicleView(NamedTuple):
    """A vehicle; `role` is the user's, None where there is no user to speak of."""

    key: str
    vin: str
    model: str | None
    role: str | None


class TouchpointPage(NamedTuple):
    """Touchpoints, newest first, whether older ones follow, and whether it goes on from a page before."""

    touchpoints: tuple[TouchpointRow, ...]
    has_next: bool
    resumed: bool = False


class UserView(NamedTuple):
    """A user as it may be shown; times in µs; `display_name` is None where it was not asked for.

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
    opens = want.names or want.record_ids or want.golden or want.clear
    ids = (profile.id for row in rows for profile in row.profiles) if opens else ()
    sealers = sealers_of(keyring, ids)
    return [_view_user(row, want, sealers, rules) for row in rows]


def _view_user(row: UserRow, want: Want, sealers: Sealers, rules: GoldenRules) -> UserView:
    golden: tuple[GoldenFieldView, ...] = ()
    if want.golden:
        members = open_profiles(row.profiles, sealers)
        golden = view_golden(members, row.identifiers, sealers, rules, clear=want.clear)
    return UserView(
        one_id=row.one_id,
        display_name=_name(row.profiles, sealers, rules) if want.names else None,
        first_seen_at=min(_times(p.first_seen_at for p in row.profiles), default=None),
        last_seen_at=max(_times(p.last_seen_at for p in row.profiles), default=None),
        profiles=tuple(
            view_profile(p, sealers) if want.record_ids else ProfileView(p.id, p.source, None)
            for p in row.profiles
        ),
        # The golden record is chosen by clear values for every role, so that all see the same one.
        identifiers=view_identifiers(row.identifiers, sealers, clear=want.clear),
        vehicles=view_vehicles(row.vehicles, sealers),
        pages=tuple(_view_page(page, request) for page, request in zip(row.pages, want.pages, strict=True)),
        golden=golden,
        as_of=want.as_of,
    )


def _name(profiles: Sequence[ProfileRow], sealers: Sealers, rules: GoldenRules) -> str | None:
    """The golden record's name: at once where nobody states another, as for nearly everybody."""
    if any(profile.corrections for profile in profiles):
        return shown_name(open_profiles(profiles, sealers), sealers, rules)
    stated: list[Any] = []
    for profile in profiles:
        sealer = sealers.get(profile.id)
        if sealer is not None and profile.traits is not None:
            said = sealer.open_json("traits", profile.traits).get(NAME)
            if said is not None and said[0] not in stated:
                stated.append(said[0])
    if len(stated) > 1:
        return shown_name(open_profiles(profiles, sealers), sealers, rules)
    return text_of(NAME, stated[0]) if stated else None


def _times(moments: Iterable[int | None]) -> list[int]:
    return [moment for moment in moments if moment is not None]


def view_profile(row: ProfileRow, sealers: Sealers) -> ProfileView:
    """A profile with its record id opened."""
    sealer = sealers.get(row.id)
    record_id = (
        sealer.open("recordId", row.record_id).decode() if sealer and row.record_id is not None else None
    )
    return ProfileView(row.id, row.source, record_id)


def view_identifiers(
    rows: Iterable[IdentifierRow], sealers: Sealers, *, clear: bool = True
) -> tuple[IdentifierView, ...]:
    """One entry for each identifier, trusted where any evidence is; by namespace and scope. Masks unless `clear`."""
    by_key: dict[str, list[IdentifierRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    merged = [
        IdentifierView(
            namespace=held[0].namespace,
            scope=held[0].scope,
            value=(clear and _opened(f"value:{key}", [(r.profile_id, r.value) for r in held], sealers))
            or held[0].mask,
            trusted=held[0].trusted or any(row.trusted for row in held[1:]),
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
    return TouchpointPage(tuple(rows[: request.first]), len(rows) > request.first, request.resumed)


def details_of(row: TouchpointRow) -> Mapping[str, Any]:
    """A touchpoint's further clear fields, by the catalogue's names."""
    return orjson.loads(row.details) if row.details else {}
