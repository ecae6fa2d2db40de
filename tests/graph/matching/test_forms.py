from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.matching.forms import (
    LONGEST,
    birth_form,
    code_form,
    email_parts,
    loose_sound,
    nickname_root,
    parts_of_name,
    skeleton,
    sound,
    text_form,
)
from graph.matching.name_variants import NICKNAMES, SIMPLIFIED
from tests.laws import examples


class TestNames:
    def test_traditional_and_simplified_are_one(self):
        assert parts_of_name(None, None, "劉國華") == parts_of_name(None, None, "刘国华")

    def test_full_name_in_either_order_of_columns(self):
        assert parts_of_name("Smith", "John", None) == ("smith", "john", "john")
        assert parts_of_name(None, None, "Smith, John") == ("smith", "john", "john")

    def test_honorific_leaves_the_family_name(self):
        assert parts_of_name(None, None, "王先生") == ("王", None, None)

    def test_a_lone_part_is_not_the_other_one_too(self):
        assert parts_of_name("Ashley", None, "Ashley") == ("ashley", None, None)
        assert parts_of_name(None, "Ann Maria", "Ann Maria") == (None, "annmaria", "ann")
        assert parts_of_name("Ashley", None, "John Ashley")[:2] == ("ashley", "john")
        assert parts_of_name("王", None, "王")[:2] == ("王", None)

    def test_first_word_of_several(self):
        assert parts_of_name("smith", "johnpaul", "John Paul Smith") == ("smith", "johnpaul", "john")

    def test_a_name_with_a_digit_keeps_its_words(self):
        assert parts_of_name(None, None, "mary smith3 jones") == ("jones", "marysmith", "mary")

    def test_homophones_sound_alike(self):
        assert sound("晓明") == sound("小铭") == "xiaoming"
        assert loose_sound("张") == loose_sound("臧") == "zan"
        assert loose_sound("smith") is None

    def test_pinyin_meets_a_latin_spelling(self):
        assert sound("小明") == parts_of_name("Wang", "Xiaoming", None)[1]

    def test_short_forms(self):
        assert nickname_root("bill") == "william"
        assert nickname_root("william") == "william"
        assert NICKNAMES["liz"] == NICKNAMES["beth"] == "elizabeth"

    def test_variants_are_one_to_one_in_length(self):
        assert all(len(chr(simple)) == 1 for simple in SIMPLIFIED.values())


class TestValues:
    @pytest.mark.parametrize(
        ("raw", "form"),
        [
            ("1980-05-17", "19800517"),
            ("19800517", "19800517"),
            ("1860-1-5", "18600105"),
            ("19431306", "19431306"),
            ("1980", "1980"),
            ("1980-05", "1980"),
            ("1980-05-17T00:00:00", "19800517"),
            ("soon", None),
            ("", None),
            (None, None),
        ],
    )
    def test_birth(self, raw, form):
        assert birth_form(raw) == form

    def test_text_and_code(self):
        assert text_form("  12, Öst-Straße  ") == "12 öst strasse"
        assert code_form("AB1 2CD") == "ab12cd"

    def test_email(self):
        assert email_parts("John.Smith@Mail.example") == ("johnsmith", "john.smith@mail.example")


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=150))
def test_any_text_has_forms(raw):
    family, name, first = parts_of_name(None, None, raw)
    for form in (family, name, first):
        if form:
            assert len(form) <= LONGEST
            assert sound(form)
            assert skeleton(sound(form)) is not None
            loose_sound(form)
    text = text_form(raw)
    assert text is None or (0 < len(text) <= LONGEST and text_form(text) == text)
    assert birth_form(raw) is None or birth_form(raw).isdigit()
