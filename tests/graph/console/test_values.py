"""Values of a real server as JSON, and columns revealed."""

from __future__ import annotations

from typing import Any

import pytest

from graph.access.audit import Filter
from graph.access.purpose import Purpose
from graph.access.roles import Caller, Permission, Role
from graph.console.errors import StatementError
from graph.console.model import Asker
from graph.console.service import Console
from graph.console.values import Encoder
from graph.db.database import Database
from graph.errors import ForbiddenError
from graph.ingest.writer import Writer
from tests.graph.console.conftest import ANALYST, ask
from tests.graph.judgement.people import said

ADMIN = Asker(Caller(Role.ADMIN, "admin-1"), Purpose.SUPPORT)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("null", None),
        ("[true, 1, 1.5, 'x', [null]]", [True, 1, 1.5, "x", [None]]),
        ("9007199254740991", 9007199254740991),
        ("-9007199254740992", {"$type": "integer", "value": "-9007199254740992"}),
        ("0.0 / 0.0", {"$type": "float", "value": "NaN"}),
        ("-1.0 / 0.0", {"$type": "float", "value": "-Infinity"}),
        (
            "{a: 1, b: {c: date('2026-11-28')}}",
            {"a": 1, "b": {"c": {"$type": "date", "value": "2026-11-28"}}},
        ),
        ("{`$type`: 'node'}", {"$type": "map", "value": {"$type": "node"}}),
        ("time('10:00:00+08:00')", {"$type": "time", "value": "10:00:00.000000000+08:00"}),
        ("localtime('10:00:00.5')", {"$type": "localtime", "value": "10:00:00.500000000"}),
        (
            "localdatetime('2026-11-28T10:00')",
            {"$type": "localdatetime", "value": "2026-11-28T10:00:00.000000000"},
        ),
        (
            "datetime('2026-11-28T10:00[Asia/Shanghai]')",
            {"$type": "datetime", "value": "2026-11-28T10:00:00.000000000+08:00[Asia/Shanghai]"},
        ),
        ("duration('P1Y2M3DT4H')", {"$type": "duration", "value": "P1Y2M3DT4H"}),
        ("point({x: 1, y: 2})", {"$type": "point", "srid": 7203, "coordinates": [1.0, 2.0]}),
    ],
)
async def test_values_keep_their_type(console: Console, expression: str, expected: Any) -> None:
    assert (await ask(console, f"RETURN {expression} AS x")).rows == [[expected]]


async def test_nodes_relationships_and_paths_keep_theirs(
    console: Console, database: Database, writer: Writer
) -> None:
    await writer.write([said("a", checked=True, name="张伟国", phone="13912345678")])
    statement = (
        "MATCH way = (u:User)<-[r:RESOLVED_TO]-(p:Profile)-[h:HAS]->(i:Identifier {namespace: 'phone'}) "
        "RETURN u, r, p, h, i, way"
    )
    [[user, resolved, profile, has, identifier, way]] = (await ask(console, statement)).rows
    assert (user["$type"], user["labels"], user["id"]) == (
        "node",
        ["User"],
        {"oneId": user["properties"]["oneId"]},
    )
    assert (resolved["type"], resolved["start"], resolved["end"]) == (
        "RESOLVED_TO",
        profile["ref"],
        user["ref"],
    )
    assert (has["start"], has["end"], has["properties"]["value"]) == (
        profile["ref"],
        identifier["ref"],
        "[sealed]",
    )
    assert profile["id"] == {"id": profile["properties"]["id"]}
    assert {profile["properties"][name] for name in ("recordKey", "searchTokens")} == {"[blind]"}
    assert {profile["properties"][name] for name in ("recordId", "traits")} == {"[sealed]"}
    assert "id" not in identifier
    assert (identifier["properties"]["key"], identifier["properties"]["mask"]) == ("[blind]", "139****5678")
    assert [node["ref"] for node in way["nodes"]] == [user["ref"], profile["ref"], identifier["ref"]]
    assert [one["ref"] for one in way["relationships"]] == [resolved["ref"], has["ref"]]
    assert "element" not in str(user)


async def test_columns_are_revealed_to_who_may_and_says_what_for(
    console: Console, database: Database, writer: Writer
) -> None:
    await writer.write([said("a", checked=True, name="张伟国", phone="13912345678")])
    statement = (
        "MATCH (p:Profile)-[h:HAS]->(i:Identifier {namespace: 'phone'}) "
        "RETURN p, [h] AS hs, h, h.value AS bare, {deep: [p]} AS m"
    )
    [[profile, [other], has, bare, deep]] = (await ask(console, statement, ADMIN, reveal=("hs", "m"))).rows
    assert other["properties"]["value"] == "+8613912345678"
    assert has["properties"]["value"] == "[sealed]"
    assert (profile["properties"]["traits"], bare) == ("[sealed]", "[sealed]")
    assert "张伟国" in str(deep["deep"][0]["properties"]["traits"])
    assert deep["deep"][0]["properties"]["recordId"] == "a"
    assert deep["deep"][0]["properties"]["recordKey"] == "[blind]"
    [shown] = list(console._audit.read(Filter()))
    assert (shown.key_id, shown.purpose, shown.fields) == ("admin-1", "support", ("hs", "m"))
    assert shown.subjects == (profile["id"]["id"],)

    hidden = (await ask(console, statement, ADMIN, reveal=("bare",))).rows
    assert hidden[0][3] == "[sealed]"
    with pytest.raises(StatementError, match="no column"):
        await ask(console, statement, ADMIN, reveal=("nothing",))
    for asker in (
        ANALYST,
        Asker(ANALYST.caller, Purpose.SUPPORT),
        Asker(ADMIN.caller),
        Asker(Caller(Role.ADMIN, "less", only=frozenset({Permission.CONSOLE})), Purpose.SUPPORT),
    ):
        with pytest.raises(ForbiddenError):
            await ask(console, statement, asker, reveal=("hs",))


def test_deep_values_end_somewhere() -> None:
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    assert "deep" in str(Encoder().encode(deep))
