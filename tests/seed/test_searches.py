"""Queries with slips: kinds in turn, and those that no name allows left out."""

from __future__ import annotations

import pytest

from seed.searches import NamedPerson, Slip, name_searches

MULLER = NamedPerson("Müller", "Anna", chinese=False)
WANG = NamedPerson("王", "建国", chinese=True)


def test_kinds_come_in_turn() -> None:
    slips = [search.slip for search in name_searches([MULLER, WANG], 8, seed=1)]
    assert slips == [*Slip, *Slip]


def test_what_no_name_allows_is_left_out() -> None:
    assert {search.slip for search in name_searches([MULLER], 6, seed=1)} == {Slip.LATIN_LETTER}


def test_names_that_allow_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="slip"):
        list(name_searches([NamedPerson("吴", "乙", chinese=True)], 1, seed=1))
