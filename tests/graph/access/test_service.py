"""API keys in the graph."""

from __future__ import annotations

import asyncio

import pytest

from graph.access.keys import digest
from graph.access.roles import Caller, Role
from graph.access.service import AccessService
from graph.clock import DAY, SECOND
from graph.db.database import Database
from graph.errors import AccessError, ConfigurationError, InputError, NotFoundError


@pytest.fixture
def access(database: Database) -> AccessService:
    return AccessService(database)


async def feed(database: Database) -> list[str]:
    rows = await database.run_schema("CYPHER 5 MATCH (e:FeedEntry) RETURN e.kind AS kind ORDER BY e.position")
    return [row["kind"] for row in rows]


async def test_an_unknown_key_is_refused(access: AccessService) -> None:
    for key in ("", "x", "gx_a_unknown-unknown-unknown", "has space " * 3, "钥匙" * 20, "x" * 10_000):
        with pytest.raises(AccessError, match="not known here"):
            await access.verify(key)


async def test_a_key_is_verified(access: AccessService) -> None:
    made = await access.create(Role.SOURCE, source="shop-web")
    assert await access.verify(made.key) == Caller(role=Role.SOURCE, key_id=made.id, source="shop-web")
    assert made.key not in repr(made)


async def test_a_dealers_key_is_bound_to_it(access: AccessService) -> None:
    made = await access.create(Role.DEALER, dealer="d-1")
    assert await access.verify(made.key) == Caller(role=Role.DEALER, key_id=made.id, dealer="d-1")
    assert [key.dealer for key in await access.keys()] == ["d-1"]


async def test_only_the_digest_is_stored(access: AccessService, database: Database) -> None:
    made = await access.create(Role.ADMIN)
    rows = await database.run_schema("CYPHER 5 MATCH (k:ApiKey) RETURN properties(k) AS stored")
    stored = rows[0]["stored"]
    assert stored["digest"] == digest(made.key)
    assert made.key not in str(stored)


async def test_every_write_appends_to_the_feed_and_sets_recorded_at(
    access: AccessService, database: Database
) -> None:
    made = await access.create(Role.ADMIN)
    await access.revoke(made.id)
    await access.preset("preset-admin-key")
    assert await feed(database) == ["key", "key", "key"]
    assert all(key.created_at > 0 for key in await access.keys())


async def test_revoking(access: AccessService, database: Database) -> None:
    made = await access.create(Role.FRONTEND)
    other = AccessService(database)
    await access.verify(made.key)
    revoked = await access.revoke(made.id)
    assert revoked.revoked_at is not None
    for service in (access, other):
        with pytest.raises(AccessError):
            await service.verify(made.key)
    assert await access.revoke(made.id) == revoked
    assert len(await feed(database)) == 2


class _Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000 * SECOND

    def __call__(self) -> int:
        return self.now


async def test_a_key_ends_by_itself(database: Database) -> None:
    time = _Time()
    access = AccessService(database, clock=time)
    made = await access.create(Role.FRONTEND, valid_for=90 * DAY)
    lasting = await access.create(Role.FRONTEND)
    time.now += 90 * DAY - SECOND
    await access.verify(made.key)
    time.now += 2 * SECOND
    for service in (access, AccessService(database, clock=time)):  # one remembers it, the other does not
        with pytest.raises(AccessError, match="time is over"):
            await service.verify(made.key)
        await service.verify(lasting.key)


async def test_a_rotated_key_goes_on_for_its_grace_and_the_new_one_may_do_the_same(
    database: Database,
) -> None:
    time = _Time()
    access = AccessService(database, clock=time)
    old = await access.create(Role.DEALER, dealer="d-1", valid_for=90 * DAY)
    time.now += 10 * DAY
    new = await access.rotate(old.id, grace=7 * DAY)
    assert (await access.verify(new.key)).dealer == (await access.verify(old.key)).dealer == "d-1"
    time.now += 7 * DAY + SECOND
    with pytest.raises(AccessError):
        await access.verify(old.key)
    await access.verify(new.key)
    kept = next(key for key in await access.keys() if key.id == new.id)
    assert kept.expires_at == kept.created_at + 90 * DAY
    with pytest.raises(InputError, match="over"):
        await access.rotate(old.id, grace=DAY)


async def test_a_grace_makes_no_key_longer(database: Database) -> None:
    time = _Time()
    access = AccessService(database, clock=time)
    old = await access.create(Role.FRONTEND, valid_for=DAY)
    await access.rotate(old.id, grace=7 * DAY)
    time.now += 2 * DAY
    with pytest.raises(AccessError):
        await access.verify(old.key)


async def test_what_cannot_be_rotated(access: AccessService) -> None:
    with pytest.raises(NotFoundError):
        await access.rotate("nobody", grace=0)
    await access.preset("preset-admin-key")
    revoked = await access.create(Role.FRONTEND)
    await access.revoke(revoked.id)
    for key in await access.keys():
        with pytest.raises(InputError, match="preset, revoked, or over"):
            await access.rotate(key.id, grace=0)
    assert len(await access.keys()) == 2


async def test_revoking_an_unknown_key(access: AccessService) -> None:
    with pytest.raises(NotFoundError, match="no key of this id"):
        await access.revoke("nobody")


@pytest.mark.parametrize(
    ("role", "source", "dealer", "says"),
    [
        (Role.SOURCE, None, None, "--source"),
        (Role.SOURCE, "a b", None, "letters"),
        (Role.SOURCE, "", None, "letters"),
        (Role.SOURCE, "x" * 65, None, "letters"),
        (Role.ADMIN, "shop", None, "--source"),
        (Role.FRONTEND, None, "d1", "--dealer"),
        (Role.DEALER, None, None, "--dealer"),
        (Role.DEALER, None, "d 1", "letters"),
        (Role.DEALER, "shop", "d1", "--source"),
    ],
)
async def test_a_key_bound_to_the_wrong_thing(
    access: AccessService, database: Database, role: Role, source: str | None, dealer: str | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        await access.create(role, source=source, dealer=dealer)
    assert await access.keys() == []
    assert await feed(database) == []


async def test_the_first_key_is_made_once(access: AccessService, database: Database) -> None:
    made = await asyncio.gather(*(AccessService(database).create_first() for _ in range(4)))
    keys = [key for key in made if key is not None]
    assert len(keys) == 1
    assert (await access.verify(keys[0].key)).role is Role.ADMIN
    await access.revoke(keys[0].id)
    assert await access.create_first() is None


async def test_a_preset_key(access: AccessService, database: Database) -> None:
    await access.preset("preset-admin-key")
    await access.preset("preset-admin-key")
    assert (await access.verify("preset-admin-key")).role is Role.ADMIN
    assert [key.preset for key in await access.keys()] == [True]
    assert len(await feed(database)) == 1
    assert await access.create_first() is None


async def test_a_changed_preset_replaces_the_old_one(access: AccessService) -> None:
    await access.preset("preset-admin-key")
    await access.verify("preset-admin-key")
    await access.preset("another-admin-key")
    with pytest.raises(AccessError):
        await access.verify("preset-admin-key")
    assert (await access.verify("another-admin-key")).role is Role.ADMIN
    await access.preset("preset-admin-key")
    assert (await access.verify("preset-admin-key")).role is Role.ADMIN


async def test_a_preset_key_is_revoked_where_it_is_preset(access: AccessService) -> None:
    await access.preset("preset-admin-key")
    [key] = await access.keys()
    with pytest.raises(InputError, match="GUANXI_ADMIN_KEY"):
        await access.revoke(key.id)
    assert (await access.verify("preset-admin-key")).key_id == key.id


async def test_a_bad_preset_is_refused(access: AccessService) -> None:
    with pytest.raises(ConfigurationError, match="GUANXI_ADMIN_KEY"):
        await access.preset("short")
    assert await access.keys() == []
