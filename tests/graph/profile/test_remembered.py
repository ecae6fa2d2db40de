"""People who are remembered: what is looked at, shared, forgotten, and never shown stale."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from graph.access.roles import Role
from graph.access.service import AccessService
from graph.clock import system_clock
from graph.db.database import Database
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.remembered import ENTRIES, Remembered, memorable
from graph.profile.repository import ProfileRepository
from graph.profile.rows import PageRequest, Want
from graph.profile.service import RelationshipView
from graph.profile.view import UserView

VIN = "LSVAM4187C2184847"
WANT = Want(identifiers=True, vehicles=True, pages=(PageRequest(first=5),))


class Counting:
    """Notes the statements that were run."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        assert seconds >= 0
        assert not failed
        self.names.append(name)


def track(id_: str, *, user: str, event: str = "Enquiry Submitted", **properties: str) -> Message:
    said = {"type": "track", "event": event, "messageId": id_, "userId": user, "properties": properties}
    message = read_message(said, Arrival(default_source("web"), system_clock()))
    assert isinstance(message, Message), message
    return message


class Desk:
    """A view that remembers, one that does not, a writer, and what was asked of the database."""

    def __init__(self, database: Database, keyring: Keyring, blind: BlindIndex, writer: Writer) -> None:
        self.asked = Counting()
        self.now = 1_000.0
        watched = database.observed_by(self.asked)
        self.memory = Remembered(watched, monotonic=lambda: self.now)
        options: dict[str, Any] = {"keyring": keyring, "blind": blind}
        self.view = RelationshipView(ProfileRepository(watched), remembered=self.memory, **options)
        self.fresh = RelationshipView(ProfileRepository(database), **options)
        self.database = database
        self.writer = writer

    async def ids(self) -> list[str]:
        views, _ = await self.fresh.users(first=100, after="", want=Want(names=False, record_ids=False))
        return [view.one_id for view in views]

    async def statements(self, one_ids: Sequence[str], want: Want = WANT) -> list[str]:
        """What showing these people took; they are shown as they are read anew."""
        self.asked.names.clear()
        found = await self.view.people(one_ids, want)
        names = list(self.asked.names)
        assert found == await self.fresh.people(one_ids, want)
        return names


def held(memory: Remembered, one: str) -> UserView | None:
    return memory.of([one], WANT).get(one)


@pytest.fixture
async def desk(database: Database, keyring: Keyring, blind: BlindIndex, writer: Writer) -> Desk:
    await writer.write([track("m1", user="ada"), track("m2", user="bob")])
    return Desk(database, keyring, blind, writer)


async def test_who_is_remembered_costs_a_look_and_who_is_not_a_read(desk: Desk) -> None:
    ids = await desk.ids()
    assert await desk.statements(ids) == ["profile.read_users"]
    assert await desk.statements(ids) == ["feed.list_since"]
    assert await desk.statements(ids[:1]) == ["feed.list_since"]
    assert await desk.statements(ids, Want()) == ["profile.read_users"]


async def test_only_who_was_touched_is_read_again(desk: Desk) -> None:
    ids = await desk.ids()
    await desk.statements(ids)
    await desk.writer.write([track("m3", user="ada", event="Test Drive Completed")])
    assert await desk.statements(ids) == ["feed.list_since", "profile.read_users"]
    assert await desk.statements(ids) == ["feed.list_since"]


async def test_a_page_of_people_costs_one_statement_once_they_are_remembered(desk: Desk) -> None:
    asked = {"first": 10, "after": "", "want": WANT}
    shown = await desk.view.users(**asked)
    desk.asked.names.clear()
    assert await desk.view.users(**asked) == shown == await desk.fresh.users(**asked)
    assert desk.asked.names == ["profile.list_users"]
    await desk.writer.write([track("m4", user="cleo")])
    assert len((await desk.view.users(**asked))[0]) == len(shown[0]) + 1


async def test_a_vehicle_that_another_profile_speaks_of_is_read_again(desk: Desk) -> None:
    await desk.writer.write(
        [track("v1", user="ada", event="Vehicle Delivered", vin=VIN, model="Zeta", role="owner")]
    )
    ids = await desk.ids()
    before = await desk.view.people(ids, WANT)
    await desk.writer.write(
        [track("v2", user="bob", event="Vehicle Delivered", vin=VIN, model="Alpha", role="driver")]
    )
    after = await desk.view.people(ids, WANT)
    assert after == await desk.fresh.people(ids, WANT)
    assert {v.model for view in before.values() for v in view.vehicles} == {"Zeta"}
    assert {v.model for view in after.values() for v in view.vehicles} == {"Alpha"}


async def test_many_who_ask_at_once_share_the_next_look(desk: Desk) -> None:
    ids = await desk.ids()
    await desk.statements(ids)
    desk.asked.names.clear()
    await asyncio.gather(*(desk.view.people(ids, WANT) for _ in range(20)))
    assert desk.asked.names == ["feed.list_since"]


async def test_after_too_many_entries_everybody_is_read_again(desk: Desk) -> None:
    ids = await desk.ids()
    await desk.statements(ids)
    access = AccessService(desk.database)
    for _ in range(ENTRIES + 1):
        await access.create(Role.FRONTEND)
    assert await desk.statements(ids) == ["feed.list_since", "profile.read_users"]
    assert await desk.statements(ids) == ["feed.list_since"]


async def test_nobody_is_remembered_for_longer_than_said(desk: Desk) -> None:
    ids = await desk.ids()
    await desk.statements(ids)
    desk.now += 61
    assert await desk.statements(ids) == ["feed.list_since", "profile.read_users"]


async def test_what_was_read_while_it_changed_is_not_kept(desk: Desk) -> None:
    [one, _] = await desk.ids()
    view = (await desk.fresh.people([one], WANT))[one]
    desk.memory.put("anybody", WANT, view, position=0)
    desk.memory.learn(0, 50, [[7, [one]]])
    desk.memory.put(one, WANT, view, position=6)
    assert held(desk.memory, one) is None
    desk.memory.put(one, WANT, view, position=7)
    assert held(desk.memory, one) == view
    desk.memory.learn(50, 51, [[51, ["somebody else"]]])
    assert held(desk.memory, one) == view
    desk.memory.learn(51, 3, [])  # another graph stands there now
    assert held(desk.memory, one) is None


async def test_no_more_is_kept_than_said(desk: Desk) -> None:
    ids = await desk.ids()
    views = await desk.fresh.people(ids, WANT)
    small = Remembered(desk.database, most=12)
    for one, view in views.items():
        small.put(one, WANT, view, position=1)
    assert [held(small, one) is not None for one in views] == [False, True]


def test_only_what_all_may_see_is_kept() -> None:
    assert memorable(WANT)
    assert not any(
        memorable(want) for want in (Want(clear=True), Want(golden=True), Want(as_of=1), Want(dealer="D1"))
    )
