"""Laws of cursors and pages: what was given out is read back, of another list or by hand it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.gql.ids import global_id
from api.rest.pages import Cursors, page_of
from graph.errors import InputError
from tests.laws import examples

CURSORS = Cursors("things")
READERS = (CURSORS.key, CURSORS.number, CURSORS.place)
keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
numbers = st.integers(0, 10**18 - 1)


@given(numbers, keys)
@settings(max_examples=examples(200))
def test_what_was_given_out_is_read_back(number: int, key: str) -> None:
    assert CURSORS.key(CURSORS.of(key)) == key
    assert CURSORS.number(CURSORS.of(number)) == number
    assert CURSORS.place(CURSORS.of(number, key)) == (number, key)


@pytest.mark.parametrize("read", READERS)
def test_the_first_page_has_none(read: Callable[[str | None], object]) -> None:
    assert read(None) is None


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "after", ["", "x", "bm9uZTox", global_id("others", "1/a"), global_id("things", "1") + "="]
)
def test_no_cursor_of_the_list_is_refused(read: Callable[[str | None], object], after: str) -> None:
    with pytest.raises(InputError, match="not a cursor of this list"):
        read(after)


@pytest.mark.parametrize("key", ["-1", "1.0", "a", "9" * 19, "1" * 19 + "/a", "/a", "1/", "a/1"])
def test_numbers_that_no_list_has_are_refused(key: str) -> None:
    for read in READERS[1:]:
        with pytest.raises(InputError, match="not a cursor of this list"):
            read(CURSORS.of(key))


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
@settings(max_examples=examples(100))
def test_pages_in_a_row_have_everything_once(things: list[int], first: int) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        behind = CURSORS.number(after) or 0
        found = list(enumerate(things, start=1))[behind : behind + first + 1]
        page = page_of(found, first, shape=lambda one: str(one[1]), cursor=lambda one: CURSORS.of(one[0]))
        seen += page.items
        assert len(page.items) <= first
        if page.next is None:
            break
        assert len(page.items) == first, "only the last page is shorter"
        after = page.next
    assert seen == list(map(str, things))
