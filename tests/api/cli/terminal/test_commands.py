"""Commands, when a text is ready, and what a script holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.terminal.commands import Command, command_of, is_ready, parameter_of, statements
from graph.errors import InputError


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("", True),
        ("RETURN 1", False),
        ("RETURN 1;", True),
        ("RETURN 1; ", True),
        ("RETURN ';'", False),
        ("RETURN ';';", True),
        ("RETURN 1 // ;", False),
        ("RETURN '", False),
        ("RETURN 1\n", True),
        ("RETURN 1\n  ", True),
        (":help", True),
        (":params", True),
        (":explain", True),
        (":explain MATCH (n)", False),
        (":explain MATCH (n);", True),
        (":param x a;b", True),
    ],
)
def test_enter_runs_what_is_ready(text: str, ready: bool) -> None:
    assert is_ready(text) is ready


def test_a_command_has_a_name_that_there_is() -> None:
    assert command_of(" :param city 上海 ") == Command(":param", "city 上海")
    assert command_of("RETURN 1") is None
    with pytest.raises(InputError, match=":exolain"):
        command_of(":exolain RETURN 1")


def test_a_parameter_is_json_or_a_text() -> None:
    assert parameter_of("n 5") == ("n", 5)
    assert parameter_of("$n [1, 2]") == ("n", [1, 2])
    assert parameter_of("name: 王 小明") == ("name", "王 小明")
    assert parameter_of("n") == ("n",)
    for wrong in ("", "5 x", "a-b x"):
        with pytest.raises(InputError):
            parameter_of(wrong)


def test_a_script_is_cut_where_statements_end() -> None:
    script = ":param n 1;2\nRETURN ';' AS a; RETURN $n // ;\n;\n:explain RETURN 1;\n:help\nRETURN 3\n"
    assert list(statements(script)) == [
        ":param n 1;2",
        "RETURN ';' AS a;",
        "RETURN $n // ;\n;",
        ":explain RETURN 1;",
        ":help",
        "RETURN 3",
    ]
    assert list(statements(" \n ")) == []


@given(st.lists(st.sampled_from(["RETURN 1", "RETURN ';'", "RETURN `a;b`", "/* ; */ RETURN 2"]), max_size=6))
def test_what_was_joined_is_cut_again(texts: list[str]) -> None:
    assert list(statements(" ".join(f"{text};\n" for text in texts))) == [f"{text};" for text in texts]


@given(st.text(alphabet=";:\n'\"`/* aR1\\", max_size=40))
def test_cutting_ends_and_loses_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(statements(text)).split()) == "".join(text.split())
