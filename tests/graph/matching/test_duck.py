from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.matching.duck import connection, rows_of
from graph.matching.forms import LONGEST
from tests.laws import examples

ASCII = "abcdefghij "
HAN = dict(zip(ASCII, "王李张刘陈杨黄赵吴周徐", strict=True))
MIXED = dict(zip(ASCII, "жщعبสัé🙂𠀀aß", strict=True))


@pytest.fixture(scope="module")
def database():
    with connection(threads=1) as open_connection:
        yield open_connection


def distances(database, left, right):
    return database.execute("SELECT near(?, ?), edits(?, ?)", [left, right] * 2).fetchall()[0]


def written(text, alphabet):
    return "".join(alphabet[char] for char in text)


words = st.text(ASCII, min_size=1, max_size=LONGEST)


@settings(max_examples=examples(150), deadline=None)
@given(words, words)
def test_distances_are_of_characters_in_any_script(database, left, right):
    expected = distances(database, left, right)
    for alphabet in (HAN, MIXED):
        assert distances(database, written(left, alphabet), written(right, alphabet)) == expected


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=LONGEST), st.text(max_size=LONGEST))
def test_distances_are_symmetric(database, left, right):
    left, right = left.replace("\x00", ""), right.replace("\x00", "")
    there, back = distances(database, left, right), distances(database, right, left)
    assert there[0] == pytest.approx(back[0], abs=1e-12)
    assert there[1] == back[1]


def test_byte_distances_would_differ(database):
    assert distances(database, "王小明", "王小红")[1] == 1
    assert rows_of(database, "SELECT damerau_levenshtein('王小明', '王小红')")[0][0] > 1


def test_nothing_can_be_written_to_disk(database):
    assert rows_of(database, "SELECT current_setting('temp_directory')")[0][0] == ""
    with pytest.raises(Exception, match="disabled"):
        database.execute("COPY (SELECT 1) TO 'leak.csv'")


def edits_by_the_book(left: str, right: str) -> int:
    """Damerau–Levenshtein with any edits between the swapped letters, by breadth: texts one edit away, and so on."""
    letters = set(left + right)
    seen, edge = {left}, {left}
    for distance in range(3):
        if right in seen:
            return distance
        edge = {near for text in edge for near in one_edit_away(text, letters)} - seen
        seen |= edge
    return 9


def one_edit_away(text: str, letters: set[str]) -> set[str]:
    cuts = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    return {
        *(left + right[1:] for left, right in cuts if right),
        *(left + letter + right[1:] for left, right in cuts if right for letter in letters),
        *(left + letter + right for left, right in cuts for letter in letters),
        *(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1),
    }


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_edits_are_those_of_the_book_up_to_two(database, data):
    left = data.draw(st.text("abc", min_size=1, max_size=6))
    right = left
    for _ in range(data.draw(st.integers(0, 3))):
        right = data.draw(st.sampled_from(sorted(one_edit_away(right, set("abc"))))) or right
    _, told = distances(database, left, right)
    expected = edits_by_the_book(left, right)
    assert told == expected if expected <= 2 else told > 2
