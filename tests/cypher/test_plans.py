"""Every statement of the shelf, planned on a graph of 20,000 people: none reads everything of a kind, analyses once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from graph.console.allowed import allowed_for
from graph.console.errors import ConsoleError
from graph.console.plan import check_plan
from graph.console.text import check_text
from graph.db.database import Database
from graph.db.plans import broken_analysis, broken_rules, example_parameters, findings, planned
from graph.db.shelf import Mode, shelf
from tests.conftest import empty

PEOPLE = 20_000
BATCH = 2_000

FILL = """CYPHER 5
UNWIND range($first, $last) AS n
CREATE (u:User {oneId: 'u' + n, recordedAt: n})
CREATE (p:Profile {id: 'p' + n, source: 'web', recordKey: 'r' + n, birthId: 'u' + n, seq: n, founderClass: 0,
                   component: 'p' + n, recordedAt: n})
CREATE (i:Identifier {key: 'i' + n, namespace: 'phone', scope: '*', mask: '***', recordedAt: n})
CREATE (v:Vehicle {key: 'v' + n, mask: '***', recordedAt: n})
CREATE (p)-[:RESOLVED_TO {from: n}]->(u)
CREATE (p)-[:HAS {grade: 'trusted', recordedAt: n}]->(i)
CREATE (p)-[:DRIVES {role: 'owner', recordedAt: n}]->(v)
CREATE (p)-[:BROUGHT]->(:Message:Touchpoint {key: 'm' + n, profileId: 'p' + n, at: toString(n), kind: 'page',
                                             occurredAt: n, recordedAt: n})
CREATE (u)-[:MEMBER_OF {from: n}]->(:Household {householdId: 'household-' + n, kind: 'household'})
CREATE (p)-[:BLOCKS_ON]->(:BlockingKey {key: 'b' + n})
CREATE (p)-[:SCORED {probability: 0.9}]->(p)
CREATE (p)-[:CORRECTED]->(:Correction {id: 'c' + n})
CREATE (j:Judgement {id: 'j' + n, operationId: 'jo' + n})
CREATE (j)-[:CONCERNS]->(p)
CREATE (j)-[:MARKS]->(i)
CREATE (:FeedEntry {lane: 0, position: n, kind: 'ingest', operationId: 'o' + n, components: [], profileIds: [],
                    userIds: [], changes: [], recordedAt: n})
CREATE (:Erased {birthId: 'e' + n, profileId: 'e' + n, successor: 'u' + n})
CREATE (:Suppression {key: 's' + n, birthId: 'e' + n, recordedAt: n})
CREATE (:DeadLetter {id: 'd' + n, key: 'd' + n, source: 'web', recordedAt: n})
CREATE (:ApiKey {id: 'k' + n, digest: 'k' + n, role: 'source', recordedAt: n})
CREATE (:Source {name: 's' + n, declaration: '{}', recordedAt: n})
RETURN count(*) AS made"""


@pytest.fixture(scope="module")
async def crowded(server: Database) -> AsyncIterator[Database]:
    """A graph of 20,000 people with short histories, loaded in bulk."""
    await empty(server)
    for first in range(1, PEOPLE, BATCH):
        await server.run_schema(FILL, first=first, last=first + BATCH - 1)
    await server.run_schema("CYPHER 5 CALL db.awaitIndexes(120)")
    await server.run_schema("CYPHER 5 CALL db.prepareForReplanning(60)")
    yield server
    await empty(server)


Plans = Callable[[str], Awaitable[tuple[dict[str, Any], list[str]]]]


@pytest.fixture(scope="module")
def plans(crowded: Database) -> Plans:
    """Plans a statement on the crowded graph, once for all who ask: planning the shelf takes a minute."""
    made: dict[str, tuple[dict[str, Any], list[str]]] = {}

    async def plan(name: str) -> tuple[dict[str, Any], list[str]]:
        if name not in made:
            made[name] = await planned(crowded, shelf()[name])
        return made[name]

    return plan


@pytest.mark.parametrize("name", [name for name in shelf() if not name.startswith("invariants.")])
async def test_no_plan_breaks_the_rules(plans: Plans, name: str) -> None:
    assert findings(shelf()[name], *await plans(name)) == []


async def test_the_console_takes_what_the_shelf_reads(crowded: Database, plans: Plans) -> None:
    """But for statements that call full-text indexes, which the console refuses, and those of tokens."""
    agent = await crowded.run_schema(
        "CYPHER 5 CALL dbms.components() YIELD versions RETURN 'Neo4j/' + versions[0] AS name"
    )
    allowed = allowed_for(agent[0]["name"])
    refused: dict[str, str] = {}
    for statement in shelf().values():
        if statement.mode is not Mode.READ:
            continue
        try:
            check_text(statement.text, allowed)
            check_plan("r", (await plans(statement.name))[0], allowed)
        except ConsoleError as error:
            refused[statement.name] = error.reason
    assert set(refused.values()) <= {"procedure", "search_tokens"}, refused
    assert "search.find_people" in refused
    assert len(refused) <= 4, refused


@pytest.mark.parametrize("name", sorted(shelf()))
def test_every_statement_has_an_example_of_its_parameters(name: str) -> None:
    statement = shelf()[name]
    assert set(example_parameters(statement)) == set(statement.params)


def test_the_rules_see_what_they_forbid() -> None:
    scan = {"operatorType": "NodeByLabelScan@neo4j", "args": {"Details": "p:Profile"}}
    seek = {"operatorType": "NodeUniqueIndexSeek@neo4j"}
    many = {"operatorType": "NodeIndexSeek@neo4j"}
    assert list(broken_rules({"operatorType": "Filter@neo4j", "children": [scan]})) == [
        "NodeByLabelScan p:Profile"
    ]
    assert list(broken_rules({"operatorType": "CartesianProduct@neo4j", "children": [seek, many]})) == []
    assert list(broken_rules({"operatorType": "CartesianProduct@neo4j", "children": [many, many]}))


def test_an_analysis_may_read_all_of_a_kind_once() -> None:
    scan = {"operatorType": "NodeByLabelScan@neo4j", "args": {"Details": "p:Profile"}}
    types = {"operatorType": "DirectedRelationshipTypeScan@neo4j", "args": {"Details": "(a)-[r:SCORED]->(b)"}}
    everything = {"operatorType": "AllNodesScan@neo4j", "args": {"Details": "n"}}
    nothing = {"operatorType": "Argument@neo4j"}

    def broken(operator: str, *children: object) -> list[str]:
        return list(broken_analysis({"operatorType": f"{operator}@neo4j", "children": list(children)}))

    assert broken("EagerAggregation", scan) == broken("NodeHashJoin", scan, types) == []
    assert broken("Apply", nothing, scan) == broken("Apply", scan, nothing) == []
    assert broken("Filter", everything) == ["AllNodesScan n"]
    assert broken("CartesianProduct", scan, types) == ["CartesianProduct of two sides of many rows"]
    for operator in ("Apply", "SemiApply", "RollUpApply"):
        inside = {"operatorType": "Filter@neo4j", "children": [types]}
        assert broken(operator, scan, inside) == [
            "DirectedRelationshipTypeScan (a)-[r:SCORED]->(b) for each row"
        ]
