"""Payouts: who has money claims it once, what was paid is settled once, and files bite nobody."""

from __future__ import annotations

import io

import pytest

from graph.clock import DAY, isoformat
from graph.errors import InputError
from graph.ledger.model import Terms
from graph.ledger.payout import Payouts
from graph.ledger.payout_csv import Claim, PaidRow, read_paid, write_claims, write_header
from graph.spreadsheet import safe_cell
from tests.graph.ledger.conftest import PROGRAMME, Desk
from tests.graph.ledger.lives import START


@pytest.fixture
def payouts(desk: Desk) -> Payouts:
    return Payouts(desk.people.database, clock=lambda: desk.now)


async def owed(payouts: Payouts, name: str = "2026-11") -> list[Claim]:
    return [claim async for claim in payouts.claims(name, page=2)]


async def test_what_can_be_spent_is_claimed_once_and_paid_once(desk: Desk, payouts: Payouts) -> None:
    people = await desk.brought("a", "b", "c", "d")
    (a, one_id), (b, _), (c, _), (d, _) = people
    await desk.fund("CNY", "points")
    lasting = Terms(validity={"CNY": DAY})
    ready = await desk.granted(a, b, unit="CNY", amount=350_00)
    more = await desk.granted(a, referral="s", unit="CNY", amount=50_00)
    gone = await desk.granted(c, referral="t", unit="CNY", amount=70_00, terms=lasting)
    waiting = await desk.granted(d, referral="u", unit="CNY", amount=10_00)
    others = await desk.granted(a, referral="v", unit="points")
    await desk.matured(*ready, *more, *gone, *others)
    desk.now = START + 2 * DAY

    assert await payouts.claim("2026-11", PROGRAMME, "CNY", page=2) == 2
    assert await payouts.claim("2026-11", PROGRAMME, "CNY") == 0
    claims = await owed(payouts)
    assert sorted((claim.unit, claim.amount) for claim in claims) == [("CNY", 350_00), ("CNY", 400_00)]
    assert {claim.paid_at for claim in claims} == {None}
    (mine,) = [claim for claim in claims if claim.one_id == one_id]
    (stands, _) = await desk.service.reader.standings(PROGRAMME)
    assert (stands.claimed, stands.owed, stands.paid) == (750_00, 750_00, 0)

    await desk.matured(*waiting, at=desk.now)
    assert await payouts.claim("2026-11", PROGRAMME, "CNY") == 1, "who had nothing before may come later"
    rows = [PaidRow(n, claim.key, "CNY", claim.amount, desk.now) for n, claim in enumerate(claims, 2)]
    (first,) = [row for row in rows if row.claim == mine.key]
    wrong = [PaidRow(9, mine.key, "CNY", 1, desk.now), PaidRow(10, "payout:2026-11:x", "CNY", 1, desk.now)]
    settled = await payouts.settle([*wrong, first, first])
    assert (settled.paid, settled.repeated, [one.line for one in settled.wrong]) == (1, 1, [9, 10])
    again = await payouts.settle(rows)
    assert (again.paid, again.repeated, again.wrong) == (1, 1, ())
    (stands, _) = await desk.service.reader.standings(PROGRAMME)
    assert (stands.claimed, stands.owed, stands.paid) == (760_00, 10_00, 750_00)
    assert sorted(claim.paid_at or 0 for claim in await owed(payouts)) == [0, desk.now, desk.now]


async def test_only_currencies_are_paid_out_and_payouts_have_names(desk: Desk, payouts: Payouts) -> None:
    for name, unit in (("2026-11", "points"), ("", "CNY"), ("a:b", "CNY")):
        with pytest.raises(InputError):
            await payouts.claim(name, PROGRAMME, unit)
    assert await payouts.claim("2026-11", PROGRAMME, "CNY") == 0
    assert await owed(payouts) == []


def test_the_file_that_goes_out_comes_back() -> None:
    claims = [
        Claim("payout:2026-11:a", "two-sided", "u", "CNY", 350_05, START, None),
        Claim("payout:2026-11:b", "two-sided", None, "JPY", 7, START, START),
    ]
    out = io.StringIO()
    write_header(out)
    write_claims(claims, out)
    header, first, second = out.getvalue().splitlines()
    assert first.startswith("payout:2026-11:a,two-sided,u,CNY,350.05,")
    paid = isoformat(START + DAY)
    found, wrong = read_paid([f"\ufeff{header}", first + paid, second], now=START + 2 * DAY)
    assert wrong == []
    assert found == [
        PaidRow(2, "payout:2026-11:a", "CNY", 350_05, START + DAY),
        PaidRow(3, "payout:2026-11:b", "JPY", 7, START),
    ]
    assert read_paid([header, first], now=START)[0] == [], "what is not paid says nothing"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("payout:x:a,CNY,12.345,2026-01-02", "more decimals"),
        ("payout:x:a,CNY,-5,2026-01-02", "not above 0"),
        ("payout:x:a,CNY,much,2026-01-02", "no number"),
        ("payout:x:a,points,5,2026-01-02", "no currency"),
        ("manual,CNY,5,2026-01-02", "none of a payout"),
        ("payout:x:a,CNY,5,2999-01-02", "ahead"),
        ("payout:x:a,CNY,5,soon", "time"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told(cells: str, told: str) -> None:
    found, (wrong,) = read_paid(["claim,unit,amount,paidAt", "", cells], now=START)
    assert (found, wrong.line) == ([], 3)
    assert told in wrong.message


def test_a_file_without_its_columns_is_refused() -> None:
    with pytest.raises(InputError, match="paidAt, unit"):
        read_paid(["claim,amount"], now=START)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"x{text}") == f"x{text}"
