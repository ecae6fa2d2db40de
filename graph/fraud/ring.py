"""Rings: referrals that lead from a friend back to the referrer, through people who share things. Pure but for reading.

From the referrer the search goes up, to who referred them: people have few referrers, and may have referred thousands.
Each level is read at once for all referrals asked, so it costs at most as many reads as a ring has referrals, less one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final, NamedTuple

from graph.clock import DAY
from graph.fraud.evidence import Above, Ends, Ring, Share, Step
from graph.fraud.rules import Rules
from graph.fraud.signals import share_weight

MOST_WAYS: Final = 200
"""Ways that are followed on for one referral on each level: those that say most."""


class Neighbour(NamedTuple):
    """Somebody with whom a person shares a thing; the share's left end is the person's."""

    share: Share
    one_id: str


@dataclass(frozen=True, slots=True)
class Around:
    """A person: whom they share things with, and who referred them and each of those."""

    one_id: str
    neighbours: tuple[Neighbour, ...] = ()
    above: Mapping[str, tuple[Above, ...]] | None = None

    def referrers(self, one_id: str) -> tuple[Above, ...]:
        """Who referred this person or one of the neighbours."""
        return (self.above or {}).get(one_id, ())


Look = Callable[[Sequence[str]], Awaitable[Mapping[str, Around]]]
"""Reads what is around people, by oneId; who is not there is left out."""


class _Way(NamedTuple):
    """Up from a referrer: where it has come to, over whom, and how much what is shared on it says."""

    at: str
    steps: tuple[Step, ...]
    people: frozenset[str]
    weight: float


async def find_rings(look: Look, asked: Sequence[Ends], rules: Rules) -> dict[str, Ring]:
    """The ring of each referral that says most, by the referral's id; of most there is none.

    A ring has two to `rules.ring.referrals` referrals, all within `window_days`, and nobody twice. Two referrals with
    nothing shared are two people who recommended each other, and no ring. Of rings that say as much the shorter one.
    """
    if not rules.ring.on:
        return {}
    known: dict[str, Around] = {}
    ways = {
        e.referral: [_Way(e.referrer, (), frozenset({e.referrer}), 1.0)]
        for e in asked
        if e.referrer != e.friend
    }
    by_id = {ends.referral: ends for ends in asked}
    found: dict[str, Ring] = {}
    wanted = {by_id[id_].friend for id_ in ways}
    for _ in range(rules.ring.referrals - 1):
        wanted |= {way.at for on in ways.values() for way in on}
        if missing := sorted(wanted - known.keys()):
            known |= await look(missing)
        further: dict[str, list[_Way]] = {}
        for id_, on in ways.items():
            steps = [step for way in on for step in _steps(way, by_id[id_], known, rules)]
            for way in steps:
                if ring := _closed(way, by_id[id_], known, rules):
                    found[id_] = min(found.get(id_, ring), ring, key=lambda each: _preference(each, rules))
            open_ = [way for way in steps if way.at != by_id[id_].friend]
            further[id_] = sorted(open_, key=lambda way: (-way.weight, _name(way.steps)))[:MOST_WAYS]
        ways = {id_: on for id_, on in further.items() if on}
    return found


def _steps(way: _Way, ends: Ends, known: Mapping[str, Around], rules: Rules) -> Iterator[_Way]:
    """The way, one referral further up: of the person it has come to, or of one who shares something with them."""
    here = known.get(way.at)
    if here is None:
        return
    own: list[tuple[Share | None, str]] = [(None, way.at)]
    for share, one_id in [*own, *here.neighbours]:
        weight = way.weight * (share_weight(share, rules) if share else 1.0)
        if not weight or one_id == ends.friend or (share and one_id in way.people):
            continue
        for above in here.referrers(one_id):
            if above.maker in way.people | {one_id} or not _in_time(above, way, ends, rules):
                continue
            step = Step(share, one_id, above)
            yield _Way(above.maker, (*way.steps, step), way.people | {one_id, above.maker}, weight)


def _in_time(above: Above, way: _Way, ends: Ends, rules: Rules) -> bool:
    times = [ends.opened_at, above.opened_at, *(step.above.opened_at for step in way.steps)]
    return above.referral != ends.referral and max(times) - min(times) <= rules.ring.window_days * DAY


def _closed(way: _Way, ends: Ends, known: Mapping[str, Around], rules: Rules) -> Ring | None:
    """The ring that the way closes with the friend, if any: it is the friend, or shares something with them."""
    if way.at == ends.friend:
        # Two people who recommended each other, with nothing else between them, are honest.
        mutual = len(way.steps) == 1 and not any(step.share for step in way.steps)
        return None if mutual else Ring(way.steps, None)
    if ends.friend in way.people or (friend := known.get(ends.friend)) is None:
        return None
    shares = [share for share, one_id in friend.neighbours if one_id == way.at and share_weight(share, rules)]
    best = min(shares, key=lambda share: (-share_weight(share, rules), share), default=None)
    return Ring(way.steps, best._replace(left=best.right, right=best.left)) if best else None


def _preference(ring: Ring, rules: Rules) -> tuple[float, int, str, str]:
    said = prod(share_weight(share, rules) for share in ring.shares)
    return -said, len(ring.steps), _name(ring.steps), repr(ring.last)


def _name(steps: tuple[Step, ...]) -> str:
    """Tells ways that say as much apart, whatever the order in which they were found."""
    return repr(steps)
