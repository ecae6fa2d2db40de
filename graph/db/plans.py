"""Plan rules: what no statement of the shelf may do on a graph of any size (docs/design.md §4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.db.database import Database
from graph.db.shelf import Statement, split_top_level
from graph.errors import ShelfError

FORBIDDEN: Final = frozenset(
    {"AllNodesScan", "NodeByLabelScan", "UnionNodeByLabelsScan", "IntersectionNodeByLabelsScan"}
    | {"DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan"}
    | {"DirectedRelationshipTypeScan", "UndirectedRelationshipTypeScan"}
    | {"PartitionedAllNodesScan", "PartitionedNodeByLabelScan"}
)
"""Operators that read everything of a kind; the names of 5.26 and 2026.08."""

_EVERYTHING: Final = frozenset(name for name in FORBIDDEN if "All" in name)
"""Those of them that read everything of every kind."""

ANALYSES: Final = "gallery."
"""Statements that ask about everybody, of which `broken_analysis` says what they may not do."""

_ONE_ROW: Final = frozenset(
    {"NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)", "Argument", "CartesianProduct"}
)
_ROW_BY_ROW: Final = frozenset({"Filter", "CacheProperties", "Projection", "ProduceResults"})
_AGGREGATE: Final = re.compile(r"\w+\(.*\)( AS \S+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a plan must not do."""

    statement: str
    what: str

    def __str__(self) -> str:
        return f"{self.statement}: {self.what}"


async def explain(database: Database, statement: Statement) -> list[Finding]:
    """Plan a statement on this server, with its example parameters, and say what breaks the rules."""
    return findings(statement, *await planned(database, statement))


async def planned(database: Database, statement: Statement) -> tuple[dict[str, Any], list[str]]:
    """Plan and notification codes of a statement on this server, with its example parameters."""
    return await database.explain(_explained(statement), **example_parameters(statement))


def findings(statement: Statement, plan: Mapping[str, Any], notifications: list[str]) -> list[Finding]:
    """What in the plan of a statement breaks the rules."""
    broken = broken_analysis if statement.name.startswith(ANALYSES) else broken_rules
    found = [Finding(statement.name, what) for what in broken(plan)]
    return found + [Finding(statement.name, f"the server notes {code}") for code in notifications]


def _explained(statement: Statement) -> Any:
    return statement.text.replace("CYPHER 5\n", "CYPHER 5 EXPLAIN\n", 1)


def broken_rules(plan: Mapping[str, Any]) -> Iterator[str]:
    """What in a plan breaks the rules."""
    operator = _operator(plan)
    children = _children(plan)
    if operator in FORBIDDEN:
        yield f"{operator} {_details(plan)}".strip()
    if operator == "CartesianProduct" and not any(_one_row(child) for child in children):
        yield "CartesianProduct of two sides of many rows"
    for child in children:
        yield from broken_rules(child)


def broken_analysis(plan: Mapping[str, Any]) -> Iterator[str]:
    """What in the plan of an analysis breaks its rules: it may read all of a kind, though once and not for each row."""
    operator = _operator(plan)
    children = _children(plan)
    if operator in _EVERYTHING:
        yield f"{operator} {_details(plan)}".strip()
    if operator == "CartesianProduct" and not any(_one_row(child) for child in children):
        yield "CartesianProduct of two sides of many rows"
    if "Apply" in operator and len(children) == 2 and not _one_row(children[0]):
        yield from (f"{scan} for each row" for scan in _scans(children[1]))
    for child in children:
        yield from broken_analysis(child)


def _scans(plan: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a plan that reads all of a kind."""
    if _operator(plan) in FORBIDDEN:
        yield f"{_operator(plan)} {_details(plan)}".strip()
    for child in _children(plan):
        yield from _scans(child)


def _one_row(plan: Mapping[str, Any]) -> bool:
    """True where a plan gives at most one row: unique seeks, and aggregations that group by nothing."""
    if _operator(plan) == "EagerAggregation":
        return all(_AGGREGATE.fullmatch(column.strip()) for column in split_top_level(_details(plan)))
    if _operator(plan) not in _ONE_ROW | _ROW_BY_ROW:
        return False
    return all(_one_row(child) for child in _children(plan))


def _children(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return plan.get("children") or []


def _details(plan: Mapping[str, Any]) -> str:
    arguments: Mapping[str, Any] = plan.get("args") or {}
    return str(arguments.get("Details", ""))


def _operator(plan: Mapping[str, Any]) -> str:
    return str(plan.get("operatorType", "")).partition("@")[0]


def example_parameters(statement: Statement) -> dict[str, Any]:
    """The header's example, `/* :params {…} */`, as values."""
    if not statement.params:
        return {}
    match = re.search(r":params\s*(\{.*\})", statement.example, re.DOTALL)
    if match is None:
        raise ShelfError(f"{statement.path.name}: the example must read `/* :params {{…}} */`.")
    values = _Literal(match.group(1)).read()
    if set(values) != set(statement.params):
        raise ShelfError(
            f"{statement.path.name}: the example gives {sorted(values)}, declared are {sorted(statement.params)}."
        )
    return values


class _Literal:
    """Reads the maps, lists, strings and numbers of an example; nothing else is needed there."""

    _TOKEN: Final = re.compile(r"\s*(?:('(?:[^'\\]|\\.)*')|(-?\d+\.\d+)|(-?\d+)|(\w+)|([{}\[\],:]))")

    def __init__(self, text: str) -> None:
        self._tokens = list(self._TOKEN.finditer(text))
        self._at = 0

    def read(self) -> Any:
        match = self._tokens[self._at]
        self._at += 1
        string, real, integer, word, sign = match.groups()
        if string is not None:
            return string[1:-1]
        if real is not None:
            return float(real)
        if integer is not None:
            return int(integer)
        if word is not None:
            return {"true": True, "false": False, "null": None}[word]
        return self._list() if sign == "[" else self._map()

    def _list(self) -> list[Any]:
        values = list[Any]()
        while not self._take("]"):
            values.append(self.read())
            self._take(",")
        return values

    def _map(self) -> dict[str, Any]:
        values = dict[str, Any]()
        while not self._take("}"):
            key = self._tokens[self._at].group().strip()
            self._at += 2
            values[key] = self.read()
            self._take(",")
        return values

    def _take(self, sign: str) -> bool:
        if self._tokens[self._at].group(5) == sign:
            self._at += 1
            return True
        return False
