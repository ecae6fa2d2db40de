"""Flags over the real graph: each kind of fraud is seen with a path that stands, its honest look-alike is not."""

from __future__ import annotations

from typing import Any

from graph.clock import DAY, SECOND
from graph.fraud.flag import Code, Hop
from graph.fraud.service import FraudLook, fallen
from graph.privacy.keyring import Keyring
from graph.tag.service import TagService
from seed.serials import vin
from tests.graph.fraud.town import NOW, Town, did, entered, on_device, said
from tests.graph.judgement.people import said as record_says

PHONE = "13912340001"
VIN = "LSVAM4187C2184847"


class TestWhoTheyAre:
    async def test_one_person_is_told_and_nothing_else(self, town: Town) -> None:
        await town.bring(*(record_says(name, name="王建国", phone=PHONE) for name in ("a", "b")))
        flags = await town.flags(await town.refer("a", "b"))
        assert list(flags) == [Code.SAME_PERSON]
        assert [hop.kind for hop in flags[Code.SAME_PERSON].path] == ["person", "person"]
        assert flags[Code.SAME_PERSON].score == 1.0

    async def test_a_family_is_a_weak_sign(self, town: Town) -> None:
        home: dict[str, Any] = {"address": "上海市浦东新区世纪大道100号2栋301", "postcode": "200120"}
        await town.bring(
            said("a", name="王建国", birthDate="1960-05-17", gender="male", phone="13912340001", **home),
            said("b", name="王小明", birthDate="1990-08-01", gender="male", phone="13912340002", **home),
        )
        flags = await town.flags(await town.refer("a", "b"))
        assert list(flags) == [Code.HOUSEHOLD]
        assert flags[Code.HOUSEHOLD].score < 0.5

    async def test_strangers_have_no_flags(self, town: Town) -> None:
        a, b = await town.settle(2)
        assert await town.flags(await town.refer(a, b)) == {}

    async def test_a_consultant_by_tag_and_a_consultants_device(self, town: Town, keyring: Keyring) -> None:
        a, b, c = await town.settle(3)
        tags = TagService(town.people.database, keyring=keyring)
        await tags.tag(await town.people.one_id(a), "staff", why="works here", by="key-1")
        own = await town.refer(a, b)
        assert Code.STAFF in await town.flags(own)
        lent = await town.refer(c, b)
        assert await town.flags(lent) == {}
        await town.bring(on_device(a, "device-of-staff"), on_device(c, "device-of-staff"))
        assert list(await town.flags(lent)) == [Code.STAFF]

    async def test_a_consultants_own_number(self, town: Town) -> None:
        consultant, *customers, friend = await town.settle(6)
        await town.bring(
            said(consultant, phone=PHONE, at=NOW - 400 * DAY),
            *(entered(name, PHONE, at=NOW - n * DAY) for n, name in enumerate(customers)),
        )
        flags = await town.flags(await town.refer(consultant, friend))
        assert list(flags) == [Code.STAFF], "whose number it is refers"
        assert flags[Code.STAFF].path[0].kind == "household"
        customer = await town.flags(await town.refer(customers[0], friend))
        assert Code.STAFF not in customer, "the number in a customer's record says nothing of the customer"
        own = await town.flags(await town.refer(consultant, customers[1]))
        assert Code.STAFF in own, "and the consultant's number in the friend's record"
        assert Code.SHARED_PHONE not in own


class TestWhatTheyShare:
    async def test_a_phone_and_a_device(self, town: Town) -> None:
        a, b, c, d = await town.settle(4)
        await town.bring(said(a, phone=PHONE), said(b, phone=PHONE), on_device(c, "d-1"), on_device(d, "d-1"))
        by_phone = await town.flags(await town.refer(a, b))
        assert {Code.SHARED_PHONE} <= by_phone.keys() <= {Code.SHARED_PHONE, Code.HOUSEHOLD}
        assert [hop.kind for hop in by_phone[Code.SHARED_PHONE].path] == ["phone", "phone"]
        assert {hop.rarity for hop in by_phone[Code.SHARED_PHONE].path} == {1.0}
        assert Code.SHARED_DEVICE in await town.flags(await town.refer(c, d))
        assert await town.flags(await town.refer(a, c)) == {}

    async def test_a_number_that_went_on_says_nothing(self, town: Town) -> None:
        a, b = await town.settle(2)
        await town.bring(said(a, phone=PHONE, at=NOW - 900 * DAY), said(b, phone=PHONE))
        assert await town.flags(await town.refer(a, b)) == {}

    async def test_the_showrooms_tablet_says_nothing(self, town: Town) -> None:
        everybody = await town.settle(8)
        await town.bring(*(on_device(name, "tablet") for name in everybody))
        assert await town.flags(await town.refer(*everybody[:2])) == {}

    async def test_one_paid_for_the_other(self, town: Town) -> None:
        a, b, c, d = await town.settle(4)
        await town.bring(
            did(b, "Order Placed", at=NOW, orderId="o-1", vin=VIN, role="owner"),
            did(a, "Order Placed", at=NOW, orderId="o-2", vin=VIN, role="payer"),
        )
        flags = await town.flags(await town.refer(a, b))
        assert flags[Code.SHARED_PAYER].score > 0.5
        assert "payer" in [hop.kind for hop in flags[Code.SHARED_PAYER].path]
        assert Code.SHARED_PAYER in await town.flags(await town.refer(b, a))
        assert await town.flags(await town.refer(c, d)) == {}

    async def test_a_third_paid_for_both(self, town: Town) -> None:
        a, b, payer, c = await town.settle(4)
        cars = dict(zip((a, b, c), (vin(n, body="EAAET", year=2023) for n in (1, 2, 3)), strict=True))
        for name, car in cars.items():
            await town.bring(did(name, "Order Placed", at=NOW, orderId=f"o-{name}", vin=car, role="owner"))
        for name in (a, b):
            await town.bring(
                did(payer, "Order Placed", at=NOW, orderId=f"paid-{name}", vin=cars[name], role="payer")
            )
        flags = await town.flags(await town.refer(a, b))
        path = [hop.kind for hop in flags[Code.SHARED_PAYER].path]
        assert path == ["vehicle", "payer", "payer", "vehicle"]
        assert Code.SHARED_PAYER not in await town.flags(await town.refer(a, c))

    async def test_a_car_of_both(self, town: Town) -> None:
        a, b = await town.settle(2)
        await town.bring(*(did(name, "Service Completed", at=NOW, vin=VIN) for name in (a, b)))
        assert Code.SHARED_VEHICLE in await town.flags(await town.refer(a, b))


class TestWhatTheyDo:
    async def test_a_code_after_the_lead(self, town: Town) -> None:
        a, b, c = await town.settle(3)
        await town.bring(
            did(b, "Store Visited", at=NOW - 10 * DAY, dealer="d-1"),
            did(c, "Store Visited", at=NOW - 60 * SECOND, dealer="d-1"),
        )
        flags = await town.flags(await town.refer(a, b))
        assert list(flags) == [Code.CODE_AFTER_LEAD]
        assert [hop.kind for hop in flags[Code.CODE_AFTER_LEAD].path] == ["made", "for", "touchpoint"]
        assert await town.flags(await town.refer(a, c)) == {}

    async def test_an_order_cancelled_after_the_reward(self, town: Town) -> None:
        a, b, c = await town.settle(3)
        for friend in (b, c):
            await town.bring(
                did(friend, "Order Placed", at=NOW - 30 * DAY, orderId=friend),
                did(friend, "Order Cancelled", at=NOW, orderId=friend),
            )
        late = await town.refer(a, b, at=NOW - 40 * DAY, maturedAt=NOW - 5 * DAY)
        assert list(await town.flags(late)) == [Code.CANCELLED_AFTER_REWARD]
        assert await town.flags(await town.refer(a, c, at=NOW - 40 * DAY)) == {}

    async def test_a_drive_faster_than_cars_go(self, town: Town) -> None:
        a, b, c = await town.settle(3)
        await town.bring(
            *(
                did(who, "Test Drive Completed", at=NOW + SECOND, durationSeconds=1_200, distanceKm=distance)
                for who, distance in ((b, 150), (c, 15))
            )
        )
        assert list(await town.flags(await town.refer(a, b))) == [Code.IMPOSSIBLE_DRIVE]
        assert await town.flags(await town.refer(a, c)) == {}

    async def test_many_friends_at_once(self, town: Town) -> None:
        a, *friends = await town.settle(7)
        for number, friend in enumerate(friends):
            await town.refer(a, friend, at=NOW + number * 60 * SECOND)
        assert list(await town.flags(f"{a}-{friends[2]}")) == [Code.VELOCITY]
        for number, friend in enumerate(friends):
            await town.refer(a, friend, at=NOW + number * 30 * DAY)
        assert await town.flags(f"{a}-{friends[2]}") == {}

    async def test_a_code_over_many_places(self, town: Town) -> None:
        a, *friends = await town.settle(11)
        for number, friend in enumerate(friends):
            await town.refer(a, friend, at=NOW + number * 3 * DAY, dealer=f"d-{number}")
        assert list(await town.flags(f"{a}-{friends[2]}")) == [Code.TRADED_CODE]
        for number, friend in enumerate(friends):
            await town.refer(a, friend, at=NOW + number * 3 * DAY, dealer=f"d-{number % 2}")
        assert await town.flags(f"{a}-{friends[2]}") == {}


class TestRings:
    async def test_three_who_refer_in_a_circle(self, town: Town) -> None:
        a, b, c, d = await town.settle(4)
        ring = [await town.refer(*pair, at=NOW + n * DAY) for n, pair in enumerate(((a, b), (b, c), (c, a)))]
        for referral in ring:
            flags = await town.flags(referral)
            assert list(flags) == [Code.RING]
            assert [hop.kind for hop in flags[Code.RING].path] == ["for", "made"] * 2
        assert await town.flags(await town.refer(c, d, at=NOW)) == {}

    async def test_a_ring_closed_by_what_two_share(self, town: Town) -> None:
        a, b, c = await town.settle(3)
        await town.bring(on_device(a, "d-1"), on_device(c, "d-1"))
        for referral in (await town.refer(a, b, at=NOW), await town.refer(b, c, at=NOW + DAY)):
            flags = await town.flags(referral)
            assert list(flags) == [Code.RING]
            assert "deviceId" in [hop.kind for hop in flags[Code.RING].path]

    async def test_two_who_recommend_each_other_are_honest(self, town: Town) -> None:
        a, b = await town.settle(2)
        for referral in (await town.refer(a, b, at=NOW), await town.refer(b, a, at=NOW + 90 * DAY)):
            assert await town.flags(referral) == {}

    async def test_clicks_make_no_ring(self, town: Town) -> None:
        a, b, c = await town.settle(3)
        await town.refer(c, a, progress="clicked")
        await town.refer(b, c)
        assert await town.flags(await town.refer(a, b)) == {}


async def test_the_statements_do_not_grow_with_the_referrals(town: Town) -> None:
    a, b, c, d, e = await town.settle(5)
    ids = [await town.refer(*pair) for pair in ((a, b), (b, c), (c, d), (d, e))]
    asked: list[str] = []

    async def read(name: str, **params: object) -> list[object] | None:
        asked.append(name)
        return await town.people.database.read_one(name, **params)

    found = await FraudLook().look(read, [*ids, "nobody"])
    assert found == dict.fromkeys((*ids, "nobody"), ())
    assert sorted(asked) == ["fraud.read_around", "fraud.read_doings", "fraud.read_ties"]
    asked.clear()
    await FraudLook().look(read, ids[3:])  # three levels up
    assert sorted(asked) == ["fraud.read_around"] * 3 + ["fraud.read_doings", "fraud.read_ties"]


async def test_a_hop_that_does_not_stand_is_told(town: Town) -> None:
    a, b = await town.settle(2)
    stored = await town.people.stored()
    one = stored[a]
    assert one.one_id is not None
    hops = [
        Hop("person", one.id, one.one_id),
        Hop("person", stored[b].id, one.one_id),
        Hop("phone", one.id, "k"),
    ]
    assert await fallen(town.people.database.read_one, hops) == set(hops[1:])
