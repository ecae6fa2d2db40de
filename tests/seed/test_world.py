"""The world repeats exactly, keeps its promises of shape and truth, and takes no more memory when larger."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tracemalloc
from collections import Counter, deque
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.ingest.catalogue import TypedEvent, read_event
from seed.items import END, START, SeedEvent, SeedItem, SeedRecord, Truth, distinct, key_of, time_of
from seed.places import DEALERS
from seed.truth import read_truth, write_truth
from seed.world import scenes, truth_rows, world, world_with_truth

ROOT = Path(__file__).parents[2]
DIGEST = """
import hashlib
from seed.world import world_with_truth
digest = hashlib.sha256()
for item, truth in world_with_truth(people=400, seed=11):
    digest.update(repr((item, truth)).encode())
print(digest.hexdigest())
"""
EVENTS = {
    "Enquiry Submitted",
    "Content Viewed",
    "Store Visited",
    "Negotiation Noted",
    "Test Drive Booked",
    "Test Drive Completed",
    "Order Placed",
    "Vehicle Delivered",
    "Service Completed",
    "Order Cancelled",
    "Follow-Up Planned",
    "Follow-Up Completed",
    "Consent Given",
    "Consent Withdrawn",
}
COLUMNS = {
    *(
        "recordId",
        "name",
        "givenName",
        "familyName",
        "phone",
        "email",
        "birthDate",
        "gender",
        "address",
        "city",
    ),
    *("postcode", "governmentId", "vin", "plate", "wechatOpenId", "updatedAt"),
}


@pytest.fixture(scope="module")
def pairs() -> list[tuple[SeedItem, Truth]]:
    return list(world_with_truth(people=2_000, seed=42))


def digest_in_a_process(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DIGEST]
    run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_two_processes_with_other_hash_seeds_make_the_same_world() -> None:
    digest = hashlib.sha256()
    for item, truth in world_with_truth(people=400, seed=11):
        digest.update(repr((item, truth)).encode())
    assert digest_in_a_process("1") == digest_in_a_process("2") == digest.hexdigest()


def test_another_seed_makes_another_world() -> None:
    assert list(world(people=20, seed=1)) != list(world(people=20, seed=2))


def test_world_and_truth_are_those_of_world_with_truth() -> None:
    pairs = list(world_with_truth(people=300, seed=42))
    assert list(world(people=300, seed=42)) == [item for item, _ in pairs]
    assert list(truth_rows(people=300, seed=42)) == list(distinct(truth for _, truth in pairs))


@pytest.mark.parametrize("people", [0, 1, 2, 7, 250])
def test_it_has_exactly_that_many_people_each_with_an_item(people: int) -> None:
    seen = {row.person_id for row in truth_rows(people=people, seed=5) if row.person_id != row.household_id}
    assert len(seen) == people


def test_fewer_than_no_people_are_refused() -> None:
    with pytest.raises(InputError):
        next(scenes(people=-1, seed=1))


def test_each_record_has_one_truth_and_none_is_missing(pairs: list[tuple[SeedItem, Truth]]) -> None:
    rows = list(truth_rows(people=2_000, seed=42))
    by_key = {(row.source, row.record_id): (row.person_id, row.household_id) for row in rows}
    assert len(by_key) == len(rows)
    assert by_key.keys() == {key_of(item) for item, _ in pairs}
    assert all(by_key[key_of(item)] == (truth.person_id, truth.household_id) for item, truth in pairs)


def test_a_person_lives_in_one_household_and_a_tablet_is_nobody(pairs: list[tuple[SeedItem, Truth]]) -> None:
    tablets = {dealer.tablet for dealer in DEALERS}
    homes: dict[str, str] = {}
    for _, truth in pairs:
        assert homes.setdefault(truth.person_id, truth.household_id) == truth.household_id
        nobody = truth.person_id == truth.household_id
        assert nobody == (truth.person_id in tablets or truth.person_id[0] in "xh")
    assert tablets & homes.keys()


def test_events_are_messages_of_segments_protocol(pairs: list[tuple[SeedItem, Truth]]) -> None:
    kinds: Counter[str] = Counter()
    names: set[str] = set()
    for item, _ in pairs:
        if isinstance(item, SeedEvent):
            event = item.event
            kinds[event["type"]] += 1
            assert len(event["messageId"]) == 32
            assert event.get("userId") or event.get("anonymousId")
            assert START.isoformat()[:10] <= event["timestamp"][:10] <= END.isoformat()[:10]
            assert "sentAt" not in event
            if event["type"] == "track":
                names.add(event["event"])
                assert event["properties"]["channel"]
            if event["type"] == "page":
                assert event["properties"].keys() >= {"url", "title"}
    assert names == EVENTS
    assert kinds.keys() == {"identify", "track", "page", "screen", "group"}


def test_the_catalogue_takes_every_typed_event(pairs: list[tuple[SeedItem, Truth]]) -> None:
    for item, _ in pairs[:4_000]:
        if isinstance(item, SeedEvent) and item.event["type"] == "track":
            read = read_event(item.event["event"], item.event["properties"])
            assert isinstance(read, TypedEvent)
            assert read.clear["channel"] == item.event["properties"]["channel"]


def test_records_have_only_mapped_columns_and_times_in_the_world(pairs: list[tuple[SeedItem, Truth]]) -> None:
    rows = [item.record for item, _ in pairs if isinstance(item, SeedRecord)]
    assert len(rows) > 1_500
    for row in rows:
        assert row.keys() <= COLUMNS
        assert row.keys() >= {"recordId", "phone", "updatedAt"}
        assert all(row.values())
        assert START.isoformat()[:10] <= row["updatedAt"][:10] <= END.isoformat()[:10]


def test_people_have_a_few_profiles_and_a_dozen_events(pairs: list[tuple[SeedItem, Truth]]) -> None:
    profiles = len(list(distinct(truth for _, truth in pairs))) / 2_000
    events = sum(isinstance(item, SeedEvent) for item, _ in pairs) / 2_000
    assert 3 <= profiles <= 6
    assert 8 <= events <= 15


def test_households_come_one_after_another_and_mostly_in_time() -> None:
    finished: set[str] = set()
    disorder = steps = 0
    for scene in scenes(people=1_000, seed=9):
        assert scene.household.id not in finished
        finished.add(scene.household.id)
        times = [time_of(item) for item, _ in scene.items]
        steps += len(times) - 1
        disorder += sum(later < earlier for earlier, later in pairwise(times))
    assert disorder < 0.1 * steps


def test_a_person_acts_only_after_they_have_begun() -> None:
    """Recycled numbers and used cars rely on it: nothing happens before a person's start."""
    for scene in scenes(people=1_000, seed=4):
        start = {person.id: person.start for person in scene.household.people}
        for item, truth in scene.items:
            if truth.person_id in start:
                day = (datetime.fromisoformat(time_of(item)) - START).days
                assert day >= start[truth.person_id]


def peak_kib(people: int) -> float:
    tracemalloc.start()
    try:
        deque(world_with_truth(people=people, seed=1), maxlen=0)
        return tracemalloc.get_traced_memory()[1] / 1024
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_world() -> None:
    peak_kib(50)  # what is made once, at first use, is not the world's
    small, large = peak_kib(1_000), peak_kib(3_000)
    assert large < 1.2 * small + 64


def test_the_truth_file_holds_each_record_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.touch(mode=0o644)
    pairs = world_with_truth(people=300, seed=2)
    assert write_truth(path, (truth for _, truth in pairs)) == len(list(truth_rows(people=300, seed=2)))
    assert path.read_text().splitlines()[0] == "source,recordId,personId,householdId"
    assert list(read_truth(path)) == list(truth_rows(people=300, seed=2))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "where"),
    [("a,b\n", "first line"), ("source,recordId,personId,householdId\nweb,1,p\n", "line 2")],
)
def test_a_file_that_holds_no_truth_is_refused(tmp_path: Path, content: str, where: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(content)
    with pytest.raises(InputError) as refused:
        list(read_truth(path))
    assert where in f"{refused.value.message} {refused.value.remedy}"
