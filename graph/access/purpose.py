"""What for somebody looks at personal values in the clear, and which role may say so. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from graph.access.roles import Role
from graph.errors import ForbiddenError, InputError


class Purpose(StrEnum):
    """What a request that sees values in the clear is for; it is recorded with the request."""

    STEWARDSHIP = "stewardship"  # who is who
    SUPPORT = "support"  # a customer asked for help
    SUBJECT_REQUEST = "subject-request"  # somebody asks what is known of them, or to be forgotten
    INVESTIGATION = "investigation"  # a breach, a dispute, an audit


PURPOSES: Final[Mapping[Role, frozenset[Purpose]]] = {
    Role.STEWARD: frozenset({Purpose.STEWARDSHIP, Purpose.SUPPORT}),
    Role.PRIVACY: frozenset({Purpose.SUBJECT_REQUEST, Purpose.INVESTIGATION}),
    Role.ADMIN: frozenset(Purpose),
}
"""What each role that may see values in the clear may see them for."""


def read_purpose(text: str | None, role: Role) -> Purpose | None:
    """The purpose that a request states; None where it states none, and then everything is masked.

    Raises InputError for an unknown one, ForbiddenError for one that is not the role's.
    """
    if text is None or not text.strip():
        return None
    offered = ", ".join(Purpose)
    try:
        purpose = Purpose(text.strip().lower())
    except ValueError:
        raise InputError("There is no such purpose.", remedy=f"State one of {offered}.") from None
    own = PURPOSES.get(role, frozenset())
    if purpose not in own:
        raise ForbiddenError(
            f"A key of role {role} may not look for the purpose {purpose}.",
            remedy=f"State one of {', '.join(p for p in Purpose if p in own)}."
            if own
            else "State no purpose.",
        )
    return purpose
