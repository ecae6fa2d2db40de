"""Plans against the lists: what is unknown is refused by its name.

That what the product itself reads is on them, `tests/cypher/test_plans.py` says, which plans all of that anyway.
"""

from __future__ import annotations

from typing import Any

import pytest

from graph.console.allowed import VERSIONS, allowed_for, load_allowed
from graph.console.errors import RefusedError
from graph.console.plan import check_plan, operator_name, operators
from graph.console.service import Console
from graph.errors import ConfigurationError
from tests.graph.console.language import READS, READS_25

NEW = load_allowed("2026.08")
HARMFUL = (
    "LoadCSV",
    "TransactionForeach",
    "TransactionApply",
    "Create",
    "Merge",
    "SetProperty",
    "DetachDelete",
)


def plan(name: str, *children: dict[str, Any], details: str = "") -> dict[str, Any]:
    return {"operatorType": f"{name}@neo4j", "args": {"Details": details}, "children": list(children)}


def test_a_plan_that_reads_is_taken() -> None:
    check_plan("r", plan("ProduceResults", plan("Expand(All)", plan("NodeByLabelScan"))), NEW)
    check_plan("r", plan("ProduceResults", plan("ProcedureCall", details="db.labels() :: (label)")), NEW)


@pytest.mark.parametrize("name", [*HARMFUL, "NewOperator", "", "producedresults"])
def test_an_operator_that_no_list_has_is_refused_with_its_name(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_plan("r", plan("ProduceResults", plan("Apply", plan("Argument"), plan(name))), NEW)
    assert refused.value.reason == "operator"
    assert name in refused.value.message


@pytest.mark.parametrize("kind", ["w", "rw", "s", "", None, "R"])
def test_any_kind_but_reading_is_refused(kind: str | None) -> None:
    with pytest.raises(RefusedError) as refused:
        check_plan(kind, plan("ProduceResults"), NEW)
    assert refused.value.reason == "writes"


@pytest.mark.parametrize(
    "details", ["dbms.listConfig()", "db.labelsX()", "x.db.labels()", "", "`db.labels`.x()", "DB.LABELS()"]
)
def test_other_procedures_are_refused(details: str) -> None:
    for name in ("ProcedureCall", "VoidProcedureCall"):
        with pytest.raises(RefusedError) as refused:
            check_plan("r", plan("ProduceResults", plan(name, details=details)), NEW)
        assert refused.value.reason == "procedure"


def test_without_a_plan_nothing_is_run() -> None:
    for missing in (None, {}):
        with pytest.raises(RefusedError):
            check_plan("r", missing, NEW)


def test_each_version_has_its_list() -> None:
    for version in VERSIONS:
        found = load_allowed(version)
        assert not found.operators & {*HARMFUL, "ProcedureCall", "Eager", "EmptyResult"}, version
        assert not {name for name in found.functions if name.startswith(("apoc", "genai", "graph.", "db."))}
        assert not found.functions & {"file", "linenumber"}
    assert allowed_for("Neo4j/2026.08.1").version == "2026.08"
    assert allowed_for("Neo4j/2027.01.0").version == "2026.08", "what it has more is refused"
    assert allowed_for("Neo4j/5.26.30").version == "5.26"
    assert allowed_for("Neo4j/2025.01.0").version == "5.26"
    for older in ("Neo4j/4.4.0", "Neo4j/5.25.1", "something"):
        with pytest.raises(ConfigurationError):
            allowed_for(older)


@pytest.mark.parametrize("statement", READS)
async def test_what_covers_the_language_is_taken(console: Console, statement: str) -> None:
    found = await console.explain(statement)
    assert found.plan["operator"] == "ProduceResults"


async def test_cypher_25_is_taken_where_the_server_knows_it(console: Console) -> None:
    dialects = (await console._allowed()).dialects
    for statement in READS_25 if "25" in dialects else ():
        assert (await console.explain(f"CYPHER 25\n{statement}")).dialect == "25"


def test_operators_are_found_however_deep_they_lie() -> None:
    deep = plan("LoadCSV")
    for _ in range(5_000):
        deep = plan("Apply", deep)
    assert {operator_name(step) for step in operators(deep)} == {"Apply", "LoadCSV"}
