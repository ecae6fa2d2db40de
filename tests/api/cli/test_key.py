"""`guanxi key` beside a running database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli.key import app
from graph.access.roles import Permission, Role
from graph.access.service import AccessService
from graph.db.database import Database
from graph.errors import AccessError, InputError, NotFoundError
from graph.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, database: Database) -> Run:
    """Runs the command in a thread, for it has an event loop of its own."""
    del database  # emptied
    monkeypatch.setenv("GUANXI_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: CliRunner().invoke(app, arguments)


async def test_a_key_from_birth_to_end(run: Run, database: Database) -> None:
    shown = await asyncio.to_thread(run, "create", "--role", "source", "--source", "shop", "--json")
    assert shown.exit_code == 0, shown.output
    made = orjson.loads(shown.stdout)
    assert set(made) == {"id", "key", "role"}
    assert made["role"] == "source"
    caller = await AccessService(database).verify(made["key"])
    assert (caller.role, caller.source) == (Role.SOURCE, "shop")

    listed = await asyncio.to_thread(run, "list", "--json")
    [key] = orjson.loads(listed.stdout)
    assert (key["id"], key["role"], key["source"], key["revokedAt"]) == (made["id"], "source", "shop", None)
    assert made["key"] not in listed.output

    revoked = await asyncio.to_thread(run, "revoke", made["id"])
    assert revoked.stdout == f"Key {made['id']} is revoked.\n"
    with pytest.raises(AccessError):
        await AccessService(database).verify(made["key"])
    assert "revoked" in (await asyncio.to_thread(run, "list")).stdout


async def test_a_key_with_terms_is_rotated(run: Run, database: Database) -> None:
    arguments = ["create", "--role", "steward", "--only", "query people", "--expires", "90d", "--json"]
    made = orjson.loads((await asyncio.to_thread(run, *arguments)).stdout)
    assert made["expiresAt"].endswith("Z")
    assert (await AccessService(database).verify(made["key"])).only == {Permission.QUERY}

    shown = await asyncio.to_thread(run, "rotate", made["id"], "--grace", "24h", "--json")
    assert shown.exit_code == 0, shown.output
    other = orjson.loads(shown.stdout)
    for key in (made["key"], other["key"]):
        assert (await AccessService(database).verify(key)).only == {Permission.QUERY}

    old, new = orjson.loads((await asyncio.to_thread(run, "list", "--json")).stdout)
    assert (old["state"], old["replacedBy"], old["only"]) == ("replaced", other["id"], ["query"])
    assert (new["state"], new["replacedBy"], new["only"]) == ("active", None, ["query"])
    assert old["expiresAt"] < new["expiresAt"]
    lines = (await asyncio.to_thread(run, "list")).stdout.splitlines()
    assert lines[0].endswith(f"only query  until {old['expiresAt']}  replaced by {other['id']}")
    assert "rotated or revoked already" in str((await asyncio.to_thread(run, "rotate", made["id"])).exception)


async def test_a_dealers_key_is_rotated(run: Run, database: Database) -> None:
    bound = ("--role", "dealer", "--dealer", "d-1")
    shown = await asyncio.to_thread(run, "create", *bound, "--expires", "90d", "--json")
    made = orjson.loads(shown.stdout)
    rotated = await asyncio.to_thread(run, "rotate", made["id"], "--grace", "0h", "--json")
    new = orjson.loads(rotated.stdout)
    assert (await AccessService(database).verify(new["key"])).dealer == "d-1"
    with pytest.raises(AccessError):
        await AccessService(database).verify(made["key"])
    listed = (await asyncio.to_thread(run, "list")).stdout
    assert f"{made['id']}  dealer    expired" in listed
    assert f"{new['id']}  dealer    active" in listed


async def test_mistakes(run: Run) -> None:
    for arguments, expected, says in (
        (["create", "--role", "root"], InputError, "no such role"),
        (["create", "--role", "source"], InputError, "--source"),
        (["create", "--role", "admin", "--dealer", "d1"], InputError, "--dealer"),
        (["create", "--role", "frontend", "--only", "erase"], InputError, "can be limited"),
        (["create", "--role", "admin", "--expires", "soon"], InputError, "no duration"),
        (["create", "--role", "frontend", "--expires", "0d"], InputError, "some time"),
        (["create", "--role", "dealer"], InputError, "--dealer"),
        (["rotate", "nobody"], NotFoundError, "no key"),
        (["revoke", "nobody"], NotFoundError, "no key"),
    ):
        shown = await asyncio.to_thread(run, *arguments)
        assert isinstance(shown.exception, expected), arguments
        assert says in str(shown.exception)
    assert "There are no keys" in (await asyncio.to_thread(run, "list")).stdout
