"""A frontend's three questions over HTTP, against `@neo4j/graphql` with Apollo Server on the same graph."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.gql.ids import user_cursor
from bench import raw
from bench.apollo import Load, Server, cpu_seconds, java_of, load, peer
from bench.crowd import PAGE, Crowd, fill
from bench.lean import Connection
from bench.measure import Figure, interleaved
from bench.setting import Bench, server
from graph.access.roles import Role
from graph.profile.repository import ProfileRepository
from graph.profile.rows import Want

SECONDS: Final = float(os.environ.get("GUANXI_BENCH_SECONDS", "5"))
REQUESTS: Final = 200

_PERSON: Final = """query Person($id: ID!, $names: Boolean!) { person: user(oneId: $id) { ...Card } }
fragment Card on User { id oneId name: displayName @include(if: $names) firstSeenAt lastSeenAt
  profiles { source recordId } identifiers { namespace value trusted } }"""
_PERSON_PEER: Final = """query Person($id: String!, $names: Boolean!) {
  person: users(where: {oneId: {eq: $id}}) { ...Card } }
fragment Card on User { oneId since: recordedAt @include(if: $names)
  profiles { id source firstSeenAt lastSeenAt identifiers { key namespace scope mask } } }"""

_DESK: Final = """query Desk($first: Int!, $after: String, $cars: Boolean!) {
  desk: users(first: $first, after: $after) { edges { node { ...Row } } } }
fragment Row on User { oneId vehicles @include(if: $cars) { id vin model }
  newest: touchpoints(first: 20) { edges { node { id at: occurredAt event kind channel } } } }"""
_DESK_PEER: Final = """query Desk($first: Int!, $after: String!, $cars: Boolean!) {
  desk: users(limit: $first, where: {oneId: {gt: $after}}, sort: [{oneId: ASC}]) { ...Row } }
fragment Row on User { oneId profiles @include(if: $cars) { vehicles { key mask model } }
  newest(first: 20) { profileId at event kind channel occurredAt } }"""
_LIST: Final = """query List($first: Int!, $after: String, $names: Boolean!) {
  people: users(first: $first, after: $after) { edges { cursor node { ...Card } } } }
fragment Card on User { __typename id oneId name: displayName @include(if: $names) firstSeenAt lastSeenAt
  identifiers { namespace value trusted } }"""
_LIST_PEER: Final = """query List($first: Int!, $after: String!, $names: Boolean!) {
  people: users(limit: $first, where: {oneId: {gt: $after}}, sort: [{oneId: ASC}]) { ...Card } }
fragment Card on User { __typename oneId since: recordedAt @include(if: $names)
  profiles { id source firstSeenAt lastSeenAt identifiers { namespace scope mask } } }"""


@dataclass(frozen=True, slots=True)
class Question:
    """What both servers are asked, each about several people or pages in turn."""

    name: str
    meaning: str
    pass_at: str
    ours: list[str]
    theirs: list[str]
    people: int
    """In each answer."""


def questions(crowd: Crowd) -> list[Question]:
    """The three questions."""
    ids = crowd.one_ids[80:1_080:5]
    ends = crowd.one_ids[200:1_900:170]

    def bodies(query: str, first: int, starts: Sequence[str], **more: Any) -> list[str]:
        cursors = [user_cursor(start) if start else None for start in starts]
        return [_body(query, first=first, after=cursor, **more) for cursor in cursors]

    def peer_bodies(query: str, first: int, starts: Sequence[str], **more: Any) -> list[str]:
        return [_body(query, first=first, after=start, **more) for start in starts]

    return [
        Question(
            "one",
            "one user, ten fields: requests/s",
            "≥ 1.5",
            [_body(_PERSON, id=id_, names=True) for id_ in ids],
            [_body(_PERSON_PEER, id=id_, names=True) for id_ in ids],
            1,
        ),
        Question(
            "hops",
            "20 users × vehicles × their 20 newest touchpoints, of histories of 5 and of 5,000: requests/s",
            "≥ 2",
            bodies(_DESK, PAGE, crowd.starts, cars=True),
            peer_bodies(_DESK_PEER, PAGE, crowd.starts, cars=True),
            PAGE,
        ),
        Question(
            "list",
            "a list of 1,000 users × ten fields: requests/s",
            "≥ 3",
            bodies(_LIST, 1_000, ends, names=True),
            peer_bodies(_LIST_PEER, 1_000, ends, names=True),
            1_000,
        ),
    ]


async def frontend(bench: Bench) -> list[Figure]:
    """Requests a second of both for each question, and the latency of the first against its bare statement."""
    await raw.wipe(bench.driver, bench.database)
    crowd = await fill(bench)
    key = (await bench.services.access.create(Role.FRONTEND)).key
    wide = {"GUANXI_GRAPHQL_RATE": "1e9", "GUANXI_GRAPHQL_BURST": "1e9"}  # the whole load has one key
    forgetful = {**wide, "GUANXI_REMEMBER_SECONDS": "0"}
    async with (
        server(bench, **wide) as (address, pid),
        server(bench, **forgetful) as (other_address, other_pid),
        peer(bench.endpoint) as theirs,
        load() as loaded,
    ):
        neo4j = java_of(bench.settings.data_dir)
        bearer = {"Authorization": f"Bearer {key}"}
        ours = Server(address, "/graphql", pid, bearer)
        figures = [await _rates(question, ours, theirs, loaded, neo4j) for question in questions(crowd)]
        anew = Server(other_address, "/graphql", other_pid, bearer)
        for question, figure in zip(questions(crowd), figures, strict=True):
            await loaded(anew, question.ours, seconds=2)
            result = await loaded(anew, question.ours, seconds=SECONDS)
            figure.beside["everything read anew perSecond"] = round(result["perSecond"], 2)
        latency = await _latency(bench, ours, questions(crowd)[0], crowd)
        return [*figures, latency]


async def _rates(question: Question, ours: Server, theirs: Server, loaded: Load, neo4j: int) -> Figure:
    await _check(question, ours, question.ours)
    await _check(question, theirs, question.theirs)
    figure = Figure(
        f"graphql-{question.name}",
        question.meaning,
        "@neo4j/graphql 7.6.3 with Apollo Server 5.5.1 on the same Neo4j, the clear side of the same nodes, 8 "
        "connections each",
        question.pass_at,
    )
    results: dict[str, list[dict[str, Any]]] = {"ours": [], "theirs": []}

    async def measured(name: str, server_: Server, bodies: Sequence[str]) -> float:
        before, database = server_.cpu_seconds(), cpu_seconds(neo4j)
        result = await loaded(server_, bodies, seconds=SECONDS)
        assert result["good"], result
        assert not result["bad"], result
        assert not result["refused"], result
        result["cpu"] = 1000 * (server_.cpu_seconds() - before) / result["good"]
        result["databaseCpu"] = 1000 * (cpu_seconds(neo4j) - database) / result["good"]
        results[name].append(result)
        return result["perSecond"]

    await loaded(ours, question.ours, seconds=2)
    await loaded(theirs, question.theirs, seconds=2)
    await interleaved(
        figure,
        lambda: measured("ours", ours, question.ours),
        lambda: measured("theirs", theirs, question.theirs),
    )
    for name, taken in results.items():
        for told in ("perSecond", "p50", "p99", "cpu", "databaseCpu"):
            figure.beside[f"{name} {told}"] = round(statistics.median(r[told] for r in taken), 2)
    figure.beside["unit"] = "requests/s; p50, p99, CPU of the server and of Neo4j a request in ms"
    return figure


async def _check(question: Question, server_: Server, bodies: Sequence[str]) -> None:
    """One answer of each body: without errors, and of as many people as asked for."""
    bearer = server_.headers.get("Authorization", " ").partition(" ")[2]
    async with Connection(server_.address, server_.path, bearer=bearer) as connection:
        for body in bodies[:8]:
            status, answer = await connection.post(body.encode())
            assert status == 200, answer[:500]
            assert "errors" not in json.loads(answer), answer[:500]
            assert answer.count(b'"oneId"') == question.people, (question.name, answer[:500])


async def _latency(bench: Bench, ours: Server, question: Question, crowd: Crowd) -> Figure:
    """One request at a time, against the statement that it needs."""
    repository = ProfileRepository(bench.services.database)
    want = Want(identifiers=True)
    ids = crowd.one_ids[80:1_080:5]
    bearer = ours.headers["Authorization"].partition(" ")[2]
    async with Connection(ours.address, ours.path, bearer=bearer) as connection:

        async def request(number: int) -> None:
            status, _ = await connection.post(question.ours[number % len(question.ours)].encode())
            assert status == 200

        async def statement(number: int) -> None:
            assert await repository.users([ids[number % len(ids)]], want)

        async def waits(ask: Callable[[int], Awaitable[None]]) -> float:
            taken = list[float]()
            for number in range(REQUESTS):
                started = time.perf_counter()
                await ask(number)
                taken.append(time.perf_counter() - started)
            return 1000 * statistics.median(taken)

        await waits(request)
        await waits(statement)
        figure = Figure(
            "graphql-latency",
            "one user, ten fields over HTTP, one request at a time",
            "the bare round trip of its Cypher statement, by the same driver",
            "≤ 1.5",
            higher_is_better=False,
            beside={"unit": "ms, median"},
        )
        return await interleaved(figure, lambda: waits(request), lambda: waits(statement))


def _body(query: str, **variables: Any) -> str:
    return json.dumps({"query": query, "variables": variables})
