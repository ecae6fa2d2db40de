"""What contacts with a dealer say does not depend on their order, and is what a plain reading of them says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ingest.acquaintance import acquaintances
from graph.ingest.message import Message
from tests.api.conftest import message
from tests.laws import examples

EVENTS = (
    "Enquiry Submitted", "Content Viewed", "Store Visited", "Test Drive Booked", "Test Drive Completed",
    "Test Drive Cancelled", "Order Placed", "Vehicle Delivered", "Follow-Up Planned", "Follow-Up Completed",
)  # fmt: skip
STEPS = {
    "Enquiry Submitted": 4, "Store Visited": 5, "Test Drive Completed": 6, "Order Placed": 7, "Vehicle Delivered": 8,
}  # fmt: skip
CLOSING = {"Follow-Up Completed", "Test Drive Completed", "Store Visited"}

Told = tuple[str, int, str | None, str | None, int | None, str | None]
"""Event, day, dealer, consultant, day it is due, outcome."""

told = st.tuples(
    st.sampled_from(EVENTS),
    st.integers(1, 9),
    st.sampled_from(["d-1", "d-2", None]),
    st.sampled_from(["c-1", "c-2", None]),
    st.one_of(st.none(), st.integers(1, 9)),
    st.sampled_from([None, "reached", "notReached"]),
)


def day(number: int) -> str:
    return f"2026-02-{number:02}T08:00:00Z"


def micros(number: int) -> int:
    return 1_769_932_800_000_000 + (number - 1) * 86_400_000_000


def read(number: int, it: Told) -> Message:
    event, at, dealer, consultant, due, outcome = it
    properties: dict[str, Any] = {"dealer": dealer, "consultant": consultant}
    if due and event == "Test Drive Booked":
        properties["appointmentAt"] = day(due)
    if due and event == "Follow-Up Planned":
        properties["dueAt"] = day(due)
    if event == "Follow-Up Completed":
        properties["outcome"] = outcome
    given_ = {name: value for name, value in properties.items() if value is not None}
    track = {"type": "track", "userId": "u", "messageId": f"m{number}", "event": event, "timestamp": day(at)}
    return message(track | {"properties": given_})


def expected(world: Sequence[Told], dealer: str) -> list[Any]:
    """The row, sorted out of a list of all that was told."""
    here = [it for it in world if it[2] == dealer]

    def times(*events: str) -> list[int]:
        return sorted(micros(it[1]) for it in here if it[0] in events)

    contacts = [
        micros(it[1])
        for it in here
        if it[0] != "Follow-Up Planned" and not (it[0] == "Follow-Up Completed" and it[5] == "notReached")
    ]
    row: list[Any] = ["p", dealer, min(micros(it[1]) for it in here), max(contacts, default=None)]
    row += [next(iter(times(event)), None) for event in sorted(STEPS, key=lambda name: STEPS[name])]
    named = sorted((it[1], it[3]) for it in here if it[3])
    row += [named[-1][1], micros(named[-1][0])] if named else [None, None]
    for planning in ("Follow-Up Planned", "Test Drive Booked"):
        plans = sorted((it[1], it[4]) for it in here if it[4] and it[0] == planning)
        row += [micros(plans[-1][1] or 0), micros(plans[-1][0])] if plans else [None, None]
    return [*row, *(next(reversed(times(*done)), None) for done in (CLOSING, ["Test Drive Cancelled"]))]


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(told, max_size=8), st.randoms(use_true_random=False))
def test_it_is_what_a_plain_reading_says_in_any_order(world: list[Told], random_: Any) -> None:
    messages = [read(number, it) for number, it in enumerate(world)]
    shuffled = messages + [each for each in messages if random_.random() < 0.5]
    random_.shuffle(shuffled)
    rows = {dealer: known.row("p", dealer) for dealer, known in acquaintances(shuffled).items()}
    assert rows == {
        dealer: expected(world, dealer) for dealer in ("d-1", "d-2") if dealer in {it[2] for it in world}
    }


def test_a_record_makes_a_dealer_known_and_is_no_contact() -> None:
    from graph.ingest.sources import SourceDeclaration

    source = SourceDeclaration.model_validate({"name": "dms", "dealer": "d-1"})
    said = message({"type": "identify", "userId": "u", "messageId": "i", "timestamp": day(3)}, source=source)
    assert acquaintances([said])["d-1"].row("p", "d-1") == ["p", "d-1", micros(3), *[None] * 14]
