"""The seed world through the ingest path and a real Neo4j: recognised well, and never two who contradict."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from api.cli.check import score
from api.cli.seed import load
from api.wiring import compose
from graph.db.database import Database
from graph.identity.evidence import PersonName
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.profile.traits import identity_values
from graph.settings import Settings
from seed.truth import read_truth
from tests.graph.ingest.state import counts, partition, stored_profiles

PEOPLE = 400
Known = tuple[frozenset[PersonName], frozenset[str]]


async def test_a_world_is_loaded_once_and_recognised(
    database: Database, keyring: Keyring, rules: Rules, settings: Settings, tmp_path: Path
) -> None:
    services = compose(settings, database, keyring=keyring, rules=rules)
    truth = tmp_path / "truth.csv"
    loaded = await load(services, people=PEOPLE, seed=42, truth=truth)
    assert loaded["rejected"] == 0
    scores = await score(services, truth)
    assert scores.precision >= 0.99, scores
    assert scores.recall >= 0.65, scores
    before = await counts(database)
    assert before["messages"] <= loaded["items"]  # some were sent twice

    profiles = await stored_profiles(database, keyring)
    real = {(fact.source, fact.record_id): fact.person_id for fact in read_truth(truth)}
    assert {profile.key for profile in profiles} == set(real)
    traits = {profile.key: identity_values(profile.traits) for profile in profiles}
    for person in partition(profiles):
        for one, other in combinations(sorted(person), 2):
            if real[one] != real[other]:
                assert not _contradict(traits[one], traits[other]), (one, other)

    again = await load(services, people=PEOPLE, seed=42)
    assert again["items"] == loaded["items"]
    assert await counts(database) == before


def _contradict(one: Known, other: Known) -> bool:
    """Two full names that differ, or two full birth dates that differ."""
    names = [{name.full for name in known[0] if name.full} for known in (one, other)]
    births = [{date for date in known[1] if len(date) == 10} for known in (one, other)]
    return any(all(pair) and not pair[0] & pair[1] for pair in (names, births))
