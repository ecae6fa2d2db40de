"""Friends at random: who touched which codes, ordered, got and brought back what; and the ledger with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from graph.clock import DAY
from graph.ledger.book import Book
from graph.ledger.commands import Fund
from graph.ledger.decide import decide
from graph.referral.case import Above, Case, Code, Judged, Referrer
from graph.referral.codes import check_symbol
from graph.referral.policy import Policy
from graph.referral.settle import Decided, Settlement, settle
from graph.referral.terms import Terms
from graph.standing.statement import Statement

T0: Final = 1_780_000_000_000_000
ONE_LEVEL: Final = Policy(basis="test")
CODES: Final = tuple(body + check_symbol(body) for body in ("2222222", "3333333", "4444444"))
OWNERS: Final = ("ann", "cid", "dan")
_KINDS: Final = (
    "referralClick", "referralCode", "enquiry", "testDrive", "order", "delivery", "orderCancellation", "vehicleReturn",
)  # fmt: skip
_OF_ORDERS: Final = _KINDS[4:]


def reward_rule(id_: str, on: str, unit: str, amount: int | str, **more: Any) -> dict[str, Any]:
    """A reward of the referrer's, as `terms` takes it."""
    return {"id": id_, "side": "referrer", "on": on, "unit": unit, "amount": Decimal(amount), **more}


def terms(rule: str = "first", **changes: Any) -> Terms:
    """Both sides on delivery, and something for a test drive at once."""
    return Terms.model_validate(
        {
            "id": "v",
            "version": 1,
            "name": {"en": "Friends", "zh": "推荐"},
            "jurisdiction": "CN",
            "startsOn": "2026-01-01",
            "eligibility": {"referrers": ["owner"], "referees": ["prospect", "owner"]},
            "attribution": {"rule": rule, "windowDays": 30, "claimDays": 30},
            "maturity": {"returnDays": 7},
            "rewards": [
                reward_rule("drive", "testDriven", "points", 20, atOnce=True),
                reward_rule("mine", "delivered", "points", 350),
                reward_rule("yours", "delivered", "CNY", "35.01", side="referee"),
                reward_rule("above", "matured", "points", 9, level=2),
                reward_rule("honour", "matured", "status", 5, level=3),
            ],
            "budgets": [{"unit": unit, "amount": Decimal(10**6)} for unit in ("points", "CNY", "status")],
            **changes,
        }
    )  # fmt: skip


@st.composite
def statements(draw: st.DrawFn, friend: str = "bob") -> list[Statement]:
    """What was said of a friend, on two profiles, over 70 days."""
    found: list[Statement] = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(_KINDS))
        if kind.startswith("referral"):
            fact = f"referral:{draw(st.sampled_from(CODES))}"
        elif kind in _OF_ORDERS:
            fact = f"order:{draw(st.sampled_from('xy'))}"
        else:
            fact = f"{kind}:{number}"
        found.append(
            Statement(
                key=f"{friend}-{number}",
                profile_id=f"{friend}{draw(st.integers(1, 2))}",
                fact=fact,
                kind=kind,
                occurred_at=T0 + draw(st.integers(0, 70)) * DAY,
            )
        )
    return found


def case(
    said: Sequence[Statement],
    *versions: Terms,
    friend: str = "bob",
    owners: Sequence[str] = OWNERS,
    **changes: Any,
) -> Case:
    """A case of a friend: the codes are of these people, each of whom was brought by the next."""
    codes = {
        code: Code(code, "v", f"profile-{number}", owner)
        for number, (code, owner) in enumerate(zip(CODES, owners, strict=True))
    }
    chain = [Above(f"up-{level}", f"upper-{level}") for level in range(1, 4)]
    return Case(
        programme="v",
        friend=friend,
        statements=said,
        codes=codes,
        versions=versions or (terms(),),
        referrers={owner: Referrer(owner, above=tuple(chain)) for owner in owners},
        **changes,
    )


def funded() -> Book:
    """A ledger with a budget."""
    book = Book()
    for unit in ("points", "CNY", "status"):
        book.record(
            decide(book, Fund(f"fund-{unit}", "v", unit, 10**9, "c", T0, None if unit == "status" else 0))
        )
    return book


def settled(
    book: Book,
    judged: Iterable[Judged],
    *,
    now: int,
    policy: Policy = ONE_LEVEL,
    decided: Decided | None = None,
) -> Settlement:
    """Post all that is wanted; answers what is asked of people then."""
    of_case, decided = list(judged), decided or Decided()
    while (found := settle(of_case, book, policy=policy, decided=decided, now=now)).commands:
        for command in found.commands:
            book.record(decide(book, command))
    return found
