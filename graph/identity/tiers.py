"""The tiers of `resolve`, strongest first, and the stages whose classes are frozen together.

Within a stage trusted evidence comes wholly before claimed evidence, so a claim never stands against it;
and a claim joins nobody whose name or birth date contradicts, however strong the identifier
(docs/adr/0004-resolve-open-choices.md §1). Scores of a model are tiers of their own: undoubted and certain ones after
`strong-all`, likely and probable ones after `medium-all` (docs/adr/0008-model-tiers-and-support.md); what
overrules a SOFT conflict there is `graph.identity.contradiction`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from graph.identity.rules import Strength
from graph.identity.summary import HARD, PRESUMED, SOFT

Bucket = Literal["undoubted", "certain", "likely", "probable"]


@dataclass(frozen=True, slots=True)
class Tier:
    """Which units join at once: strengths, level, whether only equal full names join, and what forbids.

    Of a model's tier `bucket` names the threshold that its scores reach (`ModelRules`).
    """

    name: str
    strengths: tuple[Strength, ...]
    trusted: bool
    agree: bool
    conflict: int
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Tiers that see the same classes, computed when the stage begins."""

    strengths: tuple[Strength, ...]
    tiers: tuple[Tier, ...]


STEWARD: Final = Tier("steward", (), trusted=True, agree=False, conflict=HARD)


def _model(bucket: Bucket) -> Tier:
    return Tier(f"model-{bucket}", (), trusted=True, agree=False, conflict=SOFT, bucket=bucket)


UNDOUBTED: Final = _model("undoubted")
CERTAIN: Final = _model("certain")
LIKELY: Final = _model("likely")
PROBABLE: Final = _model("probable")
MODEL: Final = (UNDOUBTED, CERTAIN, LIKELY, PROBABLE)

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
    Stage((), (UNDOUBTED, CERTAIN)),
    Stage(
        _MEDIUM,
        (
            Tier("medium-agree-trusted", _MEDIUM, trusted=True, agree=True, conflict=SOFT),
            Tier("medium-trusted", _MEDIUM, trusted=True, agree=False, conflict=SOFT),
            Tier("medium-agree-all", _MEDIUM, trusted=False, agree=True, conflict=SOFT),
            Tier("medium-all", _MEDIUM, trusted=False, agree=False, conflict=SOFT),
        ),
    ),
    Stage((), (LIKELY, PROBABLE)),
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
