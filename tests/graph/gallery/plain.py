"""The graph read plainly: a few reads of whole kinds, sorted out in Python, to hold analyses against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from graph.clock import DAY
from graph.db.database import Database

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Touch:
    """A touchpoint with whose it is."""

    one_id: str
    profile_id: str
    at: str
    key: str
    kind: str
    when: int
    channel: str | None
    campaign: str | None
    content: str | None
    dealer: str | None
    consultant: str | None
    model: str | None
    fact: str | None
    due: int | None
    minor: int | None
    currency: str | None


@dataclass(slots=True)
class Person:
    """A present user: the properties of the profiles, and the touchpoints in their order."""

    one_id: str
    profiles: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    touches: list[Touch] = field(default_factory=list[Touch])

    def of(self, *kinds: str) -> list[Touch]:
        """The touchpoints of these kinds."""
        return [touch for touch in self.touches if touch.kind in kinds]


async def read_people(database: Database) -> list[Person]:
    """Everybody."""
    people: dict[str, Person] = {}
    owners: dict[str, str] = {}
    for row in await database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO]->(u:User) WHERE r.to IS NULL "
        "RETURN u.oneId AS one, p {.id, .source, .birthYear, .gender, .lastSeenAt, .ambiguous} AS profile, "
        "r {.tier, .rule, .reason} AS joined"
    ):
        person = people.setdefault(row["one"], Person(row["one"]))
        person.profiles.append({**row["profile"], **row["joined"]})
        owners[row["profile"]["id"]] = row["one"]
    for row in await database.run_schema(
        "CYPHER 5 MATCH (t:Touchpoint) RETURN [t.profileId, t.at, t.key, t.kind, t.occurredAt, t.channel, t.campaign, "
        "t.contentId, t.dealer, t.consultant, t.model, t.fact, t.dueAt, t.amountMinor, t.currency] AS touch"
    ):
        one_id = owners[row["touch"][0]]
        people[one_id].touches.append(Touch(one_id, *row["touch"]))
    for person in people.values():
        person.touches.sort(key=lambda touch: touch.at)
    return list(people.values())


@dataclass(frozen=True, slots=True)
class Order:
    """One order: when it was first placed and delivered, and whether it stands."""

    first: int | None
    placed: int | None
    delivered: int | None
    stands: bool
    model: str | None
    money: tuple[int, str] | None


def orders(touches: Iterable[Touch]) -> list[Order]:
    """The orders that these touchpoints speak of."""
    by_fact: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches:
        if touch.kind in ("order", "delivery", "orderCancellation", "vehicleReturn"):
            assert touch.fact is not None
            by_fact[touch.fact].append(touch)
    return [_order(sorted(told, key=lambda each: (each.when, each.key))) for told in by_fact.values()]


def _order(told: list[Touch]) -> Order:
    placed, delivered = ([each for each in told if each.kind == kind] for kind in ("order", "delivery"))
    for_it = [each.when for each in (*placed, *delivered)]
    against = [each.when for each in told if each.kind in ("orderCancellation", "vehicleReturn")]
    others = [each for each in told if each.kind not in ("order", "delivery")]
    worth = [each for group in (others, delivered, placed) for each in group if each.minor is not None]
    models = [each.model for each in placed if each.model]
    money = worth[-1] if worth else None
    return Order(
        first=min(for_it, default=None),
        placed=placed[0].when if placed else None,
        delivered=delivered[0].when if delivered else None,
        stands=bool(for_it) and (not against or max(for_it) > max(against)),
        model=models[-1] if models else None,
        money=(money.minor or 0, money.currency or "") if money else None,
    )


def month(at: int) -> str:
    """The month of a time in Shanghai."""
    return f"{(_EPOCH + timedelta(microseconds=at)).astimezone(_SHANGHAI):%Y-%m}"


def middle(spans: Iterable[int]) -> float | None:
    """The median of spans (µs), in days."""
    found = list(spans)
    return median(found) / DAY if found else None


def steps(person: Person) -> Iterator[tuple[str, list[Touch]]]:
    """The touchpoints of each dealer that one names, in order."""
    by_dealer: dict[str, list[Touch]] = defaultdict(list)
    for touch in person.touches:
        if touch.dealer:
            by_dealer[touch.dealer].append(touch)
    yield from by_dealer.items()
