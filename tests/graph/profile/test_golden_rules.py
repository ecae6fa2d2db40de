"""golden.toml: the packaged rules hold, and what is wrong in one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from graph.profile.golden_rules import DEFAULT_RULES, FieldRule, Strategy, load_golden_rules


def test_the_packaged_rules() -> None:
    rules = load_golden_rules()
    assert rules.of("name").strategies == (Strategy.MOST_RECENT,)
    assert rules.of("phone").strategies[0] is Strategy.VERIFIED_FIRST
    assert rules.of("anything") == rules.default == FieldRule((Strategy.MOST_RECENT,), ("dms*", "crm*"))
    assert [rules.default.distrust(s) for s in ("dms", "crm-2", "web")] == [0, 1, 2]


def test_every_strategy_is_told_in_the_packaged_file() -> None:
    text = DEFAULT_RULES.read_text(encoding="utf-8")
    assert all(f"#   {strategy}" in text for strategy in Strategy)


def test_a_field_may_have_sources_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "golden.toml"
    file.write_text(
        'strategies = ["longest"]\nsources = ["a"]\n'
        '[fields.city]\nstrategies = ["most_trusted"]\nsources = ["b"]\n'
        '[fields.level]\nstrategies = ["most_trusted"]\n'
    )
    rules = load_golden_rules(file)
    assert rules.of("city").sources == ("b",)
    assert rules.of("level").sources == ("a",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "strategies: Field required"),
        ("strategies = []", "strategies"),
        ('strategies = ["newest"]', "strategies.0"),
        ('strategies = ["longest", "longest"]', "names something twice"),
        ('strategies = ["longest"]\nsources = ["a", "a"]', "names something twice"),
        ('strategies = ["longest"]\nsources = ["a b"]', "sources.0"),
        ('strategies = ["longest"]\nsurces = []', "surces"),
        ('strategies = ["longest"]\n[fields."a b"]\nstrategies = ["longest"]', "fields.a b"),
        ('strategies = ["longest"]\n[fields.city]\nstrategy = "longest"', "fields.city.strategy"),
        ("strategies = [", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_golden_rules(file)
    assert named in caught.value.message
    assert "mine.toml" in caught.value.message
    assert caught.value.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_golden_rules(tmp_path / "absent.toml")
