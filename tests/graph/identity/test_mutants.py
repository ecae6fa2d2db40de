"""Mutants of the core: each breaks one idea of `resolve`, and a named law or case must notice.

A mutant is one change of the source text of one function; `docs/identity-laws.md` lists them all.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from graph.identity import classes, contradiction, gather, knot, reading, run, summary, support, ties
from tests.graph.identity import (
    test_cases,
    test_contradiction,
    test_explain,
    test_laws,
    test_oracle,
    test_sizes,
    test_support,
)
from tests.graph.identity.worlds import world

DOC = Path(__file__).parents[3] / "docs" / "identity-laws.md"


@dataclass(frozen=True)
class Mutant:
    name: str
    module: ModuleType
    function: str
    old: str
    new: str
    killer: str


def law(test: Any, worlds: int = 400) -> Callable[[], None]:
    """A law of random worlds, on fixed worlds and without shrinking."""

    def check() -> None:
        inner = test.hypothesis.inner_test
        several = "seed" in inspect.signature(inner).parameters
        for seed in range(worlds):
            inner(world(Random(seed)), **({"seed": seed} if several else {}))

    return check


def oracle() -> None:
    for seed in range(400):
        found, expected, _ = test_oracle.answers(world(Random(seed)))
        assert found == expected, seed


def cases() -> None:
    for case in test_cases.CASES:
        test_cases.test_case(case)


def scores() -> None:
    for case in test_support.CASES:
        test_support.test_case(case, turned=False)
        test_support.test_case(case, turned=True)


def contradictions() -> None:
    for case in test_contradiction.CASES:
        test_contradiction.test_case(case)


KILLERS: dict[str, Callable[[], None]] = {
    "test_oracle.test_the_oracle_agrees": oracle,
    "test_cases.test_case": cases,
    "test_support.test_case": scores,
    "test_contradiction.test_case": contradictions,
    **{
        f"{module.__name__.rpartition('.')[2]}.{name}": law(test) if hasattr(test, "hypothesis") else test
        for module in (test_cases, test_laws, test_sizes, test_support, test_explain)
        for name, test in vars(module).items()
        if name.startswith("test_") and name != "test_case" and callable(test)
    },
}

ORACLE = "test_oracle.test_the_oracle_agrees"
CASE = "test_cases.test_case"
SCORE = "test_support.test_case"
SAYS_NO = "test_contradiction.test_case"
CONSTRAINT = "test_laws.test_a_constraint_is_never_broken"
LOCAL = "test_laws.test_a_component_answers_alone_as_it_does_among_others"

MUTANTS = [
    Mutant("greedy in the order of arrival", knot, "Knot._packed",
           "sorted(edges, key=lambda edge: (edge.identifier, edge.label, edge.nodes))", "edges",
           "test_cases.test_where_not_all_have_room_the_least_identifier_joins_first"),
    Mutant("one-sided cut", ties, "cut", "cuts[number] |= pair", "cuts[number] |= 1 << left", CASE),
    Mutant("no cut", knot, "Knot._decide", "cut(masks, against)", "(masks, [])", CONSTRAINT),
    Mutant("no lock", knot, "Knot._lock", "self._banned.setdefault(cluster, set()).update(sides)", "pass",
           "test_cases.test_who_is_ambiguous_stays_so_in_later_tiers"),
    Mutant("no budget", knot, "Knot._tier", "len(nodes) > self._rules.budget", "False", ORACLE),
    Mutant("no cap", knot, "Knot._broken", "> self._rules.cap", "> 1_000_000", CONSTRAINT),
    Mutant("no limit", knot, "Knot._broken", "len(numbers) > spaces[space].rule.limit", "False", CONSTRAINT),
    Mutant("classes of live clusters", knot, "Knot._stage", "for tier in stage.tiers:",
           "for tier in stage.tiers:\n        for link in links:\n"
           "            self._classify(link, link.trusted)\n            self._classify(link, link.every)", ORACLE),
    Mutant("class read set dropped", gather, "Link.holders", "self.every or self.trusted",
           "[unit for unit in self.trusted if len(unit.holders) < 3]", LOCAL),
    Mutant("conflicts ignored", summary, "conflict", "if level == HARD:", "return False\n    if level == HARD:", CASE),
    Mutant("bans ignored", summary, "conflict", "not left.banned.isdisjoint(right.members)", "False", CONSTRAINT),
    Mutant("proven values ignored", summary, "conflict", "len(values | others) > 1", "False", CONSTRAINT),
    Mutant("birth dates ignored", summary, "births_conflict", "if not left or not right:", "if True:", CASE),
    Mutant("partial names bridge full ones", summary, "names_conflict",
           "if left.full_names and right.full_names:", "if False:", ORACLE),
    Mutant("weak identifiers join known people", summary, "conflict",
           "level == PRESUMED and left.anchored and right.anchored", "False", CASE),
    Mutant("clusters counted for people", classes, "_people", "if not any(against):\n        return 1",
           "if not any(against):\n        return len(summaries)", CASE),
    Mutant("generic never", classes, "judge", "soft > link.rule.max_people", "False",
           "test_cases.test_a_showroom_phone_is_generic_and_no_household"),
    Mutant("mark ignored", classes, "judge", "people > 1 or link.marked", "people > 1",
           "test_sizes.test_an_identifier_marked_shared_links_only_equal_full_names"),
    Mutant("claims count as trusted", gather, "_link", "pair[1].grade is not Grade.CLAIMED", "True",
           "test_laws.test_claims_never_part_whom_trusted_evidence_joins"),
    Mutant("tenures ignored", gather, "_tenures", "if gap_days is None:", "if True:", CASE),
    Mutant("hot ignored", gather, "_link", "all_degree > rule.hot", "False",
           "test_cases.test_a_hot_tablet_links_nobody"),
    Mutant("two shared identifiers no better than one", knot, "Knot._process", "if twice:", "if False:", CASE),
    Mutant("no last look", run, "_last_look", "if tied:", "if False:", ORACLE),
    Mutant("founder by key", run, "_Result._founder", "profiles[i].seq, i", "i",
           "test_laws.test_founders_are_all_that_the_order_of_commits_decides"),
    Mutant("support of a link dropped", support, "_Linkage._thick",
           ">= self._support * self._sizes[left] * self._sizes[right]", ">= 0", SCORE),
    Mutant("support of a whole dropped", support, "_Linkage._holds", "weight >= self._support * pairs", "True", SCORE),
    Mutant("thin links kept", knot, "Knot._is_thin", "part_of[left] != part_of[right]", "False", SCORE),
    Mutant("one join at a time, by number", support, "_Linkage._join", "_connected(strong)",
           "[[n, o] for n, others in strong.items() for o in others][:1]",
           ORACLE),
    Mutant("likeness of neighbours ignored", support, "_likeness",
           "LEVELS * len(left & right) // len(left | right)", "LEVELS", SCORE),
    Mutant("unscored profiles have no say", support, "voices",
           "i in scored or bool(profiles[i].names or profiles[i].birth_dates)", "i in scored",
           "test_support.test_people_whom_better_evidence_joined_need_support_for_all_of_them"),
    Mutant("a part of two needs no support of its own", knot, "Knot._group", "len(nodes) < 2", "len(nodes) < 3",
           "test_support.test_two_who_are_left_of_a_part_need_support_of_their_own"),
    Mutant("scores outweigh what contradicts", contradiction, "standing", "if soft != against:", "if False:", SAYS_NO),
    Mutant("a phone is no reason to doubt", contradiction, "_meet", "return any(", "return False and any(", SAYS_NO),
    Mutant("an address is one", contradiction, "_meet", "(Strength.MEDIUM, Strength.WEAK)", "tuple(Strength)", SAYS_NO),
    Mutant("no score is beyond doubt", contradiction, "standing", "if undoubted and", "if False and", SAYS_NO),
    Mutant("slips contradict", contradiction, "standing", "not _slipped(left, right, told)", "True", SAYS_NO),
    Mutant("a slip told twice", contradiction, "_told", "told.update(", "told or told.update(", SAYS_NO),
    Mutant("a slip found unlikely", contradiction, "standing", "bond.best < probable", "False", SAYS_NO),
    Mutant("a slip of the name excuses the date", contradiction, "_slipped", "return names and (", "return names or (",
           SAYS_NO),
    Mutant("scores connect nothing", gather, "joining", "if score >= least", "if score > 2",
           "test_support.test_scores_that_reach_a_tier_connect_what_must_be_read_together"),
    Mutant("read limit ignored", reading, "_too_big", "len(reading.members) > rules.read_limit", "False",
           "test_sizes.test_beyond_the_read_limit_the_weakest_evidence_is_left_out_first"),
    Mutant("what is known to be too big ignored", reading, "_too_big", "bool(outgrown)", "False",
           "test_laws.test_a_piece_answers_alone_when_it_is_told_what_is_too_big"),
    Mutant("all evidence left out at once", reading, "readable", "reading.step + 1", "len(STEPS) - 1",
           "test_sizes.test_each_piece_is_cut_only_as_far_as_it_must_be"),
]  # fmt: skip


def apply(mutant: Mutant, patch: pytest.MonkeyPatch) -> None:
    """Put the mutated function in place of the original, wherever it was imported."""
    owner, _, name = mutant.function.rpartition(".")
    holder: Any = getattr(mutant.module, owner) if owner else mutant.module
    original = getattr(holder, name)
    source = textwrap.dedent(inspect.getsource(original))
    assert source.count(mutant.old) == 1, f"{mutant.function} no longer holds {mutant.old!r}"
    scope = dict(vars(mutant.module))
    exec(compile(source.replace(mutant.old, mutant.new), f"<{mutant.name}>", "exec"), scope)
    if owner:
        patch.setattr(holder, name, scope[name])
        return
    for module in [m for n, m in sys.modules.items() if n.startswith("graph.identity.")]:
        if getattr(module, name, None) is original:
            patch.setattr(module, name, scope[name])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_killed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(mutant, monkeypatch)
    with pytest.raises((AssertionError, KeyError, StopIteration, ValueError)):
        KILLERS[mutant.killer]()


def test_the_document_lists_every_mutant_and_what_kills_it() -> None:
    rows = {f"| {mutant.name} | `{mutant.killer}` |" for mutant in MUTANTS}
    assert rows <= set(DOC.read_text(encoding="utf-8").splitlines())
