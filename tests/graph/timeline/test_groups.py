"""Days of a calendar in time zones, against a walk over moments; and groups as the database makes them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.clock import SECOND, from_datetime, to_datetime
from graph.db.database import Database
from graph.errors import InputError
from graph.ingest.rows import sort_key
from graph.profile.rows import time_bound
from graph.timeline.groups import MOST_PEOPLE, By, TimelineRequest, day_bound, first_moment, key_of, read_zone
from graph.timeline.repository import TimelineRepository
from tests.laws import examples

ZONES = ("UTC", "Asia/Shanghai", "Asia/Kathmandu", "America/Sao_Paulo", "America/New_York", "Pacific/Apia")
PERSON = "p-1"
FILL = """CYPHER 5
CREATE (u:User {oneId: $id, recordedAt: 1})
CREATE (p:Profile {id: $id, birthId: $id, recordKey: $id, seq: 1, source: 'web', recordedAt: 1})
CREATE (p)-[:RESOLVED_TO {from: 1}]->(u)
WITH p UNWIND $times AS t
CREATE (p)-[:BROUGHT]->(:Message:Touchpoint {key: t[0], profileId: $id, at: t[0], kind: 'page', event: 'Page Viewed',
                                             occurredAt: t[1], receivedAt: t[1], recordedAt: 1})"""

moments = st.datetimes(datetime(1971, 1, 1), datetime(2030, 1, 1)).map(from_datetime)  # noqa: DTZ001 - UTC
zones = st.sampled_from(ZONES)


async def fill(database: Database, *, id_: str, moments: list[int]) -> None:
    """A person with these touchpoints."""
    times = [[sort_key(at, f"-{id_}-{n}"), at] for n, at in enumerate(moments)]
    await database.run_schema(FILL, id=id_, times=times)


def oracle(by: By, moment: int, zone: str) -> str:
    """The key of a moment, by the library's own calendar."""
    local = to_datetime(moment).astimezone(ZoneInfo(zone))
    return local.strftime({By.DAY: "%Y-%m-%d", By.WEEK: "%G-W%V", By.MONTH: "%Y-%m"}[by])


@settings(max_examples=examples(60), deadline=None)
@given(st.dates(date(1980, 1, 1), date(2030, 1, 1)), zones)
def test_a_day_begins_with_its_first_moment(day: date, zone: str) -> None:
    place = ZoneInfo(zone)
    first = first_moment(day, place)
    assert to_datetime(first).astimezone(place).date() >= day
    assert to_datetime(first - 1).astimezone(place).date() < day


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("Asia/Shanghai", date(2026, 1, 1), datetime(2025, 12, 31, 16, tzinfo=UTC)),
        # clocks went from 0:00 to 1:00, from 1:00 back to 0:00, and over a whole day
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_days_that_begin_otherwise(zone: str, day: date, first: datetime) -> None:
    assert to_datetime(first_moment(day, ZoneInfo(zone))) == first
    assert day_bound(day, ZoneInfo(zone)) == time_bound(from_datetime(first))


@pytest.mark.parametrize("name", ["", "Nowhere", "+08:00", "../etc/passwd", "Asia/Shanghai\n", "Factory"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InputError) as refused:
        read_zone(name)
    assert "Asia/Shanghai" in (refused.value.remedy or "")


def test_weeks_are_those_of_iso_8601() -> None:
    assert key_of(By.WEEK, "2024-12-30") == "2025-W01"
    assert key_of(By.DAY, "2024-12-30") == "2024-12-30"
    assert key_of(By.WEEK, None) is None


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(moments, min_size=1, max_size=30), zones, st.sampled_from([By.DAY, By.WEEK, By.MONTH]))
async def test_groups_are_those_of_the_calendar(
    database: Database, times: list[int], zone: str, by: By
) -> None:
    await database.run_schema("CYPHER 5 MATCH (n:User|Profile|Message) DETACH DELETE n")
    await fill(database, id_=PERSON, moments=times)
    expected: dict[str, list[int]] = defaultdict(list)
    for moment in times:
        expected[oracle(by, moment, zone)].append(moment)

    request = TimelineRequest(by=by, first=1_000, zone=zone)
    [found] = await TimelineRepository(database).timelines([(PERSON, request)], dealer=None)

    assert {g.key: (g.count, g.first_at, g.last_at) for g in found.groups} == {
        key: (len(held), min(held), max(held)) for key, held in expected.items()
    }
    assert [g.last_at for g in found.groups] == sorted((g.last_at for g in found.groups), reverse=True)
    assert (found.complete, found.has_more) == (True, False)


async def test_the_server_knows_every_time_zone_that_is_taken(database: Database) -> None:
    taken: list[str] = []
    for name in sorted(available_timezones()):
        try:
            read_zone(name)
        except InputError:
            continue
        taken.append(name)
    assert len(taken) > 400
    times = [
        from_datetime(datetime(1972, 1, 1, tzinfo=UTC) + timedelta(days=61, hours=7) * n) for n in range(350)
    ]
    await fill(database, id_=PERSON, moments=times)
    for start in range(0, len(taken), MOST_PEOPLE):
        part = taken[start : start + MOST_PEOPLE]
        asked = [(PERSON, TimelineRequest(by=By.DAY, first=1_000, zone=name)) for name in part]
        found = await TimelineRepository(database).timelines(asked, dealer=None)
        for name, timeline in zip(part, found, strict=True):
            days = [oracle(By.DAY, moment, name) for moment in times]
            assert [group.key for group in timeline.groups] == days[::-1], name


async def test_the_newest_five_thousand_are_counted(database: Database) -> None:
    times = [n * 3_600 * SECOND for n in range(5_003)]
    await fill(database, id_=PERSON, moments=times)
    repository = TimelineRepository(database)
    kind = TimelineRequest(by=By.KIND, first=10)
    [all_] = await repository.timelines([(PERSON, kind)], dealer=None)
    [group] = all_.groups
    assert (group.count, group.first_at, all_.complete) == (5_000, times[3], False)
    ranged = TimelineRequest(by=By.KIND, first=10, since=time_bound(times[3]))
    [part] = await repository.timelines([(PERSON, ranged)], dealer=None)
    assert (part.groups, part.complete) == (all_.groups, True)
    days = TimelineRequest(by=By.DAY, first=7)
    [short] = await repository.timelines([(PERSON, days)], dealer=None)
    assert (len(short.groups), short.has_more, short.groups[0].last_at) == (7, True, times[-1])
    [none] = await repository.timelines([("nobody", days)], dealer=None)
    assert (none.groups, none.complete) == ((), True)
    with pytest.raises(InputError):
        await repository.timelines([(PERSON, days)] * (MOST_PEOPLE + 1), dealer=None)
