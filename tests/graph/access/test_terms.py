"""What of its role a key may do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.access.roles import AVAILABLE, Caller, Permission, Role, permissions_of
from graph.access.terms import from_stored, read_only, short_name, stored
from graph.errors import ForbiddenError, InputError


def test_permissions_are_named_in_full_or_in_short() -> None:
    both = frozenset({Permission.QUERY, Permission.CLEAR_IDENTIFIERS})
    assert read_only(["query people", "clear-identifiers"], Role.STEWARD) == both
    assert read_only(["query,Clear-Identifiers"], Role.STEWARD) == both
    assert read_only([], Role.STEWARD) is None


@pytest.mark.parametrize("texts", [["erase"], ["query", "erase"], [""], ["nonsense"], ["query,"]])
def test_a_key_never_has_more_than_its_role(texts: list[str]) -> None:
    with pytest.raises(InputError, match="can be limited"):
        read_only(texts, Role.STEWARD)


def test_a_permission_of_a_later_version_is_not_given() -> None:
    assert from_stored(["query", "fly"]) == {Permission.QUERY}
    assert from_stored(["fly"]) == frozenset()
    assert from_stored(None) is None


@given(st.sampled_from(AVAILABLE), st.frozensets(st.sampled_from(list(Permission))))
def test_a_limited_caller_may_what_both_its_role_and_its_key_say(
    role: Role, only: frozenset[Permission]
) -> None:
    assert from_stored(stored(only)) == only
    limited = Caller(role, "k", dealer="d" if role is Role.DEALER else None, only=only)
    for permission in Permission:
        assert limited.may(permission) == (permission in only and permission in permissions_of(role))
        if permission in permissions_of(role) and permission not in only:
            with pytest.raises(ForbiddenError, match="was not made to"):
                limited.require(permission)


def test_short_names_are_unique() -> None:
    assert len({short_name(permission) for permission in Permission}) == len(Permission)
