"""Programmes at random, and texts of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from graph.referral.terms import Participant, Terms

UNITS: Final = ("CNY", "JPY", "KWD", "points", "status")
_DECIMALS: Final = {"CNY": 2, "JPY": 0, "KWD": 3, "points": 0, "status": 0}


def amounts(unit: str) -> st.SearchStrategy[Decimal]:
    """Positive amounts that the unit can have."""
    return st.integers(1, 10**9).map(lambda whole: Decimal(whole).scaleb(-_DECIMALS[unit]))


@st.composite
def _grants(draw: st.DrawFn, prefix: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 3))):
        unit = draw(st.sampled_from(UNITS))
        rule: dict[str, Any] = {"id": f"{prefix}-{number}", "unit": unit, "amount": draw(amounts(unit))}
        if draw(st.booleans()):
            rule["cap"] = {"count": draw(st.integers(1, 20)), "per": draw(st.sampled_from(["day", "year"]))}
        if draw(st.booleans()):
            rule["expiryDays"] = draw(st.integers(1, 900))
        rules.append(rule)
    return rules


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    """What a file of terms might declare, every one of them right."""
    rewards, activities = draw(_grants("reward")), draw(_grants("act"))
    for reward in rewards:
        side = draw(st.sampled_from(["referrer", "referee"]))
        reward["side"], reward["on"] = side, draw(st.sampled_from(["testDriven", "ordered", "delivered"]))
        reward["level"] = draw(st.integers(1, 4)) if side == "referrer" else 1
    for activity in activities:
        activity["event"] = draw(st.sampled_from(["checkIn", "feedbackUseful"]))
    if not rewards and not activities:
        rewards = [{"id": "only", "side": "referee", "on": "ordered", "unit": "CNY", "amount": Decimal(1)}]
    parts = draw(st.lists(st.sampled_from(list(Participant)[:5]), min_size=1, max_size=3, unique=True))
    return {
        "id": draw(st.sampled_from(["spring", "two-sided"])),
        "version": draw(st.integers(1, 3)),
        "name": {"en": "Friends", "zh": "推荐"},
        "jurisdiction": draw(st.sampled_from(["CN", "US", "DE"])),
        "timeZone": draw(st.sampled_from(["UTC", "Asia/Shanghai"])),
        "startsOn": f"2026-0{draw(st.integers(1, 9))}-01",
        "markets": draw(st.lists(st.sampled_from(["CN", "HK", "NO"]), unique=True)),
        "models": draw(st.lists(st.sampled_from(["ET5", "ET7"]), unique=True)),
        "eligibility": {"referrers": parts, "referees": ["prospect"]},
        "attribution": {
            "rule": draw(st.sampled_from(["first", "last"])),
            "windowDays": draw(st.integers(1, 90)),
            "claimDays": draw(st.integers(0, 30)),
        },
        "maturity": {
            "returnDays": draw(st.integers(0, 30)),
            "returnPolicy": draw(st.sampled_from(["onlyPending", "withinBalance"])),
        },
        "rewards": rewards,
        "activities": activities,
        "budgets": [
            {"unit": unit, "amount": draw(amounts(unit)) + 1}
            for unit in sorted({rule["unit"] for rule in (*rewards, *activities)})
        ],
    }


TERMS: Final = declarations().map(Terms.model_validate)
