"""Who referred whom first: a forest over users, out of the referrals that count. Pure.

The earliest valid referral of a user is `FIRST_REFERRED_BY`. What would be a second, or would close a cycle,
is `ALSO_REFERRED_BY` with the reason; a merge of people needs no case of its own, since it only gives the
same referrals other ends. Laws, in `tests/graph/referral/test_forest.py`: any order and repetition give the
same, each user has at most one first referrer, nobody is above themselves, and users who hang together by no
referral do not matter to each other, so that a part can be judged again alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Also(StrEnum):
    """Why a referral is not the first of its friend."""

    SECOND = "second"  # an earlier one is
    CYCLE = "cycle"  # the friend is above the referrer already
    SELF = "self"  # both are one person


REVIEWED: Final = frozenset({Also.SECOND, Also.CYCLE})
"""What a person looks at; that both are one person is a flag, and a review of what was granted."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A referral that counts, between the users that its two profiles are today, made at `at`, µs."""

    referral: str
    referrer: str
    referee: str
    at: int


@dataclass(frozen=True, slots=True)
class Forest:
    """Who referred whom.

    `first` has the first referral of each user who has one, by the friend; `also` every other, by its
    referral, with the reason.
    """

    first: Mapping[str, Edge] = field(hash=False)
    also: Mapping[str, tuple[Edge, Also]] = field(hash=False)


def forest_of(edges: Iterable[Edge]) -> Forest:
    """The forest of these referrals, each of which has an id of its own.

    Earlier ones go first, of one time the smaller id. Takes time in proportion to the edges, but for sorting.
    """
    first: dict[str, Edge] = {}
    also: dict[str, tuple[Edge, Also]] = {}
    above: dict[str, str] = {}  # a user to one above, with paths shortened: only its root matters
    for edge in sorted({*edges}, key=lambda each: (each.at, each.referral)):
        if edge.referrer == edge.referee:
            also[edge.referral] = edge, Also.SELF
        elif edge.referee in first:
            also[edge.referral] = edge, Also.SECOND
        elif _root(above, edge.referrer) == edge.referee:
            also[edge.referral] = edge, Also.CYCLE
        else:
            first[edge.referee] = edge
            above[edge.referee] = edge.referrer
    return Forest(first, also)


def _root(above: dict[str, str], user: str) -> str:
    root = user
    while root in above:
        root = above[root]
    while user != root:
        above[user], user = root, above[user]
    return root


def ancestors(forest: Forest, user: str) -> Iterator[str]:
    """Who is above a user, nearest first: the first answer referred the user, the second referred that one."""
    while (edge := forest.first.get(user)) is not None:
        user = edge.referrer
        yield user
