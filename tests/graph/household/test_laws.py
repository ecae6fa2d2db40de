"""Laws of households: a function of the set, blind to names of records, deaf to strangers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.household.evidence import Household, HouseholdPerson, Kind
from graph.household.infer import MOST, households
from tests.graph.household.people import person, used
from tests.laws import examples

NAMES = ("王建国", "王建军", "李敏", "赵云", "陈涵", "周小雨")
USES = st.builds(
    used,
    st.integers(0, 900),
    st.just(950),
    staff=st.booleans(),
    claimed=st.booleans(),
)


@st.composite
def crowds(draw: st.DrawFn) -> list[HouseholdPerson]:
    """A few people who share more than real ones do."""
    people: list[HouseholdPerson] = []
    for number in range(draw(st.integers(2, 12))):
        name = draw(st.sampled_from(NAMES))
        contacts = {
            namespace: draw(st.dictionaries(st.sampled_from(values), USES, max_size=2))
            for namespace, values in (
                ("phone", ("p1", "p2", "p3")),
                ("address", ("a1", "a2")),
                ("vin", ("v1", "v2", "v3", "v4")),
                ("plate", ("l1", "l2")),
                ("anonymousId", ("c1", "c2")),
                ("deviceId", ("d1",)),
            )
        }
        people.append(
            person(
                name[0],
                name[1:],
                born=draw(st.sampled_from((None, "1950-01-01", "1980-05-17", "1982-03-02", "2004-09-09"))),
                gender=draw(st.sampled_from((None, "male", "female"))),
                owns=draw(st.dictionaries(st.sampled_from(("v1", "v2")), st.integers(0, 900), max_size=1)),
                proven=draw(st.sampled_from((None, "g1", "g2", "g3"))),
                seq=number,
                key=f"k{number:02}",
                **contacts,
            )
        )
    return people


@settings(max_examples=examples(60), deadline=None)
@given(people=crowds(), data=st.data())
def test_any_order_answers_the_same(people: list[HouseholdPerson], data: st.DataObject) -> None:
    assert households(data.draw(st.permutations(people))) == households(people)


def _shape(groups: tuple[Household, ...], number: dict[tuple[str, str], int]) -> set[object]:
    return {
        (
            group.kind,
            number[group.founder],
            frozenset((number[m.key], m.role, m.confidence) for m in group.members),
            group.confidence,
            group.reasons,
        )
        for group in groups
        if group.kind in (Kind.HOUSEHOLD, Kind.FLEET)
    }


@settings(max_examples=examples(60), deadline=None)
@given(people=crowds(), data=st.data())
def test_renaming_records_changes_nothing(people: list[HouseholdPerson], data: st.DataObject) -> None:
    few = people[:6]
    keys = data.draw(st.permutations([("src", f"n{n}") for n in range(len(few))]))
    renamed = [replace(one, key=key, members=frozenset({key})) for one, key in zip(few, keys, strict=True)]
    before = {one.key: place for place, one in enumerate(few)}
    after = {one.key: place for place, one in enumerate(renamed)}
    assert _shape(households(few), before) == _shape(households(renamed), after)


@settings(max_examples=examples(50), deadline=None)
@given(people=crowds())
def test_a_stranger_changes_nothing(people: list[HouseholdPerson]) -> None:
    stranger = person("钱", "无名", phone="own", vin="own", address="own", key="a-stranger")
    assert households([stranger, *people]) == households(people)


@settings(max_examples=examples(60), deadline=None)
@given(people=crowds())
def test_what_is_promised_of_groups(people: list[HouseholdPerson]) -> None:
    groups = households(people)
    for kind in (Kind.HOUSEHOLD, Kind.FLEET):
        members = [m.key for group in groups if group.kind is kind for m in group.members]
        assert len(members) == len(set(members))
    for group in groups:
        assert len(group.members) >= 2
        assert group.founder in {m.key for m in group.members}
        assert all(0 <= m.confidence <= 1 for m in group.members)
        assert group.confidence == min(m.confidence for m in group.members)
        assert group.kind is not Kind.HOUSEHOLD or len(group.members) <= MOST
