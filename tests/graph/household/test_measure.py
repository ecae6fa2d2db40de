"""Households of the seed world against its truth."""

from __future__ import annotations

import pytest

from graph.household.evidence import Kind
from graph.identity.rules import Rules
from tests.graph.household.measure import as_true, infer_at_once, infer_world, score
from tests.graph.household.worlds import World, stored_world


@pytest.fixture(scope="module")
def world(rules: Rules) -> World:
    """A seed world, resolved."""
    return stored_world(rules, people=2_000, seed=11)


def test_households_of_resolved_people(world: World, rules: Rules) -> None:
    """Pairwise F1 over the pairs whom any evidence connects: 0.90 is the goal."""
    groups, _, components = infer_world(world, rules)
    found = score(world, groups)
    assert components > 200
    assert found.true > 1_000
    assert found.f1 >= 0.90, found
    assert found.alone <= 0.02 * found.found, found


def test_households_of_true_people(world: World, rules: Rules) -> None:
    found = score(world, infer_at_once(as_true(world, rules), rules))
    assert found.f1 >= 0.90, found


def test_components_answer_alone_as_together(world: World, rules: Rules) -> None:
    alone, _, _ = infer_world(world, rules)
    assert sorted(map(str, alone)) == sorted(map(str, infer_at_once(world, rules)))


def test_companies_and_tablets_are_told_apart(world: World, rules: Rules) -> None:
    groups = infer_at_once(world, rules)
    fleets = [group for group in groups if group.kind is Kind.FLEET]
    companies = {
        truth.household_id for truth in world.truth.values() if truth.household_id == truth.person_id
    }
    in_company = {key for key, truth in world.truth.items() if truth.household_id in companies}
    assert fleets
    members = [member.key for group in fleets for member in group.members]
    assert sum(key in in_company for key in members) >= 0.9 * len(members)
    homes = [m.key for group in groups if group.kind is Kind.HOUSEHOLD for m in group.members]
    assert sum(key in in_company for key in homes) <= 0.02 * len(homes)
