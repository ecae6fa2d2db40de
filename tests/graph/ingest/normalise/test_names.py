"""Names: tables in both worlds, and the agreement of one column with two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import PersonName
from graph.ingest.normalise import comparison_form, person_name
from tests.graph.ingest.normalise.strategies import JSON_VALUE, TEXT
from tests.laws import examples

WORD = st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True).filter(lambda word: len(set(word.lower())) > 1)
SURNAME = st.sampled_from("王李张刘陈欧马")
GIVEN = st.text(alphabet="明伟芳娜敏静强磊洋", min_size=1, max_size=2)


def parts(**columns: object) -> tuple[str | None, str | None, str | None] | None:
    found = person_name(**columns)
    return (found.name.full, found.name.family, found.name.given) if found else None


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("王小明", ("王小明", "王", "小明")),
        ("王 小 明", ("王小明", "王", "小明")),
        ("王明", ("王明", "王", "明")),
        ("欧阳修", ("欧阳修", "欧阳", "修")),
        ("司马相如", ("司马相如", "司马", "相如")),
        ("欧阳", (None, "欧阳", None)),
        ("王", (None, "王", None)),
        ("王先生", (None, "王", None)),
        ("欧阳女士", (None, "欧阳", None)),
        ("李总", (None, "李", None)),
        ("张总经理", (None, "张", None)),
        ("王小明先生", ("王小明", "王", "小明")),
        ("老王", (None, "王", None)),
        ("小李", (None, "李", None)),
        ("王*明", (None, "王", None)),
        ("王**", (None, "王", None)),
        ("王某某", (None, "王", None)),
        ("王小明（车主）", ("王小明", "王", "小明")),
        ("王小明🚗", ("王小明", "王", "小明")),
        ("亚历山大·史密斯", ("亚历山大史密斯", "史密斯", "亚历山大")),
        ("王小明 David", ("王小明", "王", "小明")),
        ("David 王", ("david王", "王", "david")),
        ("김철수", ("김철수", "김", "철수")),
        ("John Smith", ("johnsmith", "smith", "john")),
        ("  JOHN   SMITH ", ("johnsmith", "smith", "john")),
        ("Ｊｏｈｎ Ｓｍｉｔｈ", ("johnsmith", "smith", "john")),
        ("Smith, John", ("johnsmith", "smith", "john")),
        ("Dr. John A. Smith, PhD", ("johnsmith", "smith", "john")),
        ("John Smith Jr.", ("johnsmithjr", "smith", "john")),
        ("Mr Smith", (None, "smith", None)),
        ("Frau Müller", (None, "muller", None)),
        ("J Smith", (None, "smith", None)),
        ("John", (None, None, "john")),
        ("José García", ("josegarcia", "garcia", "jose")),
        ("Łukasz Øster", ("lukaszoster", "oster", "lukasz")),
        ("Ludwig van Beethoven", ("ludwigvanbeethoven", "vanbeethoven", "ludwig")),
        ("Seán O'Brien", ("seanobrien", "obrien", "sean")),
        ("Anne-Marie Lillie-Hinrichs", ("annemarielilliehinrichs", "lilliehinrichs", "annemarie")),
        ("Li Xiao Ming", ("lixiaoming", "ming", "lixiao")),
        ("Иван Петров", ("иванпетров", "петров", "иван")),
    ],
)
def test_full_names(full: str, expected: tuple[str | None, ...]) -> None:
    assert parts(full=full) == expected


@pytest.mark.parametrize(
    "full",
    [
        "", " ", "test", "TEST", "Test Test", "未知", "匿名", "客户", "先生", "微信用户", "customer",
        "null", "N/A", "N",
        "上海某某汽车有限公司", "快乐小鸟", "我是一只小小鸟", "user123", "13812345678", "a@b.com",
        "J*** S***", "**",
        "阿明", "大明", "...", "🚗", "\ud800", "x" * 101, "one two three four five six seven eight", "http://x/y",
    ],
)  # fmt: skip
def test_what_is_no_name(full: str) -> None:
    assert person_name(full=full) is None


@pytest.mark.parametrize(
    ("given", "family", "expected"),
    [
        ("John", "Smith", ("johnsmith", "smith", "john")),
        ("John M.", "Smith", ("johnsmith", "smith", "john")),
        ("john", "van der Berg", ("johnvanderberg", "vanderberg", "john")),
        ("John", "Smith Jr", ("johnsmithjr", "smith", "john")),
        ("J.", "Smith", (None, "smith", None)),
        ("小明", "王", ("王小明", "王", "小明")),
        ("王小明", "王", ("王小明", "王", "小明")),
        ("王小明", None, ("王小明", "王", "小明")),
        (None, "王小明", ("王小明", "王", "小明")),
        (None, "王", (None, "王", None)),
        ("小明", None, (None, None, "小明")),
        ("mitchell", "", (None, None, "mitchell")),
        ("", "green", (None, "green", None)),
        ("test", "Smith", (None, "smith", None)),
        ("*", "王", (None, "王", None)),
        (1, 2, None),
    ],
)
def test_two_columns(given: object, family: object, expected: tuple[str | None, ...] | None) -> None:
    assert parts(given=given, family=family) == expected


def test_two_good_columns_win_over_the_full_name_which_wins_over_one_column() -> None:
    assert parts(full="Jonny", given="John", family="Smith") == ("johnsmith", "smith", "john")
    assert parts(full="John Smith", given="Johnny") == ("johnsmith", "smith", "john")
    assert parts(full="test", family="Smith") == (None, "smith", None)


def test_swapped_names_are_not_equal() -> None:
    assert parts(given="John", family="Smith") != parts(given="Smith", family="John")


@settings(max_examples=examples(150), deadline=None)
@given(given_name=WORD, middle=st.none() | WORD, family=WORD)
def test_one_column_and_two_agree_in_latin(given_name: str, middle: str | None, family: str) -> None:
    first = f"{given_name} {middle}" if middle else given_name
    apart = person_name(given=first, family=family)
    if apart is None or apart.name.full is None:  # a word of the tables came up, such as Mrs
        return
    for spelling in (f"{first} {family}", f"{family}, {first}", f"{first} {family}".upper()):
        together = person_name(full=spelling)
        assert together is not None
        assert together.name.full == apart.name.full


@settings(max_examples=examples(100), deadline=None)
@given(family=SURNAME, given_name=GIVEN)
def test_one_column_and_two_agree_in_chinese(family: str, given_name: str) -> None:
    apart = person_name(given=given_name, family=family)
    assert apart is not None
    for spelling in (
        family + given_name,
        f"{family} {given_name}",
        f"{family}{given_name}先生",
        f"\u3000{family}{given_name}",
    ):
        together = person_name(full=spelling)
        assert together is not None
        assert together.name == PersonName(family + given_name, family, given_name) == apart.name


@settings(max_examples=examples(200), deadline=None)
@given(full=JSON_VALUE | TEXT, given_name=TEXT, family=TEXT)
def test_any_value_is_answered_and_a_display_parses_to_the_same_name(
    full: object, given_name: str, family: str
) -> None:
    person_name(full=full, given=given_name, family=family)
    found = person_name(full=full)
    if found is not None:
        name = found.name
        assert any((name.full, name.family, name.given))
        assert person_name(full=found.display) == found
        assert found.mask != found.display or "*" in found.display
        for part in (name.full, name.family, name.given):
            assert part is None or part == comparison_form(part)
