"""Schedules that are due: once for each due time, as their owner, whole or not at all, whoever is killed."""

from __future__ import annotations

import asyncio
import csv
import io
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from api.rest.console.export import make_file
from graph.access.audit import AuditLog, Filter
from graph.access.roles import Caller, Role
from graph.access.service import AccessService
from graph.clock import DAY, SECOND, from_datetime
from graph.console.kept import Content, QueryNotFoundError
from graph.console.model import Format, Limits
from graph.console.results import ResultFiles, partial_of
from graph.console.saved import SavedQueries
from graph.console.schedule import (
    MOST_ATTEMPTS,
    Pause,
    Result,
    ResultNotFoundError,
    ScheduleNotFoundError,
    Terms,
)
from graph.console.scheduled import TIDY_SECONDS, MakeFile, ScheduledRuns
from graph.console.schedules import QuerySchedules
from graph.console.service import Console
from graph.db.database import Database
from graph.errors import ForbiddenError, InputError
from graph.feed.follow import catch_up
from graph.privacy.keyring import Keyring

TIMES = "UNWIND range(1, $n) AS x RETURN x * $times AS y, '=1' AS f"
HOURLY = Terms("0 * * * *")
START = from_datetime(datetime(2026, 11, 28, 10, 30, tzinfo=UTC))
HOUR = 3_600 * SECOND
pq: Any = pyarrow.parquet


class SetClock:
    """Stands still until it is set forward; counts in µs."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def pass_hours(self, hours: float) -> None:
        self.now += int(hours * HOUR)


class World:
    """All that runs schedules, on one clock; `runner` makes what another process would have."""

    def __init__(self, database: Database, keyring: Keyring, folder: Path) -> None:
        self.clock = SetClock()
        self.database = database
        self.folder = folder / "console-results"
        self.files = ResultFiles(self.folder)
        self.audit = AuditLog(folder / "audit.sqlite")
        self.access = AccessService(database, clock=self.clock)
        self.console = Console(
            database,
            keyring=keyring,
            audit=self.audit,
            limits=Limits(seconds=5, rows=1_000),
            clock=self.clock,
        )
        self.queries = SavedQueries(
            database, console=self.console, keyring=keyring, files=self.files, clock=self.clock
        )
        self.schedules = QuerySchedules(
            database, queries=self.queries, access=self.access, files=self.files, clock=self.clock
        )

    def runner(self, *, files: ResultFiles | None = None, make: MakeFile = make_file) -> ScheduledRuns:
        return ScheduledRuns(
            self.database,
            queries=self.queries,
            console=self.console,
            access=self.access,
            files=files or self.files,
            make_file=make,
            clock=self.clock,
        )

    async def analyst(self, **more: Any) -> Caller:
        made = await self.access.create(Role.ANALYST, **more)
        return Caller(Role.ANALYST, made.id)

    async def query(self, caller: Caller, statement: str = TIMES, **parameters: Any) -> str:
        given = parameters or ({"n": 3, "times": 2} if statement == TIMES else {})
        return (await self.queries.create("Q", Content(statement, given), caller=caller)).query.id

    async def scheduled(self, caller: Caller, terms: Terms = HOURLY, statement: str = TIMES) -> str:
        id_ = await self.query(caller, statement)
        await self.schedules.set(id_, terms, caller=caller)
        return id_

    def names(self) -> list[str]:
        """All files that lie there, by their path."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


@pytest.fixture
async def world(database: Database, keyring: Keyring, tmp_path: Path) -> AsyncIterator[World]:
    made = World(database, keyring, tmp_path)
    yield made
    await made.console.aclose()


@pytest.fixture
async def ann(world: World) -> Caller:
    return await world.analyst()


async def rows_of(world: World, caller: Caller, result: Result) -> list[list[str]]:
    """A result's CSV without its header."""
    _, path = await world.schedules.result(result.query_id, result.id, caller=caller)
    return list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))[1:]


async def test_what_is_due_runs_once_as_its_owner(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    runner = world.runner()
    assert await runner.follow() is None
    assert (await world.schedules.get(id_, caller=ann)).due_at == START + HOUR / 2
    world.clock.pass_hours(0.5)
    assert await catch_up(runner) == 1
    assert await runner.follow() is None
    (result,) = await world.schedules.results(id_, caller=ann)
    assert (result.outcome, result.rows, result.truncated, result.due_at) == (
        "done",
        3,
        None,
        START + HOUR / 2,
    )
    assert await rows_of(world, ann, result) == [["2", "'=1"], ["4", "'=1"], ["6", "'=1"]]
    schedule = await world.schedules.get(id_, caller=ann)
    assert (schedule.due_at, schedule.lease, schedule.failures) == (START + 3 * HOUR / 2, None, 0)
    await world.audit.drain()
    (run,) = world.audit.runs(Filter())
    assert (run.run, run.key_id, run.role, run.statement) == (result.id, ann.key_id, "analyst", TIMES)
    assert (run.parameters, run.revealed, run.outcome, run.rows) == (("n", "times"), (), "done", 3)


async def test_files_are_the_owners_alone(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    _, path = await world.schedules.result(id_, result.id, caller=ann)
    assert path.stat().st_size == result.bytes
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, world.folder)]
    assert modes == [0o600, 0o700, 0o700]


async def test_what_was_missed_runs_once(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(72.25)
    assert await catch_up(world.runner()) == 1
    (result,) = await world.schedules.results(id_, caller=ann)
    assert result.due_at == START + HOUR / 2
    assert (await world.schedules.get(id_, caller=ann)).due_at == START + 72.5 * HOUR


async def test_two_runners_run_each_due_time_once(world: World, ann: Caller) -> None:
    ids = [await world.scheduled(ann) for _ in range(6)]
    runners = [world.runner(), world.runner(), world.runner()]
    for hour in range(1, 4):
        world.clock.pass_hours(1)
        await asyncio.gather(*(catch_up(runner) for runner in runners))
        for id_ in ids:
            found = await world.schedules.results(id_, caller=ann)
            assert [one.due_at for one in found] == [START + (n + 0.5) * HOUR for n in reversed(range(hour))]
    assert len(world.names()) == 18
    await world.audit.drain()
    assert len(list(world.audit.runs(Filter()))) == 18


async def test_values_over_the_defaults_and_parquet(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann, Terms("0 * * * *", format=Format.PARQUET, parameters={"n": 2}))
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    _, path = await world.schedules.result(id_, result.id, caller=ann)
    assert pq.read_table(path).to_pylist() == [{"y": 2, "f": "=1"}, {"y": 4, "f": "=1"}]


async def test_it_says_what_the_newest_version_says(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann, statement="RETURN 1 AS x")
    await world.queries.add_version(id_, Content("RETURN 2 AS x"), caller=ann)
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    assert await rows_of(world, ann, result) == [["2"]]


async def test_what_a_limit_cut_off_is_kept_and_told(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann, statement="UNWIND range(1, 2000) AS x RETURN x")
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    assert (result.outcome, result.rows, result.truncated) == ("done", 1_000, "rows")


class _Lost(ResultFiles):
    """Of a process that is killed when a file is whole, before that is recorded."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.written = asyncio.Event()

    async def write(self, query_id: str, name: str, data: bytes) -> None:
        await super().write(query_id, name, data)
        self.written.set()
        await asyncio.Event().wait()


async def kill(world: World) -> None:
    """Run what is due in a process that is killed between writing and recording."""
    lost = _Lost(world.folder)
    task = asyncio.create_task(world.runner(files=lost).follow())
    await lost.written.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_killed_between_writing_and_recording_it_is_run_again(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(0.5)
    await kill(world)
    assert len(world.names()) == 1
    assert await world.schedules.results(id_, caller=ann) == [], "what is not recorded is not shown"
    runner = world.runner()
    assert await runner.follow() is None, "it is still taken"
    assert len(world.names()) == 1, "and its file may be about to be recorded"
    world.clock.pass_hours(0.1)
    assert await catch_up(runner) == 1
    (result,) = await world.schedules.results(id_, caller=ann)
    assert result.due_at == START + HOUR / 2
    assert world.names() == [f"{id_}/{result.file}"]


async def test_who_comes_too_late_leaves_nothing(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    going, go = asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> Any:
        made = await make_file(*given)
        going.set()
        await go.wait()
        return made

    world.clock.pass_hours(0.5)
    late = asyncio.create_task(world.runner(make=slowly).follow())
    await going.wait()
    assert (await world.schedules.get(id_, caller=ann)).lease is not None
    world.clock.pass_hours(0.2)
    assert await catch_up(world.runner()) == 1
    go.set()
    await late
    (result,) = await world.schedules.results(id_, caller=ann)
    assert world.names() == [f"{id_}/{result.file}"]
    assert (await world.schedules.get(id_, caller=ann)).due_at == START + 3 * HOUR / 2


async def test_what_ends_every_process_is_given_up(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(1)
    for _ in range(MOST_ATTEMPTS):
        await kill(world)
        world.clock.pass_hours(0.05)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    assert (result.outcome, result.digest) == ("interrupted", None)
    assert world.names() == []
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    assert [one.outcome for one in await world.schedules.results(id_, caller=ann)] == ["done", "interrupted"]


async def test_files_that_nobody_knows_are_removed_in_time(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(1)
    runner = world.runner()
    await catch_up(runner)
    (result,) = await world.schedules.results(id_, caller=ann)
    for folder, name in (
        (id_, partial_of("0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f.csv")),
        (id_, "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f.csv"),
        ("gone", "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e60.parquet"),
    ):
        await world.files.write(folder, name, b"left over")
    await world.schedules.delete(id_, caller=ann)
    world.clock.now += TIDY_SECONDS * SECOND
    await catch_up(runner)
    assert world.names() == [f"{id_}/{result.file}"]


async def test_the_last_ones_are_kept_and_a_failure_takes_none_away(world: World, ann: Caller) -> None:
    terms = Terms("0 * * * *", keep=2)
    id_ = await world.scheduled(ann, terms, "RETURN 12 / 3 AS x")
    runner = world.runner()

    async def run(times: int) -> list[str]:
        for _ in range(times):
            world.clock.pass_hours(1)
            await catch_up(runner)
        return [one.outcome for one in await world.schedules.results(id_, caller=ann)]

    assert await run(4) == ["done", "done"]
    await world.queries.add_version(id_, Content("RETURN 12 / (3 - 3) AS x"), caller=ann)
    assert await run(3) == ["arithmetic", "arithmetic", "done", "done"]
    assert len(world.names()) == 2
    await world.queries.add_version(id_, Content("RETURN 1 AS x"), caller=ann)
    assert await run(1) == ["done", "arithmetic", "arithmetic", "done"]
    assert len(world.names()) == 2
    first = (await world.schedules.results(id_, caller=ann, limit=1))[0]
    rest = await world.schedules.results(id_, caller=ann, before=first.id)
    assert [one.outcome for one in rest] == ["arithmetic", "arithmetic", "done"]


async def test_failures_are_kept_with_what_was_wrong_and_the_fifth_pauses(world: World, ann: Caller) -> None:
    terms = Terms("0 * * * *", parameters={"what": "canary13912340001"})
    id_ = await world.scheduled(ann, terms, "RETURN date($what) AS x")
    runner = world.runner()
    for number in range(1, 6):
        world.clock.pass_hours(1)
        await catch_up(runner)
        assert (await world.schedules.get(id_, caller=ann)).failures == number
    schedule = await world.schedules.get(id_, caller=ann)
    assert (schedule.paused, schedule.due_at) == (Pause.FAILURES, None)
    world.clock.pass_hours(5)
    assert await runner.follow() is None
    results = await world.schedules.results(id_, caller=ann)
    assert len(results) == 5
    assert all(one.message and one.outcome != "done" for one in results)
    with pytest.raises(ResultNotFoundError):
        await world.schedules.result(id_, results[0].id, caller=ann)
    stored = await world.database.run_schema("CYPHER 5 MATCH (n) RETURN properties(n) AS it")
    assert "canary" not in str(stored)
    await world.schedules.set(id_, Terms("0 * * * *", parameters={"what": "2026-11-28"}), caller=ann)
    world.clock.pass_hours(1)
    await catch_up(runner)
    assert (await world.schedules.results(id_, caller=ann, limit=1))[0].outcome == "done"


@pytest.mark.parametrize(
    ("statement", "outcome"),
    [
        ("UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS x", "timed_out"),
        ("UNWIND range(1, 20000000) AS a RETURN size(collect([a, toString(a)])) AS x", "out_of_memory"),
    ],
)
async def test_what_is_too_much_is_a_failure(world: World, ann: Caller, statement: str, outcome: str) -> None:
    id_ = await world.scheduled(ann, statement=statement)
    world.clock.pass_hours(1)
    if outcome == "timed_out":
        world.console.limits = replace(world.console.limits, seconds=0.5)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    assert result.outcome == outcome
    assert world.names() == []


async def test_a_version_that_lost_a_parameter_is_a_failure(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann, Terms("0 * * * *", parameters={"n": 1}))
    await world.queries.add_version(id_, Content("RETURN 1 AS x"), caller=ann)
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    (result,) = await world.schedules.results(id_, caller=ann)
    assert (result.outcome, "no parameter n" in (result.message or "")) == ("bad_input", True)


async def test_what_fails_for_a_reason_of_ours_stops_no_others(world: World, ann: Caller) -> None:
    broken, good = await world.scheduled(ann), await world.scheduled(ann, statement="RETURN 'fine' AS x")

    async def failing(columns: Any, *rest: Any) -> Any:
        if columns.names == ("y", "f"):
            raise ZeroDivisionError("13912340001")
        return await make_file(columns, *rest)

    world.clock.pass_hours(1)
    assert await catch_up(world.runner(make=failing)) == 2
    (result,) = await world.schedules.results(broken, caller=ann)
    assert (result.outcome, "139" in (result.message or "")) == ("internal", False)
    assert (await world.schedules.results(good, caller=ann))[0].outcome == "done"


async def test_a_key_that_is_good_no_more_pauses(world: World, ann: Caller) -> None:
    expiring = await world.analyst(valid_for=2 * DAY)
    degraded = await world.analyst()
    ids = [await world.scheduled(caller, Terms("0 0 * * *")) for caller in (ann, expiring, degraded)]
    await world.access.revoke(ann.key_id)
    await world.database.run_schema(
        "CYPHER 5 MATCH (k:ApiKey {id: $id}) SET k.role = 'monitor' RETURN 1 AS one", id=degraded.key_id
    )
    world.clock.now += 3 * DAY
    runner = world.runner()
    await catch_up(runner)
    admin = Caller(Role.ADMIN, "admin")
    paused = [(await world.schedules.get(id_, caller=admin)).paused for id_ in ids]
    assert paused == [Pause.KEY, Pause.KEY, Pause.PERMISSION]
    assert [await world.schedules.results(id_, caller=admin) for id_ in ids] == [[], [], []]
    world.clock.now += 3 * DAY
    assert await runner.follow() is None
    await world.audit.drain()
    assert list(world.audit.runs(Filter())) == []


async def test_what_its_owner_pauses_waits(world: World, ann: Caller) -> None:
    id_ = await world.query(ann)
    made = await world.schedules.set(id_, HOURLY, caller=ann, paused=True)
    assert (made.paused, made.due_at) == (Pause.OWNER, None)
    world.clock.pass_hours(5)
    assert await world.runner().follow() is None
    resumed = await world.schedules.set(id_, HOURLY, caller=ann)
    assert (resumed.paused, resumed.due_at) == (None, START + 5.5 * HOUR)


async def test_set_again_it_changes_nothing(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann, Terms("0 * * * *", parameters={"n": 1}))
    world.clock.pass_hours(1)

    async def meanwhile(*given: Any) -> Any:
        again = await world.schedules.set(id_, Terms(" 0  * * * *", parameters={"n": 1}), caller=ann)
        assert (again.due_at, again.recorded_at) == (START + HOUR / 2, START)
        assert again.lease is not None
        return await make_file(*given)

    await world.runner(make=meanwhile).follow()
    assert len(await world.schedules.results(id_, caller=ann)) == 1
    other = await world.schedules.set(id_, Terms("0 * * * *", parameters={"n": True}), caller=ann)
    assert other.recorded_at == START + HOUR


async def test_a_run_of_the_schedule_before_is_not_kept(world: World, ann: Caller) -> None:
    id_ = await world.scheduled(ann)
    world.clock.pass_hours(1)

    async def meanwhile(*given: Any) -> Any:
        await world.schedules.set(id_, Terms("15 * * * *"), caller=ann)
        return await make_file(*given)

    await world.runner(make=meanwhile).follow()
    assert await world.schedules.results(id_, caller=ann) == []
    assert world.names() == []
    schedule = await world.schedules.get(id_, caller=ann)
    assert (schedule.due_at, schedule.lease) == (START + 1.75 * HOUR, None)


async def test_results_go_with_the_query(world: World, ann: Caller) -> None:
    first, second = await world.scheduled(ann), await world.scheduled(ann)
    world.clock.pass_hours(1)
    await catch_up(world.runner())
    assert len(world.names()) == 2
    await world.queries.delete(first, caller=ann)
    (result,) = await world.schedules.results(second, caller=ann)
    assert world.names() == [f"{second}/{result.file}"]

    async def meanwhile(*given: Any) -> Any:
        await world.queries.delete(second, caller=ann)
        return await make_file(*given)

    world.clock.pass_hours(1)
    await catch_up(world.runner(make=meanwhile))
    assert world.names() == []
    for id_ in (first, second):
        with pytest.raises(QueryNotFoundError):
            await world.schedules.results(id_, caller=ann)
    left = await world.database.run_schema(
        "CYPHER 5 MATCH (n) WHERE n:QuerySchedule OR n:QueryResult RETURN count(n) AS left"
    )
    assert left[0]["left"] == 0


async def test_only_its_owner_sets_one_and_only_with_a_key(world: World, ann: Caller) -> None:
    bob, admin = await world.analyst(), Caller(Role.ADMIN, "admin")
    id_ = await world.query(ann)
    with pytest.raises(QueryNotFoundError):
        await world.schedules.set(id_, HOURLY, caller=bob)
    with pytest.raises(ForbiddenError):
        await world.schedules.set(id_, HOURLY, caller=admin)
    token = Caller(Role.ANALYST, "subject-of-a-token")
    theirs = await world.query(token)
    with pytest.raises(InputError, match="token"):
        await world.schedules.set(theirs, HOURLY, caller=token)
    with pytest.raises(ScheduleNotFoundError):
        await world.schedules.delete(id_, caller=ann)
    await world.schedules.set(id_, HOURLY, caller=ann)
    await world.schedules.delete(id_, caller=admin)
    with pytest.raises(ScheduleNotFoundError):
        await world.schedules.get(id_, caller=ann)


@pytest.mark.parametrize(
    "terms",
    [
        Terms("0 * * *"),
        Terms("0 * * * *", "Mars/Base"),
        Terms("0 * * * *", keep=0),
        Terms("0 * * * *", keep=101),
        Terms("0 * * * *", parameters={"other": 1}),
        Terms("0 * * * *", parameters={"n": 2**70}),
        Terms("0 * * * *"),
    ],
)
async def test_terms_that_could_not_run_are_refused(world: World, ann: Caller, terms: Terms) -> None:
    id_ = await world.query(ann, times=2)
    with pytest.raises(InputError):
        await world.schedules.set(id_, terms, caller=ann)
    with pytest.raises(ScheduleNotFoundError):
        await world.schedules.get(id_, caller=ann)
