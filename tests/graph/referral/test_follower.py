"""Referrals behind the feed: what is judged, granted, taken back and told, whatever the order and whoever follows."""

from __future__ import annotations

from collections import Counter

import pytest

from graph.clock import DAY
from graph.db.database import Database
from graph.erasure.service import ByProfile, ErasureService
from graph.feed.follow import catch_up
from graph.fraud.flag import Code
from graph.fraud.service import FraudLook
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import Retract, Same
from graph.judgement.service import JudgementService
from graph.ledger.commands import Redeem
from graph.ledger.model import Period
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.referral.policy import load_policies
from graph.referral.progress import IllegalMoveError
from graph.referral.simulate import Simulation
from graph.referral.terms import PROGRAMMES, Cap, load_terms
from graph.referral.verdict import Outcome
from tests.graph.judgement.people import People, said
from tests.graph.referral.stage import START, A, B, C, Stage, bought, did


@pytest.fixture
async def stage(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Stage:
    return Stage(People(database, keyring, rules, writer))


async def test_a_friend_orders_and_both_are_paid_when_it_cannot_be_returned(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await stage.does(did("bob", "Referral Link Clicked", at=START, code=A, channel="wechat"))
    one = await stage.only()
    assert (one["progress"], one["judgement"], one["code"], one["channel"]) == (
        "clicked",
        "unchecked",  # nobody gains of it yet
        A,
        "wechat",
    )
    assert await stage.rewards() == []
    stage.now = START + 20 * DAY
    await stage.does(*bought("bob", "o1", at=START + 10 * DAY, delivered=START + 20 * DAY))
    one = await stage.only()
    assert (one["progress"], one["judgement"]) == ("delivered", "clear")
    assert await stage.rewards() == [
        ("friend-credit", "approved", 350_000, 0, 0),
        ("referrer-points", "approved", 3500, 0, 0),
    ]
    await stage.at(START + 27 * DAY)
    assert (await stage.only())["progress"] == "matured"
    assert await stage.rewards() == [
        ("friend-credit", "posted", 0, 350_000, 0),
        ("referrer-points", "posted", 0, 3500, 0),
    ]
    ann, bob = await stage.people.one_id("ann"), await stage.people.one_id("bob")
    assert await stage.brought() == [(bob, "FIRST_REFERRED_BY", ann)]


PAID = [("friend-credit", "posted", 0, 350_000, 0), ("referrer-points", "posted", 0, 3500, 0)]
WAITING = [("friend-credit", "approved", 350_000, 0, 0), ("referrer-points", "approved", 3500, 0, 0)]
GONE = [("friend-credit", "reversed", 0, 0, 0), ("referrer-points", "reversed", 0, 0, 0)]


async def delivered(stage: Stage, friend: str = "bob", code: str = A, *, order: str = "o1") -> None:
    """Somebody comes by a code, orders, and has the car; nothing can be returned any more but by word."""
    stage.now = START + 20 * DAY
    await stage.does(
        did(friend, "Referral Link Clicked", at=START, code=code),
        *bought(friend, order, at=START + 10 * DAY, delivered=START + 20 * DAY),
    )


@pytest.mark.parametrize(
    ("event", "progress"), [("Vehicle Returned", "returned"), ("Order Cancelled", "returned")]
)
async def test_what_comes_back_in_time_is_taken_back(stage: Stage, event: str, progress: str) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await delivered(stage)
    assert await stage.rewards() == WAITING
    stage.now = START + 30 * DAY
    await stage.does(did("bob", event, at=START + 22 * DAY, orderId="o1"))
    assert (await stage.only())["progress"] == progress
    assert await stage.rewards() == GONE
    await stage.does(did("bob", "Vehicle Delivered", at=START + 24 * DAY, orderId="o1"))
    assert await stage.rewards() == sorted([*GONE, *WAITING]), "delivered again, it is granted again"
    await stage.at(START + 31 * DAY)
    assert (await stage.only())["progress"] == "matured"
    assert await stage.rewards() == sorted([*GONE, *PAID])


async def test_a_late_return_of_what_was_paid_and_spent_is_for_a_person(stage: Stage) -> None:
    await stage.open()
    ann = await stage.owner("ann", A)
    await delivered(stage)
    await stage.at(START + 28 * DAY)
    assert await stage.rewards() == PAID
    await stage.ledger.post([Redeem("spend", "two-sided", (ann,), "points", 1000, "shop", stage.now)])
    await stage.does(did("bob", "Vehicle Returned", at=START + 21 * DAY, orderId="o1"))  # told late
    assert await stage.rewards() == [
        ("friend-credit", "reversed", 0, 0, 0),
        ("referrer-points", "reviewRequired", 0, 0, 1000),
    ]
    (review,) = await stage.referrals.reviews()
    assert review["kind"] == "spent"
    await stage.referrals.decide_review(review["key"], accept=True, note="He was told.", by="k")
    await stage.follow()
    assert await stage.rewards() == [
        ("friend-credit", "reversed", 0, 0, 0),
        ("referrer-points", "reversed", 0, -1000, 1000),
    ]
    assert await stage.referrals.reviews() == []


async def test_a_flag_holds_and_a_person_clears_or_rejects(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    stage.flags.everybody = (Code.HOUSEHOLD,)
    await delivered(stage)
    await stage.at(START + 40 * DAY)
    held = [(rule, "pending", amount, 0, 0) for rule, _, amount, *_ in WAITING]
    assert await stage.rewards() == held
    one = await stage.only()
    assert (one["judgement"], one["flags"]) == ("flagged", ["household"])
    detail = await stage.referrals.decide(one["id"], Outcome.CLEARED, note="A family.", by="k")
    assert [(each["outcome"], each["note"]) for each in detail.decisions] == [("cleared", "A family.")]
    await stage.follow()
    assert await stage.rewards() == PAID
    with pytest.raises(IllegalMoveError):
        await stage.referrals.decide(one["id"], Outcome.CLEARED, note="Again.", by="k")
    await stage.referrals.decide(one["id"], Outcome.REJECTED, note="No family.", by="k")
    await stage.follow()
    assert await stage.rewards() == GONE
    await stage.referrals.decide(one["id"], Outcome.WITHDRAWN, note="A mistake.", by="k")
    await stage.referrals.decide(one["id"], Outcome.CLEARED, note="A family.", by="k")
    await stage.follow()
    assert await stage.rewards() == sorted([*GONE, *PAID])


async def test_who_touched_first_gets_the_order_and_a_claim_goes_before(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await stage.owner("cid", B)
    await stage.owner("dan", C)
    await stage.does(did("bob", "Referral Link Clicked", at=START + DAY, code=B))
    await delivered(stage)  # by the code of ann, before it
    lost = {one["code"]: (one.get("credited"), one.get("lost"), one["progress"]) for one in await stage.all()}
    assert lost == {A: (1, None, "delivered"), B: (None, "anotherEarlier", "clicked")}
    bob = await stage.people.one_id("bob")
    order = next(one["orderFact"] for one in await stage.all() if one.get("orderFact"))
    claim = await stage.referrals.claim("two-sided", bob, order, {C: 1}, evidence="A chat.", by="k")
    assert await stage.rewards() == WAITING
    await stage.referrals.decide_claim(claim.properties["id"], accept=True, note="So it is.", by="k")
    await stage.follow()
    reviews = await stage.referrals.reviews()
    assert [review["kind"] for review in reviews] == ["creditMoved", "creditMoved"]
    assert await stage.rewards() == WAITING, "nobody gets it twice"
    for review in reviews:
        await stage.referrals.decide_review(review["key"], accept=True, note="It is dan's.", by="k")
    await stage.follow()
    await stage.at(START + 40 * DAY)
    assert await stage.rewards() == sorted([*GONE, *PAID])
    dan = await stage.people.id("dan")
    paid = await stage.database.run_schema(
        "CYPHER 5 MATCH (w:Reward {rule: 'referrer-points', state: 'posted'}) RETURN w.profileId AS id"
    )
    assert [row["id"] for row in paid] == [dan]
    told = [(bob, "FIRST_REFERRED_BY", await stage.people.one_id("dan"))]
    assert await stage.brought() == told, "of ann and cid there is but a click"


async def test_one_person_on_both_sides_comes_to_light_and_a_split_restores(
    stage: Stage, blind: BlindIndex
) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await delivered(stage)
    await stage.at(START + 30 * DAY)
    before, tree = await stage.rewards(), await stage.brought()
    assert before == PAID
    people = stage.people
    judgements = JudgementService(
        people.database, keyring=people.keyring, blind=blind, rules=people.rules, clock=stage.clock
    )
    ann, bob = await people.one_id("ann"), await people.one_id("bob")
    done = await judgements.judge(Same(ann, bob), why="One person.", by="k")
    await stage.follow()
    assert [review["kind"] for review in await stage.referrals.reviews()] == ["samePerson", "samePerson"]
    assert await stage.rewards() == before, "what was paid rests until somebody decides"
    assert await stage.brought() == [
        (await people.one_id("ann"), "ALSO_REFERRED_BY", await people.one_id("ann"))
    ]
    await judgements.judge(Retract(done.judgement.id), why="They are two.", by="k")
    await stage.follow()
    assert await stage.referrals.reviews() == []
    assert (await stage.rewards(), await stage.brought()) == (before, tree)
    await stage.at(START + 60 * DAY)
    assert await stage.rewards() == before


async def test_a_window_that_closes_and_a_code_that_is_disabled(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await stage.does(did("bob", "Referral Code Entered", at=START, code=A.lower()))
    stage.now = START + 5 * DAY
    await stage.sharing.disable_code(A, reason="Traded in public.", by="k")
    await stage.does(did("eve", "Referral Link Clicked", at=START + 6 * DAY, code=A))
    assert (await stage.only())["progress"] == "clicked"
    await stage.at(START + 90 * DAY - 1)
    assert (await stage.only())["progress"] == "clicked"
    await stage.at(START + 90 * DAY)
    assert (await stage.only())["progress"] == "lapsed"
    await stage.does(*bought("bob", "o1", at=START + 91 * DAY, delivered=START + 92 * DAY))
    assert (await stage.only())["progress"] == "lapsed"
    assert await stage.rewards() == []


async def test_in_a_circle_the_last_one_is_kept_apart(stage: Stage) -> None:
    await stage.open()
    for record, code in (("ann", A), ("bob", B), ("cid", C)):
        await stage.owner(record, code)
    for number, (friend, code) in enumerate((("bob", A), ("cid", B), ("ann", C))):
        stage.now = at = START + number * DAY + 1
        await stage.does(
            did(friend, "Referral Link Clicked", at=at, code=code),
            did(friend, "Enquiry Submitted", at=at),
        )
    ann, bob, cid = [await stage.people.one_id(who) for who in ("ann", "bob", "cid")]
    assert await stage.brought() == sorted(
        [(bob, "FIRST_REFERRED_BY", ann), (cid, "FIRST_REFERRED_BY", bob), (ann, "ALSO_REFERRED_BY", cid)]
    )
    (circle,) = await stage.referrals.reviews()
    assert (circle["kind"], circle.get("reward")) == ("cycle", None)
    stage.now = START + 9 * DAY
    await stage.does(  # of an earlier time, it goes first: the circle is broken elsewhere
        did("cid", "Referral Link Clicked", at=START - DAY, code=A),
        did("cid", "Enquiry Submitted", at=START - DAY + 1),
    )
    assert await stage.brought() == sorted(
        [
            (bob, "FIRST_REFERRED_BY", ann),
            (cid, "FIRST_REFERRED_BY", ann),
            (cid, "ALSO_REFERRED_BY", bob),
            (ann, "ALSO_REFERRED_BY", cid),
        ]
    )
    kinds = {review["kind"]: review["key"] for review in await stage.referrals.reviews()}
    assert kinds.keys() == {"cycle", "second"}
    await stage.referrals.decide_review(kinds["cycle"], accept=True, note="Made up.", by="k")
    await stage.referrals.decide_review(kinds["second"], accept=False, note="Both told her.", by="k")
    await stage.follow()
    assert (ann, "ALSO_REFERRED_BY", cid) not in await stage.brought(), "it was rejected"
    assert (cid, "ALSO_REFERRED_BY", bob) in await stage.brought()
    assert {one["judgement"] for one in await stage.all() if one["code"] == C} == {"rejected"}
    assert await stage.referrals.reviews() == [], "what was decided is not asked again"


async def test_a_second_that_a_merge_brings_to_light_is_asked_about_until_the_split(
    stage: Stage, blind: BlindIndex
) -> None:
    await stage.open()
    for record, code in (("ann", A), ("bob", B)):
        await stage.owner(record, code)
    for friend, code in (("cid", A), ("dan", B)):
        await stage.does(
            did(friend, "Referral Link Clicked", at=START, code=code),
            did(friend, "Enquiry Submitted", at=START + 1),
        )
    assert await stage.referrals.reviews() == []
    tree = await stage.brought()
    people = stage.people
    judgements = JudgementService(
        people.database, keyring=people.keyring, blind=blind, rules=people.rules, clock=stage.clock
    )
    cid, dan = await people.one_id("cid"), await people.one_id("dan")
    stage.now = START + DAY
    done = await judgements.judge(Same(cid, dan), why="One person.", by="k")
    await stage.follow()
    assert [review["kind"] for review in await stage.referrals.reviews()] == ["second"]
    assert sorted(type_ for _, type_, _ in await stage.brought()) == ["ALSO_REFERRED_BY", "FIRST_REFERRED_BY"]
    await judgements.judge(Retract(done.judgement.id), why="They are two.", by="k")
    await stage.follow()
    assert (await stage.brought(), await stage.referrals.reviews()) == (tree, [])


async def test_an_erased_friend_leaves_nothing_that_waits(stage: Stage, blind: BlindIndex) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await delivered(stage)
    people = stage.people
    erasures = ErasureService(
        people.database, keyring=people.keyring, blind=blind, rules=people.rules, clock=stage.clock
    )
    await erasures.erase(ByProfile(await people.id("bob")), by="k", why="Asked.")
    await stage.at(START + 60 * DAY)
    assert await stage.brought() == []
    assert await stage.rewards() == WAITING


async def test_terms_are_tried_on_what_was(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await delivered(stage)
    await delivered(stage, "eve", order="o2")
    await stage.at(START + 28 * DAY)
    simulation = Simulation(
        stage.database,
        referrals=stage.referrals,
        policies=load_policies(),
        look=stage.flags,
        clock=stage.clock,
    )
    looked: list[int] = []
    same = load_terms(PROGRAMMES / "two_sided.toml")
    found = await simulation.simulate(same, advance=looked.append)
    assert (found.referrals, sum(looked)) == (2, 2)
    assert {rule.rule: (rule.count, rule.amount) for rule in found.rules} == {
        "referrer-points": (2, 7_000),
        "friend-credit": (2, 700_000),
    }
    assert found.left == {"points": 35_000_000 - 7_000, "CNY": 3_500_000_000 - 700_000}
    (first, second) = same.rewards
    tighter = same.model_copy(
        update={"rewards": (first.model_copy(update={"cap": Cap(count=1, per=Period.YEAR)}), second)}
    )
    found = await simulation.simulate(tighter)
    assert found.rules[0].count == 1
    assert found.rules[0].stopped == {"1 rewards year": 1}
    assert await stage.rewards() == sorted([*PAID, *PAID]), "nothing was written"


async def test_fraud_is_looked_for_in_the_graph_itself(stage: Stage) -> None:
    """A friend on the referrer's own number is flagged, with the way that shows it; a stranger is clear."""
    await stage.open()
    await stage.owner("ann", A)
    follower = stage.another(look=FraudLook())
    await stage.people.bring(
        said("ann", at=START - DAY, phone="13912340001", name="李伟"),
        said("bob", at=START - DAY, phone="13912340001", name="王建国"),
        said("eve", at=START - DAY, phone="13912340002", name="李秀英"),
    )
    stage.now = START + 20 * DAY
    for friend in ("bob", "eve"):
        await stage.people.writer.write(
            [
                did(friend, "Referral Link Clicked", at=START, code=A),
                *bought(friend, friend, at=START + 10 * DAY, delivered=START + 20 * DAY),
            ]
        )
    await catch_up(follower)
    judged = {one["judgement"]: one for one in await stage.all()}
    assert set(judged) == {"flagged", "clear"}
    (flag, *_) = (await stage.referrals.get(judged["flagged"]["id"])).flags
    assert all(flag[name] for name in ("path", "why", "clears"))
    states = Counter(state for _, state, *_ in await stage.rewards())
    assert states == {"pending": 2, "approved": 2}
