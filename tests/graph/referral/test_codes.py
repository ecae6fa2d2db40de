"""Codes: every wrong symbol and every exchange is found, by trying them all; what people type is read."""

from __future__ import annotations

import re
import struct
from itertools import product
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.referral.codes import (
    ALPHABET,
    LENGTH,
    check_symbol,
    code_of,
    is_code,
    link,
    new_code,
    qr_png,
    qr_svg,
    read_code,
    show_code,
)
from tests.laws import examples

BODIES = st.text(alphabet=ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
CODES = BODIES.map(lambda body: body + check_symbol(body))


def by_hand(text: str) -> bool:
    """The oracle: the symbols as digits of base 23, weighted by their place, divide by 23."""
    total = 0
    for place in range(len(text)):
        for _ in range(place + 1):
            total += ALPHABET.index(text[place])
    return total % 23 == 0


def with_symbols(first: str, second: str, place: int, random: Random) -> str:
    """A code that has these two symbols at a place, whatever the check symbol must be for it."""
    while True:
        body = [random.choice(ALPHABET) for _ in range(LENGTH - 1)]
        if place < LENGTH - 2:
            body[place : place + 2] = [first, second]
            return "".join(body) + check_symbol("".join(body))
        body[place] = first
        for other in ALPHABET:
            body[0] = other
            if check_symbol("".join(body)) == second:
                return "".join(body) + second


def test_the_alphabet_has_nothing_that_is_taken_for_another_and_no_vowel() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set(ALPHABET) & set("01ILOUAEY")
    for pair in ("2Z", "5S", "6G", "8B", "OQ0", "UV", "1I"):
        assert sum(symbol in ALPHABET for symbol in pair) <= 1, pair


def test_every_single_wrong_symbol_is_found() -> None:
    random = Random(1)
    for _ in range(20):
        code = new_code(random.randrange)
        for place, wrong in product(range(LENGTH), ALPHABET):
            typed = code[:place] + wrong + code[place + 1 :]
            assert is_code(typed) == (typed == code), (code, typed)


def test_every_single_wrong_symbol_is_found_whichever_it_stands_for() -> None:
    random = Random(2)
    for place, right, wrong in product(range(LENGTH - 1), ALPHABET, ALPHABET):
        code = with_symbols(right, random.choice(ALPHABET), place, random)
        assert is_code(code)
        assert is_code(code[:place] + wrong + code[place + 1 :]) == (right == wrong)


def test_every_two_neighbours_that_changed_places_are_found() -> None:
    random = Random(3)
    for place, first, second in product(range(LENGTH - 1), ALPHABET, ALPHABET):
        code = with_symbols(first, second, place, random)
        assert is_code(code)
        assert code[place : place + 2] == first + second
        exchanged = code[:place] + second + first + code[place + 2 :]
        assert is_code(exchanged) == (first == second), (code, exchanged)


@settings(max_examples=examples(200))
@given(st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_what_the_oracle_says(text: str) -> None:
    assert is_code(text) == by_hand(text)


@settings(max_examples=examples(200))
@given(CODES, st.data())
def test_what_people_make_of_a_code_is_read(code: str, data: st.DataObject) -> None:
    alike = {"2": "2Zz２", "5": "5Ss", "6": "6G", "8": "8Bb", "Q": "QOo0q", "V": "VvUu"}
    between = st.sampled_from(["", " ", "-", " – ", "\u200b", "　", "."])
    typed = data.draw(between)
    for symbol in code:
        typed += data.draw(st.sampled_from(alike.get(symbol, symbol + symbol.lower()))) + data.draw(between)
    assert read_code(typed) == code
    assert read_code(show_code(code)) == code


TOLD = {
    "The referral code is too long.",
    "A referral code has N symbols, this has N.",
    "Symbol N of the referral code is none that codes have.",
    "The referral code has a wrong symbol, or two that changed places.",
}


@settings(max_examples=examples(300))
@example("code")  # a word of what is told
@given(st.text(max_size=80))
def test_whatever_else_is_refused_and_not_repeated(text: str) -> None:
    told = ""
    try:
        code = read_code(text)
    except InputError as error:
        told = re.sub(r"\d+", "N", error.message)
    assert told in TOLD if told else is_code(code)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("7KQM", "8 symbols, this has 4"),
        ("", "8 symbols, this has 0"),
        ("7KQM3XR1", "Symbol 8"),
        ("2222222L", "Symbol 8"),
        ("22222223", "changed places"),
        ("7" * 65, "too long"),
    ],
)
def test_a_wrong_code_is_told_apart(typed: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        read_code(typed)
    assert refused.value.remedy


def test_new_codes_are_codes_and_all_symbols_come() -> None:
    made = [new_code() for _ in range(500)]
    assert all(is_code(code) for code in made)
    assert len(set(made)) == len(made)
    assert set("".join(made)) == set(ALPHABET)


@given(CODES)
def test_a_link_leads_back_to_its_code(code: str) -> None:
    address = link("https://example.com/r/", code)
    assert address == f"https://example.com/r/{code}"
    for added in ("", "/", "?utm_source=wechat", "#top", "/?a=/b"):
        assert code_of(address + added) == code


@pytest.mark.parametrize(
    "base",
    ["http://example.com/r", "example.com", "https:///r", "https://example.com/r?c=", "https://e.com/#r"],
)
def test_a_base_that_would_lose_the_code_is_refused(base: str) -> None:
    with pytest.raises(InputError, match="https address"):
        link(base, "22222222")


def test_qr_codes_are_images_of_the_same_modules() -> None:
    address = link("https://example.com/r", new_code(Random(4).randrange))
    drawing = ElementTree.fromstring(qr_svg(address))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    across = int(drawing.attrib["viewBox"].split()[2])
    image = qr_png(address, scale=4)
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", image[16:24]) == (across * 4, across * 4)
    assert qr_svg(address) == qr_svg(address)
    assert re.search(r'stroke="#000"', qr_svg(address))
    with pytest.raises(InputError, match="1 to 32"):
        qr_png(address, scale=0)
