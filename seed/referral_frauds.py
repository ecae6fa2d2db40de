"""Each kind of fraud, around one code or a few."""

from __future__ import annotations

from graph.fraud.flag import Code
from graph.referral.progress import Progress
from seed.actors import Actor
from seed.channels import Account, identifier
from seed.items import DAY_SECONDS
from seed.referral_steps import (
    MINUTE,
    after,
    beside,
    brings,
    delivered_at,
    is_chinese,
    on_device,
    owner_by,
    some_day,
    stranger,
)
from seed.referral_truth import Planted
from seed.referrers import Cast


def same_person(cast: Cast) -> list[Planted]:
    """The owner comes by their own code under a second record with the same number: OneID knows at once."""
    at = some_day(cast)
    return [_second_self(cast, owner_by(cast, at), at, late=False)]


def same_person_later(cast: Cast) -> list[Planted]:
    """As before under a second number; that both are one is known only weeks after the order."""
    at = some_day(cast, room=220)
    owner = owner_by(cast, at, cast.actor(source="wechat-miniprogram" if is_chinese(cast) else None))
    return [_second_self(cast, owner, at, late=True)]


def _second_self(cast: Cast, owner: Actor, at: int, *, late: bool) -> Planted:
    person = owner.person
    account = Account(
        "wechat-miniprogram" if person.chinese else "website-europe", None, identifier(cast.rng, "second-")
    )
    number = cast.number(person.country) if late else person.phones[0]
    union = identifier(cast.rng, "oU", bits=104) if late and person.chinese else None
    other = Actor(person, account, cast.another_dealer(owner.dealer), owner.consultant)
    hidden = {"email": None} if late else {}
    cast.introduce(other, at + MINUTE, phone=number, wechatUnionId=union, **hidden)
    unknown = {"governmentId": None, "birthDate": None, "address": None, "postcode": None} if late else {}
    cast.open_record(other, at + DAY_SECONDS, phone=number, **hidden, **unknown)
    planted = brings(
        cast, owner, other, at, until=Progress.MATURED, known=True, kind=Code.SAME_PERSON, late=late
    )
    if late:
        shown = {"wechatUnionId": union} if union else {"phone": number}
        cast.introduce(owner, after(cast, delivered_at(other), 20, 60), **shown)
    return planted


def household(cast: Cast) -> list[Planted]:
    """A couple with one number: the one who has a car brings the other, and pays."""
    at = some_day(cast)
    owner = owner_by(cast, at, cast.actor(male=True, born=1980))
    name, phone = owner.person.family, owner.person.phones[0]
    partner = cast.actor(relative=owner, family=name, male=False, born=1982, phone=phone)
    also = (Code.SHARED_PHONE, Code.SHARED_ADDRESS, Code.SHARED_PAYER)
    return [
        brings(cast, owner, partner, at, until=Progress.MATURED, payer=owner, kind=Code.HOUSEHOLD, also=also)
    ]


def shared_phone(cast: Cast) -> list[Planted]:
    """A straw man whose records bear the owner's number."""
    at = some_day(cast)
    owner = owner_by(cast, at, stranger(cast))
    straw = stranger(cast, phone=owner.person.phones[0])
    also = (Code.HOUSEHOLD,)
    return [brings(cast, owner, straw, at, until=Progress.MATURED, kind=Code.SHARED_PHONE, also=also)]


def shared_device(cast: Cast) -> list[Planted]:
    """A straw man who signs up on the owner's device; in Europe in the owner's browser."""
    at = some_day(cast)
    owner = owner_by(cast, at, stranger(cast, source=on_device(cast)))
    straw = beside(cast, owner)
    return [brings(cast, owner, straw, at, until=Progress.MATURED, kind=Code.SHARED_DEVICE)]


def shared_payer(cast: Cast) -> list[Planted]:
    """The owner pays the rest of what the friend's car costs."""
    at = some_day(cast)
    owner = owner_by(cast, at, stranger(cast))
    straw = stranger(cast)
    return [brings(cast, owner, straw, at, until=Progress.MATURED, payer=owner, kind=Code.SHARED_PAYER)]


def shared_vehicle(cast: Cast) -> list[Planted]:
    """The friend's new car is registered in the owner's name some weeks later."""
    at = some_day(cast, room=220)
    owner, straw = owner_by(cast, at, stranger(cast)), stranger(cast)
    planted = brings(cast, owner, straw, at, until=Progress.MATURED, kind=Code.SHARED_VEHICLE, late=True)
    assert straw.car is not None  # noqa: S101 - just delivered
    cast.take_over(owner, straw.car, after(cast, delivered_at(straw), 25, 60))
    return [planted]


def shared_address(cast: Cast) -> list[Planted]:
    """A stranger by name and age who gives the owner's door as home."""
    at = some_day(cast)
    owner = owner_by(cast, at, stranger(cast))
    straw = stranger(cast, home=owner)
    return [brings(cast, owner, straw, at, until=Progress.MATURED, kind=Code.SHARED_ADDRESS)]


def ring(cast: Cast) -> list[Planted]:
    """A brings B, B brings C, C brings A, all within weeks."""
    at = some_day(cast, room=220)
    a, b, c = (owner_by(cast, at, stranger(cast)) for _ in range(3))
    return [
        brings(cast, maker, friend, when, until=Progress.MATURED, known=True, kind=Code.RING)
        for maker, friend, when in (
            (a, b, at),
            (b, c, after(cast, at, 3, 9)),
            (c, a, after(cast, at, 11, 20)),
        )
    ]


def open_ring(cast: Cast) -> list[Planted]:
    """A brings B and B brings C, and C signs up on A's device: what closes the ring is no referral."""
    at = some_day(cast, room=220)
    a = owner_by(cast, at, stranger(cast, source=on_device(cast)))
    b, c = owner_by(cast, at, stranger(cast)), beside(cast, a)
    return [
        brings(cast, a, b, at, until=Progress.MATURED, known=True, kind=Code.RING),
        brings(cast, b, c, after(cast, at, 4, 12), until=Progress.MATURED, kind=Code.RING),
    ]


def velocity(cast: Cast) -> list[Planted]:
    """Seven friends of one code within an hour, who all place an order and never take a car."""
    at = some_day(cast)
    owner = owner_by(cast, at)
    return [
        brings(cast, owner, cast.actor(), at + place * 7 * MINUTE, until=Progress.ORDERED, kind=Code.VELOCITY)
        for place in range(7)
    ]


def traded_code(cast: Cast) -> list[Planted]:
    """Twelve friends from as many cities as there are, within weeks: the code was sold in public."""
    at = some_day(cast, room=220)
    owner, dealers = owner_by(cast, at), cast.dealers()
    return [
        brings(
            cast,
            owner,
            cast.actor(dealer=dealers[place % len(dealers)]),
            after(cast, at, 4 * place, 4 * place + 3),
            until=Progress.ORDERED,
            entered=True,
            kind=Code.TRADED_CODE,
        )
        for place in range(12)
    ]


def staff(cast: Cast) -> list[Planted]:
    """A consultant has a code, and uses the number that they write into customers' records in place of theirs."""
    at = some_day(cast)
    consultant = cast.actor(source=on_device(cast))
    cast.introduce(consultant, at - 20 * DAY_SECONDS)
    for place in range(4):
        customer = cast.actor(phone=consultant.person.phones[0])
        cast.open_record(customer, at - (10 + place) * DAY_SECONDS)
    cast.give_code(consultant)
    return [brings(cast, consultant, cast.actor(), at, until=Progress.MATURED, entered=True, kind=Code.STAFF)]


def code_after_lead(cast: Cast) -> list[Planted]:
    """The friend was a lead weeks before somebody gave them a code."""
    at = some_day(cast)
    owner, friend = owner_by(cast, at), cast.actor()
    asked = after(cast, at, -35, -12)
    cast.introduce(friend, asked - MINUTE)
    cast.enquire(friend, asked)
    return [
        brings(
            cast,
            owner,
            friend,
            at,
            until=Progress.MATURED,
            entered=True,
            known=True,
            kind=Code.CODE_AFTER_LEAD,
        )
    ]


def cancelled_after_reward(cast: Cast) -> list[Planted]:
    """The car is given back weeks after the reward could be spent."""
    at = some_day(cast, room=220)
    owner, friend = owner_by(cast, at), cast.actor()
    planted = brings(
        cast, owner, friend, at, until=Progress.MATURED, kind=Code.CANCELLED_AFTER_REWARD, late=True
    )
    assert friend.car is not None  # noqa: S101 - just delivered
    cast.give_back(friend, friend.car, after(cast, delivered_at(friend), 14, 50), "financing")
    return [planted]
