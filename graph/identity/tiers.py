"""The tiers of `resolve`, strongest first, and the stages whose classes are frozen together.

Within a stage trusted evidence comes wholly before claimed evidence, so a claim never stands against it;
and a claim joins nobody whose name or birth date contradicts, however strong the identifier
(docs/adr/0004-resolve-open-choices.md §1). Scores of a model enter as tiers of their own: at or above .995
after `strong-all`, .98 and .95 after `medium-all`, all with HARD conflicts, since a score has weighed
names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.identity.rules import Strength
from graph.identity.summary import HARD, PRESUMED, SOFT


@dataclass(frozen=True, slots=True)
class Tier:
    """Which units join at once: strengths, level, whether only equal full names join, and what forbids."""

    name: str
    strengths: tuple[Strength, ...]
    trusted: bool
    agree: bool
    conflict: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Tiers that see the same classes, computed when the stage begins."""

    strengths: tuple[Strength, ...]
    tiers: tuple[Tier, ...]


STEWARD: Final = Tier("steward", (), trusted=True, agree=False, conflict=HARD)

_STRONG: Final = (Strength.STRONG,)
_MEDIUM: Final = (Strength.MEDIUM,)
_WEAK: Final = (Strength.WEAK,)
_WEAKEST: Final = (Strength.WEAK, Strength.CORROBORATING)

STAGES: Final = (
    Stage(
        _STRONG,
        (
            Tier("strong-trusted", _STRONG, trusted=True, agree=False, conflict=HARD),
            Tier("strong-all", _STRONG, trusted=False, agree=False, conflict=SOFT),
        ),
    ),
    Stage(
        _MEDIUM,
        (
            Tier("medium-agree-trusted", _MEDIUM, trusted=True, agree=True, conflict=SOFT),
            Tier("medium-trusted", _MEDIUM, trusted=True, agree=False, conflict=SOFT),
            Tier("medium-agree-all", _MEDIUM, trusted=False, agree=True, conflict=SOFT),
            Tier("medium-all", _MEDIUM, trusted=False, agree=False, conflict=SOFT),
        ),
    ),
    Stage(
        _WEAKEST,
        (
            Tier("weak-agree-trusted", _WEAKEST, trusted=True, agree=True, conflict=SOFT),
            Tier("weak-trusted", _WEAK, trusted=True, agree=False, conflict=PRESUMED),
            Tier("weak-agree-all", _WEAKEST, trusted=False, agree=True, conflict=SOFT),
            Tier("weak-all", _WEAK, trusted=False, agree=False, conflict=PRESUMED),
        ),
    ),
)

LAST_LOOK: Final = "shared"
"""Named as the tier where only the last look at shared identifiers finds somebody ambiguous."""
