"""The model's scores on a world: trained on the world itself, without labels, at the default thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from bench.identity.evidence import World
from graph.identity.evidence import Resolution, Score
from graph.identity.resolve import resolve
from graph.identity.rules import Rules
from graph.matching.record import MatchRecord, record_of
from graph.matching.score import score_all
from graph.matching.train import train


def resolve_with_model(world: World, rules: Rules) -> Resolution:
    """What this engine makes of the world with a model trained on it."""
    return resolve(world.evidence, (), model_scores(world, floor=rules.model.floor), rules=rules)


def model_scores(world: World, *, floor: float) -> list[Score]:
    """Every pair that the trained model gives `floor` or more; the same world gives the same scores."""
    records = list(_records(world))
    model = train(records, digest=_digest)
    keys = [profile.key for profile in world.evidence]
    return [
        Score(keys[int(pair.left)], keys[int(pair.right)], pair.probability)
        for pair in score_all(records, model, digest=_digest, floor=floor)
    ]


def _records(world: World) -> Iterator[MatchRecord]:
    for number, profile in enumerate(world.evidence):
        held = [holding.identifier for holding in profile.holdings]
        yield record_of(f"{number:09d}", world.traits[profile.key], held)


def _digest(text: str) -> str:
    """Nothing is personal here: any one-way function does."""
    return blake2b(text.encode(), digest_size=12).hexdigest()
