"""Referrals of the seed world: the same each time, of every kind, told in truth, and taken by the doors."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from graph.errors import InputError
from graph.fraud.flag import Code
from graph.ingest.catalogue import TypedEvent, read_event
from graph.ingest.message import Message
from graph.referral.codes import is_code
from graph.referral.progress import Progress
from seed.items import END, START, SeedEvent, SeedRecord, key_of, time_of
from seed.load import Doors, seed_sources
from seed.places import Locale
from seed.referral_truth import LookAlike, ReferralTruth
from seed.referrals import (
    ReferralScene,
    programme,
    referral_items,
    referral_scenes,
    referral_truth,
    referral_truth_rows,
)
from seed.referrers import FIRST_ID, MOST, PROGRAMME
from seed.serials import ID_SLOTS
from seed.world import world

PEOPLE = 4_000
NOT_PLANTED = {Code.SHARED_EMAIL, Code.IMPOSSIBLE_DRIVE}
TOUCHES = ("Referral Link Clicked", "Referral Code Entered")


@pytest.fixture(scope="module", params=list(Locale))
def plots(request: pytest.FixtureRequest) -> list[ReferralScene]:
    return list(referral_scenes(people=PEOPLE, seed=42, locale=request.param))


@pytest.fixture
def truth(plots: list[ReferralScene]) -> ReferralTruth:
    return ReferralTruth(each for scene in plots for each in scene.planted)


def digest(**asked: Any) -> str:
    found = hashlib.sha256()
    for scene in referral_scenes(**asked):
        found.update(repr(scene).encode())
    return found.hexdigest()


def tracks(scene: ReferralScene) -> list[tuple[str, dict[str, Any], tuple[str, str], str]]:
    """Each track of a plot: its name, properties, record and time."""
    return [
        (item.event["event"], item.event["properties"], key_of(item), time_of(item))
        for item, _ in scene.items
        if isinstance(item, SeedEvent) and item.event["type"] == "track"
    ]


def test_the_same_arguments_give_the_same_plots_and_others_give_others() -> None:
    first = digest(people=2_000, seed=7)
    assert first == digest(people=2_000, seed=7)
    assert first != digest(people=2_000, seed=8)
    assert first != digest(people=2_000, seed=7, locale=Locale.EU)
    few = list(referral_scenes(people=2_000, seed=7, share=0.05))
    assert few == list(referral_scenes(people=2_000, seed=7))[: len(few)]


def test_as_many_take_part_as_the_share_says_and_nobody_without_one() -> None:
    for share in (0.05, 0.2):
        rows = set(referral_truth_rows(people=PEOPLE, seed=3, share=share))
        people = {row.person_id for row in rows}
        assert share * PEOPLE <= len(people) < share * PEOPLE + 45  # the last plot is whole
    assert not list(referral_items(people=PEOPLE, seed=3, share=0))
    with pytest.raises(InputError, match="from 0 to 1"):
        referral_scenes(people=1, seed=1, share=1.1)


def test_they_share_nothing_with_the_world() -> None:
    def values(items: Any) -> set[str]:
        found: set[str] = set()
        for item in items:
            said = item.record if isinstance(item, SeedRecord) else item.event.get("traits", {})
            found |= {
                str(said[key]) for key in ("phone", "governmentId", "vin", "plate", "email") if key in said
            }
            found.add(str(key_of(item)))
            if isinstance(item, SeedEvent):
                found.add(item.event["messageId"])
        return found

    assert not values(world(people=PEOPLE, seed=42)) & values(referral_items(people=PEOPLE, seed=42))


def test_more_than_there_are_numbers_for_are_refused_at_once() -> None:
    for people, share in ((FIRST_ID + 1, 0.01), (MOST + 1, 1)):
        with pytest.raises(InputError, match="not enough numbers"):
            referral_scenes(people=people, seed=1, share=share)
    assert not list(referral_scenes(people=FIRST_ID + 1, seed=1, share=0))
    assert next(referral_scenes(people=FIRST_ID, seed=1, share=0.1)).planted


def test_there_are_numbers_for_the_most_that_may_take_part(plots: list[ReferralScene]) -> None:
    """Ids for all of them and a last plot; and they have fewer plates than people, of which 400,000 are left."""
    largest = max(len({truth.person_id for _, truth in scene.items}) for scene in plots)
    assert FIRST_ID + MOST + 10 * largest < ID_SLOTS
    people = {truth.person_id for scene in plots for _, truth in scene.items}
    plates = {said["plate"] for scene in plots for _, said, _, _ in tracks(scene) if "plate" in said}
    assert len(people) / 2 < len(plates) < len(people)


def test_every_kind_of_fraud_and_every_look_alike_is_there(truth: ReferralTruth) -> None:
    for kind in set(Code) - NOT_PLANTED:
        assert len(truth.of_kind(kind)) >= 2, kind
    assert not any(truth.of_kind(kind) for kind in NOT_PLANTED)
    for look_alike in LookAlike:
        found = truth.look_alikes(look_alike)
        assert len(found) >= 2, look_alike
        assert all(each.honest for each in found)
    assert len(truth.of_kind(None)) > len(truth) / 2


def test_one_round_has_all_of_them() -> None:
    truth = referral_truth(people=2_000, seed=42)
    assert {each.kind for each in truth} == {None, *Code} - NOT_PLANTED
    assert {each.look_alike for each in truth} == {None, *LookAlike}


def test_truth_knows_every_record_and_every_referral(
    plots: list[ReferralScene], truth: ReferralTruth
) -> None:
    touched: set[tuple[str, str, str]] = set()
    for scene in plots:
        people = {(row.source, row.record_id): row.person_id for _, row in scene.items}
        assert all(people[key_of(item)] == row.person_id for item, row in scene.items)
        owners = {shared.code: shared.owner for shared in scene.codes}
        for name, said, record, at in tracks(scene):
            if name in TOUCHES:
                found = truth.of(said["code"], *record)
                assert found is not None
                assert found.friend == record
                assert found.referrer == owners[said["code"]]
                when = datetime.fromisoformat(at) - START
                assert when == timedelta(seconds=found.at)
                touched.add((said["code"], *record))
        for each in scene.planted:
            assert each.referrer in people
            assert {people[record] for record in each.friend_records} == {people[each.friend]}
            same = people[each.referrer] == people[each.friend]
            assert same == (each.kind is Code.SAME_PERSON)
    assert touched == {(each.code, *each.friend) for each in truth}
    assert truth.of("22222222", "app", "nobody") is None


def test_codes_are_codes_each_of_one_owner(plots: list[ReferralScene]) -> None:
    codes = [shared.code for scene in plots for shared in scene.codes]
    assert all(is_code(code) for code in codes)
    assert len(set(codes)) == len(codes)
    owners = [shared.owner for scene in plots for shared in scene.codes]
    assert len(set(owners)) == len(owners)


def test_chains_are_deep_and_fan_outs_are_skewed(truth: ReferralTruth) -> None:
    assert max(each.generation for each in truth) >= 6
    friends = sorted(Counter(each.code for each in truth if each.honest).values())
    assert friends[len(friends) // 2] <= 2
    assert friends[-1] >= 12
    seconds = sorted(each.at for each in truth)
    assert seconds[-1] - seconds[0] > 900 * 86_400
    assert len({each.dealer for each in truth}) >= 4
    assert {each.reached for each in truth} >= {
        Progress.CLICKED,
        Progress.IDENTIFIED,
        Progress.TEST_DRIVEN,
        Progress.ORDERED,
        Progress.MATURED,
        Progress.RETURNED,
    }


def test_mutual_recommendations_are_over_a_year_apart(truth: ReferralTruth) -> None:
    pairs: dict[frozenset[tuple[str, str]], list[int]] = defaultdict(list)
    for each in truth.look_alikes(LookAlike.MUTUAL):
        pairs[frozenset((each.referrer, each.friend))].append(each.at)
    assert pairs
    assert all(len(at) == 2 and abs(at[0] - at[1]) > 400 * 86_400 for at in pairs.values())


def test_who_matured_has_ordered_in_the_window_and_has_the_car(plots: list[ReferralScene]) -> None:
    """What the truth says of how far one came is what the systems saw, in that order."""
    terms = programme()
    window = timedelta(days=terms.attribution.window_days)
    steps = {
        Progress.MATURED: ("Test Drive Completed", "Order Placed", "Vehicle Delivered"),
        Progress.RETURNED: ("Order Placed", "Vehicle Delivered", "Vehicle Returned"),
        Progress.ORDERED: ("Enquiry Submitted", "Order Placed"),
        Progress.TEST_DRIVEN: ("Test Drive Completed",),
        Progress.IDENTIFIED: ("Enquiry Submitted",),
        Progress.CLICKED: (),
    }
    for scene in plots:
        did = tracks(scene)
        for each in scene.planted:
            touched = START + timedelta(seconds=each.at)
            assert terms.holds(int(touched.timestamp()) * 1_000_000)
            own = [
                (name, datetime.fromisoformat(at))
                for name, _, record, at in did
                if record in each.friend_records and datetime.fromisoformat(at) >= touched
            ]
            before = touched
            for step in steps[each.reached]:
                at = min(when for name, when in own if name == step)
                assert at > before
                assert step != "Order Placed" or at < touched + window
                before = at
            if each.reached in (Progress.TEST_DRIVEN, Progress.IDENTIFIED, Progress.CLICKED):
                assert "Order Placed" not in {name for name, _ in own}


def test_look_alikes_differ_from_fraud_in_what_matters(plots: list[ReferralScene]) -> None:
    seen: set[LookAlike | Code | None] = set()
    for scene in plots:
        people = {(truth.source, truth.record_id): truth.person_id for _, truth in scene.items}
        values = defaultdict[tuple[str, str], set[str]](set)
        for item, truth in scene.items:
            if isinstance(item, SeedRecord):
                for column in ("address", "phone"):
                    if column in item.record:
                        values[truth.person_id, column].add(item.record[column])
        ordered = {s["orderId"]: people[r] for name, s, r, _ in tracks(scene) if name == "Order Placed"}
        paid = {
            (people[r], ordered[s["orderId"]])
            for name, s, r, _ in tracks(scene)
            if name == "Payment Received"
        }
        for each in scene.planted:
            ends = people[each.referrer], people[each.friend]
            address, phone = (
                bool(values[ends[0], column] & values[ends[1], column]) for column in ("address", "phone")
            )
            shares = (address, phone, ends in paid)
            wanted: dict[LookAlike | Code | None, tuple[bool, bool, bool]] = {
                LookAlike.FAMILY: (True, False, False),
                LookAlike.OFFICE: (True, False, False),
                Code.HOUSEHOLD: (True, True, True),
                Code.SHARED_PHONE: (False, True, False),
                Code.SHARED_ADDRESS: (True, False, False),
                Code.SHARED_PAYER: (False, False, True),
            }
            what = each.look_alike or each.kind
            assert what is Code.SAME_PERSON or shares == wanted.get(what, (False, False, False)), what
            seen.add(what)
    assert seen == {None, *Code, *LookAlike} - NOT_PLANTED


def test_the_catalogue_and_the_doors_take_every_item(plots: list[ReferralScene]) -> None:
    doors = Doors(seed_sources())
    now = int((END + timedelta(days=1)).timestamp() * 1_000_000)
    for scene in plots:
        assert [time_of(item) for item, _ in scene.items] == sorted(time_of(item) for item, _ in scene.items)
        for item, _ in scene.items:
            assert START.isoformat()[:10] <= time_of(item)[:10] <= END.isoformat()[:10]
            assert isinstance(doors.read(item, now=now), Message)
        for name, said, _, _ in tracks(scene):
            assert isinstance(read_event(name, said), TypedEvent)
            assert name not in TOUCHES or said["programme"] == PROGRAMME
