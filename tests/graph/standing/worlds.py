"""Statements at random, few enough words that they often meet."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from graph.standing.statement import Statement

TIMES: Final = st.integers(0, 6)
DEALERS: Final = st.sampled_from([None, "d1", "d2"])
PLAN_KINDS: Final = (
    "followUpPlan",
    "followUp",
    "testDriveBooking",
    "testDrive",
    "testDriveCancellation",
    "storeVisit",
)
_PROFILES: Final = st.sampled_from(["p1", "p2", "p3"])


def _numbered(drawn: list[Statement]) -> list[Statement]:
    """Each statement is one message, with a key of its own."""
    return [
        Statement(
            key=f"m{number}", profile_id=each.profile_id, fact=each.fact, kind=each.kind,
            occurred_at=each.occurred_at, dealer=each.dealer, consultant=each.consultant, model=each.model,
            amount_minor=each.amount_minor, due_at=each.due_at, details=each.details,
        )
        for number, each in enumerate(drawn)
    ]  # fmt: skip


def _statements(one: st.SearchStrategy[Statement]) -> st.SearchStrategy[list[Statement]]:
    return st.lists(one, max_size=9).map(_numbered)


ORDERS: Final = _statements(
    st.builds(
        Statement,
        key=st.just(""),
        profile_id=_PROFILES,
        fact=st.sampled_from(["order:a", "order:b"]),
        kind=st.sampled_from(["order", "delivery", "orderCancellation", "vehicleReturn"]),
        occurred_at=TIMES,
        dealer=DEALERS,
        model=st.sampled_from([None, "et5", "et7"]),
        amount_minor=st.sampled_from([None, 100, 200]),
    )
)

CONSENTS: Final = _statements(
    st.builds(
        Statement,
        key=st.just(""),
        profile_id=_PROFILES,
        fact=st.sampled_from(["consent:marketing", "consent:profiling", "consent:unspecified"]),
        kind=st.sampled_from(["consent", "consentWithdrawal"]),
        occurred_at=TIMES,
        dealer=DEALERS,
    )
)

PLANS: Final = _statements(
    st.builds(
        Statement,
        key=st.just(""),
        profile_id=_PROFILES,
        fact=st.sampled_from(["x:1", "x:2", "x:3"]),
        kind=st.sampled_from(PLAN_KINDS),
        occurred_at=TIMES,
        dealer=DEALERS,
        consultant=st.sampled_from([None, "c1", "c2"]),
        due_at=st.sampled_from([None, 3, 5, 8]),
        details=st.sampled_from([{}, {"outcome": "reached"}, {"topic": "price"}]),
    )
)
