"""What happens around one code or a few: chains, and what is honest and looks like fraud; and all plots in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from graph.fraud.flag import Code
from graph.referral.progress import Progress
from seed import referral_frauds as fraud
from seed.actors import Actor
from seed.draw import Weighted
from seed.items import DAY_SECONDS, DAYS
from seed.referral_steps import (
    ALL_STAGES,
    FIRST_DAY,
    MINUTE,
    after,
    brings,
    delivered_at,
    of_day,
    owner_by,
    some_day,
    stranger,
)
from seed.referral_truth import LookAlike, Planted
from seed.referrers import Cast

Plot = Callable[[Cast], list[Planted]]

_OUTCOMES: Final = Weighted(
    [
        (Progress.CLICKED, 22),
        (Progress.IDENTIFIED, 18),
        (Progress.TEST_DRIVEN, 14),
        (Progress.ORDERED, 4),
        (Progress.LAPSED, 4),
        (Progress.MATURED, 34),
        (Progress.RETURNED, 4),
    ]
)
_UNDONE: Final = {Progress.RETURNED: LookAlike.RETURNED_EARLY, Progress.LAPSED: LookAlike.CANCELLED_BEFORE}
_FAN_OUT: Final = Weighted([(0, 38), (1, 32), (2, 16), (3, 9), (5, 4), (8, 1)])
_GENERATIONS: Final = 12
_LARGEST_TREE: Final = 40


# -- chains -----------------------------------------------------------------------------------------------


def _grow(cast: Cast, root: Actor, at: int, *, deep: bool, first: int) -> list[Planted]:
    """A tree of honest referrals that `first` friends begin; `deep`: one of each generation buys, and brings others."""
    found: list[Planted] = []
    waiting = deque([(root, at, 1, first)])
    while waiting and len(found) < _LARGEST_TREE:
        owner, since, generation, friends = waiting.popleft()
        for place in range(friends):
            carries = deep and place == 0
            reach = 40 if carries else 270
            touched = of_day(cast, since // DAY_SECONDS + 5 + int(cast.rng.random() ** 2 * reach))
            if touched // DAY_SECONDS > DAYS - ALL_STAGES:
                continue
            until = Progress.MATURED if carries else _OUTCOMES.draw(cast.rng)
            dealer = owner.dealer if cast.rng.random() < 0.85 else cast.another_dealer(owner.dealer)
            friend = cast.actor(dealer=dealer)
            like = _UNDONE.get(until)
            found.append(
                brings(cast, owner, friend, touched, until=until, generation=generation, look_alike=like)
            )
            if until is Progress.MATURED and generation < _GENERATIONS:
                further = _FAN_OUT.draw(cast.rng)
                waiting.append((friend, delivered_at(friend), generation + 1, max(further, carries)))
    return found


def tree(cast: Cast) -> list[Planted]:
    """An owner brings a few, of whom some bring others: most bring nobody."""
    at = some_day(cast, room=500)
    owner = owner_by(cast, at)
    return _grow(cast, owner, at, deep=False, first=1 + _FAN_OUT.draw(cast.rng))


def chain(cast: Cast) -> list[Planted]:
    """A chain of many generations, with branches."""
    at = of_day(cast, FIRST_DAY + int(cast.rng.random() * 60))
    return _grow(cast, owner_by(cast, at), at, deep=True, first=2)


def active(cast: Cast) -> list[Planted]:
    """An owner who truly is very active, over ten months; three of the friends come on one evening."""
    at = some_day(cast, room=300 + ALL_STAGES)
    owner, start = owner_by(cast, at), at // DAY_SECONDS
    times = [of_day(cast, start + int(cast.rng.random() * 300)) for _ in range(14)]
    times += [times[0] + 40 * MINUTE, times[0] + 90 * MINUTE]
    return [
        brings(cast, owner, cast.actor(), each, until=_OUTCOMES.draw(cast.rng), look_alike=LookAlike.ACTIVE)
        for each in sorted(times)
    ]


def mutual(cast: Cast) -> list[Planted]:
    """A brings B to a first car; over a year later B brings A to a second."""
    at = of_day(cast, FIRST_DAY + int(cast.rng.random() * (DAYS - FIRST_DAY - 700)))
    a, b = owner_by(cast, at), cast.actor()
    first = brings(cast, a, b, at, until=Progress.MATURED, look_alike=LookAlike.MUTUAL)
    back = after(cast, at, 430, 520)
    second = brings(cast, b, a, back, until=Progress.MATURED, known=True, look_alike=LookAlike.MUTUAL)
    return [first, second]


# -- honest, and like fraud -------------------------------------------------------------------------------


def family(cast: Cast) -> list[Planted]:
    """A parent brings a grown-up child who lives there, and who has a phone and pays for the car."""
    at = some_day(cast)
    owner = owner_by(cast, at, cast.actor(born=1970))
    child = cast.actor(relative=owner, family=owner.person.family, born=1998)
    also = (Code.HOUSEHOLD, Code.SHARED_ADDRESS)
    return [brings(cast, owner, child, at, until=Progress.MATURED, also=also, look_alike=LookAlike.FAMILY)]


def office(cast: Cast) -> list[Planted]:
    """Nine colleagues give their office's address; one of them brings four."""
    at = some_day(cast, room=220)
    owner = owner_by(cast, at, stranger(cast))
    for _ in range(4):
        cast.open_record(stranger(cast, home=owner), after(cast, at, -40, -2))
    return [
        brings(
            cast,
            owner,
            stranger(cast, home=owner),
            after(cast, at, 9 * place, 9 * place + 8),
            until=Progress.MATURED,
            look_alike=LookAlike.OFFICE,
        )
        for place in range(4)
    ]


def tablet(cast: Cast) -> list[Planted]:
    """An owner and many customers, friends and others, have signed in on one showroom's tablet."""
    at = some_day(cast, room=220)
    owner = owner_by(cast, at)
    for other in (owner, *(cast.actor() for _ in range(5))):
        cast.on_tablet(other, after(cast, at, -30, -2))
    found: list[Planted] = []
    for place in range(3):
        friend = cast.actor()
        touched = after(cast, at, 8 * place, 8 * place + 7)
        cast.on_tablet(friend, touched + 3 * DAY_SECONDS)
        found.append(
            brings(cast, owner, friend, touched, until=Progress.MATURED, look_alike=LookAlike.TABLET)
        )
    return found


def same_session(cast: Cast) -> list[Planted]:
    """The friend sends the lead form, and enters the code a minute later."""
    at = some_day(cast)
    owner, friend = owner_by(cast, at), cast.actor()
    cast.introduce(friend, at - 2 * MINUTE)
    cast.enquire(friend, at - MINUTE)
    return [
        brings(
            cast,
            owner,
            friend,
            at,
            until=Progress.MATURED,
            entered=True,
            known=True,
            look_alike=LookAlike.SAME_SESSION,
        )
    ]


def cancelled_before(cast: Cast) -> list[Planted]:
    """An order is cancelled before the car came, so that nobody had a reward."""
    at = some_day(cast)
    like = LookAlike.CANCELLED_BEFORE
    return [brings(cast, owner_by(cast, at), cast.actor(), at, until=Progress.LAPSED, look_alike=like)]


def returned_early(cast: Cast) -> list[Planted]:
    """A car is returned while it may be, so that nobody could spend a reward."""
    at = some_day(cast)
    like = LookAlike.RETURNED_EARLY
    return [brings(cast, owner_by(cast, at), cast.actor(), at, until=Progress.RETURNED, look_alike=like)]


ROUND: Final[tuple[Plot, ...]] = (
    fraud.same_person,
    family,
    fraud.household,
    tree,
    fraud.same_person_later,
    same_session,
    fraud.code_after_lead,
    office,
    fraud.shared_address,
    tree,
    fraud.shared_phone,
    tablet,
    fraud.shared_device,
    cancelled_before,
    fraud.cancelled_after_reward,
    returned_early,
    fraud.shared_payer,
    tree,
    fraud.shared_vehicle,
    mutual,
    fraud.ring,
    active,
    fraud.velocity,
    tree,
    fraud.traded_code,
    fraud.open_ring,
    fraud.staff,
    chain,
)
"""One of each: what `seed.referrals` goes through again and again."""
