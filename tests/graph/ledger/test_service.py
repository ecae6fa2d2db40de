"""The ledger by hand: what is asked is posted once, people's balances are told, statements say why in words."""

from __future__ import annotations

import pytest

from graph.clock import DAY
from graph.errors import InputError, NotFoundError, TooLargeError
from graph.explanation.model import Language
from graph.identity.rules import Rules
from graph.judgement.model import Same
from graph.judgement.service import JudgementService
from graph.ledger.decide import InsufficientError
from graph.ledger.model import Cap, Result, ReturnPolicy, Terms
from graph.ledger.moves import IllegalMoveError, State
from graph.ledger.reader import Balance, Moment, RewardPage
from graph.ledger.service import ProgrammeNotFoundError
from graph.ledger.words import tell
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.ledger.conftest import PROGRAMME, Desk
from tests.graph.ledger.lives import START, published


async def test_a_budget_is_funded_once_and_stands(desk: Desk) -> None:
    await published(desk.people.database, PROGRAMME)
    for repeated in (False, True):
        posted = await desk.service.fund(
            PROGRAMME, "CNY", 5_000, floor=100, by="k", reason="Winter campaign", idempotency_key="one"
        )
        assert posted.repeated is repeated
    other = await desk.service.fund(PROGRAMME, "CNY", 5_000, floor=100, by="other", idempotency_key="one")
    assert not other.repeated, "a key is of who sends it"
    with pytest.raises(InsufficientError):
        await desk.service.fund(PROGRAMME, "CNY", -9_901, floor=100, by="k")
    (stands,) = await desk.service.reader.standings(PROGRAMME)
    assert (stands.unit, stands.funded, stands.budget, stands.floor) == ("CNY", 10_000, 10_000, 100)
    assert await desk.service.reader.standings("two") == []
    for programme, unit, reason in (
        ("Two Sided", "CNY", ""),
        (PROGRAMME, "RMB", ""),
        (PROGRAMME, "CNY", "13912340001"),
    ):
        with pytest.raises(InputError):
            await desk.service.fund(programme, unit, 1, floor=0, by="k", reason=reason)


async def test_nothing_is_put_where_no_programme_is_published(desk: Desk) -> None:
    with pytest.raises(ProgrammeNotFoundError):
        await desk.service.fund(PROGRAMME, "points", 5_000, floor=0, by="k")
    await desk.fund("points", amount=5_000)
    with pytest.raises(ProgrammeNotFoundError):
        await desk.service.fund(PROGRAMME, "points", 1, floor=0, by="k")
    await desk.service.fund(PROGRAMME, "points", -5_000, floor=0, by="k")
    (stands,) = await desk.service.reader.standings(PROGRAMME)
    assert stands.budget == 0, "what lies there by a mistake can be taken out"


async def test_balances_are_of_all_profiles_now_and_at_a_past_time(
    desk: Desk, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    (a, first), (b, _) = await desk.brought("a", "b")
    await desk.fund("points", "status")
    keys = await desk.granted(a, b)
    await desk.granted(b, referral="s", unit="status", amount=7, at=START + DAY)
    await desk.matured(keys[0], at=START + 2 * DAY)
    judgements = JudgementService(desk.people.database, keyring=keyring, blind=blind, rules=rules)
    await judgements.judge(Same(a, b), by="k")
    present, profiles = await desk.service.reader.person(first)
    assert set(profiles) == {a, b}
    reader = desk.service.reader
    told = await reader.balances([present, "nobody"])
    assert told == {
        present: (
            Balance(PROGRAMME, "points", pending=500, available=500, spent=0),
            Balance(PROGRAMME, "status", pending=7, available=0, spent=0),
        ),
        "nobody": (),
    }
    before = await reader.balances([present], moment=Moment(effective_at=START))
    assert [(one.unit, one.pending, one.available) for one in before[present]] == [
        ("points", 1_000, 0),
        ("status", 0, 0),
    ]
    unknown = await reader.balances([present], moment=Moment(position=0))
    assert {(one.pending, one.available) for one in unknown[present]} == {(0, 0)}
    points, status = await reader.standings(PROGRAMME)
    assert (points.funded, points.budget, points.outstanding) == (100_000, 99_000, 1_000)
    assert (status.unit, status.outstanding) == ("status", 7)
    (then, _) = await reader.standings(PROGRAMME, moment=Moment(effective_at=START - 1))
    assert (then.funded, then.outstanding) == (0, 0)


async def test_rewards_are_listed_by_programme_and_state_newest_first(desk: Desk) -> None:
    (a, one_id), (b, other) = await desk.brought("a", "b")
    await desk.fund("points")
    keys = [await desk.granted(a, b, referral=str(n)) for n in range(3)]
    newest_first = [key for pair in reversed(keys) for key in pair]
    await desk.matured(keys[1][0])
    reader = desk.service.reader
    everything, end = await reader.rewards(programme=PROGRAMME)
    assert ([held.reward.key for held in everything], end) == (newest_first, None)
    assert {held.one_id for held in everything} == {one_id, other}
    assert await reader.rewards(programme="another") == ([], None)
    paged: list[str] = []
    before: int | None = None
    while True:
        page, before = await reader.rewards(before=before, limit=4)
        paged += [held.reward.key for held in page]
        if before is None:
            break
    assert paged == newest_first
    posted, _ = await reader.rewards(states={State.POSTED})
    assert [held.reward.key for held in posted] == [keys[1][0]]
    found = await reader.reward(keys[0][1])
    assert found is not None
    assert (found.reward.state, found.one_id) == (State.PENDING, other)
    assert await reader.reward("none") is None


async def test_a_persons_rewards_come_in_pages(desk: Desk) -> None:
    (a, one_id), (b, other) = await desk.brought("a", "b")
    await desk.fund("points")
    keys = [(await desk.granted(a, b, referral=str(n), at=START + n // 2))[0] for n in range(5)]
    wanted = sorted(keys, key=lambda key: (-(keys.index(key) // 2), key))
    page, read = RewardPage(one_id, 2), list[str]()
    while True:
        of_others = RewardPage(other, 1)
        found = await desk.service.reader.of_people([page, of_others])
        rows, more = found[page]
        assert (len(found[of_others][0]), found[of_others][1]) == (1, True)
        read += [reward.key for reward in rows]
        if not more:
            break
        page = RewardPage(one_id, 2, rows[-1].granted_at, rows[-1].key)
    assert read == wanted


async def test_rewards_are_approved_spent_and_taken_back_by_hand(desk: Desk) -> None:
    (a, one_id), (b, _) = await desk.brought("a", "b")
    await desk.fund("points")
    keys = await desk.granted(a, b)
    for repeated in (False, True):
        posted = await desk.service.approve(keys, by="k", idempotency_key="x")
        assert (posted.repeated, [o.result for o in posted.outcomes]) == (repeated, [Result.APPROVED] * 2)
    with pytest.raises(IllegalMoveError):
        await desk.service.approve(keys, by="k")
    with pytest.raises(NotFoundError):
        await desk.service.approve(["none"], by="k")
    with pytest.raises(InputError):
        await desk.service.approve([], by="k")
    with pytest.raises(TooLargeError):
        await desk.service.approve(["r"] * 1_001, by="k")
    with pytest.raises(InsufficientError):
        await desk.service.redeem(one_id, PROGRAMME, "points", 1, by="k")
    with pytest.raises(NotFoundError):
        await desk.service.redeem("nobody", PROGRAMME, "points", 1, by="k")
    back = await desk.service.reverse(keys, ReturnPolicy.WITHIN_BALANCE, by="k", reason="Agreed with both")
    assert [outcome.result for outcome in back.outcomes] == [Result.REVERSED] * 2
    lines, more = await desk.service.statement(one_id, limit=2)
    assert ([line.kind.value for line in lines], more) == (["reverse", "approve"], True)
    lines, more = await desk.service.statement(one_id, before=lines[-1].seq, limit=2)
    assert ([line.kind.value for line in lines], more) == (["grant"], False)
    with pytest.raises(NotFoundError):
        await desk.service.statement("nobody")


async def test_a_statement_says_why(desk: Desk) -> None:
    (a, one_id), (b, friend) = await desk.brought("a", "b")
    await desk.fund("points", amount=1_000)
    terms = Terms(caps=(Cap("points", 600),), validity={"points": 40 * DAY})
    keys = await desk.granted(a, b, terms=terms)
    await desk.granted(a, b, referral="s", terms=terms)
    await desk.matured(*keys)
    await desk.service.redeem(one_id, PROGRAMME, "points", 120, by="k", reason="Winter tyres")
    await desk.service.reverse(keys[:1], ReturnPolicy.WITHIN_BALANCE, by="k", reason="Goodwill ended")
    lines, _ = await desk.service.statement(one_id)
    assert [tell(line, Language.EN) for line in lines] == [
        "380 points for a friend you referred was taken back (Goodwill ended). The rest was used already: a person "
        "decides about it.",
        "You used 120 points (Winter tyres).",
        "500 points for a friend you referred can be used now. It can be used until 28 December 2026.",
        "500 points for a friend you referred was approved (checked).",
        "You got nothing of 500 points for a friend you referred: the limit of 600 points in all was reached.",
        "You were granted 500 points for a friend you referred (the vehicle was delivered). It can be used once it is "
        "approved and has matured.",
    ]
    told, _ = await desk.service.statement(friend)
    assert [tell(line, Language.ZH) for line in told] == [
        "您因受好友推荐获得的500积分现在可以使用。有效期至2026年12月28日。",
        "您因受好友推荐获得的500积分已审核通过（已核查）。",
        "您因受好友推荐未获得500积分：已达到总计600积分的上限。",
        "您因受好友推荐获得500积分（车辆已交付），审核通过并到期后可以使用。",
    ]


async def test_a_statement_says_what_filled_a_debt(desk: Desk) -> None:
    (a, one_id), (b, _) = await desk.brought("a", "b")
    await desk.fund("points")
    first, second = await desk.granted(a), await desk.granted(a, b, referral="s")
    await desk.matured(*first)
    await desk.service.redeem(one_id, PROGRAMME, "points", 200, by="k")
    await desk.service.reverse(first, ReturnPolicy.UNLIMITED, by="k")
    await desk.matured(second[0])
    lines, _ = await desk.service.statement(one_id, limit=1)
    assert tell(lines[0], Language.EN) == (
        "500 points for a friend you referred can be used now. 200 points made up for what had been taken back after "
        "it was used."
    )
