"""How far a referral has come, out of its evidence. Pure.

`course_of` has no memory: any order and repetition of the evidence give the same, and what lies after `now`
is not known yet, so it also answers how it stood at any time. `MOVES` says which changes can be seen from one
time to the next; `tests/graph/referral/test_progress.py` holds both, against a second writing of the rules.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from graph.errors import InputError


class Progress(StrEnum):
    """How far a referral has come: forward to `matured`, or ended as `lapsed` or `returned`."""

    INVITED = "invited"
    CLICKED = "clicked"
    IDENTIFIED = "identified"
    TEST_DRIVEN = "testDriven"
    ORDERED = "ordered"
    DELIVERED = "delivered"
    MATURED = "matured"
    LAPSED = "lapsed"
    RETURNED = "returned"


class Kind(StrEnum):
    """What a piece of evidence says."""

    INVITATION = "invitation"
    CLICK = "click"
    CODE = "code"  # entered by the friend or for the friend
    LEAD = "lead"
    TEST_DRIVE = "testDrive"
    ORDER = "order"
    CANCELLATION = "cancellation"
    DELIVERY = "delivery"
    RETURN = "return"
    CLAIM = "claim"  # a person decided that the order is this referral's


BY_TOUCHPOINT: Final[Mapping[str, Kind]] = {
    "referralClick": Kind.CLICK,
    "referralCode": Kind.CODE,
    "enquiry": Kind.LEAD,
    "storeVisit": Kind.LEAD,
    "testDriveBooking": Kind.LEAD,
    "testDrive": Kind.TEST_DRIVE,
    "order": Kind.ORDER,
    "orderCancellation": Kind.CANCELLATION,
    "delivery": Kind.DELIVERY,
    "vehicleReturn": Kind.RETURN,
}
"""What a touchpoint of the catalogue says of a referral; other kinds say nothing of one."""


def says_more_than_touch(touchpoint_kind: str) -> bool:
    """Whether a touchpoint of this kind says more of a friend than that a code was touched."""
    kind = BY_TOUCHPOINT.get(touchpoint_kind)
    return kind is not None and kind not in _TOUCHES


_OF_AN_ORDER: Final = frozenset({Kind.ORDER, Kind.CANCELLATION, Kind.DELIVERY, Kind.RETURN, Kind.CLAIM})
_TOUCHES: Final = frozenset({Kind.CLICK, Kind.CODE})
_BEGINS: Final = _TOUCHES | {Kind.INVITATION, Kind.CLAIM}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was said; `key` is the message's or decision's own, `at` in µs.

    `order` names the order that an order, cancellation, delivery, return or claim is about, and nothing else
    has one.
    """

    key: str
    kind: Kind
    at: int
    order: str | None = None

    def __post_init__(self) -> None:
        if (self.order is not None) != (self.kind in _OF_AN_ORDER):
            raise ValueError(f"evidence of kind {self.kind} has an order exactly where it is about one")


@dataclass(frozen=True, slots=True)
class Course:
    """How a referral stands. Times in µs.

    `opened_at` is when it was first heard of. Each click or entered code opens a window of its own;
    `closes_at` is when the last one that is known closes. `reached` has when each progress that holds was
    reached, furthest last. `order` is the order that counts, None where none does. `late_return_at` is a
    return after the return window: it undoes nothing, and a person should look at it.
    """

    progress: Progress
    opened_at: int
    closes_at: int
    reached: tuple[tuple[Progress, int], ...]
    order: str | None = None
    late_return_at: int | None = None

    def when(self, progress: Progress) -> int | None:
        """When this progress was reached; None where it was not, or does not hold any more."""
        return dict(self.reached).get(progress)


class IllegalMoveError(InputError):
    """A referral cannot come from where it is to where it should be; nothing was changed."""

    code = "illegal_move"
    status = 409


_BEFORE_ORDER: Final = (Progress.INVITED, Progress.CLICKED, Progress.IDENTIFIED, Progress.TEST_DRIVEN)
_BOUGHT: Final = (Progress.ORDERED, Progress.DELIVERED, Progress.MATURED)

MOVES: Final[Mapping[Progress, frozenset[Progress]]] = {
    **{
        each: frozenset({*_BEFORE_ORDER[place:], *_BOUGHT, Progress.RETURNED, Progress.LAPSED})
        for place, each in enumerate(_BEFORE_ORDER, start=1)
    },
    # Cancelled: back to what was reached without it, to an order returned before, or over.
    Progress.ORDERED: frozenset(Progress) - {Progress.ORDERED},
    # Returned, unless another order of the friend stands.
    Progress.DELIVERED: frozenset({Progress.MATURED, Progress.RETURNED, Progress.ORDERED}),
    # Delivered again, or another order of the friend.
    Progress.RETURNED: frozenset(_BOUGHT),
    # Invited or touched again, or claimed.
    Progress.LAPSED: frozenset(Progress) - {Progress.LAPSED},
    Progress.MATURED: frozenset(),
}
"""Where a referral can be next. Steps may be skipped: evidence of them may be missing."""


def check_move(before: Progress, after: Progress) -> None:
    """Refuse a change of progress that is none of `MOVES`; staying is none.

    Raises IllegalMoveError that names both.
    """
    if after not in MOVES[before]:
        able = ", ".join(sorted(MOVES[before])) or "nothing else"
        raise IllegalMoveError(
            f"A referral that is {before} cannot become {after}.",
            remedy=f"From {before} it can become {able}.",
        )


def course_of(evidence: Iterable[Evidence], *, window: int, return_window: int, now: int) -> Course | None:
    """How the referral stands at `now`; None before it was heard of.

    `window` is that of attribution, `return_window` that of maturity, both in µs and half-open. An order
    counts if it was placed within the window of a click or an entered code, or was claimed. Of several that
    count, the one delivered first is taken, else the one placed first, else the one returned first. A
    cancelled order does not count until it is placed again, which is then when it was placed. A return, or a
    cancellation after delivery, undoes the delivery while the return window is open; the vehicle may be
    delivered again. Leads and test drives count within a window; a lead from before the first one counts at
    its opening.

    Orders that attribution gives to another referral are no evidence of this one: leave them out.
    """
    known = {each for each in evidence if each.at <= now}
    begun = [each.at for each in known if each.kind in _BEGINS]
    if not begun:
        return None
    touches = sorted(each.at for each in known if each.kind in _TOUCHES)
    closes_at = max(touches or begun) + window
    reached = {Progress.INVITED: min(begun), **_reached_before_order(known, touches, window)}
    claimed = {each.order for each in known if each.kind is Kind.CLAIM}
    counting = {
        name: order
        for name, order in _orders(known, return_window).items()
        if name in claimed or _live(order.placed_at, touches, window)
    }
    standing = {name: order for name, order in counting.items() if order.cancelled_at is None}
    taken = min(standing, key=lambda name: (*standing[name].preference, name), default=None)
    if taken is not None:
        reached |= _reached_by_order(standing[taken], return_window, now)
    elif now >= closes_at:
        reached[Progress.LAPSED] = max([closes_at, *(order.cancelled_at or 0 for order in counting.values())])
    steps = tuple((each, reached[each]) for each in Progress if each in reached)
    late = standing[taken].late_return_at if taken is not None else None
    return Course(steps[-1][0], min(begun), closes_at, steps, taken, late)


def placements(evidence: Iterable[Evidence], *, now: int) -> dict[str, int]:
    """When each order that is known at `now` was placed, µs: the time by which it is attributed.

    As `course_of` counts it; cancelled orders have it too.
    """
    known = {each for each in evidence if each.at <= now}
    return {name: order.placed_at for name, order in _orders(known, return_window=0).items()}


def _live(at: int, touches: Sequence[int], window: int) -> bool:
    """Whether the last touch up to a time is less than the window ago; touches sorted."""
    place = bisect_right(touches, at)
    return place > 0 and at < touches[place - 1] + window


def _reached_before_order(known: set[Evidence], touches: list[int], window: int) -> dict[Progress, int]:
    if not touches:
        return {}
    reached = {Progress.CLICKED: touches[0]}
    of_leads = [max(each.at, touches[0]) for each in known if each.kind is Kind.LEAD]
    of_drives = [each.at for each in known if each.kind is Kind.TEST_DRIVE]
    for progress, times in ((Progress.IDENTIFIED, of_leads), (Progress.TEST_DRIVEN, of_drives)):
        live = [at for at in times if _live(at, touches, window)]
        if live:
            reached[progress] = min(live)
    return reached


def _reached_by_order(order: _Order, return_window: int, now: int) -> dict[Progress, int]:
    reached = {Progress.ORDERED: order.placed_at}
    if order.delivered_at is None:
        return reached
    reached[Progress.DELIVERED] = order.delivered_at
    if order.returned_at is not None:
        reached[Progress.RETURNED] = order.returned_at
    elif now >= (matured_at := order.delivered_at + return_window):
        reached[Progress.MATURED] = matured_at
    return reached


@dataclass(frozen=True, slots=True)
class _Order:
    """How an order stands after what was said of it so far."""

    placed_at: int
    cancelled_at: int | None = None
    delivered_at: int | None = None
    returned_at: int | None = None
    late_return_at: int | None = None

    @property
    def preference(self) -> tuple[int, int]:
        """Of orders that count the smallest is taken."""
        if self.returned_at is not None:
            return 2, self.returned_at
        return (1, self.placed_at) if self.delivered_at is None else (0, self.delivered_at)


_RANK: Final = {Kind.ORDER: 0, Kind.DELIVERY: 1, Kind.CANCELLATION: 2, Kind.RETURN: 3}
"""What counts last of what was said for one time: many systems tell days only, and who undoes knows what was
done.
"""


def _orders(known: set[Evidence], return_window: int) -> dict[str, _Order]:
    """Each order that was placed or delivered, told in the order of time."""
    said = [each for each in known if each.kind in _RANK]
    found: dict[str, _Order] = {}
    for each in sorted(said, key=lambda one: (one.at, _RANK[one.kind], one.key)):
        assert each.order is not None  # noqa: S101 - evidence about an order names it
        order = found.get(each.order)
        if each.kind in (Kind.ORDER, Kind.DELIVERY):
            found[each.order] = _done(order, each)
        elif order is not None:
            found[each.order] = _undone(order, each, return_window)
    return found


def _done(order: _Order | None, each: Evidence) -> _Order:
    if order is None or order.cancelled_at is not None:
        order = _Order(placed_at=each.at)
    delivered = order.delivered_at is not None and order.returned_at is None
    if each.kind is Kind.DELIVERY and not delivered:
        return replace(order, delivered_at=each.at, returned_at=None)
    return order


def _undone(order: _Order, each: Evidence, return_window: int) -> _Order:
    if order.delivered_at is None:
        if each.kind is Kind.CANCELLATION:
            return replace(order, cancelled_at=each.at)
        return order  # nothing was delivered that could be returned
    if order.returned_at is not None:
        return order
    if each.at < order.delivered_at + return_window:
        return replace(order, returned_at=each.at)
    return order if order.late_return_at is not None else replace(order, late_return_at=each.at)
