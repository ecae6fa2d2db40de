"""The laws of matching: training, scoring in bulk and online, explaining, and what a model may show."""

from __future__ import annotations

import random
from dataclasses import replace
from math import log2

import pytest

from graph.errors import ConfigurationError, InputError
from graph.matching.diagnostics import diagnostics_html
from graph.matching.explain import explain
from graph.matching.keys import keys_of
from graph.matching.model import from_json, to_json, weight
from graph.matching.parameters import first_model, ordered, with_shares
from graph.matching.prepare import prepared
from graph.matching.record import MatchRecord
from graph.matching.score import blocking_keys, score_all, score_new
from graph.matching.train import train
from tests.graph.matching.conftest import digest


def by_pair(pairs):
    return {(pair.left, pair.right): pair for pair in pairs}


class TestTrain:
    def test_same_records_and_seed_give_the_same_model(self, historical):
        shuffled = list(historical.table.records)
        random.Random(5).shuffle(shuffled)
        again = train(shuffled, digest=digest)
        assert to_json(again) == to_json(historical.model)

    def test_fields_that_are_not_there_are_left_out(self, any_trained, historical):
        names = {one.field.name for one in historical.model.fields}
        assert names == {
            "givenName",
            "familyName",
            "birthDate",
            "gender",
            "postcode",
            "birth_place",
            "occupation",
        }
        assert not any("email" in rule for rule in historical.model.rules)
        assert 1 <= len(any_trained.model.rules) <= 12

    def test_weights_fall_with_agreement(self, any_trained):
        for one in any_trained.model.fields:
            rules = one.field.comparison.levels
            weights = [weight(level) for level, rule in zip(one.levels, rules, strict=True) if not rule.free]
            assert weights == sorted(weights, reverse=True) or weights == pytest.approx(
                sorted(weights, reverse=True), abs=1e-9
            )
            assert weights[-1] <= 0

    def test_untrained_and_disordered_levels_are_mended(self, latin):
        field = latin.model.fields[0].field
        levels = len(field.comparison.levels)
        model = first_model(field, [None] * levels, [None] * levels)
        assert sum(level.u for level in model.levels) == pytest.approx(1)
        wild = with_shares(model, *([float(at) for at in range(levels)] for _ in range(3)))
        assert ordered(wild) == wild
        assert wild.levels[-1].m <= wild.levels[-1].u

    def test_too_little(self):
        with pytest.raises(InputError, match="too few"):
            train([MatchRecord("a", full="John Smith")], digest=digest)
        with pytest.raises(InputError, match="no field"):
            train([MatchRecord(str(at), birth_date="soon") for at in range(40)], digest=digest)


class TestModel:
    def test_saved_and_loaded(self, any_trained):
        assert from_json(to_json(any_trained.model)) == any_trained.model

    @pytest.mark.parametrize("text", ["", "{}", '{"format": 0}', "[]"])
    def test_another_file_is_refused(self, text):
        with pytest.raises(ConfigurationError, match="matching model"):
            from_json(text)

    def test_no_value_of_a_record_is_shown(self, any_trained):
        shown = to_json(any_trained.model) + diagnostics_html(any_trained.model)
        for record in any_trained.table.records[:80]:
            row = prepared(record, any_trained.model.compared)
            for stem in ("given", "family", "birth", "address", "phone", "email_local", "postcode"):
                value = row.get(stem) or ""
                if len(value) > (7 if value.isdigit() else 4):  # short numbers stand in any fraction
                    assert value not in shown

    def test_the_page_needs_nothing_from_elsewhere(self, any_trained):
        page = diagnostics_html(any_trained.model)
        assert page.startswith("<!doctype html>")
        assert page.count("<svg") == 2 * len(any_trained.model.fields)
        assert "<script" not in page
        assert "src=" not in page
        assert "http" not in page


class TestScore:
    def test_online_is_bulk(self, any_trained):
        """Any split into known and new: the same pairs, levels and probabilities."""
        records, model = any_trained.table.records, any_trained.model
        bulk = score_all(records, model, digest=digest, floor=0.0)
        fresh = {record.id for at, record in enumerate(records) if at % 7 == 0}
        online = score_new(
            [record for record in records if record.id in fresh],
            [record for record in records if record.id not in fresh],
            model,
            digest=digest,
            floor=0.0,
        )
        expected = by_pair(pair for pair in bulk if pair.left in fresh or pair.right in fresh)
        found = by_pair(online)
        assert found.keys() == expected.keys()
        for key, pair in expected.items():
            assert found[key].levels == pair.levels
            assert found[key].probability == pytest.approx(pair.probability, abs=1e-9)

    def test_one_new_record_with_only_those_who_share_a_key(self, chinese):
        records, model = chinese.table.records, chinese.model
        bulk = by_pair(score_all(records, model, digest=digest, floor=0.01))
        for new in records[:4]:
            keys = set(blocking_keys(new, model))
            near = [one for one in records if one.id != new.id and keys & set(blocking_keys(one, model))]
            found = by_pair(score_new([new], near, model, digest=digest, floor=0.01))
            expected = {key: pair for key, pair in bulk.items() if new.id in key}
            assert found.keys() == expected.keys()
            assert [found[key].probability for key in sorted(found)] == pytest.approx(
                [expected[key].probability for key in sorted(found)], abs=1e-9
            )

    def test_symmetric(self, any_trained):
        """Which of two records comes first changes nothing."""
        records, model = any_trained.table.records[:150], any_trained.model
        there = score_all(records, model, digest=digest, floor=0.0)
        turned = {record.id: f"{len(records) - at:09d}" for at, record in enumerate(records)}
        back = by_pair(
            score_all([replace(one, id=turned[one.id]) for one in records], model, digest=digest, floor=0.0)
        )
        assert len(back) == len(there)
        for pair in there:
            mirrored = back[
                min(turned[pair.left], turned[pair.right]), max(turned[pair.left], turned[pair.right])
            ]
            assert mirrored.levels == pair.levels
            assert mirrored.probability == pytest.approx(pair.probability, abs=1e-9)

    def test_key_over_the_cap_brings_nobody_together(self, latin):
        records = [MatchRecord(f"r{at}", given="John", family="Smith") for at in range(6)]
        tight = replace(latin.model, cap=5)
        assert score_all(records, replace(latin.model, cap=6), digest=digest, floor=0.0)
        assert score_all(records, tight, digest=digest, floor=0.0) == []
        hot = blocking_keys(records[0], latin.model)
        assert score_new(records[:1], records[1:3], tight, digest=digest, floor=0.0)
        assert score_new(records[:1], records[1:3], tight, digest=digest, hot=hot, floor=0.0) == []

    def test_a_missing_value_never_counts(self, any_trained):
        model = any_trained.model
        for pair in score_all(any_trained.table.records, model, digest=digest)[:300]:
            told = {one.field for one in explain(pair, model)}
            for one, gamma in zip(model.fields, pair.levels, strict=True):
                assert (one.field.name in told) == (gamma >= 0)

    def test_weights_add_up_to_the_probability(self, any_trained):
        model = any_trained.model
        pairs = score_all(any_trained.table.records, model, digest=digest)
        assert pairs
        for pair in pairs[:300]:
            odds = sum(one.bits for one in explain(pair, model))
            told = 1 / (1 + 2**-odds) if odds < 900 else 1.0
            assert told == pytest.approx(pair.probability, abs=1e-9)
            if 1e-9 < pair.probability < 1 - 1e-9:
                assert odds == pytest.approx(log2(pair.probability / (1 - pair.probability)), abs=1e-3)

    def test_keys_of_a_record_are_those_of_its_row(self, any_trained):
        record, model = any_trained.table.records[0], any_trained.model
        assert blocking_keys(record, model) == keys_of(prepared(record, model.compared), model.rules)

    @pytest.mark.parametrize(
        "name",
        ["Иван Петров", "محمد علي", "สมชาย ใจดี", "김민수", "Ὀδυσσεύς Παπ", "🙂 🙃", "", "A", "王", "ß'-"],
    )
    def test_any_script_is_taken(self, any_trained, name):
        one = MatchRecord(
            "new1", full=name, birth_date="1980-05-17", address=name, others={"occupation": name}
        )
        other = replace(one, id="new2")
        found = score_new(
            [one, other], any_trained.table.records[:20], any_trained.model, digest=digest, floor=0.0
        )
        assert all(0.0 <= pair.probability <= 1.0 for pair in found)
        assert score_new([one], [], any_trained.model, digest=digest) == []
