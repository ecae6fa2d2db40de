"""Households of hand-made people: what is one, what is none, and who is what in it."""

from __future__ import annotations

import time

import pytest

from graph.household.bonds import CROWD
from graph.household.evidence import Kind
from graph.household.infer import MOST, households
from tests.graph.household.people import homes, of_kind, person, roles_of, used

WANG = person("王", "建国", born="1980-05-17", gender="male", phone="p1", key="wang")
LI = person("李", "敏", born="1982-03-01", gender="female", phone="p1", key="li")


def test_a_couple_with_one_phone_is_a_household() -> None:
    [home] = households([WANG, LI])
    assert home.kind is Kind.HOUSEHOLD
    assert home.reasons == ("ages", "phone")
    assert home.confidence > 0.9
    assert homes((home,)) == [["li", "wang"]]


def test_parents_and_a_child() -> None:
    child = person("王", "小雨", born="2004-08-08", phone="p1", key="child")
    [home] = households(
        [
            person("王", "建国", born="1980-05-17", phone="p1", key="wang", vin="v1", owns={"v1": 10}),
            person("李", "敏", born="1982-03-01", phone="p1", vin="v1", key="li", owns={"v1": 20}),
            child,
        ]
    )
    assert roles_of(home) == {"wang": "owner", "li": "coBuyer", "child": "child"}


def test_a_child_is_a_child_by_the_latest_evidence_and_not_by_the_clock() -> None:
    parent = person("王", "建国", born="1970", phone="p1", key="wang")
    at_home = person("王", "小雨", born="2000", phone="p1", key="child")
    [then] = households([parent, at_home])
    assert roles_of(then)["child"] == "child"
    [later] = households(
        [person("王", "建国", born="1970", phone={"p1": used(0, 8 * 365)}, key="wang"), at_home]
    )
    assert roles_of(later)["child"] == "member"


def test_three_brothers_at_one_address() -> None:
    brothers = [
        person("王", given, born=born, gender="male", address="长安街1号2单元301", proven=given, key=given)
        for given, born in (("建国", "1980-05-17"), ("建军", "1983-02-01"), ("建民", "1986-11-30"))
    ]
    assert homes(households(brothers)) == [["建军", "建国", "建民"]]


def test_brothers_whose_names_differ_by_one_letter_may_be_a_slip_of_the_pen() -> None:
    assert households([person("王", "建国", phone="p1"), person("王", "建军", phone="p1")]) == ()


def test_twins_share_a_birthday_and_a_phone() -> None:
    twins = [person("陈", given, born="1998-09-04", phone="p1", key=given) for given in ("涵", "梦紫")]
    assert homes(households(twins)) == [["梦紫", "涵"]]


def test_father_and_son_of_one_name() -> None:
    names = [person("Legrand", "Pierre", born=born, phone="p1", key=born) for born in ("1957", "1986")]
    assert homes(households(names)) == [["1957", "1986"]]
    misread = [person("Legrand", "Pierre", born=born, phone="p1") for born in ("1986-07-04", "1986-04-07")]
    assert households(misread) == ()


def test_a_name_in_two_scripts_may_be_one_person() -> None:
    assert households([person("王", "建国", phone="p1"), person("wang", "jianguo", phone="p1")]) == ()


def test_two_people_one_car() -> None:
    pair = [
        person("王", "建国", vin="v1", plate="A1", owns={"v1": 0}, key="wang"),
        person("李", "敏", vin={"v1": used(200, 300)}, plate="A1", owns={"v1": 200}, key="li"),
    ]
    [home] = households(pair)
    assert home.reasons == ("car",)
    assert roles_of(home) == {"wang": "owner", "li": "driver"}


def test_two_owners_of_one_day_are_both_owners() -> None:
    pair = [
        person("王", "建国", vin="v1", phone="p1", owns={"v1": 0}, key="wang"),
        person("李", "敏", vin="v1", phone="p1", owns={"v1": 0}, key="li"),
    ]
    [home] = households(pair)
    assert roles_of(home) == {"wang": "owner", "li": "owner"}


def test_owners_in_sequence_are_no_household() -> None:
    first = person("王", "建国", vin={"v1": used(0, 400)}, owns={"v1": 0})
    second = person("李", "敏", vin={"v1": used(420, 800)}, owns={"v1": 420})
    assert households([first, second]) == ()
    replated = person("李", "敏", vin={"v1": used(380, 800)}, plate="B2", owns={"v1": 380})
    assert households([person("王", "建国", vin={"v1": used(0, 400)}, plate="A1"), replated]) == ()


def test_who_sold_the_car_outside_owns_it_no_more() -> None:
    seller = person("王", "建国", phone="p1", vin={"v1": used(0, 100)}, owns={"v1": 0}, key="seller")
    wife = person("李", "敏", phone="p1", key="wife")
    buyer = person("赵", "云", vin={"v1": used(200, 300)}, owns={"v1": 200}, key="buyer")
    [home] = households([seller, wife, buyer])
    assert roles_of(home) == {"seller": "driver", "wife": "member"}


def test_a_recycled_phone_is_no_household() -> None:
    before = person("王", "建国", phone={"p1": used(0, 100)})
    after = person("李", "敏", phone={"p1": used(700, 800)})
    assert households([before, after]) == ()
    assert len(households([before, after, person("赵", "云", phone={"p1": used(300, 400)})])) == 1


def test_an_untimed_record_belongs_to_an_only_tenure() -> None:
    untimed = person("李", "敏", phone={"p1": used(None, None)})
    assert len(households([person("王", "建国", phone="p1"), untimed])) == 1
    two = [person("王", "建国", phone="p1"), person("赵", "云", phone={"p1": used(900, 950)}), untimed]
    assert households(two) == ()


def test_a_stranger_who_types_ones_phone_into_a_form_does_not_live_with_one() -> None:
    stranger = person("赵", "云", phone={"p1": used(claimed=True)})
    assert homes(households([WANG, LI, stranger])) == [["li", "wang"]]


def test_a_consultants_number_is_the_consultants() -> None:
    customers = [
        person(family, "某某", phone={"c1": used(10 * n, 10 * n, staff=True)}, key=family)
        for n, family in enumerate("赵钱孙李周")
    ]
    consultant = person("吴", "顾问", phone={"c1": used(0, 500)}, key="吴")
    [group] = households([*customers, consultant])
    assert group.kind is Kind.CONSULTANT_PHONE
    assert roles_of(group)["吴"] == "holder"
    assert roles_of(group)["赵"] == "customer"


def test_a_fleet_of_twelve_is_a_fleet_and_no_household() -> None:
    drivers = [
        person(family, "司机", phone={"firm": used(staff=True)}, email="fleet@firm", vin=f"v{n}", key=family)
        for n, family in enumerate("赵钱孙李周吴郑王冯陈褚卫")
    ]
    groups = households(drivers)
    [fleet] = of_kind(groups, Kind.FLEET)
    assert len(fleet.members) == 12
    assert homes(groups) == []
    assert of_kind(groups, Kind.CONSULTANT_PHONE) == []


def test_colleagues_who_name_their_company() -> None:
    people = [
        person(family, "某", phone="firm", vin=f"v{n}", company="acme", key=family)
        for n, family in enumerate("赵钱孙")
    ]
    [fleet] = households(people)
    assert fleet.kind is Kind.FLEET
    assert "company" in fleet.reasons


def test_a_family_of_five_with_three_cars_is_no_fleet() -> None:
    family = [
        person(name, given, phone="p1", vin=vin, key=given)
        for name, given, vin in (
            ("王", "建国", "v1"),
            ("李", "敏", "v2"),
            ("王", "小雨", "v3"),
            ("王", "大山", "v1"),
            ("王", "丽丽", "v1"),
        )
    ]
    assert len(homes(households(family))[0]) == 5


def test_a_family_computer_is_a_device_and_a_household() -> None:
    groups = households([person("王", "建国", anonymousId="c"), person("李", "敏", anonymousId="c")])
    assert [group.kind for group in groups] == [Kind.HOUSEHOLD, Kind.SHARED_DEVICE]


def test_a_kiosk_of_thousands_is_no_household_and_is_quick() -> None:
    """Beyond `hot` its visitors are never read together; here they are all given, without what is hot."""
    visitors = [
        person("王", f"客{n}", phone=f"p{n}", key=f"v{n}", **({"anonymousId": "kiosk"} if n < 40 else {}))
        for n in range(10_000)
    ]
    began = time.process_time()
    groups = households(visitors)
    assert time.process_time() - began < 2
    assert homes(groups) == []
    [kiosk] = of_kind(groups, Kind.SHARED_DEVICE)
    assert len(kiosk.members) == 40


@pytest.mark.parametrize("namespace", sorted(CROWD))
def test_a_crowd_on_one_value_is_no_household(namespace: str) -> None:
    crowd = [
        person(chr(0x5000 + n), "某某", key=str(n), **{namespace: "x"}) for n in range(CROWD[namespace] + 1)
    ]
    assert homes(households(crowd)) == []


def test_an_address_that_two_families_gave_does_not_make_them_one() -> None:
    def family(name: str, address: str) -> list:
        return [
            person(name, "国强", gender="male", born="1970", phone=name, address="x", key=f"{name}1"),
            person(name, "美丽", gender="female", born="1972", phone=name, address=address, key=f"{name}2"),
        ]

    assert homes(households([*family("王", "王家"), *family("李", "李家")])) == [
        ["李1", "李2"],
        ["王1", "王2"],
    ]


def test_one_street_in_two_towns() -> None:
    there = person("李", "敏", address="长安街1号", postcode="200000")
    assert households([person("王", "建国", address="长安街1号", postcode="100000"), there]) == ()


def test_who_hangs_together_by_weak_bonds_beyond_the_size_falls_back_to_the_sure_ones() -> None:
    chain = [
        person(chr(0x5000 + n), "某某", key=f"{n:02}", anonymousId={f"c{n}": used(), f"c{n + 1}": used()})
        for n in range(MOST + 2)
    ]
    assert homes(households(chain)) == []
    couple = [person(name, "和和", phone="p", anonymousId="c0", key=name) for name in "赵钱"]
    assert homes(households([*chain, *couple])) == [["赵", "钱"]]


def test_a_steward_says_they_are_two() -> None:
    left = person("王", "建国", phone="p1", key="a")
    right = person("王", "建国", phone="p1", key="b")
    assert households([left, right]) == ()
    object.__setattr__(left, "apart", frozenset({right.key}))
    assert homes(households([left, right])) == [["a", "b"]]


def test_the_founder_is_who_was_known_first() -> None:
    late = person("王", "建国", phone="p1", seq=9, key="a")
    early = person("李", "敏", phone="p1", seq=3, key="b")
    assert households([late, early])[0].founder == early.key
