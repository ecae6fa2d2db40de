"""The terms of a key: whom it may be bound to, and what of its role it may do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from graph.access.roles import Permission, Role, permissions_of
from graph.errors import InputError

DEALER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
"""What a dealer may be called by a key or a token that is bound to it."""


def short_name(permission: Permission) -> str:
    """What a permission is called where it is stored and typed: `clear-identifiers`. It never changes."""
    return permission.name.lower().replace("_", "-")


def read_only(texts: Iterable[str], role: Role) -> frozenset[Permission] | None:
    """The permissions named, in full or in short, separated by commas or one each; None where none is named.

    Raises InputError for an unknown one, and for one that the role does not have: a key never has more than its role.
    """
    names = [name.strip().lower() for text in texts for name in text.split(",")]
    if not names:
        return None
    held = permissions_of(role)
    known = {short_name(permission): permission for permission in held}
    known |= {permission.value: permission for permission in held}
    if not known.keys() >= set(names):
        raise InputError(
            f"A key of role {role} can be limited to what its role may do.",
            remedy=f"Give some of {', '.join(sorted(map(short_name, held)))}.",
        )
    return frozenset(known[name] for name in names)


def stored(only: frozenset[Permission] | None) -> list[str] | None:
    """As the graph holds it."""
    return None if only is None else sorted(map(short_name, only))


def from_stored(names: list[str] | None) -> frozenset[Permission] | None:
    """What the graph holds; a permission that this version does not know is not given."""
    if names is None:
        return None
    known = {short_name(permission): permission for permission in Permission}
    return frozenset(known[name] for name in names if name in known)
