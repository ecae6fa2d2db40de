"""A statement as Neo4j would run it: the plan that `EXPLAIN` answers, held against the lists of its version. Pure.

This is the first wall: what Neo4j says it would do, not what a text looks like. An operator that no list knows is
refused with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graph.console.allowed import Allowed
from graph.console.errors import RefusedError

_READS: Final = "r"
_TYPES: Final = {
    "w": "would write",
    "rw": "would write",
    "s": "is administration",
}
_CALLS: Final = frozenset({"ProcedureCall", "VoidProcedureCall"})
_CALLED: Final = re.compile(r"\s*((?:[\w`]+\.)*[\w`]+)\s*\(")


def check_plan(query_type: str | None, plan: Mapping[str, Any] | None, allowed: Allowed) -> None:
    """Nothing, if the plan only reads; raises RefusedError with what else it does."""
    for step in operators(plan or {}):
        _check_procedure(step, allowed)  # first: it tells more than what kind of statement it makes
    if query_type != _READS:
        what = _TYPES.get(query_type or "", "is of a kind that is not known")
        raise RefusedError(
            f"The console only reads; this statement {what}.",
            hint="Ask with MATCH … RETURN.",
            reason="writes",
        )
    if not plan:
        raise RefusedError("Neo4j shows no plan of the statement, so it is not run.", reason="no_plan")
    for step in operators(plan):
        _check_step(step, allowed)


def operators(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every step of a plan; without recursion, for plans may be deep."""
    todo = [plan]
    while todo:
        step = todo.pop()
        yield step
        todo.extend(step.get("children") or [])


def operator_name(step: Mapping[str, Any]) -> str:
    """The operator of a step, without the database's name behind it."""
    return str(step.get("operatorType", "")).partition("@")[0]


def procedure_of(step: Mapping[str, Any]) -> str:
    """The name of the procedure that a step calls; empty where it cannot be read."""
    arguments: Mapping[str, Any] = step.get("args") or {}
    found = _CALLED.match(str(arguments.get("Details", "")))
    return found[1].replace("`", "") if found else ""


def _check_procedure(step: Mapping[str, Any], allowed: Allowed) -> None:
    if operator_name(step) not in _CALLS:
        return
    called = procedure_of(step)
    if called not in allowed.procedures:
        raise RefusedError(
            f"The procedure {called or 'that it calls'} is not allowed here.",
            hint=f"Allowed are {', '.join(sorted(allowed.procedures))}.",
            reason="procedure",
        )


def _check_step(step: Mapping[str, Any], allowed: Allowed) -> None:
    name = operator_name(step)
    if name not in allowed.operators and name not in _CALLS:
        raise RefusedError(
            f"The plan's operator {name} is not on the list of Neo4j {allowed.version}.",
            hint="The console runs what is known only to read. If this does, tell your operator its name.",
            reason="operator",
        )
