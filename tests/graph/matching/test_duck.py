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
