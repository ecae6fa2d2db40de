"""The relationship view: a person with everything that hangs on their profiles."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Final

from graph.errors import InputError
from graph.ingest import normalise
from graph.ingest.normalise import Namespace, Refused
from graph.ingest.sources import DEFAULTS, GLOBAL, ScopedBy, SourceDeclaration, default_source
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.golden_rules import GoldenRules, Strategy, load_golden_rules
from graph.profile.remembered import ENTRIES, Remembered, memorable
from graph.profile.repository import ProfileRepository
from graph.profile.rows import UNTIL_NOW, VEHICLE_ROLES, TouchpointRow, UserRow, VehicleRow, Want
from graph.profile.traits import NAME
from graph.profile.view import (
    HolderView,
    ProfileView,
    UserView,
    VehicleView,
    sealers_of,
    view_profile,
    view_users,
    view_vehicles,
)


@dataclass(frozen=True, slots=True)
class FormerUserView:
    """A oneId that nobody bears any more since `until` (µs), and whom it leads to."""

    one_id: str
    until: int
    current: UserView | None


class RelationshipView:
    """Answers about people, opened as far as `Want` says; who may ask what is the caller's to decide."""

    def __init__(
        self,
        repository: ProfileRepository,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        golden: GoldenRules | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        """Without `golden`, the packaged rules choose names and the golden record; without `remembered` all is read."""
        self._remembered = remembered
        self._repository = repository
        self._keyring = keyring
        self._blind = blind
        self._golden = golden or load_golden_rules()
        self._disclosed: set[str] | None = None
        self._proof = Strategy.VERIFIED_FIRST in self._golden.of(NAME).strategies

    def noting(self, disclosed: set[str]) -> RelationshipView:
        """The same view, which adds to this set whom it shows in the clear: oneIds, of vehicles ids of profiles."""
        noting = copy(self)
        noting._disclosed = disclosed
        return noting

    async def user(self, one_id: str, want: Want) -> UserView | None:
        """The person this oneId leads to, former ids too: now, or at the time that `want` names. One statement.

        None for an id that nobody was given by then.
        """
        return (await self._shown([one_id], want)).get(one_id)

    async def _shown(
        self, one_ids: Sequence[str], want: Want, *, looked: bool = False
    ) -> dict[str, UserView]:
        """The people whom these oneIds lead to, by the id asked: remembered, or read by one statement.

        Without `looked`, the feed is looked at first where anybody is remembered.
        """
        known = self._remembered
        if known is None or not memorable(want):
            rows = await self._repository.users(one_ids, self._asked(want))
            return dict(zip((row.asked for row in rows), self._view(rows, want), strict=True))
        if not looked and known.any_of(one_ids, want):
            await known.look()
        found = known.of(one_ids, want)
        missing = [one for one in one_ids if one not in found]
        if missing:
            position, rows = await self._repository.users_at(missing, self._asked(want))
            for row, view in zip(rows, self._view(rows, want), strict=True):
                found[row.asked] = view
                known.put(row.asked, want, view, position=position)
        return found

    def _asked(self, want: Want) -> Want:
        return replace(want, proof=True) if self._proof else want

    def _view(self, rows: Sequence[UserRow], want: Want) -> list[UserView]:
        if want.clear and self._disclosed is not None:
            self._disclosed.update(row.one_id for row in rows)
        return view_users(rows, want, keyring=self._keyring, rules=self._golden)

    async def users(self, *, first: int, after: str, want: Want) -> tuple[list[UserView], bool]:
        """People by ascending oneId above `after`, and whether more follow. Two statements."""
        one_ids = await self._page(after, first + 1, want)
        if not one_ids:
            return [], False
        page = one_ids[:first]
        found = await self._shown(page, want, looked=True)
        # A person may have become another's between the two statements; then the page is shorter, not wrong.
        present = [view for one in page if (view := found.get(one)) is not None and view.one_id == one]
        return present, len(one_ids) > first

    async def _page(self, after: str, rows: int, want: Want) -> list[str]:
        """The next oneIds; where people are remembered, the feed was looked at with them."""
        if want.dealer is not None:
            return await self._repository.dealer_one_ids(after, rows, dealer=want.dealer)
        known = self._remembered
        seen = known.seen if known else 0
        one_ids, head, entries = await self._repository.one_ids(
            after, rows, seen=seen, limit=ENTRIES if known else 0
        )
        if known:
            known.learn(seen, head, entries)
        return one_ids

    async def people(self, one_ids: Sequence[str], want: Want) -> dict[str, UserView]:
        """The people whom these oneIds lead to, by the id asked; who leads nowhere is left out. One statement."""
        return await self._shown(one_ids, want) if one_ids else {}

    async def user_by_identifier(self, namespace: str, value: str, want: Want) -> UserView | None:
        """The one person who holds this identifier as their own; for `vin` the owner. Now, or as `want` says.

        None where nobody does, or several do; where some evidence is trusted, claims do not count. A value of
        a scoped namespace is written `scope/value`; without a scope, those of all declared sources and of all
        sources with a key are tried. Two or three statements.

        Raises InputError for an unknown namespace and for what is no such identifier, ForbiddenError for a dealer who
        asks for the past.
        """
        normal = _normal(namespace, value)
        if namespace == Namespace.VIN:
            one_id = await self._repository.owner(
                self._vehicle_key(normal), dealer=want.dealer, as_of=want.as_of
            )
        else:
            keys = await self._keys(namespace, normal)
            held = await self._repository.holders(keys, dealer=want.dealer, as_of=want.as_of)
            one_id = held.only
        return await self.user(one_id, want) if one_id else None

    async def users_by_identifier(
        self, namespace: str, value: str, *, first: int, want: Want
    ) -> tuple[list[HolderView], bool]:
        """Profiles that hold this identifier, with their users, and whether there are more than `first`.

        Now, or at the time that `want` names. Trusted evidence before claims; which ones, where there are more
        than `first`, is the database's to say: a hot identifier is not walked to its end. Within what is
        returned the order is by role, first use and record. The value is written as for `user_by_identifier`,
        and the same errors are raised. Two or three statements.
        """
        normal = _normal(namespace, value)
        at = UNTIL_NOW if want.as_of is None else want.as_of
        if namespace == Namespace.VIN:
            held = await self._repository.list_drivers(
                self._vehicle_key(normal), at=at, rows=first + 1, dealer=want.dealer
            )
        else:
            keys = await self._keys(namespace, normal)
            held = await self._repository.list_holders(keys, at=at, rows=first + 1, dealer=want.dealer)
        users = await self._shown(sorted({h.one_id for h in held}), want)
        sealers = sealers_of(self._keyring, (h.profile.id for h in held))
        holders = [
            HolderView(view_profile(h.profile, sealers), users[h.one_id], h)
            for h in held[:first]
            if h.one_id in users
        ]
        return sorted(holders, key=_holder_order), len(held) > first

    def _vehicle_key(self, vin: str) -> str:
        return self._blind.key("vehicle", GLOBAL, vin)

    async def _keys(self, namespace: str, normal: str) -> list[str]:
        return [self._blind.key(namespace, s, v) for s, v in await self._places(namespace, normal)]

    async def node_user(
        self, one_id: str, want: Want, *, if_former: Want
    ) -> UserView | FormerUserView | None:
        """The user of exactly this oneId, or that it is a former one; None for a oneId never borne.

        One statement, three for a former one: the person it leads to is read with `if_former`. To a dealer there are
        no former ones: when and into whom somebody merged may be another's doing.
        """
        current = await self.user(one_id, want)
        if current is not None and current.one_id == one_id:
            return current
        if want.dealer is not None:
            return None
        until = await self._repository.former_until(one_id)
        return None if until is None else FormerUserView(one_id, until, await self.user(one_id, if_former))

    async def members(self, one_id: str, *, dealer: str | None) -> tuple[str, frozenset[str]] | None:
        """The oneId that a oneId leads to now, and its profiles' ids; None where it leads nowhere."""
        return await self._repository.members(one_id, dealer=dealer)

    async def profile(self, profile_id: str, *, dealer: str | None) -> ProfileView | None:
        """One profile."""
        row = await self._repository.profile(profile_id, dealer=dealer)
        return view_profile(row, sealers_of(self._keyring, [row.id])) if row else None

    async def touchpoint(self, profile_id: str, at: str, *, dealer: str | None) -> TouchpointRow | None:
        """One touchpoint."""
        return await self._repository.touchpoint(profile_id, at, dealer=dealer)

    async def vehicle(self, key: str, *, clear: bool, dealer: str | None) -> VehicleView | None:
        """One vehicle."""
        rows = await self._repository.vehicle(key, clear=clear, dealer=dealer)
        return self.opened_vehicles(rows)[0] if rows else None

    async def vehicle_by_vin(self, vin: str, *, clear: bool, dealer: str | None) -> VehicleView | None:
        """One vehicle by its VIN; None for one that nobody brought. Raises InputError for what is no VIN."""
        key = self._vehicle_key(_normal(Namespace.VIN, vin))
        return await self.vehicle(key, clear=clear, dealer=dealer)

    def opened_vehicles(self, rows: Sequence[VehicleRow]) -> tuple[VehicleView, ...]:
        """Vehicles that another domain read, in the clear where the rows hold sealed VINs."""
        if self._disclosed is not None:
            self._disclosed.update(row.profile_id for row in rows if row.vin is not None)
        return view_vehicles(rows, sealers_of(self._keyring, (row.profile_id for row in rows)))

    async def _places(self, namespace: str, value: str) -> list[tuple[str, str]]:
        """Where the identifier may be: scope and value."""
        if DEFAULTS[namespace].scoped_by is ScopedBy.GLOBAL:
            return [(GLOBAL, value)]
        declared, keyed = await self._repository.sources()
        sources = {name: SourceDeclaration.from_json(text) for name, text in declared.items()}
        sources = {name: default_source(name) for name in keyed} | sources
        places = {(source.scope(namespace), value) for source in sources.values()}
        scope, slash, rest = value.partition("/")
        if slash and scope and rest:
            places.add((scope, _normal(namespace, rest)))
        return sorted(places)


def _holder_order(holder: HolderView) -> tuple[int, int, str, str]:
    held = holder.held
    since = held.owner_since if held.owner_since is not None else held.first_at
    return (
        _ROLES.index(held.role),
        held.recorded_at if since is None else since,
        holder.profile.source,
        holder.profile.record_id or "",
    )


_ROLES: Final = (*VEHICLE_ROLES, "trusted", "claimed")


def _normal(namespace: str, value: str) -> str:
    found = normalise.identifier(namespace, value)
    if isinstance(found, Refused):
        if found.code == "unknown_namespace":
            raise InputError(
                "There is no such namespace.", remedy=f"Give one of {', '.join(sorted(map(str, Namespace)))}."
            )
        raise InputError(f"The value {found.message}.", remedy="Correct it.")
    return found.value
