"""What is beyond the read limit is read in pieces, and counted again where evidence goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.db.database import Database
from graph.erasure.model import ByProfile
from graph.erasure.service import ErasureService
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, resolve_stored, steps_of
from graph.ingest.writer import Writer
from graph.judgement.model import MarkWrong, Retract, Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.ingest.state import partition, stored_profiles
from tests.graph.machine.words import Event, Size

RULES = Size("short", hot=3, cap=60, budget=400, limit=40, people=4, read_limit=6).rules()
FAMILIES = 5
"""Three records each on one phone; a browser ties each family to the next, so that fifteen hang together."""


def family(number: int, *, tied: bool = True) -> list[Event]:
    phone = (("phone", f"1391234000{number}"),)
    before, after = (f"browser-{number}", f"browser-{number + 1}") if tied else (None, None)
    return [
        Event("web", f"user-{number}", before, "identify", 1, phone),
        Event("shop", f"user-{number}", None, "identify", 1, phone),
        Event("crm", f"user-{number}", None, "identify", 1, phone),
        Event("web", f"user-{number}", after, "identify", 2, phone),
    ]


class Told(Writer):
    """Notes how many profiles were read for each decision."""

    read: list[int]

    async def _read_components(self, *args: Any) -> Any:
        found = await super()._read_components(*args)
        self.read.append(len(found[0]))
        return found


class Town:
    """The families, and all that may happen to them."""

    def __init__(self, database: Database, keyring: Keyring, rules: Rules) -> None:
        self.database, self.keyring, self.rules = database, keyring, rules
        options: dict[str, Any] = {
            "keyring": keyring,
            "blind": BlindIndex(keyring.index_root),
            "rules": rules,
        }
        self.writer = Told(database, **options)
        self.writer.read = []
        self.steward = JudgementService(database, **options)
        self.eraser = ErasureService(database, **options)
        self.said = 0

    async def say(self, *events: Event) -> None:
        for event in events:
            self.said += 1
            await self.writer.write([event.message(f"m-{self.said}")])

    async def profiles(self) -> dict[tuple[str, str], StoredProfile]:
        return {profile.key: profile for profile in await stored_profiles(self.database, self.keyring)}

    async def steps(self) -> dict[int, int]:
        """The number of profiles by the step at which they are read; checked against deciding from scratch."""
        profiles = await self.profiles()
        fresh = [replace(profile, outgrown=0) for profile in profiles.values()]
        scratch = resolve_stored(fresh, rules=self.rules)
        assert partition(fresh) == {person.members for person in scratch.people}
        for keys, step in scratch.pieces:
            (name,) = {profiles[key].component for key in keys}
            assert steps_of(name) == step
        assert len({profile.component for profile in fresh}) == len(scratch.pieces)
        return {
            step: sum(len(keys) for keys, at in scratch.pieces if at == step)
            for step in sorted({step for _, step in scratch.pieces})
        }


@pytest.fixture
async def town(database: Database, keyring: Keyring) -> Town:
    """All fifteen."""
    found = Town(database, keyring, RULES)
    for number in range(FAMILIES):
        await found.say(*family(number))
    return found


async def test_an_event_reads_a_piece_whatever_hangs_together(town: Town) -> None:
    assert await town.steps() == {1: 3 * FAMILIES}
    town.writer.read.clear()
    await town.say(Event("crm", "user-2", None, "identify", 9, (("phone", "13912340002"),)))
    assert town.writer.read == [3]
    await town.say(Event("crm", "newcomer", "browser-9", "identify", 9))
    await town.say(Event("web", "user-4", "browser-9", "track", 9))
    assert await town.steps() == {1: 3 * FAMILIES, 0: 1}  # another source's browser
    await town.say(Event("app", "newcomer", "browser-5", "identify", 9))
    assert await town.steps() == {1: 3 * FAMILIES + 1, 0: 1}
    assert max(town.writer.read) <= 2 * RULES.read_limit


async def test_a_browser_that_turns_hot_leaves_what_is_small_enough(town: Town) -> None:
    crowd = [Event("app", f"visitor-{n}", "browser-2", "identify", 5) for n in range(2)]
    await town.say(crowd[0])
    assert await town.steps() == {1: 3 * FAMILIES + 1}
    await town.say(crowd[1])  # the fourth: it ties nobody, and the first two families are six
    assert await town.steps() == {0: 6 + 2, 1: 9}


async def test_what_is_marked_wrong_and_taken_back_is_counted_both_times(town: Town) -> None:
    profiles = await town.profiles()
    who = profiles["web", "user-1"].id
    outcome = await town.steward.judge(MarkWrong(who, "anonymousId", "brand/browser-2"), by="a")
    assert await town.steps() == {0: 6, 1: 9}
    await town.steward.judge(Retract(outcome.judgement.id), by="a")
    assert await town.steps() == {1: 3 * FAMILIES}


async def test_a_verdict_taken_back_is_counted(database: Database, keyring: Keyring) -> None:
    town = Town(database, keyring, RULES)
    for number in (0, 1):
        await town.say(*family(number))
    await town.say(Event("app", None, "browser-8", "identify", 5))
    assert await town.steps() == {0: 7}
    profiles = await town.profiles()
    said = Same(profiles["crm", "user-1"].id, profiles["app", "browser-8"].id)
    outcome = await town.steward.judge(said, by="a")
    assert await town.steps() == {1: 7}
    await town.steward.judge(Retract(outcome.judgement.id), by="a")
    assert await town.steps() == {0: 7}


async def test_an_erasure_is_counted(town: Town) -> None:
    profiles = await town.profiles()
    await town.eraser.erase(ByProfile(profiles["web", "user-2"].id), by="a")
    # The first two families are six; the third has lost what tied it; the last two are six.
    assert await town.steps() == {0: 14}


async def test_a_crowd_that_shrinks_is_whole_again(database: Database, keyring: Keyring) -> None:
    town = Town(database, keyring, RULES)
    for number in (0, 1):
        await town.say(*family(number))
    visitor = Event("app", "user-9", "browser-1", "identify", 5)
    await town.say(visitor)
    assert await town.steps() == {1: 7}
    profiles = await town.profiles()
    await town.eraser.erase(ByProfile(profiles["app", "user-9"].id), by="a")
    assert await town.steps() == {0: 6}
