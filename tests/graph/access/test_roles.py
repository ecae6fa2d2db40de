"""The policy."""

from __future__ import annotations

import pytest

from graph.access.roles import AVAILABLE, Caller, Permission, Role, read_role
from graph.errors import AccessError, ForbiddenError, InputError

ALLOWED = {
    Role.SOURCE: {Permission.INGEST},
    Role.FRONTEND: {Permission.QUERY},
    Role.DEALER: {Permission.QUERY},
    Role.STEWARD: {Permission.QUERY, Permission.CLEAR_IDENTIFIERS, Permission.JUDGE},
    Role.PRIVACY: {Permission.QUERY, Permission.CLEAR_IDENTIFIERS, Permission.ERASE},
    Role.MONITOR: {Permission.OBSERVE},
    Role.PROGRAMME: {
        Permission.QUERY,
        Permission.READ_LEDGER,
        Permission.MANAGE_PROGRAMMES,
        Permission.PAY_OUT,
    },
    Role.ADMIN: {
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
    },
    Role.ANALYST: {Permission.CONSOLE},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_who_may_do_what(role: Role, permission: Permission) -> None:
    caller = Caller(role=role, key_id="1", dealer="d-1" if role is Role.DEALER else None)
    allowed = permission in ALLOWED.get(role, set())

    assert caller.may(permission) is allowed
    if allowed:
        caller.require(permission)
    else:
        with pytest.raises(ForbiddenError, match=role.value):
            caller.require(permission)


def test_a_dealer_without_its_dealer_is_no_caller() -> None:
    with pytest.raises(AccessError):
        Caller(role=Role.DEALER, key_id="1")
    with pytest.raises(AccessError):
        Caller(role=Role.STEWARD, key_id="1", dealer="d-1")


@pytest.mark.parametrize("text", ["admin", " Admin ", "ADMIN"])
def test_a_role_is_read(text: str) -> None:
    assert read_role(text) is Role.ADMIN


def test_every_role_can_be_had() -> None:
    assert set(AVAILABLE) == set(Role)


def test_an_unknown_role_names_those_there_are() -> None:
    with pytest.raises(
        InputError, match="source, frontend, dealer, steward, privacy, monitor, programme, admin, analyst"
    ):
        read_role("root")
