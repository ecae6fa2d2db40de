"""What analyses of people, dealers and orders count, against plain readings of the same graph."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

import pytest

from graph.clock import DAY
from graph.ingest.subjects import Topic
from graph.standing.consents import consents_of
from graph.standing.orders import OrderStatus, orders_of
from graph.standing.repository import StandingRepository
from graph.standing.statement import Statement
from tests.graph.gallery.conftest import NOW, World
from tests.graph.gallery.plain import Person, middle, month, orders, read_people, steps
from tests.graph.gallery.test_analyses import Rows, ask

STEPS: Final = ("known", "enquired", "visited", "testDriven", "ordered", "delivered")
_STEP: Final = {"enquiry": 1, "storeVisit": 2, "testDrive": 3, "order": 4, "delivery": 5}
_UNDONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.RETURNED})
_CLOSING: Final = ("followUp", "testDrive", "storeVisit")

Known = dict[str, dict[str, tuple[int, int | None]]]
"""By profile and dealer: since when they are known, and the last contact, µs."""


@pytest.fixture(scope="module")
async def people(world: World) -> list[Person]:
    """Everybody in the world, read plainly."""
    return await read_people(world.services.database)


def sets(rows: Rows, *columns: str) -> set[tuple[Any, ...]]:
    """Some columns of all rows; no two rows are the same in them."""
    found = [tuple(row[column] for column in columns) for row in rows]
    assert len(found) == len(set(found))
    return set(found)


async def test_profiles_of_people(world: World, people: list[Person]) -> None:
    counted = Counter(len(person.profiles) for person in people)
    assert sets(await ask(world, "profiles_per_person"), "profiles", "people") == set(counted.items())
    assert max(counted) > 4


async def test_sources_alone(world: World, people: list[Person]) -> None:
    known, alone, profiles = Counter[str](), Counter[str](), Counter[str]()
    for person in people:
        sources = {profile["source"] for profile in person.profiles}
        known.update(sources)
        alone.update(sources if len(sources) == 1 else ())
        profiles.update(profile["source"] for profile in person.profiles)
    rows = await ask(world, "single_source_people")
    expected = {(source, profiles[source], known[source], alone[source]) for source in known}
    assert sets(rows, "source", "profiles", "people", "alone") == expected
    assert all(row["share"] == pytest.approx(row["alone"] / row["people"]) for row in rows)


async def test_merges_at_risk(world: World, people: list[Person]) -> None:
    counted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for person in people:
        if len(person.profiles) < 2:
            continue
        years = {profile["birthYear"] for profile in person.profiles} - {None}
        genders = {profile["gender"] for profile in person.profiles} - {None}
        doubts = any(profile["ambiguous"] for profile in person.profiles)
        signs = (len(years) > 1, len(genders) > 1, doubts)
        linked = {(each["tier"], each["reason"]) for each in person.profiles if each["rule"] == "linked"}
        for join in linked:
            for place, sign in enumerate((True, *signs, any(signs))):
                counted[join][place] += sign
    rows = await ask(world, "merges_at_risk")
    found = sets(rows, "tier", "reason", "people", "yearsDiffer", "gendersDiffer", "ambiguous")
    assert found == {(*join, *counts[:4]) for join, counts in counted.items()}
    assert {(row["tier"], row["reason"]): row["share"] for row in rows} == {
        join: pytest.approx(counts[4] / counts[0]) for join, counts in counted.items()
    }


async def test_shared_identifiers(world: World) -> None:
    held = await world.services.database.run_schema(
        "CYPHER 5 MATCH (i:Identifier)<-[e:HAS|CLAIMS]-(p:Profile)-[r:RESOLVED_TO]->(u:User) "
        "WHERE r.to IS NULL AND e.retractedAt IS NULL "
        "RETURN i.key AS key, i.namespace AS namespace, p.id AS profile, u.oneId AS one"
    )
    holders: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in held:
        holders[row["namespace"], row["key"]].add((row["profile"], row["one"]))
    for least in (2, 4):
        counted: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        for (namespace, _), those in holders.items():
            sharing = len({one for _, one in those})
            if sharing >= least:
                counted[namespace, sharing][0] += 1
                counted[namespace, sharing][1] += len(those)
        rows = await ask(world, "shared_identifiers", least=least)
        found = sets(rows, "namespace", "people", "identifiers", "profiles")
        assert found == {(*key, *counts) for key, counts in counted.items()}


async def test_first_touch_to_order(world: World, people: list[Person]) -> None:
    since = NOW - 700 * DAY
    reached: dict[str | None, list[int | None]] = defaultdict(list)
    for person in people:
        if person.touches and person.touches[0].when >= since:
            first = person.touches[0]
            ordered = min((each.when for each in person.of("order")), default=None)
            reached[first.channel].append(None if ordered is None else ordered - first.when)
    rows = await ask(world, "first_touch_to_order", since=since)
    expected = {
        (channel, len(spans), sum(span is not None for span in spans)) for channel, spans in reached.items()
    }
    assert sets(rows, "channel", "people", "ordered") == expected
    for row in rows:
        told = middle(span for span in reached[row["channel"]] if span is not None)
        assert row["medianDays"] == (None if told is None else pytest.approx(told))
        assert row["conversion"] == pytest.approx(row["ordered"] / row["people"])


@pytest.fixture(scope="module")
async def known(world: World) -> Known:
    """Since when each dealer knows each profile, be it from a record of a file, and the last contact."""
    told = await world.services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer) "
        "RETURN p.id AS profile, d.id AS dealer, k.since AS since, k.lastAt AS at"
    )
    found: Known = defaultdict(dict)
    for row in told:
        found[row["profile"]][row["dealer"]] = (row["since"], row["at"])
    return found


def met(person: Person, known: Known) -> dict[str, tuple[int, int, int]]:
    """By dealer: since when the person is known there, the last contact or else that, and the furthest step."""
    touches = dict(steps(person))
    told: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for profile in person.profiles:
        for dealer, times in known.get(profile["id"], {}).items():
            told[dealer].append(times)
    return {
        dealer: (
            min(since for since, _ in times),
            max((at for _, at in times if at is not None), default=min(since for since, _ in times)),
            max((_STEP.get(each.kind, 0) for each in touches.get(dealer, [])), default=0),
        )
        for dealer, times in told.items()
    }


@pytest.mark.parametrize("quiet_days", [0, 400])
async def test_funnel_and_pipeline(world: World, people: list[Person], known: Known, quiet_days: int) -> None:
    by_month: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    pipeline: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for person in people:
        dealers = met(person, known)
        for dealer, (_, contact, step) in dealers.items():
            pipeline[dealer, STEPS[step]][0] += 1
            pipeline[dealer, STEPS[step]][1] += contact < NOW - quiet_days * DAY
        if dealers:
            counts = by_month[month(min(since for since, _, _ in dealers.values()))]
            for place in range(1 + max(step for _, _, step in dealers.values())):
                counts[place] += 1
    columns = ("month", "people", "enquired", "visited", "testDriven", "ordered", "delivered")
    rows = await ask(world, "funnel_by_month")
    assert sets(rows, *columns) == {(name, *counts) for name, counts in by_month.items()}
    rows = await ask(world, "dealers_pipeline", quietDays=quiet_days)
    expected = {(*key, *counts) for key, counts in pipeline.items()}
    assert sets(rows, "dealer", "step", "people", "quiet") == expected


async def test_lost_but_alive(world: World, people: list[Person], known: Known) -> None:
    quiet, alive = Counter[str](), Counter[str]()
    for person in people:
        if person.of("order", "delivery"):
            continue
        seen = max(profile["lastSeenAt"] for profile in person.profiles)
        touches = dict(steps(person))
        for dealer, (_, contact, _) in met(person, known).items():
            lead = any(1 <= _STEP.get(each.kind, 0) <= 3 for each in touches.get(dealer, []))
            if lead and contact < NOW - 60 * DAY:
                quiet[dealer] += 1
                alive[dealer] += seen > contact and seen >= NOW - 1_000 * DAY
    rows = await ask(world, "lost_but_alive", quietDays=60, aliveDays=1_000)
    assert sets(rows, "dealer", "quiet", "alive") == {
        (dealer, quiet[dealer], alive[dealer]) for dealer in quiet
    }
    assert 0 < alive.total() < quiet.total()


async def test_orders(world: World, people: list[Person]) -> None:
    made: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    spans: dict[str | None, list[int]] = defaultdict(list)
    for order in orders(each for person in people for each in person.touches):
        if order.placed is None:
            continue
        counts = made[order.model]
        counts[0] += 1
        counts[1] += order.delivered is not None and order.stands
        counts[2] += not order.stands
        if order.delivered is not None and order.delivered >= order.placed:
            spans[order.model].append(order.delivered - order.placed)
    rows = await ask(world, "orders_by_model")
    assert sets(rows, "model", "orders", "delivered", "undone") == {
        (m, *counts) for m, counts in made.items()
    }
    assert sum(row["undone"] for row in rows) > 0
    for row in rows:
        assert row["medianDays"] == pytest.approx(middle(spans[row["model"]]))


def test_an_order_stands_here_where_it_stands_for_its_person(people: list[Person]) -> None:
    """The analyses and `User.orders` read alike what was cancelled and what came back."""
    undone = Counter[OrderStatus]()
    for person in people:
        said = [Statement(t.key, t.profile_id, t.fact or "", t.kind, t.when) for t in person.touches]
        found = orders_of(said)
        undone.update(order.status for order in found)
        standing = [order.delivered_at for order in found if order.status not in _UNDONE]
        assert sorted(standing, key=str) == sorted(
            (order.delivered for order in orders(person.touches) if order.stands), key=str
        )
    assert undone.keys() >= _UNDONE, "the world has both"


async def test_ltv_by_cohort(world: World, people: list[Person]) -> None:
    worth: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [set[str](), 0, 0, 0])
    for person in people:
        standing = [order for order in orders(person.touches) if order.stands]
        firsts = [order.first for order in standing if order.first is not None]
        if not firsts:
            continue
        cohort = month(min(firsts))
        for order in standing:
            if order.money:
                of_it = worth[cohort, order.money[1]]
                of_it[0].add(person.one_id)
                of_it[1] += 1
                of_it[2] += order.money[0]
        for service in person.of("service"):
            if service.minor is not None and service.currency:
                of_it = worth[cohort, service.currency]
                of_it[0].add(person.one_id)
                of_it[3] += service.minor
    rows = await ask(world, "ltv_by_cohort")
    expected = {(*key, len(who), *sums) for key, (who, *sums) in worth.items()}
    assert sets(rows, "cohort", "currency", "people", "orders", "orderMinor", "serviceMinor") == expected
    assert {row["currency"] for row in rows} >= {"CNY", "EUR"}
    for row in rows:
        assert row["perPersonMinor"] == pytest.approx(
            (row["orderMinor"] + row["serviceMinor"]) / row["people"]
        )


async def test_test_drives(world: World, people: list[Person]) -> None:
    driven, spans = Counter[str](), defaultdict[str, list[int]](list)
    for person in people:
        for dealer, touches in steps(person):
            drive = min((each.when for each in touches if each.kind == "testDrive"), default=None)
            order = min((each.when for each in touches if each.kind == "order"), default=None)
            if drive is not None:
                driven[dealer] += 1
                if order is not None and order >= drive:
                    spans[dealer].append(order - drive)
    rows = await ask(world, "drive_to_order")
    assert sets(rows, "dealer", "testDriven", "ordered") == {(d, n, len(spans[d])) for d, n in driven.items()}
    for row in rows:
        told = middle(spans[row["dealer"]])
        assert row["medianDays"] == (None if told is None else pytest.approx(told))


@pytest.mark.parametrize("back", [0, 300, 900])
async def test_follow_ups_and_consultants(world: World, people: list[Person], back: int) -> None:
    now = NOW - back * DAY
    left, late = Counter[str](), Counter[str]()
    oldest: dict[str, int] = defaultdict(int)
    load: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for person in people:
        for dealer, touches in steps(person):
            due = _open(touches)
            left[dealer] += len(due)
            overdue = [at for at in due if at < now]
            late[dealer] += len(overdue)
            oldest[dealer] = max([oldest[dealer], *(now - at for at in overdue)])
            named = max(((each.when, each.consultant) for each in touches if each.consultant), default=None)
            if named:
                counts = load[dealer, named[1]]
                counts[0] += 1
                counts[1] += not any(each.kind == "order" for each in touches)
                counts[2] += len(overdue)
    rows = await ask(world, "overdue_follow_ups", asOf=now)
    assert sets(rows, "dealer", "open", "overdue") == {(d, n, late[d]) for d, n in left.items() if n}
    for row in rows:
        told = oldest[row["dealer"]] / DAY
        assert row["oldestDays"] == (pytest.approx(told) if row["overdue"] else None)
    rows = await ask(world, "consultants_load", asOf=now)
    found = sets(rows, "dealer", "consultant", "people", "leads", "overdue")
    assert found == {(*key, *counts) for key, counts in load.items()}
    assert late.total() > 0


def _open(touches: list[Any]) -> list[int]:
    """When the newest follow-up and the newest booking with a dealer are due, where nothing closed them since."""
    found: list[int] = []
    for planning, closing in (
        ("followUpPlan", _CLOSING),
        ("testDriveBooking", (*_CLOSING, "testDriveCancellation")),
    ):
        plans = [(each.when, each.due) for each in touches if each.kind == planning and each.due is not None]
        if plans:
            made, due = max(plans)
            if not any(each.kind in closing and each.when > made for each in touches):
                found.append(due)
    return found


async def test_consents(world: World, people: list[Person]) -> None:
    said = await StandingRepository(world.services.database).statements(
        [person.one_id for person in people], [Topic.CONSENT], dealer=None
    )
    counted: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for statements in said.values():
        for consent in consents_of(statements):
            counted[consent.purpose, consent.dealer][not consent.given] += 1
    found = sets(await ask(world, "consents_by_purpose"), "purpose", "dealer", "given", "withdrawn")
    assert found == {(*key, *counts) for key, counts in counted.items()}


@pytest.mark.parametrize(("name", "column"), [("campaign_reach", "campaign"), ("content_reach", "content")])
async def test_reach(world: World, people: list[Person], name: str, column: str) -> None:
    for days in (1, 90):
        counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for person in people:
            bought = [each.when for each in person.of("order")]
            by_id: dict[str, list[int]] = defaultdict(list)
            for each in person.touches:
                if getattr(each, column) is not None:
                    by_id[getattr(each, column)].append(each.when)
            for id_, times in by_id.items():
                counts = counted[id_]
                counts[0] += len(times)
                counts[1] += 1
                counts[2] += any(min(times) <= at < min(times) + days * DAY for at in bought)
        rows = await ask(world, name, days=days)
        found = sets(rows, column, "touchpoints", "people", "ordered")
        assert found == {(id_, *counts) for id_, counts in counted.items()}


async def test_services(world: World, people: list[Person]) -> None:
    for days in (200, 365):
        counted: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
        spans: dict[str | None, list[int]] = defaultdict(list)
        for person in people:
            cars = sorted(person.of("delivery"), key=lambda each: (each.when, each.key))
            if not cars or cars[0].when > NOW - days * DAY:
                continue
            after = [each.when - cars[0].when for each in person.of("service")]
            served = [span for span in after if 0 <= span < days * DAY]
            counted[cars[0].model][0] += 1
            counted[cars[0].model][1] += bool(served)
            spans[cars[0].model] += [min(served)] if served else []
        rows = await ask(world, "service_after_delivery", days=days)
        assert sets(rows, "model", "people", "served") == {(m, *counts) for m, counts in counted.items()}
        assert sum(row["served"] for row in rows) < sum(row["people"] for row in rows)
        for row in rows:
            told = middle(spans[row["model"]])
            assert row["medianDays"] == (None if told is None else pytest.approx(told))


async def test_touchpoints(world: World, people: list[Person]) -> None:
    touches = [each for person in people for each in person.touches]
    counted = Counter((each.channel, each.kind) for each in touches)
    those: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for each in touches:
        those[each.channel, each.kind].add(each.profile_id)
    rows = await ask(world, "touchpoints_by_channel")
    found = sets(rows, "channel", "kind", "touchpoints", "profiles")
    assert found == {(*key, count, len(those[key])) for key, count in counted.items()}
