"""Roles and what each may do: the one policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.errors import AccessError, ForbiddenError, InputError


class Role(StrEnum):
    """What a caller is."""

    SOURCE = "source"  # brings events, reads nothing
    FRONTEND = "frontend"  # reads people, identifiers masked
    DEALER = "dealer"  # reads its own people, and of them its own and the brand's records
    STEWARD = "steward"  # reads people, identifiers in the clear, and judges
    PRIVACY = "privacy"  # reads people, identifiers in the clear, and erases them
    MONITOR = "monitor"  # reads how the service does, and nothing of people
    PROGRAMME = "programme"  # reads people, identifiers masked, runs programmes and their ledger
    ADMIN = "admin"
    ANALYST = "analyst"  # asks the graph in the console, personal values masked


class Permission(StrEnum):
    """One thing that a role may or may not do."""

    INGEST = "send events"
    QUERY = "query people"
    CLEAR_IDENTIFIERS = "see identifiers unmasked"
    INTROSPECT = "look at the schema in production"
    AD_HOC = "ask documents that are not listed"
    JUDGE = "judge who is who"
    ERASE = "erase people"
    OBSERVE = "see metrics"
    READ_LEDGER = "read programmes and their ledger"
    MANAGE_PROGRAMMES = "manage programmes with their referrals and rewards"
    PAY_OUT = "fund budgets and pay rewards out"
    CONSOLE = "ask in the console"


_POLICY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.SOURCE: frozenset({Permission.INGEST}),
    Role.FRONTEND: frozenset({Permission.QUERY}),
    Role.DEALER: frozenset({Permission.QUERY}),
    Role.STEWARD: frozenset({Permission.QUERY, Permission.CLEAR_IDENTIFIERS, Permission.JUDGE}),
    Role.PRIVACY: frozenset({Permission.QUERY, Permission.CLEAR_IDENTIFIERS, Permission.ERASE}),
    Role.MONITOR: frozenset({Permission.OBSERVE}),
    Role.PROGRAMME: frozenset(
        {Permission.QUERY, Permission.READ_LEDGER, Permission.MANAGE_PROGRAMMES, Permission.PAY_OUT}
    ),
    Role.ADMIN: frozenset(
        {
            Permission.QUERY,
            Permission.CLEAR_IDENTIFIERS,
            Permission.INTROSPECT,
            Permission.AD_HOC,
            Permission.JUDGE,
            Permission.ERASE,
            Permission.OBSERVE,
            Permission.READ_LEDGER,
            Permission.MANAGE_PROGRAMMES,
            Permission.PAY_OUT,
            Permission.CONSOLE,
        }
    ),
    Role.ANALYST: frozenset({Permission.CONSOLE}),
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role may do."""
    return _POLICY[role]


AVAILABLE: Final = tuple(_POLICY)
"""The roles a key can have in this version."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: what a good key says of its holder. `dealer` is set for role dealer and for no other."""

    role: Role
    key_id: str
    source: str | None = None
    dealer: str | None = None
    only: frozenset[Permission] | None = None
    """The permissions of its role that the key was made for; None: all of them."""
    line: str | None = None
    """The id of the key that its line of rotations began with; None where it was never rotated."""

    def __post_init__(self) -> None:
        """A dealer without its dealer would see everybody: there is none."""
        if (self.role is Role.DEALER) != (self.dealer is not None):
            raise AccessError("The key is bound to no dealer, or should not be.", remedy="Make a new key.")

    @property
    def owner(self) -> str:
        """Whose that is what the caller keeps: the same for all keys of a line of rotations."""
        return self.line or self.key_id

    def may(self, permission: Permission) -> bool:
        """Whether the caller's role has a permission, and its key was not made for others only."""
        return permission in permissions_of(self.role) and (self.only is None or permission in self.only)

    def require(self, permission: Permission) -> None:
        """Raises ForbiddenError unless the caller may do it."""
        if permission in permissions_of(self.role) and not self.may(permission):
            raise ForbiddenError(
                f"The key was not made to {permission}.",
                remedy="Use a key without --only, or one that names this too; `guanxi key create` makes one.",
            )
        if not self.may(permission):
            raise ForbiddenError(
                f"A key of role {self.role} may not {permission}.",
                remedy="Use a key of another role; an operator makes one with `guanxi key create`.",
            )


def read_role(text: str) -> Role:
    """The role a key is to have. Raises InputError for an unknown one."""
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise InputError("There is no such role.", remedy=f"Give one of {', '.join(AVAILABLE)}.") from None
