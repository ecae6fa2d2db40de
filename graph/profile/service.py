"""The relationship view: a person with everything that hangs on their profiles."""

from __future__ import annotations

from dataclasses import dataclass

from graph.errors import InputError
from graph.ingest import normalise
from graph.ingest.normalise import Namespace, Refused
from graph.ingest.sources import DEFAULTS, GLOBAL, ScopedBy, SourceDeclaration, default_source
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.repository import ProfileRepository
from graph.profile.rows import TouchpointRow, Want
from graph.profile.view import (
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

    def __init__(self, repository: ProfileRepository, *, keyring: Keyring, blind: BlindIndex) -> None:
        self._repository = repository
        self._keyring = keyring
        self._blind = blind

    async def user(self, one_id: str, want: Want) -> UserView | None:
        """The person this oneId leads to now, former ids too. One statement."""
        rows = await self._repository.users([one_id], want)
        return view_users(rows, want, keyring=self._keyring)[0] if rows else None

    async def users(self, *, first: int, after: str, want: Want) -> tuple[list[UserView], bool]:
        """People by ascending oneId above `after`, and whether more follow. Two statements."""
        one_ids = await self._repository.one_ids(after, first + 1)
        if not one_ids:
            return [], False
        rows = await self._repository.users(one_ids[:first], want)
        # A person may have become another's between the two statements; then the page is shorter, not wrong.
        present = [row for row in rows if row.one_id == row.asked]
        return view_users(present, want, keyring=self._keyring), len(one_ids) > first

    async def user_by_identifier(self, namespace: str, value: str, want: Want) -> UserView | None:
        """The one person who holds this identifier as their own now; for `vin` the present owner.

        None where nobody does, or several do; where some evidence is trusted, claims do not count. A value of
        a scoped namespace is written `scope/value`; without a scope, those of all declared sources and of all
        sources with a key are tried. Two or three statements.

        Raises InputError for an unknown namespace and for what is no such identifier.
        """
        normal = _normal(namespace, value)
        if namespace == Namespace.VIN:
            one_id = await self._repository.owner(self._blind.key("vehicle", GLOBAL, normal))
        else:
            keys = [self._blind.key(namespace, s, v) for s, v in await self._places(namespace, normal)]
            one_id = (await self._repository.holders(keys)).only
        return await self.user(one_id, want) if one_id else None

    async def node_user(
        self, one_id: str, want: Want, *, if_former: Want
    ) -> UserView | FormerUserView | None:
        """The user of exactly this oneId, or that it is a former one; None for a oneId never borne.

        One statement, three for a former one: the person it leads to is read with `if_former`.
        """
        current = await self.user(one_id, want)
        if current is not None and current.one_id == one_id:
            return current
        until = await self._repository.former_until(one_id)
        return None if until is None else FormerUserView(one_id, until, await self.user(one_id, if_former))

    async def profile(self, profile_id: str) -> ProfileView | None:
        """One profile."""
        row = await self._repository.profile(profile_id)
        return view_profile(row, sealers_of(self._keyring, [row.id])) if row else None

    async def touchpoint(self, profile_id: str, at: str) -> TouchpointRow | None:
        """One touchpoint."""
        return await self._repository.touchpoint(profile_id, at)

    async def vehicle(self, key: str, *, clear: bool) -> VehicleView | None:
        """One vehicle."""
        rows = await self._repository.vehicle(key, clear=clear)
        if not rows:
            return None
        return view_vehicles(rows, sealers_of(self._keyring, (row.profile_id for row in rows)))[0]

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


def _normal(namespace: str, value: str) -> str:
    found = normalise.identifier(namespace, value)
    if isinstance(found, Refused):
        if found.code == "unknown_namespace":
            raise InputError(
                "There is no such namespace.", remedy=f"Give one of {', '.join(sorted(map(str, Namespace)))}."
            )
        raise InputError(f"The value {found.message}.", remedy="Correct it.")
    return found.value
