"""What other systems are told of referrals: events of webhooks, in the order of what happened. Pure but for ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from graph.clock import new_id
from graph.ledger.model import Entry
from graph.referral.rows import Moved
from graph.webhook.outbox import Event

CREATED: Final = "referral.created"
PROGRESSED: Final = "referral.progressed"
JUDGED: Final = "referral.judged"
REVIEW: Final = "referral.reviewOpened"
TYPES: Final = (CREATED, PROGRESSED, JUDGED, REVIEW)
"""Beside these `reward.` and each result of the ledger, as `reward.granted`."""


def events_of(
    moved: Iterable[Moved], entries: Iterable[Entry], reviews: Iterable[Sequence[Any]], *, at: int
) -> list[Event]:
    """The events of a commit, each keyed by its referral; ids, names and amounts, never a personal value."""
    found: list[Event] = []
    for each in moved:
        for type_, data in _of_referral(each):
            said = {"referral": each.id, "programme": each.after["programme"], "friend": each.one_id, **data}
            found.append(Event(new_id(), type_, each.id, at, said))
    for entry in entries:
        found += _of_entry(entry, at)
    for _, referral, said in reviews:
        found.append(Event(new_id(), REVIEW, referral, at, {**said, "referral": referral}))
    return found


def _of_referral(moved: Moved) -> Iterator[tuple[str, dict[str, Any]]]:
    before, after = moved.before, moved.after
    if not before:
        yield CREATED, {"code": after["code"], "progress": after["progress"]}
    elif before.get("progress") != after["progress"]:
        yield PROGRESSED, {"before": before.get("progress"), "progress": after["progress"]}
    if before.get("judgement", "unchecked") != after["judgement"]:
        yield JUDGED, {"judgement": after["judgement"], "flags": after["flags"]}


def _of_entry(entry: Entry, at: int) -> Iterator[Event]:
    sides = {reward.key: reward for reward in entry.rewards}
    for outcome in entry.outcomes:
        reward = sides.get(outcome.reward)
        referral = entry.referral or (reward.referral if reward else "")
        data = {
            "referral": referral,
            "programme": entry.programme,
            "reward": outcome.reward,
            "profile": outcome.profile,
            "unit": outcome.unit,
            "amount": outcome.amount,
            "cause": entry.cause,
            "reason": outcome.reason or None,
        }
        yield Event(new_id(), f"reward.{outcome.result}", referral or outcome.reward, at, data)
