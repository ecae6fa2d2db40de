"""A whole run on a small world: the same twice, no hard rule broken, lost pairs add up, the page is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.identity import page, results
from bench.identity.__main__ import main
from bench.identity.evidence import build, people_of
from bench.identity.run import GUANXI, Setting, run, to_dict
from graph.identity.rules import load_rules
from seed.places import Locale
from seed.world import truth_rows

ONLY = frozenset({GUANXI})


def test_the_evidence_is_that_of_every_record_of_the_world() -> None:
    made = build(people=200, seed=5, locale=Locale.MIXED)
    rows = list(truth_rows(people=200, seed=5))
    assert {(row.source, row.record_id) for row in rows} == {profile.key for profile in made.evidence}
    assert [(key, person, home) for key, person, home in people_of(made)] == [
        ((row.source, row.record_id), row.person_id, row.household_id) for row in rows
    ]
    assert made.evidence == build(people=200, seed=5, locale=Locale.MIXED).evidence


@pytest.mark.parametrize("locale", [Locale.CN, Locale.EU])
def test_no_hard_rule_is_broken_and_lost_pairs_add_up(locale: Locale) -> None:
    setting = Setting(500, 42, locale)
    first = run(setting, engines=ONLY)
    ours = first.reports[GUANXI]
    assert ours.hard.broken == 0
    assert ours.scores.precision >= 0.97
    assert ours.reachable.value >= 0.9
    assert first.unmerge.part == first.unmerge.whole > 100
    assert sum(first.lost.values()) == ours.reachable.whole - ours.reachable.part
    again = to_dict(run(setting, engines=ONLY))
    again["engines"][GUANXI]["seconds"] = first.seconds[GUANXI]
    assert again == to_dict(first)


def test_europe_has_rules_of_its_own() -> None:
    europe, china = Setting(1, 1, Locale.EU).load(), Setting(1, 1, Locale.CN).load()
    assert china == load_rules()
    assert "wechatUnionId" in china.namespaces
    assert "wechatUnionId" not in europe.namespaces
    assert europe.version != china.version


def test_a_run_is_saved_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    assert results.newest() is None
    main(["--people", "60", "--locale", "cn", "--seed", "1", "--only", GUANXI])
    saved = results.newest()
    assert saved is not None
    assert saved["worlds"][0]["people"] == 60
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| cn, seed 1 |" in text
    assert "<!-- tables -->" not in text
    assert "guanxi" in capsys.readouterr().out
    main(["--people", "60", "--locale", "eu", "--seed", "1", "--only", GUANXI, "--dry-run"])
    assert len(list((tmp_path / "results").iterdir())) == 1
