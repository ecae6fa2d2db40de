"""Made-up statements: reads of every kind, and what `harm.py` makes. Each says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from graph.vocabulary import LABELS, PROPERTIES, TYPES
from tests.graph.console.harm import disguised, spliced


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
                "COLLECT { MATCH (n)-[q]-(o) RETURN q {.*, o: properties(o)} LIMIT 9 }",
                f"COLLECT {{ RETURN {v} UNION ALL RETURN {w} }}",
                f"COUNT {{ MATCH (n)--(o) WHERE o.{name} = {v} }}",
                f"EXISTS {{ MATCH (n)--(o) WHERE toStringOrNull(o.{name}) STARTS WITH toStringOrNull({v}) }}",
                f"COLLECT {{ MATCH (n) (()-[q]-()){{1,2}} (o) RETURN [x IN q | x.{name}] LIMIT 9 }}",
                f"any(k IN keys({e}) WHERE {e}[k] = {v})",
                f"[k IN keys({e}) WHERE valueType({e}[k]) STARTS WITH 'STRING' | {e}[k]]",
                f"normalize(toStringOrNull({v}))",
                f"percentileDisc({v}, 0.5)",
                f"nullIf({v}, {w})",
                f"toUpper(toStringOrNull({v}))",
                f"range(0, size(toStringOrNull({v})))",
                f"elementId({e}) + toStringOrNull({v})",
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
                "MATCH p = (n:Profile) (()-[q]-()){1,2} (m) WITH n, m, p, q[0] AS r",
                "MATCH p = (n:Profile) ((a)-[q:HAS]-(b) WHERE a <> b){1,3} (m) WITH n, m, p, last(q) AS r",
                "MATCH p = SHORTEST 1 (n:Profile)-[q]-{1,3}(m:User) WITH n, m, p, q[0] AS r",
                "MATCH p = ANY (n:Profile {source: 'web'})-[q]->+(m) WITH n, m, p, q[0] AS r",
                "MATCH p = shortestPath((n:Profile)-[*..3]-(m:User)) WITH n, m, p, relationships(p)[0] AS r",
                f"MATCH p = (n:$('{label}'))-[r]-(m)",
                "MATCH p = (n:$any(['Profile', 'User']))-[r:$any(['HAS', 'DRIVES', 'RESOLVED_TO'])]-(m)",
                f"MATCH p = (n:{label}|Profile&!Vehicle)-[r]-(m:%)",
                "MATCH (n:Profile) OPTIONAL MATCH p = (n)-[r]->(m)",
                "CALL db.labels() YIELD label AS l MATCH p = (n:$(l))-[r]-(m)",
                "MATCH p = (n)-[r]->(m) WHERE EXISTS { (n)-[:HAS]->() } OR COUNT { (m)--() } > 1",
            ]
        )
    )


@st.composite
def reads(draw: st.DrawFn) -> str:
    """A statement that only reads."""
    before = draw(pattern())
    columns = ", ".join(f"{draw(shown())} AS c{n}" for n in range(draw(st.integers(1, 3))))
    tail = draw(st.sampled_from([" LIMIT 20", " SKIP 1 LIMIT 15", " ORDER BY toStringOrNull(c0) LIMIT 20"]))
    some = draw(st.sampled_from(["n.key", "r.value", "m", "properties(n)", "[n, r]"]))
    form = draw(st.integers(0, 7))
    if form == 0:
        return f"{before} WITH n, r, m, p LIMIT 40 CALL (n, r, m, p) {{ RETURN {columns} }} RETURN * LIMIT 20"
    if form == 1:
        return f"{before} RETURN DISTINCT {columns}{tail}"
    if form == 2:
        return f"{before} WITH n, r, m, p LIMIT 30 RETURN {columns} UNION {before} RETURN {columns}{tail}"
    if form == 3:
        let = f"LET a = {some} FILTER a IS NOT NULL"
        return f"CYPHER 25 {before} WITH n, r, m, p LIMIT 30 {let} RETURN a, {columns}{tail}"
    if form == 4:
        return f"CYPHER 25 {before} RETURN n, r, m, p LIMIT 30 NEXT RETURN {columns}{tail}"
    if form == 5:
        ordered = f"WITH *, {some} AS a ORDER BY elementId(n)"
        return f"/* {before} */ {before} // a\nWITH n, r, m, p LIMIT 20 {ordered} RETURN a, {columns}{tail} ;"
    return f"{before} WITH n, r, m, p LIMIT 60 RETURN {columns}{tail}"


@st.composite
def extremes(draw: st.DrawFn) -> str:
    """A read that is long or deep, up to what the console takes and beyond it."""
    n = draw(st.one_of(st.integers(1, 40), st.integers(1, 4_000)))
    short = min(n, 60)
    return draw(
        st.sampled_from(
            [
                f"RETURN {'(' * n}1{')' * n} AS x",
                f"RETURN {'[' * n}1{']' * n} AS x",
                f"RETURN {'{a: ' * n}1{'}' * n} AS x",
                f"RETURN {'NOT ' * n}true AS x",
                f"RETURN {'CASE WHEN true THEN ' * n}1{' END' * n} AS x",
                f"RETURN {'COLLECT { RETURN ' * n}1{' AS y }' * n} AS x",
                f"{'CALL () { ' * n}RETURN 1 AS x{' } RETURN x' * n}",
                f"RETURN 1{' + 1' * n} AS x",
                f"MATCH (n) WHERE {' OR '.join(['n.key = 1'] * short)} RETURN n LIMIT 1",
                f"MATCH (n) WHERE n.key IN [{', '.join(['1'] * n)}] RETURN n",
                f"RETURN {', '.join(f'1 AS c{number}' for number in range(n))}",
                f"RETURN {{{', '.join(f'c{number}: 1' for number in range(n))}}} AS x",
                f"{'WITH 1 AS x ' * short}RETURN x",
                " UNION ".join(["RETURN 1 AS x"] * short),
                f"RETURN '{'x ' * n * 10}' AS x, 1 AS {'x' * n}",
                f"MATCH (n) FINISH // {'x' * n}",
            ]
        )
    )


def statements() -> st.SearchStrategy[Made]:
    """As many reads as harm, and some that are large."""
    read = reads().map(lambda text: Made(text, harm=False))
    large = extremes().map(lambda text: Made(text, harm=False))
    harm = st.one_of(disguised(), spliced()).map(lambda text: Made(text, harm=True))
    return st.one_of(read, read, read, harm, harm, harm, large)


parameters: st.SearchStrategy[dict[str, Any]] = st.one_of(anyname, st.just("searchTokens")).map(
    lambda k: {"k": k}
)
