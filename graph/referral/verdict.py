"""Whether a referral is honest, by rules and by people apart. Pure.

`verdict_of` has no memory: what rules say now and what people have decided give the same in any order and
repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.referral.progress import IllegalMoveError


class Judgement(StrEnum):
    """How a referral is judged."""

    UNCHECKED = "unchecked"
    CLEAR = "clear"
    FLAGGED = "flagged"
    CLEARED = "cleared"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What a person decides."""

    CLEARED = "cleared"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # the decision before it is taken back: rules alone decide again


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided at a time, µs.

    `flags` are the reason codes that were looked at, `note` is why.
    """

    key: str
    by: str
    at: int
    outcome: Outcome
    flags: frozenset[str] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement, and what it comes from.

    `automatic` is what rules alone say, `manual` the newest decision of a person, None where there is none or
    it was taken back. `flags` are the reason codes that nobody has cleared.
    """

    judgement: Judgement
    automatic: Judgement
    manual: Decision | None
    flags: frozenset[str]


MOVES: Final[Mapping[Judgement, frozenset[Outcome]]] = {
    Judgement.UNCHECKED: frozenset({Outcome.REJECTED}),
    Judgement.CLEAR: frozenset({Outcome.REJECTED}),
    Judgement.FLAGGED: frozenset({Outcome.CLEARED, Outcome.REJECTED}),
    Judgement.CLEARED: frozenset({Outcome.REJECTED, Outcome.WITHDRAWN}),
    Judgement.REJECTED: frozenset({Outcome.CLEARED, Outcome.WITHDRAWN}),
}
"""What a person may decide of a referral that is judged so.

Rules move it as the flags come and go, and never undo a rejection.
"""


def check_decision(verdict: Verdict, outcome: Outcome) -> None:
    """Refuse a decision that `MOVES` does not have, and taking back where there is nothing to take back.

    Raises IllegalMoveError that names what the referral is and what may be decided of it.
    """
    able = MOVES[verdict.judgement] | ({Outcome.WITHDRAWN} if verdict.manual else frozenset[Outcome]())
    if outcome not in able:
        raise IllegalMoveError(
            f"A referral that is {verdict.judgement} cannot be {outcome}.",
            remedy=f"It can be {' or '.join(sorted(able))}.",
        )


def verdict_of(flags: Iterable[str], *, checked: bool, decisions: Iterable[Decision] = ()) -> Verdict:
    """The judgement at present: what people decided last, over what rules say.

    `flags` are the reason codes that rules raise now, none where they raise nothing or have not looked yet
    (`checked` is False). A rejection holds whatever rules say. A clearance covers the flags that it names and
    no later one: with another flag the referral is flagged again.
    """
    raised = frozenset(flags)
    automatic = Judgement.FLAGGED if raised else Judgement.CLEAR if checked else Judgement.UNCHECKED
    newest = max(decisions, key=lambda each: (each.at, each.key), default=None)
    if newest is None or newest.outcome is Outcome.WITHDRAWN:
        return Verdict(automatic, automatic, None, raised)
    if newest.outcome is Outcome.REJECTED:
        return Verdict(Judgement.REJECTED, automatic, newest, raised)
    left = raised - newest.flags
    return Verdict(Judgement.FLAGGED if left else Judgement.CLEARED, automatic, newest, left)
