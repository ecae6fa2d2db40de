"""Made-up statements that the console must refuse, plain and in other clothes."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import strategies as st

PORT: Final = "PORT"
"""Stands for the port of the canary server."""
FILE: Final = "FILE"
"""Stands for the path of the canary file."""

_WRITES: Final = (
    "CREATE (:Evil)",
    "CREATE (:Evil) FINISH",
    "CREATE (:$('Evil'))",
    "MATCH (n) SET n.evil = 1",
    "MATCH (n) SET n.evil = 1 FINISH",
    "MATCH (n) SET n['evil'] = 1",
    "MATCH (n) SET n:$('Evil')",
    "MATCH (n) SET n += {evil: 1} RETURN n",
    "MATCH (n) SET n = {}",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) NODETACH DELETE n",
    "MATCH (n:User) REMOVE n.oneId RETURN n",
    "MATCH (n) REMOVE n:$(labels(n))",
    "MATCH ()-[r]->() DELETE r",
    "MATCH (n)-[r]->(m) SET r.evil = 1",
    "MATCH p = (n)--(m) DELETE p",
    "MERGE (n:Evil {a: 1}) RETURN n",
    "MERGE (n:User {oneId: 'x'}) ON MATCH SET n.evil = 1 ON CREATE SET n.evil = 2",
    "UNWIND [1] AS x CALL (x) { CREATE (e:Evil) RETURN e } RETURN e",
    "UNWIND [1] AS x CALL (*) { CREATE (e:Evil) } RETURN x",
    "MATCH (n) CALL (n) { SET n.evil = 1 } IN TRANSACTIONS OF 1 ROWS",
    "UNWIND [1] AS x CALL (x) { CREATE (:Evil) } IN 2 CONCURRENT TRANSACTIONS OF 1 ROWS "
    "ON ERROR CONTINUE REPORT STATUS AS s RETURN s",
    "UNWIND [1] AS x CALL (x) { MATCH (n) RETURN count(n) AS c } IN TRANSACTIONS RETURN c",
    "FOREACH (x IN [1] | CREATE (:Evil))",
    "CYPHER 25 INSERT (:Evil)",
    "CYPHER 25 LET x = 1 CREATE (:Evil)",
    "CYPHER 25 MATCH (n) FILTER true SET n.evil = 1",
    "CYPHER 25 MATCH (n) RETURN n LIMIT 1 NEXT CREATE (:Evil)",
    "CYPHER 25 WHEN true THEN { CREATE (:Evil) } ELSE { CREATE (:Evil) }",
    "CYPHER 25 MATCH (n) LET x = n.a NEXT MATCH (n) DELETE n",
)
_SCHEMA_AND_USERS: Final = (
    "CREATE INDEX evil FOR (n:Evil) ON (n.a)",
    "CREATE VECTOR INDEX evil FOR (n:Evil) ON n.a",
    "CREATE FULLTEXT INDEX evil FOR (n:Evil) ON EACH [n.a]",
    "CREATE CONSTRAINT evil FOR (n:Evil) REQUIRE n.a IS UNIQUE",
    "DROP INDEX search_tokens IF EXISTS",
    "CYPHER 25 ALTER CURRENT GRAPH TYPE SET { (:Evil) }",
    "CREATE USER evil SET PASSWORD 'evil-evil'",
    "ALTER CURRENT USER SET PASSWORD FROM 'x' TO 'evil-evil'",
    "CREATE DATABASE evil",
    "DROP DATABASE evil IF EXISTS",
    "CREATE ALIAS evil FOR DATABASE neo4j",
    "ALTER DATABASE neo4j SET OPTION txLogEnrichment 'FULL'",
    "GRANT ROLE admin TO evil",
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS YIELD name, value RETURN name, value",
    "SHOW USERS",
    "SHOW CURRENT USER",
    "SHOW PROCEDURES YIELD name",
    "SHOW BUILT IN FUNCTIONS",
    "SHOW CONSTRAINTS YIELD name RETURN name",
    "SHOW INDEXES WHERE name = 'x'",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "SHOW TRANSACTIONS YIELD transactionId AS x TERMINATE TRANSACTIONS x YIELD message RETURN message",
    "USE system SHOW DATABASES",
    "USE neo4j MATCH (n) RETURN n",
    "USE graph.byName('neo4j') MATCH (n) RETURN n",
    "CALL () { USE neo4j MATCH (n) RETURN n } RETURN n",
    "UNWIND graph.names() AS g CALL (g) { USE graph.byName(g) MATCH (n) RETURN n } RETURN n",
)
_OUTSIDE: Final = (
    "LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'file:///FILE' AS line RETURN line",
    "LOAD CSV FROM 'file:FILE' AS line FIELDTERMINATOR ';' RETURN line",
    "LOAD CSV FROM 'https://x:y@127.0.0.1:PORT/x' AS line RETURN line",
    "MATCH (u:User) LOAD CSV FROM 'http://127.0.0.1:PORT/' + u.oneId AS line RETURN line",
    "WITH 'http://127.0.0.1:PORT/' AS u LOAD CSV FROM u AS line RETURN line",
    "CALL { LOAD CSV FROM 'ftp://127.0.0.1:PORT/x' AS line RETURN line } RETURN line",
    "UNWIND [1] AS x OPTIONAL CALL (x) { LOAD CSV FROM 'file:///FILE' AS line RETURN line } RETURN line",
    "RETURN COLLECT { LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line } AS x",
    "RETURN COUNT { LOAD CSV FROM 'file:///FILE' AS line RETURN line } AS x",
    "MATCH (n) WHERE EXISTS { LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line } RETURN n",
    "CYPHER 25 RETURN 1 AS x NEXT LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line",
    "RETURN linenumber(), file()",
    "CYPHER 25 MATCH (n:User) SEARCH n IN (VECTOR INDEX evil FOR [1.0] LIMIT 1) RETURN n",
)
_TRICKS: Final = (
    "RETURN 1; CREATE (:Evil)",
    "RETURN 1; LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line",
    ":begin\nCREATE (:Evil);\n:commit",
    "EXPLAIN CREATE (:Evil)",
    "PROFILE CREATE (:Evil)",
    "CYPHER 5 PROFILE CREATE (:Evil)",
    "CYPHER runtime=slotted CREATE (:Evil)",
    "MATCH (n:`a\\u0060) CREATE (:Evil) //`) RETURN n",
    "RETURN 'a\\u0027 AS x CREATE (:Evil) //' AS y",
    "MATCH (n) RETURN n.searchTokens AS t",
    "MATCH (n) RETURN n.`searchTokens` AS t",
)
_PROCEDURES: Final = (
    "db.awaitIndexes", "db.checkpoint", "db.clearQueryCaches", "db.createLabel", "db.createProperty", "db.info",
    "db.create.setNodeVectorProperty", "db.create.setRelationshipVectorProperty", "db.index.fulltext.queryNodes",
    "db.index.fulltext.queryRelationships", "db.index.fulltext.listAvailableAnalyzers", "db.ping",
    "db.index.vector.queryNodes", "db.index.vector.queryRelationships", "db.prepareForReplanning",
    "db.resampleIndex", "db.schema.nodeTypeProperties", "db.schema.visualization", "db.stats.retrieve",
    "dbms.components", "dbms.info", "dbms.killQuery", "dbms.listConfig", "dbms.queryJmx", "dbms.upgrade",
    "dbms.scheduler.groups", "dbms.security.clearAuthCache", "dbms.setConfigValue", "dbms.showCurrentUser",
    "genai.vector.encodeBatch", "jmx.query", "tx.setMetaData", "tx.getMetaData", "cdc.query", "cdc.current",
    "apoc.load.json", "apoc.load.csv", "apoc.cypher.run", "apoc.cypher.doIt", "apoc.export.csv.all",
    "apoc.periodic.commit", "apoc.util.sleep", "apoc.trigger.add", "apoc.merge.node", "db.labelsx", "x.db.labels",
)  # fmt: skip
_FUNCTIONS: Final = (
    "file", "linenumber", "graph.names", "graph.byName", "graph.propertiesByName", "db.nameFromElementId",
    "genai.vector.encode", "ai.text.embed", "apoc.text.join", "apoc.cypher.runFirstColumnSingle", "coll.sort",
    "apoc.convert.fromJsonMap", "apoc.static.get", "apoc.data.url", "cdc.current", "evil", "count.evil",
)  # fmt: skip
_ARGUMENTS: Final = (
    "", "'http://127.0.0.1:PORT/x'", "'CREATE (n:Evil) RETURN n', {}", "'search_tokens', 'a*'", "'neo4j'",
    "{app: 'x', run: 'y'}", "'Evil'", "*", "$k", "'x', 5, [1.0]",
)  # fmt: skip


@st.composite
def _called(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """A name as it may be written, called."""
    parts = draw(st.sampled_from(names)).split(".")
    if draw(st.booleans()):
        quoted = draw(st.integers(0, len(parts) - 1))
        parts[quoted] = f"`{parts[quoted]}`"
    joint = draw(st.sampled_from([".", " . ", "/**/.", ".\n"]))
    between = draw(st.sampled_from(["", " ", " // x\n", "/* ( */"]))
    return f"{joint.join(parts)}{between}({draw(st.sampled_from(_ARGUMENTS))})"


@st.composite
def _procedures(draw: st.DrawFn) -> str:
    """A procedure that is not on the list, called."""
    called = draw(_called(_PROCEDURES))
    return draw(
        st.sampled_from(
            [
                f"CALL {called}",
                f"CALL {called} YIELD *",
                f"CALL {called} YIELD node RETURN node",
                f"OPTIONAL CALL {called} YIELD value RETURN value",
                f"MATCH (n) CALL {called} YIELD node RETURN node LIMIT 1",
                f"CALL () {{ CALL {called} YIELD node RETURN node }} RETURN node",
                f"CALL db.labels() YIELD label CALL {called} YIELD node RETURN label",
                f"RETURN COLLECT {{ CALL {called} YIELD value RETURN value }} AS x",
            ]
        )
    )


@st.composite
def _functions(draw: st.DrawFn) -> str:
    """A function that is not on the list, called where an expression may stand."""
    called = draw(_called(_FUNCTIONS))
    return draw(
        st.sampled_from(
            [
                f"RETURN {called} AS x",
                f"RETURN [x IN [1] | {called}] AS x",
                f"MATCH (n) WHERE {called} = 1 RETURN n",
                f"MATCH (n {{a: {called}}}) RETURN n",
                f"MATCH (n:$({called})) RETURN n",
                f"MATCH (n) RETURN n ORDER BY {called}",
                f"RETURN 1 AS x LIMIT {called}",
                f"RETURN {{a: {called}}}.a AS x",
                f"UNWIND {called} AS x RETURN x",
                f"RETURN CASE {called} WHEN 1 THEN 1 END AS x",
                f"MATCH (n) RETURN n {{.*, x: {called}}} AS x",
                f"CYPHER 25 LET x = {called} RETURN x",
            ]
        )
    )


def plain() -> st.SearchStrategy[str]:
    """Something harmful as it is."""
    return st.one_of(
        st.sampled_from(_WRITES),
        st.sampled_from(_SCHEMA_AND_USERS),
        st.sampled_from(_OUTSIDE),
        st.sampled_from(_TRICKS),
        _procedures(),
        _functions(),
    )


_KEYWORD: Final = re.compile(r"[A-Za-z]{2,}")
_PREFIXES: Final = (
    "CYPHER 5 ", "CYPHER 25 ", "cypher 25\n", "CYPHER runtime=slotted ", "CYPHER 25 planner=dp ",
    "CYPHER replan=force ", "CYPHER 6 ", "CYPHER 5 CYPHER 25 ", "EXPLAIN ", "PROFILE ", "CYPHER 25 EXPLAIN ",
    "explain profile ", "CYPHER 5 runtime = parallel ", "RETURN 1; ", "; ", ":param x => 1\n", "RETURN 1 AS x UNION ",
)  # fmt: skip


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """Something harmful in other clothes: cases, white space, comments, strings, options and text around it."""
    text = draw(plain())
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.integers(0, 9))
        if kind == 0:
            text = f"/* {draw(st.sampled_from(['MATCH (n) RETURN n', '`', chr(39), '//', 'x ' * 9_000]))} */ {text}"
        elif kind == 1:
            text = f"// RETURN 1\n{text}"
        elif kind == 2:
            text = text.replace(" ", draw(st.sampled_from(["\n", "\t", "  ", " /**/ ", "\r\n", "\u2003"])))
        elif kind == 3:
            text = f"{text} // LIMIT 1"
        elif kind == 4:
            text = f"\n\n{text}\n;\n"
        elif kind == 5 and "'" not in text:
            text = text.swapcase()
        elif kind == 6:
            text = f"{text} /* '"  # without an end
        elif kind == 7:
            text = draw(st.sampled_from(_PREFIXES)) + text
        elif kind == 8:
            text = draw(_other_letters(text))
        elif kind == 9:
            text = f"RETURN '{'x ' * draw(st.integers(1, 20_000))}' AS long; {text}"
    return text


@st.composite
def _other_letters(draw: st.DrawFn, text: str) -> str:
    """The first keyword in letters that look alike or mean the same, or with something in it that is not seen."""
    word = _KEYWORD.search(text)
    if word is None:
        return text
    at = draw(st.integers(word.start(), word.end() - 1))
    sign = text[at]
    return draw(
        st.sampled_from(
            [
                text[:at] + f"\\u{ord(sign):04X}" + text[at + 1 :],
                text[:at] + f"\\uuu{ord(sign):04x}" + text[at + 1 :],
                text[:at] + chr(ord(sign) + 0xFEE0) + text[at + 1 :],
                text[: at + 1] + "\u200b" + text[at + 1 :],
                text[: at + 1] + "\u0301" + text[at + 1 :],
            ]
        )
    )


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """Harm in the middle of a read."""
    harm = draw(plain())
    deep = draw(st.integers(1, 30))
    # Neo4j leaves out of a plan what a COUNT has no need of, as a column is: then nothing is left to refuse.
    asked = "EXISTS" if harm.startswith("RETURN ") else "COUNT"
    return draw(
        st.sampled_from(
            [
                f"MATCH (n) WITH n LIMIT 1 {harm}",
                f"UNWIND [1, 2] AS x {harm}",
                f"CALL {{ {harm} }} RETURN 1 AS y",
                f"MATCH (n) RETURN n UNION {harm}",
                f"MATCH (n) WHERE EXISTS {{ {harm} }} RETURN n",
                f"RETURN COLLECT {{ {harm} }} AS x",
                f"RETURN {asked} {{ {harm} }} AS x",
                f"MATCH (n) RETURN [(n)--(m) WHERE EXISTS {{ {harm} }} | m] AS x",
                f"CYPHER 25 LET x = 1 {harm}",
                f"CYPHER 25 RETURN 1 AS x NEXT {harm}",
                f"CYPHER 25 WHEN true THEN {{ {harm} }} ELSE {{ RETURN 1 AS x }}",
                f"MATCH (n) RETURN n; {harm}",
                f"MATCH (n) FINISH {harm}",
                f"{'CALL () { ' * deep}{harm}{' }' * deep} RETURN 1 AS y",
                f"RETURN {'(' * deep}COLLECT {{ {harm} }}{')' * deep} AS x",
            ]
        )
    )
