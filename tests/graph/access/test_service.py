"""API keys in the graph."""

from __future__ import annotations

import asyncio

import pytest

from graph.access.keys import digest
from graph.access.roles import Caller, Permission, Role
from graph.access.service import AccessService
from graph.clock import DAY, system_clock
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


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> int:
        return self.now


class TestTerms:
    @pytest.fixture
    def time(self) -> Time:
        return Time()

    @pytest.fixture
    def access(self, database: Database, time: Time) -> AccessService:
        return AccessService(database, clock=time)

    async def test_a_key_expires_though_it_is_remembered(self, access: AccessService, time: Time) -> None:
        made = await access.create(Role.FRONTEND, valid_for=DAY)
        assert made.expires_at == time.now + DAY
        time.now += DAY - 1
        assert (await access.verify(made.key)).role is Role.FRONTEND
        time.now += 1  # in the same second: the verification is still remembered
        with pytest.raises(AccessError, match="expired"):
            await access.verify(made.key)
        with pytest.raises(AccessError, match="expired"):
            await AccessService(access._database, clock=time).verify(made.key)
        [listed] = await access.keys()
        assert (listed.expires_at, listed.state(time.now), listed.state(time.now - 1)) == (
            made.expires_at,
            "expired",
            "active",
        )

    async def test_a_key_for_some_things_only(self, access: AccessService) -> None:
        only = frozenset({Permission.QUERY})
        made = await access.create(Role.STEWARD, only=only)
        caller = await access.verify(made.key)
        assert caller == Caller(Role.STEWARD, made.id, only=only)
        assert caller.may(Permission.QUERY)
        assert not caller.may(Permission.JUDGE)

    async def test_terms_that_cannot_be(self, access: AccessService) -> None:
        with pytest.raises(InputError, match="limited"):
            await access.create(Role.FRONTEND, only=frozenset({Permission.ERASE}))
        with pytest.raises(InputError, match="limited"):
            await access.create(Role.FRONTEND, only=frozenset())
        with pytest.raises(InputError, match="some time"):
            await access.create(Role.FRONTEND, valid_for=0)
        assert await access.keys() == []

    async def test_rotating(self, access: AccessService, time: Time) -> None:
        only = frozenset({Permission.INGEST})
        old = await access.create(Role.SOURCE, source="shop", only=only, valid_for=10 * DAY)
        before = await access.verify(old.key)
        time.now += 2 * DAY
        new = await access.rotate(old.id, grace=DAY)
        assert await access.verify(new.key) == Caller(
            Role.SOURCE, new.id, source="shop", only=only, line=old.id
        )
        assert new.expires_at == time.now + 10 * DAY
        assert await access.verify(old.key) == before
        states = {key.id: (key.state(time.now), key.replaced_by) for key in await access.keys()}
        assert states == {old.id: ("replaced", new.id), new.id: ("active", None)}
        time.now += DAY
        with pytest.raises(AccessError):
            await access.verify(old.key)
        assert (await access.verify(new.key)).source == "shop"

    async def test_rotating_without_grace_ends_the_old_key_at_once(self, access: AccessService) -> None:
        old = await access.create(Role.FRONTEND)
        await access.verify(old.key)
        new = await access.rotate(old.id)
        assert new.expires_at is None
        with pytest.raises(AccessError):
            await access.verify(old.key)

    async def test_all_keys_of_a_line_are_one_owner(self, access: AccessService, time: Time) -> None:
        first = await access.create(Role.ANALYST)
        stranger = await access.verify((await access.create(Role.ANALYST)).key)
        second = await access.rotate(first.id, grace=DAY)
        third = await access.rotate(second.id, grace=DAY)
        callers = [await access.verify(made.key) for made in (first, second, third)]
        assert {caller.owner for caller in callers} == {first.id}
        assert stranger.owner == stranger.key_id
        for caller in callers:
            assert await access.line(caller) == sorted([first.id, second.id, third.id])
            assert (await access.holder(caller.key_id)).key_id == third.id
        assert await access.line(stranger) == [stranger.key_id]
        await access.revoke(third.id)  # the others are good for a day
        assert (await access.holder(first.id)).key_id == second.id
        time.now += DAY
        with pytest.raises(AccessError):
            await access.holder(first.id)
        with pytest.raises(AccessError):
            await access.holder("subject of a token")

    async def test_grace_never_lengthens_a_key(self, access: AccessService, time: Time) -> None:
        old = await access.create(Role.FRONTEND, valid_for=DAY)
        await access.rotate(old.id, grace=5 * DAY, valid_for=30 * DAY)
        assert [key.expires_at for key in await access.keys()] == [time.now + DAY, time.now + 30 * DAY]

    async def test_of_two_who_rotate_at_once_one_does(self, access: AccessService) -> None:
        old = await access.create(Role.FRONTEND)
        done = await asyncio.gather(*(access.rotate(old.id) for _ in range(4)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["CreatedKey"] + ["InputError"] * 3
        assert len(await access.keys()) == 2

    async def test_what_is_not_rotated(self, access: AccessService, time: Time) -> None:
        await access.preset("preset-admin-key")
        [preset] = await access.keys()
        with pytest.raises(InputError, match="GUANXI_ADMIN_KEY"):
            await access.rotate(preset.id)
        with pytest.raises(NotFoundError):
            await access.rotate("nobody")
        revoked = await access.create(Role.FRONTEND)
        await access.revoke(revoked.id)
        expired = await access.create(Role.FRONTEND, valid_for=1)
        time.now += 1
        for key in (revoked, expired):
            with pytest.raises(InputError, match="already"):
                await access.rotate(key.id)
        assert len(await access.keys()) == 3
