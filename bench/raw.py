"""The peer of the ingest bench: one writer that CREATEs rows it is given, as fast as Neo4j takes them.

`dump` reads the final rows of a graph, `load` writes the same rows to an empty one: a statement a label, touchpoints
together with their profile's relationship, every other relationship by two unique seeks. Nothing is validated,
looked up, decided or sealed; the constraints are the product's.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from neo4j import AsyncDriver

KEYS = {
    "Profile": "id",
    "Identifier": "key",
    "User": "oneId",
    "FormerUser": "oneId",
    "Message": "key",
    "Vehicle": "key",
    "Channel": "id",
    "Campaign": "id",
    "Content": "id",
    "Dealer": "id",
    "Consultant": "id",
    "FeedEntry": "operationId",
}
"""The property that is unique for each label written."""

Rows = dict[str, list[Any]]


def _label(labels: list[str]) -> str:
    return next(label for label in KEYS if label in labels)


async def dump(driver: AsyncDriver, database: str) -> tuple[Rows, Rows]:
    """All nodes by label and all relationships by (type, from label, to label), with their properties."""
    nodes: Rows = defaultdict(list)
    relationships: Rows = defaultdict(list)
    async with driver.session(database=database) as session:
        result = await session.run("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
        async for record in result:
            labels = record["labels"]
            if any(label in KEYS for label in labels):
                nodes[":".join(sorted(labels))].append(record["properties"])
        result = await session.run(
            "MATCH (a)-[r]->(b) RETURN labels(a) AS a, properties(a) AS pa, type(r) AS type, properties(r) AS p, "
            "labels(b) AS b, properties(b) AS pb"
        )
        async for record in result:
            first, last = _label(record["a"]), _label(record["b"])
            relationships[f"{record['type']} {first} {last}"].append(
                [record["pa"][KEYS[first]], record["pb"][KEYS[last]], record["p"]]
            )
    return nodes, relationships


async def load(driver: AsyncDriver, database: str, nodes: Rows, relationships: Rows, *, batch: int) -> float:
    """Seconds that one writer needs for all rows, in batches of `batch`."""
    brought = {row[1]: row[0] for row in relationships.get("BROUGHT Profile Message", [])}
    started = time.perf_counter()
    async with driver.session(database=database) as session:

        async def run(text: str, rows: list[Any]) -> None:
            for start in range(0, len(rows), batch):
                part = rows[start : start + batch]
                await session.execute_write(lambda tx, part=part: _run(tx, text, part))

        for labels, rows in nodes.items():
            if "Message" not in labels:
                await run(f"UNWIND $rows AS r CREATE (n:{labels}) SET n = r", rows)
        for labels, rows in nodes.items():
            if "Message" in labels:
                text = (
                    "UNWIND $rows AS r MATCH (p:Profile {id: r[0]}) "
                    f"CREATE (p)-[:BROUGHT]->(n:{labels}) SET n = r[1]"
                )
                await run(text, sorted(([brought[row["key"]], row] for row in rows), key=lambda row: row[0]))
        for name, rows in relationships.items():
            type_, first, last = name.split()
            if type_ != "BROUGHT":
                text = (
                    f"UNWIND $rows AS r MATCH (a:{first} {{{KEYS[first]}: r[0]}}) "
                    f"MATCH (b:{last} {{{KEYS[last]}: r[1]}}) CREATE (a)-[x:{type_}]->(b) SET x = r[2]"
                )
                await run(text, sorted(rows, key=lambda row: (row[0], row[1])))
    return time.perf_counter() - started


async def _run(tx: Any, text: str, rows: list[Any]) -> None:
    await (await tx.run(text, rows=rows)).consume()


REFERENCES = ("Channel", "Campaign", "Content", "Dealer", "Consultant")


async def wipe(driver: AsyncDriver, database: str, *, but: tuple[str, ...] = ()) -> None:
    """Delete all but the schema and the labels in `but`, and set the change feed to its beginning."""
    doomed = " AND ".join(f"NOT n:{label}" for label in ("Migration", "Installation", *but))
    texts = (  # relationships first: a dense node with all of its own would not fit one transaction
        "MATCH ()-[r]->() WITH r LIMIT 20000 DELETE r RETURN count(*) AS gone",
        f"MATCH (n) WHERE {doomed} WITH n LIMIT 10000 DELETE n RETURN count(*) AS gone",
    )
    async with driver.session(database=database) as session:
        for text in texts:
            gone = 1
            while gone:
                record = await (await session.run(text)).single(strict=True)
                gone = record["gone"]
        await (await session.run("CREATE (:FeedHead {lane: 0, position: 0, recordedAt: 0})")).consume()
