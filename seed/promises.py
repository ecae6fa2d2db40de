"""What people agree to and what consultants promise: consents, follow-ups and cancelled orders of a journey.

They are read off what the journey left behind and drawn from a generator of their own, so that a world with them
has the same people, records and other events as one without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final

from seed.channels import identifier
from seed.disorder import Entry
from seed.draw import Weighted, pick
from seed.items import DAY_SECONDS, DAYS, START, SeedEvent, Truth, isoformat

_END: Final = DAYS * DAY_SECONDS
_SITES: Final = ("website", "website-europe", "app", "wechat-miniprogram")
_PURPOSES: Final = (("marketing", 0.4), ("profiling", 0.1), ("dealerSharing", 0.15))
_WITHDRAWN: Final = 0.12
_FOLLOWED_UP: Final = 0.4
_KEPT: Final = 0.65
_REORDERED: Final = 0.08
_OUTCOMES: Final = Weighted([("reached", 0.7), ("notReached", 0.2), ("lost", 0.1)])
_TOPICS: Final = ("price", "tradeIn", "testDrive", "deliveryDate")


def promises(lived: Sequence[Entry], *, person_id: str, rng: Random) -> list[Entry]:
    """What is to be added to the items of one person, who lived them; nothing of it lies beyond the world's end."""
    asked: set[str] = set()
    found: list[Entry] = []
    own = [entry for entry in lived if entry[2].person_id == person_id]
    last = max(at for at, _, _ in own)
    for at, item, truth in own:
        if not isinstance(item, SeedEvent):
            continue
        event = item.event
        if event["type"] == "identify" and item.source in _SITES and item.source not in asked:
            asked.add(item.source)
            found += _consents(at, item, truth, rng, last)
        elif event.get("event") == "Negotiation Noted":
            found += _follow_ups(at, item, truth, rng)
        elif event.get("event") == "Order Placed" and rng.random() < _REORDERED:
            found += _reordered(at, item, truth, rng)
    return found


def _consents(at: int, item: SeedEvent, truth: Truth, rng: Random, last: int) -> Iterator[Entry]:
    """What is ticked when an account is opened; some take it back while they still come, or a day after."""
    for place, (purpose, chance) in enumerate(_PURPOSES, 1):
        if rng.random() >= chance:
            continue
        said = {"channel": item.source, "purpose": purpose, "wording": "2022-11"}
        yield from _told(at + place, item, truth, rng, "Consent Given", said)
        if rng.random() < _WITHDRAWN:
            later = at + DAY_SECONDS + int(rng.random() * (last - at))
            said = {"channel": item.source, "purpose": purpose}
            yield from _told(later, item, truth, rng, "Consent Withdrawn", said)


def _follow_ups(at: int, item: SeedEvent, truth: Truth, rng: Random) -> Iterator[Entry]:
    """After a talk the consultant plans the next one, and mostly keeps to it."""
    if rng.random() >= _FOLLOWED_UP:
        return
    due = (at // DAY_SECONDS + 2 + int(rng.random() * 8)) * DAY_SECONDS + 6 * 3_600
    kept = ("channel", "dealer", "consultant", "model")
    said = {name: value for name, value in item.event["properties"].items() if name in kept}
    said["topic"] = pick(rng, _TOPICS)
    planned = {**said, "dueAt": (START + timedelta(seconds=due)).isoformat()}  # it may lie beyond the end
    yield from _told(at + 300, item, truth, rng, "Follow-Up Planned", planned)
    if rng.random() < _KEPT:
        done = {**said, "outcome": _OUTCOMES.draw(rng)}
        yield from _told(due + int(rng.random() * 7_200), item, truth, rng, "Follow-Up Completed", done)


def _reordered(at: int, item: SeedEvent, truth: Truth, rng: Random) -> Iterator[Entry]:
    """The order was entered wrongly first, cancelled, and placed anew."""
    first = {**item.event["properties"], "orderId": f"SO{rng.getrandbits(40):012d}"}
    kept = ("channel", "dealer", "consultant", "model", "orderId")
    cancelled = {name: value for name, value in first.items() if name in kept}
    yield from _told(at - 90, item, truth, rng, "Order Placed", first)
    yield from _told(at - 45, item, truth, rng, "Order Cancelled", {**cancelled, "reason": "changed"})


def _told(
    at: int, like: SeedEvent, truth: Truth, rng: Random, name: str, properties: dict[str, Any]
) -> Iterator[Entry]:
    """A track of the one who told `like`, under the same ids; nothing where the world has ended before."""
    if at >= _END:
        return
    event = {
        key: value for key, value in like.event.items() if key in ("context", "userId", "anonymousId")
    } | {
        "type": "track",
        "messageId": identifier(rng, "", bits=128),
        "timestamp": isoformat(at),
        "event": name,
        "properties": properties,
    }
    yield at, SeedEvent(like.source, event), truth
