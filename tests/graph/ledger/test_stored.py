"""What is stored of the ledger comes back as it was."""

from __future__ import annotations

import json

from graph.ledger.book import Book
from graph.ledger.commands import Reverse, Settle
from graph.ledger.decide import decide
from graph.ledger.model import Account, AccountKind, ReturnPolicy
from graph.ledger.stored import Concern, concern_of, expiries, read_book, read_outcomes, rows_of
from graph.vocabulary import NODES
from tests.graph.ledger.lives import life

PROFILES = ("p", "q", "r")


def test_rewards_and_outcomes_come_back() -> None:
    book = Book()
    life(book, PROFILES, steps=40, seed=1)
    entries = list(book.entries.values())
    rows = rows_of(book, entries, position=7)
    outcomes = {row[0]: row[6] for row in rows["transactions"]}
    assert {key: read_outcomes(text) for key, text in outcomes.items()} == {
        e.key: e.outcomes for e in entries
    }
    stored = [{name: value for name, value in row[1].items() if value is not None} for row in rows["rewards"]]
    again = read_book([], [], [], json.loads(json.dumps(stored)))
    assert again.rewards == book.rewards
    assert {account.key: amount for account, amount in book.balances.items()} == {
        row[0]: row[5] for row in rows["accounts"]
    }
    assert [row[5] for row in rows["transactions"]] == sorted(row[5] for row in rows["transactions"])


def test_every_property_that_is_written_is_declared() -> None:
    book = Book()
    life(book, PROFILES, steps=5, seed=2)
    (reward,) = (node for node in NODES if node.label == "Reward")
    for _, properties in rows_of(book, list(book.entries.values()), position=1)["rewards"]:
        assert properties.keys() | {"recordedAt"} == reward.properties.keys()


def test_what_is_read_is_all_that_is_decided_on() -> None:
    book = Book()
    commands = life(book, PROFILES, steps=40, seed=3)
    replayed = Book()
    for command in commands:
        wanted = concern_of([command]).asked()
        holders = {*wanted["profiles"], *(replayed.reward(key).profile for key in wanted["rewards"])}
        part = Book(
            entries=[replayed.entries[key] for key in wanted["keys"] if key in replayed.entries],
            rewards=[reward for reward in replayed.rewards.values() if reward.profile in holders],
            balances={a: n for a, n in replayed.balances.items() if a.key in wanted["budgets"]},
            floors={a: n for a, n in replayed.floors.items() if a.key in wanted["budgets"]},
        )
        entry = decide(part, command)
        assert entry == book.entries[command.key]
        replayed.record(entry)
    assert replayed.balances == book.balances


def test_commands_ask_for_their_keys_budgets_profiles_and_rewards() -> None:
    reverse = Reverse("k", ("b", "a"), ReturnPolicy.UNLIMITED, "c", 1)
    assert concern_of([reverse]) == Concern(keys={"k"}, budgets=set(), profiles=set(), rewards={"a", "b"})
    assert concern_of([Settle("claim", "CNY", 5, "c", 1)]).keys == {"claim", "settle:claim"}
    assert Account("v", AccountKind.SPENT, "CNY", "p").key == '["v", "spent", "CNY", "p"]'


def test_each_account_has_one_expiry_of_what_is_due() -> None:
    due = [("r2", "v", "p", "points"), ("r1", "v", "p", "points"), ("r3", "v", "q", "points")]
    first, other = expiries(due, at=5)
    assert [(one.profile, one.at) for one in (first, other)] == [("p", 5), ("q", 5)]
    assert expiries(reversed(due), at=9)[0].key == first.key, "the time is no part of the key"
    assert expiries(due[:1], at=5)[0].key != first.key
