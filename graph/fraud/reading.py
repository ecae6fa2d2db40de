"""Reading what surrounds referrals: two statements for all of them, and one for each level of a ring."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from graph.clock import DAY, SECOND
from graph.fraud.evidence import (
    NAMESPACES,
    Above,
    Beside,
    Ends,
    Evidence,
    Home,
    Line,
    Paid,
    Said,
    Share,
    Staff,
    is_consultants,
)
from graph.fraud.ring import Around, Neighbour
from graph.fraud.rules import Rules
from graph.household.evidence import Kind
from graph.ingest.components import ReadOne
from graph.referral.progress import Progress

MOST_HOLDING: Final = 64
"""What more profiles ever held is not read on: it is nobody's own."""
MOST_SHARES: Final = 50
MOST_ABOVE: Final = 20
"""Of a person, in a ring."""
MOST_SAID: Final = 100
MOST_BESIDE: Final = 60

TOPICS: Final = ("enquiry:", "visit:", "appointment:", "order:")
IDLE: Final = (Progress.INVITED, Progress.CLICKED, Progress.LAPSED)
"""Nobody gains from these: they make no ring, no burst and no trade."""


async def read_evidence(
    read: ReadOne, referral_ids: Collection[str], *, rules: Sequence[Rules]
) -> dict[str, Evidence]:
    """What surrounds each of these referrals, as far as any of the rules asks, without rings.

    A referral that is not there, or of which an end is nobody's, is left out.
    """
    if not referral_ids:
        return {}
    ids = sorted(set(referral_ids))
    ties = await read(
        "fraud.read_ties",
        asked={
            "ids": ids,
            "namespaces": list(NAMESPACES),
            "tags": sorted({tag for each in rules for tag in each.staff.tags}),
        },
        most=MOST_HOLDING,
    )
    window = max(_window(each) for each in rules)
    row = await read(
        "fraud.read_doings",
        asked={"ids": ids, "topics": list(TOPICS), "idle": list(IDLE)},
        lead=max(each.code_after_lead.lead_days for each in rules) * DAY,
        said=MOST_SAID,
        window=window,
        beside=MOST_BESIDE,
        friends=min(each.traded_code.friends for each in rules),
    )
    doings, codes = row or ((), ())
    done = {id_: rest for id_, *rest in doings}
    lines = {code: Line(map(_placed, around)) for code, around in codes}
    return {
        evidence.ends.referral: replace(
            evidence,
            said=tuple(_said(each) for each in said),
            rewarded_at=rewarded_at,
            beside=lines[evidence.ends.code].beside(evidence.ends.opened_at, window, most=MOST_BESIDE),
        )
        for evidence in map(_tied, ties[0] if ties else ())
        if evidence.ends.referral in done
        for said, rewarded_at in [done[evidence.ends.referral]]
    }


def _window(rules: Rules) -> int:
    bursts = (burst.hours * 3_600 * SECOND for burst in rules.velocity.bursts)
    return max(rules.traded_code.window_days * DAY, *bursts)


def _tied(row: Sequence[Any]) -> Evidence:
    ends, shares, groups, numbers, paid, staff = row
    own = {group[0] for group in groups if group[1] == Kind.CONSULTANT_PHONE}
    return Evidence(
        ends=Ends(*ends),
        shares=tuple(_share(each) for each in shares),
        homes=tuple(
            Home(id_, mine, theirs, frozenset(reasons))
            for id_, kind, reasons, _, mine, theirs in groups
            if kind == Kind.HOUSEHOLD and theirs is not None
        ),
        numbers=frozenset({*own, *numbers}),
        colleagues=any(kind == Kind.FLEET and theirs is not None for _, kind, _, _, _, theirs in groups),
        paid=tuple(Paid(tuple((kind, of, to) for kind, of, to in way), people) for way, people in paid),
        staff=tuple(
            Staff(by, key, of, one_id, Share(*share) if share else None)
            for by, key, of, one_id, share in staff
        ),
    )


def _share(row: Sequence[Any]) -> Share:
    kind, key, left, right, people, left_first, left_last, right_first, right_last = row
    gap = 0
    if None not in (left_first, left_last, right_first, right_last):
        gap = max(0, left_first - right_last, right_first - left_last)
    return Share(kind, key, left, right, people, gap)


def _placed(row: Sequence[Any]) -> tuple[Beside, bool]:
    at, id_, idle, place = row
    return Beside(id_, at, place), idle


def _said(row: Sequence[Any]) -> Said:
    *columns, details = row
    return Said(*columns, km=_kilometres(details))


def _kilometres(details: str | None) -> float | None:
    value = orjson.loads(details).get("distanceKm") if details else None
    return float(value) if isinstance(value, (int, float)) else None


class Surroundings:
    """Reads what is around people, for the search of rings; nobody is read twice."""

    def __init__(self, read: ReadOne) -> None:
        self._read = read
        self._known: dict[str, Around] = {}

    async def look(self, one_ids: Sequence[str]) -> Mapping[str, Around]:
        """These people with whom they share things and who referred all of them; who is not there is left out."""
        if missing := sorted(set(one_ids) - self._known.keys()):
            row = await self._read(
                "fraud.read_around",
                asked={"oneIds": missing, "namespaces": list(NAMESPACES), "idle": list(IDLE)},
                most=MOST_HOLDING,
                rows=MOST_SHARES,
                above=MOST_ABOVE,
            )
            self._known |= {each[0]: _around(each) for each in (row[0] if row else ())}
        return {one_id: self._known[one_id] for one_id in one_ids if one_id in self._known}


def _around(row: Sequence[Any]) -> Around:
    one_id, neighbours, numbers, referrers = row
    own = frozenset(numbers)
    found = [Neighbour(_share(share), other) for other, share in neighbours]
    above: dict[str, list[Above]] = {}
    for who, *referral in referrers:
        above.setdefault(who, []).append(Above(*referral))
    return Around(
        one_id,
        tuple(each for each in found if not is_consultants(each.share, own)),
        {who: tuple(referrals) for who, referrals in above.items()},
    )
