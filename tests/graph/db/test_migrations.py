"""Migrations are applied once, in order, unchanged, by one process at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from graph.db.database import Database
from graph.db.migrations import applied_versions, migrate, pending, read_migrations
from graph.errors import MigrationError
from graph.vocabulary import FULL_TEXT, NODES, RELATIONSHIPS


def test_numbers_start_at_one_and_do_not_skip(tmp_path: Path) -> None:
    (tmp_path / "V0002__later.cypher").write_text("RETURN 1;")
    with pytest.raises(MigrationError, match="expected 1"):
        read_migrations(tmp_path)


def test_a_badly_named_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "V1__x.cypher").write_text("RETURN 1;")
    with pytest.raises(MigrationError, match="is not a migration"):
        read_migrations(tmp_path)


def test_comments_may_change_and_statements_may_not(tmp_path: Path) -> None:
    file = tmp_path / "V0001__x.cypher"
    file.write_text("// why\nRETURN 1;")
    before = read_migrations(tmp_path)[0].checksum
    file.write_text("// why, said better\nRETURN   1;")
    assert read_migrations(tmp_path)[0].checksum == before
    file.write_text("RETURN 2;")
    changed = read_migrations(tmp_path)
    with pytest.raises(MigrationError, match="was changed after"):
        pending(changed, {1: before})


def test_a_database_from_the_future_is_refused() -> None:
    with pytest.raises(MigrationError, match="does not know"):
        pending(read_migrations(), {99: "x"})


async def test_migrating_again_does_nothing(server: Database) -> None:
    assert await migrate(server) == []
    assert set(await applied_versions(server)) == {m.version for m in read_migrations()}


async def test_two_at_once_apply_each_migration_once(server: Database) -> None:
    extra = replace(
        read_migrations()[-1],
        version=len(read_migrations()) + 1,
        name="V9999__test",
        statements=("CYPHER 5 CREATE (:Migration {version: -1})",),
        checksum="test",
    )
    todo = [*read_migrations(), extra]
    try:
        done = await asyncio.gather(migrate(server, migrations=todo), migrate(server, migrations=todo))
        assert sorted(len(names) for names in done) == [0, 1]
        made = await server.run_schema("CYPHER 5 MATCH (m:Migration {version: -1}) RETURN count(m) AS n")
        assert made == [{"n": 1}]
    finally:
        await server.run_schema(
            "CYPHER 5 MATCH (m:Migration) WHERE m.version IN [-1, $v] DELETE m", v=extra.version
        )


async def test_constraints_and_indexes_are_those_of_the_vocabulary(server: Database) -> None:
    rows = await server.run_schema(
        "CYPHER 5 SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint, type"
    )
    stored = {
        (row["labelsOrTypes"][0], tuple(row["properties"]), row["owningConstraint"] is not None)
        for row in rows
        if row["type"] == "RANGE"
    }
    declared = {(node.label, key, True) for node in NODES for key in node.unique}
    declared |= {(node.label, key, False) for node in NODES for key in node.indexed}
    declared |= {(one.type, key, False) for one in RELATIONSHIPS for key in one.indexed}
    assert stored == declared


async def test_full_text_indexes_are_those_of_the_vocabulary(server: Database) -> None:
    rows = await server.run_schema(
        "CYPHER 5 SHOW INDEXES YIELD name, labelsOrTypes, properties, type, options"
    )
    stored = {row["name"]: row for row in rows if row["type"] == "FULLTEXT"}
    assert {name: (set(row["labelsOrTypes"]), row["properties"]) for name, row in stored.items()} == {
        name: (set(labels), [indexed]) for name, (labels, indexed) in FULL_TEXT.items()
    }
    for row in stored.values():
        told = row["options"]["indexConfig"]
        assert (told["fulltext.analyzer"], told["fulltext.eventually_consistent"]) == ("whitespace", True)
