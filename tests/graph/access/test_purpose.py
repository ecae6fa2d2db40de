"""Purposes, and whose they are."""

from __future__ import annotations

import pytest

from graph.access.purpose import PURPOSES, Purpose, read_purpose
from graph.access.roles import Permission, Role, permissions_of
from graph.errors import ForbiddenError, InputError


def test_who_may_see_values_in_the_clear_has_purposes_and_nobody_else() -> None:
    assert {role for role in Role if Permission.CLEAR_IDENTIFIERS in permissions_of(role)} == PURPOSES.keys()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_purpose_is_read_for_its_roles(role: Role, purpose: Purpose) -> None:
    if purpose in PURPOSES.get(role, ()):
        assert read_purpose(f" {purpose.upper()} ", role) is purpose
    else:
        with pytest.raises(ForbiddenError):
            read_purpose(purpose, role)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_purpose(text: str | None) -> None:
    assert read_purpose(text, Role.ADMIN) is None


def test_an_unknown_purpose() -> None:
    with pytest.raises(InputError, match="subject-request"):
        read_purpose("curiosity", Role.ADMIN)
