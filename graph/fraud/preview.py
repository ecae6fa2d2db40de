"""What other rules would flag and clear, over history, before they are switched on. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from graph.errors import ConfigurationError, InputError
from graph.fraud.flag import Code, Flag
from graph.fraud.reading import Surroundings, read_evidence
from graph.fraud.rules import Rules, read_fraud_rules
from graph.fraud.service import judge_all
from graph.fraud.weigh import Answers, reweighted
from graph.ingest.components import ReadOne
from graph.referral.verdict import Outcome

PAGE: Final = 200
EXAMPLES: Final = 5
"""Referrals told by id of each code and change: the earliest."""


class InvalidRulesError(InputError):
    """What rules of fraud say is wrong; the message names every wrong key."""

    code: ClassVar[str] = "invalid_rules"


def read_other_rules(toml: str) -> Rules:
    """The rules of a text that somebody sent. Raises InvalidRulesError."""
    try:
        return read_fraud_rules(toml)
    except ConfigurationError as error:
        raise InvalidRulesError(error.message, remedy=error.remedy) from None


@dataclass(frozen=True, slots=True)
class Window:
    """A programme's referrals that were first heard of from `since` on and before `before`, µs."""

    programme: str
    since: int
    before: int


@dataclass(slots=True)
class Change:
    """How many referrals would be flagged newly by a code and how many no more; `kept` are flagged by both rules.

    The examples are ids of the earliest five of each.
    """

    flagged: int = 0
    cleared: int = 0
    kept: int = 0
    flagged_examples: list[str] = field(default_factory=list[str])
    cleared_examples: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Weighed:
    """What reviewers answered to a code's flags in the window, and the weight that their answers suggest."""

    answers: Answers
    declared: float
    suggested: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What the new rules would change: `looked_at` referrals, versions of both rules, by code what is different.

    `flagged` and `cleared` count referrals that would get their first flag or lose their last one.
    """

    looked_at: int
    before: str
    after: str
    flagged: int
    cleared: int
    by_code: Mapping[Code, Change]
    weights: Mapping[Code, Weighed]


async def what_if(read: ReadOne, now: Rules, new: Rules, window: Window) -> Preview:
    """Judge the window's referrals by both rules, as the graph has them today, and say what is different.

    Page by page, 200 referrals at once; memory does not grow with the window. What stewards decided is only counted.
    """
    by_code: dict[Code, Change] = defaultdict(Change)
    answers: dict[Code, list[int]] = {code: [0, 0] for code in Code}
    looked_at = flagged = cleared = 0
    at, after = window.since, ""
    while True:
        row = await read(
            "fraud.list_referrals",
            programme=window.programme,
            afterAt=at,
            afterId=after,
            before=window.before,
            rows=PAGE,
        )
        page: list[Any] = row[0] if row else []
        ids: list[str] = [each[0] for each in page]
        found = await read_evidence(read, ids, rules=[now, new])
        surroundings = Surroundings(read)
        one, other = [await judge_all(found, surroundings, rules) for rules in (now, new)]
        for id_ in ids:
            was, would = _codes(one.get(id_, ())), _codes(other.get(id_, ()))
            _note(by_code, id_, was, would)
            flagged += bool(would and not was)
            cleared += bool(was and not would)
        for _, _, outcome, flags in page:
            _count(answers, outcome, flags or ())
        looked_at += len(ids)
        if len(page) < PAGE:
            break
        after, at = page[-1][0], page[-1][1]
    weights = {
        code: _weighed(new.of(code).weight, *counts) for code, counts in answers.items() if any(counts)
    }
    return Preview(looked_at, now.version, new.version, flagged, cleared, dict(by_code), weights)


def _codes(flags: tuple[Flag, ...]) -> frozenset[Code]:
    return frozenset(flag.code for flag in flags)


def _note(by_code: dict[Code, Change], id_: str, was: frozenset[Code], would: frozenset[Code]) -> None:
    for code in was | would:
        change = by_code[code]
        if code in was and code in would:
            change.kept += 1
        elif code in would:
            change.flagged += 1
            change.flagged_examples += [id_] if len(change.flagged_examples) < EXAMPLES else []
        else:
            change.cleared += 1
            change.cleared_examples += [id_] if len(change.cleared_examples) < EXAMPLES else []


def _count(answers: dict[Code, list[int]], outcome: str | None, flags: list[str] | tuple[()]) -> None:
    """The last decision on a referral counts once for each flag that was looked at; taken back, for none."""
    place = {Outcome.REJECTED: 0, Outcome.CLEARED: 1}.get(Outcome(outcome)) if outcome else None
    if place is not None:
        for code in flags:
            if code in answers:
                answers[Code(code)][place] += 1


def _weighed(declared: float, confirmed: int, cleared: int) -> Weighed:
    given = Answers(confirmed, cleared)
    return Weighed(given, declared, round(reweighted(declared, given), 4))
