"""identity.toml: what it says by default, and how a wrong one is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from graph.identity.evidence import Grade
from graph.identity.rules import DEFAULT_RULES, ModelRules, Rules, Strength, load_rules

NAMESPACES = {
    *(
        "phone",
        "email",
        "userId",
        "anonymousId",
        "wechatUnionId",
        "wechatOpenId",
        "douyinOpenId",
        "tmallOuid",
    ),
    *("xiaohongshuId", "governmentId", "deviceId", "vin", "plate", "address"),
}
GOOD = DEFAULT_RULES.read_text(encoding="utf-8")


def test_the_packaged_rules_are_the_table_of_the_reference() -> None:
    rules = load_rules()
    assert rules.namespaces.keys() == NAMESPACES
    assert (rules.cap, rules.budget, rules.read_limit, rules.model) == (60, 400, 5_000, ModelRules())
    phone, government = rules.namespace("phone"), rules.namespace("governmentId")
    assert (phone.strength, phone.limit, phone.max_people, phone.hot, phone.gap_days) == (
        Strength.MEDIUM,
        5,
        6,
        64,
        540,
    )
    assert (government.strength, government.one_per_person, government.proof) == (
        Strength.STRONG,
        True,
        Grade.VERIFIED,
    )
    assert rules.namespace("userId").proof is Grade.TRUSTED
    assert rules.namespace("vin").strength is Strength.CORROBORATING


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "identity.toml"
    file.write_text(
        'cap = 5\nbudget = 9\n[namespaces.badge]\nstrength = "weak"\nlimit = 2\nmaxPeople = 3\nhot = 4\n'
    )
    rules = load_rules(file)
    assert (rules.cap, rules.budget, list(rules.namespaces)) == (5, 9, ["badge"])
    assert (rules.read_limit, rules.warn_share, rules.model) == (5_000, 0.8, ModelRules())
    assert rules.namespace("badge").max_people == 3
    assert rules.namespace("phone").hot == 0


def test_the_version_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    rules = load_rules()
    commented = tmp_path / "copy.toml"
    commented.write_text("# mine\n" + GOOD, encoding="utf-8")
    turned = Rules(dict(reversed(rules.namespaces.items())), cap=rules.cap, budget=rules.budget)
    assert load_rules(commented).version == turned.version == rules.version
    phone = replace(rules.namespace("phone"), limit=6)
    others = [
        replace(rules, cap=61),
        replace(rules, budget=401),
        replace(rules, read_limit=4_000),
        replace(rules, model=replace(rules.model, support=0.4)),
        replace(rules, namespaces={**rules.namespaces, "phone": phone}),
    ]
    assert len({rules.version, *(other.version for other in others)}) == 6
    assert replace(rules, warn_share=0.5).version == rules.version  # tells more, moves nobody


WRONG = [
    ("cap = 60", "cap = 0", "cap"),
    ("readLimit = 5000", "readLimit = 1", "readLimit"),
    ("warnShare = 0.8", "warnShare = 1.5", "warnShare"),
    ("likely = 0.98", "likely = 0.9", "model.*must not rise"),
    ("likely = 0.98", "likly = 0.98", r"model\.likly"),
    ("support = 0.3", "support = 0", r"model\.support"),
    ("cap = 60", "cap = 60.5", "cap"),
    ("cap = 60", "cap = true", "cap"),
    ("budget = 400", "", "budget"),
    ("budget = 400", "budget = 400\nbudgets = 1", "budgets"),
    ("cap = 60", "cap = 64", r"namespaces\.\w+\.hot"),
    ('strength = "medium"', 'strength = "mild"', r"namespaces\.phone\.strength"),
    ("gapDays = 540", "gapDays = -1", r"namespaces\.phone\.gapDays"),
    ("gapDays = 540", 'gapDays = "540"', r"namespaces\.phone\.gapDays"),
    ("gapDays = 540", "gap = 540", r"namespaces\.phone\.gap"),
    ("limit = 5", "limit = 0", r"namespaces\.phone\.limit"),
    (
        'proof = "verified"\nlimit = 1',
        'proof = "verified"\nlimit = 2',
        r"namespaces\.governmentId.*limit must be 1",
    ),
    ('proof = "verified"', 'proof = "claimed"', r"namespaces\.governmentId\.proof"),
    ("onePerPerson = true\nproof", "proof", r"namespaces\.governmentId.*proof"),
    ("cap = 60", "cap = ", "not TOML"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_a_wrong_file_is_refused_by_name_and_key(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_rules(file)
    assert re.search(told, caught.value.message, re.DOTALL)
    assert "mine.toml" in caught.value.message
    assert str(file) in caught.value.remedy


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.toml"):
        load_rules(tmp_path / "gone.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"binary\.toml"):
        load_rules(tmp_path / "binary.toml")
