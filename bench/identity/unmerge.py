"""Unmerge fidelity: what a steward joins and takes back leaves no trace."""

from __future__ import annotations

from random import Random

from bench.identity.evidence import Key, World
from bench.identity.score import Share
from graph.identity.evidence import Judgement, Resolution, Verdict
from graph.identity.resolve import canonical_hash, resolve
from graph.identity.rules import Rules

MERGES = 200


def unmerge_fidelity(world: World, rules: Rules, *, before: Resolution, seed: int = 1) -> Share:
    """Of the profiles that random merges by hand moved, how many have their founder back once these are undone.

    The share is 1 only where the whole answer, ambiguities, households and classes too, is the same again.
    """
    random_ = Random(seed)
    keys = sorted(profile.key for profile in world.evidence)
    pairs = [random_.sample(keys, 2) for _ in range(MERGES)]
    judged = [Judgement(left, right, Verdict.SAME_AS) for left, right in pairs]
    merged = resolve(world.evidence, judged, rules=rules)
    was, then = _founders(before), _founders(merged)
    moved = [key for key in keys if was[key] != then[key]]
    after = resolve(world.evidence, rules=rules)
    back = _founders(after)
    same = canonical_hash(after) == canonical_hash(before)
    return Share(sum(back[key] == was[key] for key in moved) if same else 0, len(moved))


def _founders(resolution: Resolution) -> dict[Key, Key]:
    return {key: person.founder for person in resolution.people for key in person.members}
