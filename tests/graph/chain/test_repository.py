"""Chains in the graph: what a merge and a split make of them, and how a page is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from graph.chain.influence import Credit
from graph.chain.model import DescendantsPage
from graph.chain.repository import ChainRepository
from graph.clock import DAY
from graph.db.database import Database
from graph.db.plans import example_parameters
from graph.db.shelf import shelf
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.referral.forest import Also
from tests.graph.judgement.people import PHONE, People, said
from tests.graph.referral.stage import START, A, B, Stage, did


def operators(plan: Mapping[str, Any]) -> Iterator[str]:
    yield str(plan["operatorType"]).partition("@")[0]
    for child in plan.get("children") or ():
        yield from operators(child)


async def test_a_page_is_walked_in_breadth_and_sorts_a_generation_alone(server: Database) -> None:
    statement = shelf()["chain.list_descendants"]
    text: Any = statement.text.replace("CYPHER 5\n", "CYPHER 5 EXPLAIN\n", 1)
    plan, _ = await server.explain(text, **example_parameters(statement))
    found = list(operators(plan))
    assert sum(name.startswith("VarLengthExpand(Pruning,BFS") for name in found) == 3
    assert found.count("PartialTop") == 3
    # One for the pages, one for a page's people, and two for Cypher's own DISTINCT and UNION: none on the walk.
    assert found.count("EagerAggregation") == 2


@pytest.fixture
async def stage(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Stage:
    return Stage(People(database, keyring, rules, writer))


async def test_what_the_follower_derives_is_read_before_and_after_a_merge(stage: Stage) -> None:
    """Ann brought Bob, who brought Carl; then Carl turns out to be Ann: a circle, which is none of the chain."""
    chains = ChainRepository(stage.database)
    await stage.open()
    await stage.owner("ann", A)
    await stage.owner("bob", B)
    for at, name, code in ((START, "bob", A), (START + DAY, "carl", B)):
        await stage.does(did(name, "Referral Link Clicked", at=at, code=code))
        await stage.does(did(name, "Enquiry Submitted", at=at + 1))
    stage.now = START + 20 * DAY
    await stage.does(
        did("carl", "Order Placed", at=START + 10 * DAY, orderId="o1", amount=300_000, currency="CNY"),
        did("carl", "Vehicle Delivered", at=START + 20 * DAY, orderId="o1"),
    )
    ann, bob, carl = [await stage.people.one_id(name) for name in ("ann", "bob", "carl")]

    up = await chains.ancestors([carl, ann], also=True)
    assert [(one.one_id, one.distance, one.reason) for one in up[carl]] == [(bob, 1, None), (ann, 2, None)]
    assert up[ann] == ()
    page = DescendantsPage(ann, 5)
    below = (await chains.descendants([page]))[page]
    assert [(one.one_id, one.generation, one.by, one.progress) for one in below.people] == [
        (bob, 1, ann, "identified"),
        (carl, 2, bob, "delivered"),
    ]
    trees = await chains.trees([ann, bob, carl])
    assert [tree.people for tree in trees.values()] == [2, 1, 0]
    assert trees[ann].credits == (Credit(1, "CNY", 30_000_000.0, 1),)
    assert trees[bob].credits == (Credit(0, "CNY", 30_000_000.0, 1),)
    spreaders, more, complete = await chains.spreaders(None, since=0, until=2**62, first=5, after=None)
    assert [(one.one_id, one.brought, more, complete) for one in spreaders] == [(bob, 1, False, True)]

    for name in ("ann", "carl"):
        await stage.people.bring(said(name, checked=True, phone=PHONE))
    await stage.follow()
    both = await stage.people.one_id("ann")
    assert both == await stage.people.one_id("carl")
    up = await chains.ancestors([both, bob], also=True)
    assert [(one.one_id, one.reason) for one in up[bob]] == [(both, None)]
    assert [(one.one_id, one.reason) for one in up[both]] == [(bob, Also.CYCLE)]
    [too] = (await chains.also([bob], first=5))[bob]
    assert (too.one_id, too.reason) == (both, Also.CYCLE)
    trees = await chains.trees([both, bob])
    assert (trees[both].people, trees[bob].people) == (1, 0)
    assert trees[both].credits == ()  # the order is their own now
    assert trees[bob].credits == (Credit(0, "CNY", 30_000_000.0, 1),)
