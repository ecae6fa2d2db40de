"""Stored decisions told to people, what an answer rests on, and what cannot be told of the past. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.explanation.model import BasisView, DecisionView, PastView, Untold, UntoldView
from graph.explanation.render import Renderer
from graph.explanation.repository import FORGOTTEN, Decided, StoredDecision
from graph.explanation.words import Words
from graph.identity.explain import Explainer
from graph.identity.explain_facts import LinkKind, Step
from graph.identity.stored import Key, StoredProfile
from graph.judgement.repository import Subject
from graph.matching.service import StoredModel

_MODEL_TIER: Final = "model-"


@dataclass(frozen=True, slots=True)
class Case:
    """What an answer is made from: the people asked about with all that hangs together with them.

    `at` is the time in the past that is asked about (µs). Of such a time, `later` are pairs that were scored since,
    and `erased` says whether records of these people were erased since.
    """

    explainer: Explainer
    by_id: Mapping[str, StoredProfile]
    by_key: Mapping[Key, StoredProfile]
    at: int | None = None
    later: frozenset[tuple[str, str]] = frozenset()
    erased: bool = False

    def members(self, subject: Subject) -> frozenset[Key]:
        """The records of the person as the graph has them."""
        return frozenset(key for key, profile in self.by_key.items() if profile.one_id == subject.one_id)

    def scored(self, steps: Iterable[Step]) -> list[tuple[str, str]]:
        """The pairs of profile ids that scores tie among some links, as the graph stores them: lesser id first."""
        pairs: set[tuple[str, str]] = set()
        for step in steps:
            if step.kind is LinkKind.SCORE:
                left, right = sorted((self.by_key[step.left].id, self.by_key[step.right].id))
                pairs.add((left, right))
        return sorted(pairs)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells the decisions of one answer; `version` is that of today's rules."""

    decided: Decided
    case: Case
    version: str
    models: Sequence[StoredModel]

    def basis(self, spoken: Collection[Key], words: Words, *, differs: bool) -> tuple[BasisView, str]:
        """By what the answer is made, and what is to be said of it."""
        past = self.case.at is not None
        outdated = any(one.rules != self.version for one in self._standing(spoken))
        notes = words.sentences(
            words.say("basis.outdated") if outdated and not past else "",
            words.say("basis.differs") if differs and not past else "",
        )
        return BasisView(self.version, outdated, differs), notes

    def history(self, show: Renderer) -> tuple[DecisionView, ...]:
        """All decisions, up to the time asked about."""
        at = self.case.at
        told = [one for one in self.decided.decisions if at is None or one.since <= at]
        return tuple(self._decision(one, show) for one in told)

    def past(self, spoken: Collection[Key], show: Renderer) -> PastView | None:
        """What an answer about the past says beside; None where it is of now."""
        at = self.case.at
        if at is None:
            return None
        standing = self._standing(spoken)
        told = tuple(self._decision(one, show) for one in standing)
        codes = self._untold(standing)
        return PastView(
            at, told, tuple(UntoldView(one, show.words.say(f"untold.{one.value}")) for one in codes)
        )

    def _standing(self, spoken: Collection[Key]) -> list[StoredDecision]:
        ids = {self.case.by_key[key].id for key in spoken}
        return [one for one in self.decided.decisions if one.profile_id in ids and one.stood(self.case.at)]

    def _untold(self, standing: Sequence[StoredDecision]) -> Iterator[Untold]:
        yield Untold.OVERWRITTEN
        if any(one.rule == FORGOTTEN for one in standing):
            yield Untold.REASON
        if any(one.rules != self.version for one in standing if one.rule != FORGOTTEN):
            yield Untold.RULES
        if self.case.later and any(one.tier.startswith(_MODEL_TIER) for one in standing):
            yield Untold.SCORES
        if self.case.erased:
            yield Untold.ERASED

    def _decision(self, one: StoredDecision, show: Renderer) -> DecisionView:
        words = show.words
        record = show.record(self.case.by_id[one.profile_id].key)
        model = self._model(one) if one.tier.startswith(_MODEL_TIER) else None
        current = one.rules == self.version
        named = "linked_by" if one.rule == "linked" and one.namespace else one.rule
        told = words.say(
            "decision.now" if one.until is None else "decision.past",
            since=words.date(one.since),
            until="" if one.until is None else words.date(one.until),
            record=show.called(record),
            person=one.one_id,
            because=words.say(
                f"rule.{named}", tier=show.tier(one.tier), namespace=show.namespace(one.namespace)
            ),
        )
        return DecisionView(
            record,
            one.one_id,
            one.since,
            one.until,
            one.tier,
            one.rule,
            one.namespace or None,
            one.rules,
            model,
            current,
            words.sentences(
                told,
                words.say("decision.model", model=model) if model else "",
                "" if current or not one.rules else words.say("decision.rules", rules=one.rules),
            ),
        )

    def _model(self, one: StoredDecision) -> str | None:
        """The newest model in use when the decision ended, or at the time asked about; else the newest there was.

        Scores may come from a newer model while a decision stands, so its end tells more than its beginning.
        """
        at, until = self.case.at, one.until
        end = until if at is None else at + 1 if until is None else min(until, at + 1)
        there = [model for model in self.models if end is None or model.recorded_at < end]
        used = [m for m in there if m.linked_at is not None and (end is None or m.linked_at < end)]
        return next((model.version for model in (*used, *there)), None)


def scores_decided(decided: Decided) -> bool:
    """Whether any decision is by a model's score."""
    return any(one.tier.startswith(_MODEL_TIER) for one in decided.decisions)
