"""From the facts of an explanation to what a caller may see of them, with a sentence for each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.explanation.model import (
    ChangeView,
    HindranceView,
    IdentifierView,
    LinkView,
    NearView,
    RecordView,
    RefusalView,
    StepView,
    WeakLinkView,
)
from graph.explanation.words import Words
from graph.identity.evidence import Identifier, NearSize, Refusal
from graph.identity.explain_facts import Change, Hindrance, LinkKind, Merge, Obstacle, Remedy, Step, WeakLink
from graph.identity.gather import PERSONAL, SHARED
from graph.identity.stored import Key, StoredProfile
from graph.judgement.conflicts import masked
from graph.matching.explain import Weight
from graph.privacy import mask

_SPOKEN_FIELDS = 3
_LEAST_BITS = 0.5
_NO_FIELDS = ("prior", "kinship")


@dataclass(slots=True)
class Renderer:
    """Renders one answer; records get their labels in the order in which they are spoken of.

    With `clear`, identifiers, names and birth dates are shown whole, and records by their record ids.
    """

    words: Words
    clear: bool
    profiles: Mapping[Key, StoredProfile]
    models: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    weights: Mapping[tuple[str, str], tuple[Weight, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Weight, ...]]
    )
    _records: dict[Key, RecordView] = field(default_factory=dict[Key, RecordView])

    # -- records and values ----------------------------------------------------------------------------------

    def record(self, key: Key) -> RecordView:
        """The record of a key."""
        if key not in self._records:
            number = str(len(self._records) + 1)
            record_id = key[1] if self.clear else None
            self._records[key] = RecordView(number, self.profiles[key].id, key[0], record_id)
        return self._records[key]

    def records(self, keys: Iterable[Key]) -> tuple[RecordView, ...]:
        """Records in the order in which they were committed."""
        return tuple(self.record(key) for key in sorted(keys, key=lambda key: self.profiles[key].seq))

    def called(self, record: RecordView) -> str:
        """What a sentence calls a record."""
        shown = record.source if record.record_id is None else f"{record.source}/{record.record_id}"
        return self.words.say("form.record", label=record.label, source=shown)

    def listed(self, records: Iterable[RecordView]) -> str:
        """Several records in a sentence."""
        return self.words.listed([self.called(record) for record in records])

    def value(self, identifier: Identifier) -> str:
        """A value as the caller may see it."""
        return identifier.value if self.clear else masked(identifier.namespace, identifier.value)

    def name(self, text: str) -> str:
        """A name as the caller may see it."""
        return text if self.clear else mask.person_name(text)

    def birth(self, text: str) -> str:
        """A birth date as the caller may see it: of a masked one the year, which is no secret."""
        return text if self.clear else f"{text[:4]}-**-**"

    def namespace(self, code: str) -> str:
        """What a namespace is called."""
        return self.words.called("namespace", code)

    def tier(self, code: str) -> str:
        """What a tier is called."""
        return self.words.called("tier", code or "none")

    def identifier(self, identifier: Identifier) -> IdentifierView:
        """An identifier as the caller may see it."""
        return IdentifierView(identifier.namespace, identifier.scope, self.value(identifier))

    # -- links -----------------------------------------------------------------------------------------------

    def link(self, step: Step) -> LinkView:
        """One link."""
        left, right = self.record(step.left), self.record(step.right)
        if step.identifier is not None:
            return self._identifier_link(step, step.identifier, left, right)
        called = {"left": self.called(left), "right": self.called(right)}
        if step.kind is LinkKind.JUDGEMENT:
            sentence = self.words.say("link.judgement", **called)
            return LinkView(step.kind, step.tier, left, right, sentence)
        pair = (min(left.id, right.id), max(left.id, right.id))
        weights = self.weights.get(pair, ())
        percent = self.words.percent(step.probability or 0.0)
        return LinkView(
            step.kind,
            step.tier,
            left,
            right,
            self.words.sentences(
                self.words.say("link.score", **called, percent=percent), *self._weighed(weights)
            ),
            probability=step.probability,
            model=self.models.get(pair),
            weights=weights,
        )

    def _identifier_link(
        self, step: Step, identifier: Identifier, left: RecordView, right: RecordView
    ) -> LinkView:
        own, other = (self._as_held(key, identifier) for key in (step.left, step.right))
        values = {
            "left": self.called(left),
            "right": self.called(right),
            "namespace": self.namespace(identifier.namespace),
            "value": self.value(own),
        }
        name = self.name(step.agreeing) if step.agreeing else None
        if name is not None:
            told = self.words.say("link.identifier_agreeing", **values, name=name)
        else:
            personal = step.identifier_class == PERSONAL
            told = self.words.say("link.identifier" if personal else "link.identifier_shared", **values)
        alias = (
            self.words.say("link.alias", right=self.called(right), value=self.value(other))
            if own != other
            else ""
        )
        return LinkView(
            step.kind,
            step.tier,
            left,
            right,
            self.words.sentences(told, alias, self._grades(step, left, right)),
            identifier=self.identifier(identifier),
            left_value=self.value(own),
            right_value=self.value(other),
            left_grade=step.left_grade,
            right_grade=step.right_grade,
            identifier_class=step.identifier_class,
            people=step.people,
            name=name,
        )

    def _as_held(self, key: Key, identifier: Identifier) -> Identifier:
        """The value by which a record holds an identifier: another one only where an alias makes them equal."""
        held = sorted(self.profiles[key].identifiers.values())
        if identifier in held:
            return identifier
        space = (identifier.namespace, identifier.scope)
        return next((one for one in held if (one.namespace, one.scope) == space), identifier)

    def _grades(self, step: Step, left: RecordView, right: RecordView) -> str:
        if step.left_grade is None or step.right_grade is None:
            return ""
        one, other = (self.words.called("grade", grade) for grade in (step.left_grade, step.right_grade))
        if one == other:
            return self.words.say("link.grades_same", grade=one)
        return self.words.say(
            "link.grades",
            left=self.called(left),
            right=self.called(right),
            left_grade=one,
            right_grade=other,
        )

    def _weighed(self, weights: Sequence[Weight]) -> tuple[str, str]:
        """The fields that say most for and against."""
        fields = [weight for weight in weights if weight.field not in _NO_FIELDS]
        told: list[str] = []
        for key, sign in (("link.weights_for", 1), ("link.weights_against", -1)):
            spoken = sorted(
                (weight for weight in fields if weight.bits * sign > _LEAST_BITS),
                key=lambda weight: -abs(weight.bits),
            )
            names = [self.words.called("field", weight.field) for weight in spoken[:_SPOKEN_FIELDS]]
            told.append(self.words.say(key, fields=self.words.listed(names)) if names else "")
        return told[0], told[1]

    # -- obstacles and changes -------------------------------------------------------------------------------

    def hindrance(self, one: Hindrance) -> HindranceView:
        """One obstacle."""
        left, right = self._sides(one)
        records = self.records({*one.candidates, *(key for pair in one.judged for key in pair)})
        values = {
            "namespace": self.namespace(one.identifier.namespace if one.identifier else one.namespace),
            "value": self.value(one.identifier) if one.identifier else "",
            "left_values": self.words.listed(left),
            "right_values": self.words.listed(right),
            "records": self.listed(records),
            "count": one.count,
            "limit": one.limit,
            "percent": self.words.percent(one.probability or 0.0),
            "needed": self.words.percent(one.needed or 0.0),
        }
        key = f"obstacle.{one.obstacle.value}"
        if one.obstacle is Obstacle.CLASS and one.identifier_class:
            marked = one.identifier_class == SHARED and one.count < 2
            key = f"class.{'marked' if marked else one.identifier_class}"
        sized = bool(one.count or one.limit)
        return HindranceView(
            obstacle=one.obstacle,
            sentence=self.words.say(key, **values),
            namespace=one.namespace or (one.identifier.namespace if one.identifier else None),
            left_values=left,
            right_values=right,
            records=records,
            identifier=self.identifier(one.identifier) if one.identifier else None,
            identifier_class=one.identifier_class or None,
            count=one.count if sized else None,
            limit=one.limit if sized else None,
            probability=one.probability,
            needed=one.needed,
            tier=one.tier or None,
        )

    def _sides(self, one: Hindrance) -> tuple[tuple[str, ...], tuple[str, ...]]:
        show = {Obstacle.NAMES: self.name, Obstacle.BIRTHS: self.birth}.get(one.obstacle, str)
        left = (*map(self.value, one.left_identifiers), *map(show, one.left_texts))
        right = (*map(self.value, one.right_identifiers), *map(show, one.right_texts))
        return left, right

    def change(self, one: Remedy) -> ChangeView:
        """One change."""
        records = self.records(one.profiles)
        return self._change(one, records, self.words.say(f"change.{one.change.value}", **self._of(one)))

    def weak_link(self, one: WeakLink) -> WeakLinkView:
        """One removal that splits a person."""
        parts = tuple(self.records(part) for part in one.parts)
        told = self.words.say(
            f"weak.{one.removal.change.value}",
            **self._of(one.removal),
            count=len(parts),
            parts=self._parts(parts),
        )
        removal = self._change(one.removal, self.records(one.removal.profiles), told)
        return WeakLinkView(removal, parts, told)

    def _of(self, one: Remedy) -> dict[str, object]:
        return {
            "records": self.listed(self.records(one.profiles)),
            "namespace": self.namespace(one.identifier.namespace) if one.identifier else "",
            "value": self.value(one.identifier) if one.identifier else "",
            "name": self.name(one.name),
        }

    def _change(self, one: Remedy, records: tuple[RecordView, ...], sentence: str) -> ChangeView:
        return ChangeView(
            one.change,
            records,
            sentence,
            identifier=self.identifier(one.identifier) if one.identifier else None,
            name=self.name(one.name) if one.change is Change.NAME else None,
            probability=one.score.probability if one.score else None,
        )

    # -- steps -----------------------------------------------------------------------------------------------

    def step(self, number: int, merge: Merge) -> StepView:
        """One step that built a person."""
        parts = tuple(self.records(part) for part in sorted(merge.parts, key=self._oldest))
        told = self.words.say("how.step", number=number, parts=self._parts(parts), tier=self.tier(merge.tier))
        return StepView(number, merge.tier, parts, tuple(map(self.link, merge.through)), told)

    def refusal(self, no: Refusal) -> RefusalView:
        """What was refused."""
        records = self.records(no.members)
        told = self.words.say(
            f"refusal.{no.rule}", namespace=self.namespace(no.namespace), records=self.listed(records)
        )
        return RefusalView(no.rule, no.tier, no.namespace or None, records, told)

    def near(self, near: NearSize) -> NearView:
        """What is nearly full."""
        namespace = near.subject.namespace if isinstance(near.subject, Identifier) else near.namespace
        told = self.words.say(
            f"near.{near.kind}", namespace=self.namespace(namespace), count=near.count, limit=near.limit
        )
        return NearView(near.kind.value, namespace or None, near.count, near.limit, told)

    def _parts(self, parts: Sequence[Sequence[RecordView]]) -> str:
        return self.words.listed([self._part(part) for part in parts])

    def _part(self, part: Sequence[RecordView]) -> str:
        told = self.listed(part)
        return f"[{told}]" if len(part) > 1 else told

    def _oldest(self, part: Collection[Key]) -> int:
        return min(self.profiles[key].seq for key in part)
