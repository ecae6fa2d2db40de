"""Steps of plots about referrals: an owner gets a code, a friend comes by it and goes some way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from graph.fraud.flag import Code
from graph.referral.progress import Progress
from seed.actors import Actor, record_of
from seed.items import DAY_SECONDS, DAYS
from seed.referral_truth import LookAlike, Planted
from seed.referrers import LAST, Cast

FIRST_DAY: Final = 70
"""The day on which plots begin: the programme has begun, and the first owners have their cars."""

ALL_STAGES: Final = 110
"""Days from the first touch to the end of the return window, at most."""

MINUTE: Final = 60
_ROOM: Final = 140  # days that a plot needs at least after its first touch
_HOUR: Final = 3_600
_BORN: Final = 1980


def some_day(cast: Cast, *, room: int = _ROOM) -> int:
    """A second of some day on which a plot may begin."""
    day = FIRST_DAY + int(cast.rng.random() * (DAYS - FIRST_DAY - room))
    return of_day(cast, day)


def of_day(cast: Cast, day: int) -> int:
    """A second of a day, between 9 and 17 o'clock."""
    return day * DAY_SECONDS + 9 * _HOUR + int(cast.rng.random() * 8 * _HOUR)


def after(cast: Cast, at: int, least: int, most: int) -> int:
    """A second some days later, not beyond the end of the world."""
    day = at // DAY_SECONDS + least + int(cast.rng.random() * (most - least + 1))
    return min(of_day(cast, day), LAST - 2 * _HOUR)


def owner_by(cast: Cast, at: int, owner: Actor | None = None) -> Actor:
    """Somebody who has had a car for a while by then, and has a code."""
    owner = owner or cast.actor()
    ordered = max(after(cast, at, -65, -45), DAY_SECONDS)
    cast.introduce(owner, ordered - _HOUR)
    cast.deliver(owner, cast.order(owner, ordered), after(cast, ordered, 20, 35))
    cast.give_code(owner)
    return owner


def brings(
    cast: Cast,
    owner: Actor,
    friend: Actor,
    at: int,
    *,
    until: Progress,
    entered: bool | None = None,
    known: bool = False,
    payer: Actor | None = None,
    kind: Code | None = None,
    also: Collection[Code] = (),
    look_alike: LookAlike | None = None,
    late: bool = False,
    generation: int = 1,
) -> Planted:
    """The friend comes by the owner's code at that second and goes as far as `until`; who is `known` says no name."""
    code = cast.give_code(owner)
    cast.touch(friend, code, at, entered=entered)
    if until is not Progress.CLICKED:
        if not known:
            cast.introduce(friend, at + 2 * MINUTE)
        cast.enquire(friend, at + 3 * MINUTE)
    if until not in (Progress.CLICKED, Progress.IDENTIFIED):
        _buys(cast, friend, after(cast, at, 2, 14), until, payer=payer)
    return Planted(
        code,
        record_of(owner.account),
        record_of(friend.account),
        frozenset(friend.records),
        at,
        Progress.ORDERED if until is Progress.LAPSED else until,
        friend.dealer.id,
        kind,
        frozenset(also),
        look_alike,
        late,
        generation,
    )


def _buys(cast: Cast, friend: Actor, at: int, until: Progress, *, payer: Actor | None = None) -> None:
    """Visit and drive, and what follows as far as `until`: LAPSED is an order that is cancelled."""
    cast.at_dealer(friend, "Store Visited", at, durationSeconds=2_400)
    cast.at_dealer(friend, "Test Drive Completed", at + _HOUR, durationSeconds=1_800, distanceKm=14)
    if until is Progress.TEST_DRIVEN:
        return
    ordered = after(cast, at, 1, 14)
    car = cast.order(friend, ordered)
    if until is Progress.LAPSED:
        said = {"orderId": car.order, "model": car.model.id, "reason": "financing"}
        cast.at_dealer(friend, "Order Cancelled", after(cast, ordered, 3, 10), **said)
    if until not in (Progress.DELIVERED, Progress.MATURED, Progress.RETURNED):
        return
    car = cast.deliver(friend, car, after(cast, ordered, 14, 45), payer=payer)
    if until is Progress.RETURNED and car.delivered is not None:
        cast.give_back(friend, car, after(cast, car.delivered, 2, 5), "returnPolicy")


def delivered_at(actor: Actor) -> int:
    """When their car was delivered."""
    assert actor.car is not None  # noqa: S101 - asked of who went that far
    assert actor.car.delivered is not None  # noqa: S101
    return actor.car.delivered


def is_chinese(cast: Cast) -> bool:
    return cast.home.city.country == "CN"


def stranger(
    cast: Cast,
    *,
    source: str | None = None,
    phone: str | None = None,
    device: str | None = None,
    cookie: str | None = None,
    home: Actor | None = None,
) -> Actor:
    """Somebody of one gender, age and another name than other strangers: nobody takes them for relatives."""
    return cast.actor(
        male=True, born=_BORN, source=source, phone=phone, device=device, cookie=cookie, home=home
    )


def on_device(cast: Cast) -> str | None:
    return "app" if is_chinese(cast) else None


def beside(cast: Cast, owner: Actor) -> Actor:
    """A stranger on the owner's device or browser."""
    account = owner.account
    if account.device_id:
        return stranger(cast, source=account.source, device=account.device_id)
    return stranger(cast, source=account.source, cookie=account.anonymous_id)
