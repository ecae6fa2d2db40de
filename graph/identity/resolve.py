"""Resolution: evidence in, partition out, as a pure function of the set of evidence.

The algorithm, its traps and its laws are in docs/reference/resolve.md; what that leaves open is decided in
docs/adr/0004-resolve-open-choices.md. `tests/graph/identity/oracle.py` is a second, independent writing of
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from graph.identity.evidence import (
    Identifier,
    Judgement,
    Piece,
    ProfileEvidence,
    Resolution,
    Score,
)
from graph.identity.gather import Degrees, components, find_links, gather
from graph.identity.reading import outgrown_by_number, readable, wholes
from graph.identity.rules import Rules
from graph.identity.run import Run

__all__ = ["canonical_hash", "components", "pieces", "resolve"]


def resolve(
    profiles: Iterable[ProfileEvidence],
    judgements: Iterable[Judgement] = (),
    scores: Iterable[Score] = (),
    *,
    rules: Rules,
    degrees: Degrees | None = None,
    shared: Collection[Identifier] = (),
    outgrown: Mapping[tuple[str, str], int] | None = None,
) -> Resolution:
    """The people these profiles are, and what could not be decided.

    Depends on the *set* of evidence, judgements and scores only: any order, repetition or batching answers
    the same, and a component (see `components`) answers alone as it does among others. A profile given twice
    counts once, with the evidence of both; a judgement or score on a profile that is not given counts for
    nothing.

    `degrees` tells how many profiles in the whole graph hold an identifier (trusted, all), where not all of
    them are given: only those above the namespace's `hot` need it. `shared` are identifiers that a steward
    says belong to more than one person: they link only equal full names. (One that he says is wrong for a
    profile is left out of its holdings.)

    A piece of a component that is beyond the read limit answers alone, too, where `outgrown` tells for each of its
    profiles how many steps what it hangs together with is too big at (`Resolution.pieces`).
    """
    return Run(
        profiles, judgements, scores,
        rules=rules, degrees=degrees, shared=shared, outgrown=outgrown,
    ).resolution()  # fmt: skip


def pieces(
    profiles: Iterable[ProfileEvidence],
    judgements: Iterable[Judgement] = (),
    scores: Iterable[Score] = (),
    *,
    rules: Rules,
    degrees: Degrees | None = None,
    outgrown: Mapping[tuple[str, str], int] | None = None,
) -> tuple[Piece, ...]:
    """What of these profiles is resolved together, by their least keys: `Resolution.pieces`, without resolving."""
    evidence = gather(profiles, judgements, rules, scores)
    numbered = outgrown_by_number(evidence, outgrown)
    found = [
        reading
        for whole in wholes(evidence, find_links(evidence, degrees or {}), rules)
        for reading in readable(whole, rules, numbered)[0]
    ]
    found.sort(key=lambda reading: reading.members)
    return tuple((frozenset([evidence.keys[index] for index in one.members]), one.step) for one in found)


def canonical_hash(resolution: Resolution) -> str:
    """A hash of what was decided, equal for equal answers: people, ambiguities, households and classes.

    Written over clear keys only: neither founders (who was committed first) nor reasons or refusals count.
    """
    people = {person.founder: min(person.members) for person in resolution.people}
    content = [
        sorted(sorted(person.members) for person in resolution.people),
        sorted([sorted(doubt.members), doubt.candidates, doubt.tier] for doubt in resolution.ambiguities),
        sorted(
            [_plain(house.identifier), sorted(people[founder] for founder in house.founders)]
            for house in resolution.households
        ),
        sorted([_plain(identifier), kind] for identifier, kind in resolution.classes.items()),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _plain(identifier: Identifier) -> list[str]:
    return [identifier.namespace, identifier.scope, identifier.value]
