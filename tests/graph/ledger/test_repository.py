"""The ledger in a real Neo4j: it is what the pure ledger says, whoever writes at once and whatever is sent again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest

from graph.clock import DAY
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.erasure.service import ByProfile, ErasureService
from graph.errors import DatabaseUnavailableError, NotFoundError, TooLargeError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import Same
from graph.judgement.service import JudgementService
from graph.ledger.book import Book, balance
from graph.ledger.commands import Approve, Expire, Fund, Grant, Mature, Redeem, Reverse, Share
from graph.ledger.line import Line
from graph.ledger.model import Account, AccountKind, Cap, Result, ReturnPolicy, Side, Terms
from graph.ledger.moves import IllegalMoveError
from graph.ledger.reader import LedgerReader, LinePage
from graph.ledger.repository import LATEST, LedgerRepository, Posted
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from tests.faults import BoltProxy
from tests.graph.judgement.people import People, said
from tests.graph.ledger.lives import START, life

BUDGET = Account("v", AccountKind.BUDGET, "points")


@pytest.fixture
def people(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> People:
    return People(database, keyring, rules, writer)


@pytest.fixture
def ledger(database: Database) -> LedgerRepository:
    return LedgerRepository(database)


async def brought(people: People, *records: str) -> list[str]:
    """The profile ids of new people."""
    await people.bring(*(said(record) for record in records))
    return [await people.id(record) for record in records]


def fund(amount: int) -> Fund:
    return Fund("fund", "v", "points", amount, "c", START)


def granted(*profiles: str, referral: str = "r", amount: int = 5, terms: Terms | None = None) -> Grant:
    shares = tuple(Share(side, id_, "points", amount) for side, id_ in zip(Side, profiles, strict=False))
    return Grant("v", referral, "rule", "c", START, shares, terms or Terms(validity={"points": DAY}))


def account(kind: AccountKind, profile: str) -> Account:
    return Account("v", kind, "points", profile)


async def statement(people: People, profile: str, *, before: int = LATEST, limit: int = 50) -> list[Line]:
    """A page of what was decided about the person that a profile is now."""
    rows = await people.database.run_schema(
        "CYPHER 5 MATCH (:Profile {id: $id})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) RETURN u.oneId AS one",
        id=profile,
    )
    page = LinePage(rows[0]["one"], limit, before)
    return (await LedgerReader(people.database).lines([page]))[page][0]


async def head(database: Database) -> int:
    """The feed's last position."""
    return (await database.run_schema("CYPHER 5 MATCH (h:FeedHead) RETURN h.position AS position"))[0][
        "position"
    ]


async def test_it_is_the_pure_ledger_in_whatever_batches(people: People, ledger: LedgerRepository) -> None:
    profiles = await brought(people, "a", "b", "c")
    book = Book()
    commands = life(book, profiles, steps=60, seed=11)
    chance, rest, ends = random.Random(5), list(commands), list[tuple[int, int]]()
    while rest:
        size = chance.randint(1, 30)
        posted = await ledger.post(rest[:size])
        assert [one.outcomes for one in posted] == [book.entries[c.key].outcomes for c in rest[:size]]
        rest = rest[size:]
        ends.append((len(commands) - len(rest), await head(people.database)))
    history = list(book.entries.values())
    for each, amount in book.balances.items():
        assert await ledger.balance(each) == amount
    for each in chance.sample(sorted(book.balances), 6):
        known, position = chance.choice(ends)
        then = chance.choice(history).effective_at
        told = await ledger.balance(each, effective_at=then, position=position)
        assert told == balance(history, each, effective_at=then, position=known)
    again = await ledger.post(commands)
    assert all(one.repeated for one in again)
    assert [one.outcomes for one in again] == [book.entries[command.key].outcomes for command in commands]
    assert await head(people.database) == ends[-1][1], "what says nothing new leaves no entry"


async def test_eight_writers_pay_once_and_keep_cap_and_budget(
    people: People, ledger: LedgerRepository
) -> None:
    a, b, c = await brought(people, "a", "b", "c")
    await ledger.post([fund(100)])
    capped = Terms(caps=(Cap("points", 33),))
    commands = [granted(a, b, referral=f"r{n}", terms=capped) for n in range(12)]
    commands += [granted(c, referral=f"s{n}", amount=7) for n in range(12)]

    async def write(seed: int) -> list[tuple[str, object]]:
        turns = random.Random(seed).sample(commands, len(commands))
        return [(one.key, one.outcomes) for command in turns for one in await ledger.post([command])]

    told = await asyncio.gather(*(write(seed) for seed in range(8)))
    assert len({str(sorted(answers, key=str)) for answers in told}) == 1, "a key has one answer"
    results = Counter(outcome.result for _, outcomes in told[0] for outcome in outcomes)
    assert results[Result.GRANTED] + results[Result.CAPPED] + results[Result.BUDGET_EXHAUSTED] == 36
    pending = [await ledger.balance(account(AccountKind.PENDING, one)) for one in (a, b, c)]
    assert max(pending[:2]) <= 33
    assert sum(pending) + await ledger.balance(BUDGET) == 100
    assert await ledger.balance(BUDGET) < 7, "it was spent as far as it goes"


async def test_a_commit_whose_answer_is_lost_is_not_doubled(
    people: People, ledger: LedgerRepository, endpoint: Endpoint
) -> None:
    a, b = await brought(people, "a", "b")
    await ledger.post([fund(100)])
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as proxy:
        driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
        broken = LedgerRepository(Database(driver, name=endpoint.database))
        for number in range(3):
            command = granted(a, b, referral=str(number))
            proxy.lose_commit_answers = 1
            with pytest.raises(DatabaseUnavailableError):
                await broken.post([command])
            (again,) = await broken.post([command])
            assert again.repeated
            assert [outcome.result for outcome in again.outcomes] == [Result.GRANTED] * 2
        await driver.close()
    assert await ledger.balance(BUDGET) == 100 - 3 * 10


async def test_a_batch_is_posted_whole_or_not_at_all(people: People, ledger: LedgerRepository) -> None:
    (a,) = await brought(people, "a")
    await ledger.post([fund(100)])
    grant = granted(a)
    key = f"{grant.key}:{Side.REFERRER}"
    before = await head(people.database)
    with pytest.raises(IllegalMoveError, match="pending cannot become posted"):
        await ledger.post([grant, Mature("m", (key,), "c", START)])
    assert (await head(people.database), await ledger.balance(BUDGET)) == (before, 100)
    with pytest.raises(NotFoundError):
        await ledger.post([granted("nobody")])
    with pytest.raises(TooLargeError):
        await ledger.post([grant] * 10_001)


async def test_a_cap_counts_the_people_of_now(
    people: People, ledger: LedgerRepository, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    a, b = await brought(people, "a", "b")
    capped = Terms(caps=(Cap("points", 8),))
    await ledger.post([fund(100), granted(a, terms=capped)])
    judgements = JudgementService(people.database, keyring=keyring, blind=blind, rules=rules)
    await judgements.judge(Same(a, b), by="k")
    (told,) = await ledger.post([granted(b, referral="s", terms=capped)])
    assert told.outcomes[0].result is Result.CAPPED


async def test_a_statement_tells_a_participant_what_it_got_and_lost(
    people: People, ledger: LedgerRepository
) -> None:
    a, b = await brought(people, "a", "b")
    grant = granted(a, b)
    keys = tuple(f"{grant.key}:{side}" for side in Side)
    await ledger.post([fund(8), grant])
    await ledger.post([Approve("a", keys[:1], "c", START), Mature("m", keys[:1], "c", START)])
    await ledger.post([Redeem("s", "v", (a,), "points", 2, "c", START)])
    await ledger.post([Reverse("b", keys[:1], ReturnPolicy.WITHIN_BALANCE, "returned", START + 1)])

    page = await statement(people, a, limit=2)
    page += await statement(people, a, before=page[-1].seq, limit=10)
    assert [(line.kind.value, line.outcomes[0].result.value) for line in page] == [
        ("reverse", "reviewRequired"),
        ("redeem", "redeemed"),
        ("mature", "matured"),
        ("approve", "approved"),
        ("grant", "granted"),
    ]
    assert [line.reverses for line in page] == [grant.key, None, None, None, None]
    assert {outcome.profile for line in page for outcome in line.outcomes} == {a}
    assert sum(p.amount for line in page for p in line.postings) == 2, "what was spent is left"
    (line,) = await statement(people, b)
    assert (line.outcomes[0].result, line.postings) == (Result.BUDGET_EXHAUSTED, ())


async def test_what_is_due_expires_once_however_often_it_is_called(
    people: People, database: Database
) -> None:
    a, b = await brought(people, "a", "b")
    now = START
    ledger = LedgerRepository(database, clock=lambda: now)
    grants = [granted(a, b, referral=str(n)) for n in range(3)]
    keys = tuple(f"{grant.key}:{side}" for grant in grants for side in Side)
    await ledger.post([fund(100), *grants])
    await ledger.post([Approve("a", keys, "c", START), Mature("m", keys, "c", START)])
    await ledger.post([Redeem("s", "v", (a,), "points", 7, "c", START)])
    assert await ledger.expire_due() == []
    now = START + DAY
    told: list[Posted] = []
    while more := await ledger.expire_due(limit=2):
        told += more
    assert sum(outcome.amount for one in told for outcome in one.outcomes) == 30 - 7
    assert await ledger.balance(BUDGET) == 100 - 7
    assert [await ledger.balance(account(AccountKind.AVAILABLE, one)) for one in (a, b)] == [0, 0]


async def test_the_ledger_outlives_an_erased_profile(
    people: People, ledger: LedgerRepository, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    (a,) = await brought(people, "a")
    grant = granted(a)
    keys = (f"{grant.key}:{Side.REFERRER}",)
    await ledger.post([fund(100), grant])
    erasures = ErasureService(people.database, keyring=keyring, blind=blind, rules=rules)
    await erasures.erase(ByProfile(a), by="k")
    await ledger.post([Approve("a", keys, "c", START), Mature("m", keys, "c", START)])
    (told,) = await ledger.post([Expire("e", "v", a, "points", "c", START + DAY)])
    assert (told.outcomes[0].amount, await ledger.balance(BUDGET)) == (5, 100)


async def test_the_invariants_see_what_they_forbid(
    people: People, ledger: LedgerRepository, database: Database
) -> None:
    (a,) = await brought(people, "a")
    grant = granted(a)
    key = f"{grant.key}:{Side.REFERRER}"
    await ledger.post([fund(100), grant])
    await ledger.post([Reverse("b", (key,), ReturnPolicy.UNLIMITED, "c", START)])
    budget, reward = "MATCH (n:Account {kind: 'budget'})", "MATCH (n:Reward)"
    reverse = "MATCH (n:LedgerTransaction {kind: 'reverse'})"
    funding = "MATCH (:LedgerTransaction {kind: 'fund'})-[x:POSTS]->(:Account {kind: 'funding'})"
    for what, spoil, mend, seen in (
        (budget, "n.balance = 99", "n.balance = 100", "balance"),
        (budget, "n.floor = 101", "n.floor = 0", "balance"),
        (
            reward,
            "n.returned = 4, n.expired = 1, n.spent = 1",
            "n.returned = 5, n.expired = 0, n.spent = 0",
            "reward",
        ),
        (reward, "n.returned = 4, n.settled = 1", "n.returned = 5, n.settled = 0", "state"),
        (reverse, "n.effectiveAt = 1", "n.effectiveAt = $at", "reversal"),
        (funding, "x.amount = -99", "x.amount = -100", "zero"),
    ):
        await database.run_schema(f"CYPHER 5 {what} SET {spoil}")
        assert f"invariants.ledger_{seen}" in await broken_invariants(database)
        await database.run_schema(f"CYPHER 5 {what} SET {mend}", at=START)
        assert not await broken_invariants(database)
