"""What the driver throws becomes ours, and never holds a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from neo4j.exceptions import ConstraintError

from graph.db.connect import connect
from graph.db.database import Database, Transaction
from graph.db.shelf import load_shelf
from graph.errors import DatabaseError
from graph.runtime import Endpoint


async def test_a_refused_statement_gives_its_code_and_no_value(server: Database) -> None:
    with pytest.raises(DatabaseError, match=r"Neo\.ClientError\.Statement") as caught:
        await server.run_schema("CYPHER 5 RETURN toInteger([$secret]) AS x", secret="13812345678")
    assert "13812345678" not in str(caught.value)


HOG = """// test.hog_memory
// Needs more memory than a transaction may take.
// mode: read
// returns size: INTEGER
UNWIND range(1, 100000000) AS n
WITH collect(n) AS every
RETURN size(every) AS size
"""


async def test_a_statement_over_its_memory_is_not_repeated(endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "hog_memory.cypher").write_text(HOG)
    calls = 0

    async def hog(tx: Transaction) -> None:
        nonlocal calls
        calls += 1
        await tx.one("test.hog_memory")

    async with await connect(endpoint) as driver:
        database = Database(driver, name=endpoint.database, statements=load_shelf(tmp_path))
        with pytest.raises(DatabaseError, match="needed more memory"):
            await database.in_read(hog)
    assert calls == 1


async def test_a_broken_constraint_comes_through(database: Database) -> None:
    await database.run_schema("CYPHER 5 CREATE (:Dealer {id: 'd1'})")
    with pytest.raises(ConstraintError):
        await database.run_schema("CYPHER 5 CREATE (:Dealer {id: 'd1'})")


async def test_a_row_is_read_in_declared_order(database: Database) -> None:
    row = await database.read_one("ingest.look_up", keys={"records": [], "identifiers": [], "messages": []})
    assert row == [0, [], [], [], []]
