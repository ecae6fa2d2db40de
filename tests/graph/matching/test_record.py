from __future__ import annotations

import pytest

from graph.clock import system_clock
from graph.identity.evidence import Identifier
from graph.matching.record import MatchRecord, comparable, record_of
from graph.profile.traits import merge


def state(**values):
    return merge({}, values, system_clock())


def test_record_of_a_profile():
    traits = state(
        name={"display": "John Paul Smith", "family": "smith", "given": "johnpaul", "full": "johnpaulsmith"},
        birthDate="1980-05-17",
        gender="male",
        city="Leeds",
        postcode="LS12AB",
        address="12 High Street",
        occupation="miller",
        children=3,
        tags=["a"],
        active=True,
    )
    held = [Identifier("phone", "*", "+441"), Identifier("phone", "*", "+440"), Identifier("vin", "*", "V")]
    record = record_of("p1", traits, held)
    assert (record.id, record.family, record.given, record.full) == (
        "p1",
        "smith",
        "johnpaul",
        "John Paul Smith",
    )
    assert record.birth_date == "1980-05-17"
    assert record.phones == ("+440", "+441")
    assert (record.gender, record.city, record.postcode) == ("male", "Leeds", "LS12AB")
    assert record.address == "12 High Street"
    assert record.others == {"occupation": "miller", "children": "3"}


def test_what_normalising_refused_is_compared_as_written():
    traits = state(
        nameAsGiven="mary sm1th",
        birthDateAsGiven="18431306",
        governmentIdAsGiven="180497",
        phoneAsGiven="12",
        postcodeAsGiven="1",
    )
    record = record_of("p1", traits)
    assert record.full == "mary sm1th"
    assert record.birth_date == "18431306"
    assert record.government_ids == ("180497",)
    assert record.phones == ("12",)
    assert record.postcode == "1"
    assert not record.others


@pytest.mark.parametrize("number", ["null", "00000000", "13800138000", "195****3932"])
def test_what_stands_for_nobody_is_not_compared(number):
    record = record_of("p", state(phoneAsGiven=number, nameAsGiven="null", occupation="unknown"))
    assert (record.phones, record.full, dict(record.others)) == ((), None, {})
    assert not comparable(record)


def test_who_is_compared():
    for said in ({"full": "A"}, {"given": "A"}, {"birth_date": "1980"}, {"government_ids": ("1",)}):
        assert comparable(MatchRecord("p", **said))
    assert not comparable(MatchRecord("p", phones=("1",), emails=("a@b.example",), city="X", gender="f"))


def test_an_empty_profile():
    record = record_of("p1", {})
    assert record.family is None
    assert not record.phones
    assert not record.others
