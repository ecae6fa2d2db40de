"""Who and what is meant by a change: ids to profiles, values to identifiers, and from both the deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.errors import InputError, NotFoundError
from graph.identity.stored import StoredProfile
from graph.ingest import normalise
from graph.ingest.components import ReadOne
from graph.ingest.normalise import Refused
from graph.ingest.normalise.namespaces import Namespace
from graph.ingest.sources import DEFAULTS, GLOBAL, ScopedBy, SourceDeclaration, default_source
from graph.judgement import plan
from graph.judgement.model import (
    Change,
    Different,
    Kind,
    MarkShared,
    MarkWrong,
    Move,
    Retract,
    Same,
    Split,
    UserNotFoundError,
)
from graph.judgement.plan import Deed
from graph.judgement.repository import Judgements, Subject
from graph.privacy.blind import BlindIndex
from graph.profile.repository import ProfileRepository

MOST_PROFILES = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A change, and the identifiers it may mean by blind index."""

    change: Change
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """The same judgement is in force."""

    judgement_id: str


@dataclass(frozen=True, slots=True)
class Meant:
    """The subjects of a change by ref, the components to read, and the judgement in force that says the same."""

    subjects: dict[str, Subject]
    components: frozenset[str]
    standing: Standing | None
    marked: tuple[str, str] | None = None


class Subjects:
    """Finds what a change is about."""

    def __init__(self, judgements: Judgements, profiles: ProfileRepository, blind: BlindIndex) -> None:
        self._judgements = judgements
        self._profiles = profiles
        self._blind = blind

    async def ask(self, change: Change) -> Asked:
        """The change with what can be known before the lock. Raises InputError for what can be no change."""
        if isinstance(change, Split) and not 0 < len(change.profiles) <= MOST_PROFILES:
            raise InputError(
                f"A split names 1 to {MOST_PROFILES} profiles.", remedy="Name the profiles to split off."
            )
        refs = _refs(change)
        if len(set(refs)) != len(refs):
            raise InputError("The same id is given twice.", remedy="Name two different ones.")
        if not isinstance(change, MarkWrong | MarkShared):
            return Asked(change)
        places = await self._places(change.namespace, change.value)
        return Asked(change, frozenset(self._blind.key(change.namespace, *place) for place in places))

    async def find(self, read: ReadOne, asked: Asked) -> Meant | Standing:
        """The profiles that are meant. Raises UserNotFoundError, and NotFoundError for an identifier."""
        change = asked.change
        refs = list(_refs(change))
        marked: tuple[str, str] | None = None
        if isinstance(change, MarkShared):
            held = await self._judgements.identifiers(read, asked.keys)
            if len(held) != 1:
                raise _not_held(several=len(held) > 1)
            marked = (held[0].key, held[0].holder)
            refs.append(held[0].holder)
        subjects, standing = await self._judgements.subjects(read, refs)
        for ref in refs:
            if ref not in subjects:
                raise UserNotFoundError(ref)
        if isinstance(change, Same | Different) and subjects[change.a].one_id == subjects[change.b].one_id:
            # Two oneIds of one person now: meant are the two that once had them.
            subjects = {ref: replace(subject, profile_id=subject.born) for ref, subject in subjects.items()}
        content = _content(change, asked, subjects, marked)
        same = Standing(standing[content]) if content in standing else None
        if same and not isinstance(change, Split | MarkWrong):
            return same
        components = frozenset(subject.component for subject in subjects.values())
        return Meant(subjects, components, same, marked)

    async def _places(self, namespace: str, value: str) -> set[tuple[str, str]]:
        """Where an identifier may be: scope and normalised value. Raises InputError."""
        normal = _normal(namespace, value)
        if DEFAULTS[namespace].scoped_by is ScopedBy.GLOBAL:
            return {(GLOBAL, normal)}
        declared, keyed = await self._profiles.sources()
        sources = {name: SourceDeclaration.from_json(text) for name, text in declared.items()}
        sources = {name: default_source(name) for name in keyed} | sources
        places = {(source.scope(namespace), normal) for source in sources.values()}
        scope, slash, rest = value.partition("/")
        if slash and scope and rest:
            places.add((scope, _normal(namespace, rest)))
        return places


def deed_of(asked: Asked, meant: Meant, stored: Sequence[StoredProfile]) -> Deed | Standing:
    """What the change does to these profiles. Raises InputError where it cannot be done to them.

    A split or a mark that stands is a repetition only where it left nothing to do: who came to the person since
    was not meant then.
    """
    by_id = {profile.id: profile for profile in stored}
    profiles = {ref: by_id.get(subject.profile_id) for ref, subject in meant.subjects.items()}

    def profile(ref: str) -> StoredProfile:
        found = profiles[ref]
        if found is None:  # its key was shredded: nothing is known of it that could be judged
            raise UserNotFoundError(ref)
        return found

    match asked.change:
        case Same(a, b) | Different(a, b):
            return _pair(asked.change, profile(a), profile(b), stored)
        case Split(one_id, part):
            one = meant.subjects[one_id].one_id
            members = {p.id for p in stored if p.one_id == one}
            return meant.standing if meant.standing and not set(part) < members else plan.split(part, members)
        case Move(moved, to):
            return _move(moved, profile(moved), profile(to), stored)
        case MarkWrong(of, _, _):
            return _wrong(asked, meant, meant.subjects[of], stored)
        case _:
            return plan.shared(*(meant.marked or ("", "")))


def _pair(change: Change, one: StoredProfile, other: StoredProfile, stored: Sequence[StoredProfile]) -> Deed:
    if one.id == other.id:
        raise InputError("Both ids lead to the same profile.", remedy="Name two profiles by their own ids.")
    return plan.same(one, other, stored) if isinstance(change, Same) else plan.different(one, other)


def _move(ref: str, moved: StoredProfile, target: StoredProfile, stored: Sequence[StoredProfile]) -> Deed:
    if moved.id != ref:
        raise InputError("A move moves one profile.", remedy="Give the id of a profile.")
    if moved.one_id == target.one_id:
        raise InputError("The profile is with that person.", remedy="Name another person.")
    return plan.move(moved, target, stored)


def _wrong(asked: Asked, meant: Meant, subject: Subject, stored: Sequence[StoredProfile]) -> Deed | Standing:
    whole = subject.ref != subject.profile_id
    own = [p for p in stored if p.id == subject.ref or (whole and p.one_id == subject.one_id)]
    edges = [(p.id, key) for p in own for key in sorted(asked.keys) if key in p.uses]
    if not edges and meant.standing:
        return meant.standing
    if not edges:
        raise _not_held(several=False)
    return plan.wrong(_content(asked.change, asked, {subject.ref: subject}, None), edges)


def _refs(change: Change) -> tuple[str, ...]:
    match change:
        case Same(a, b) | Different(a, b):
            return a, b
        case Split(one_id, profiles):
            return one_id, *profiles
        case Move(profile, to):
            return profile, to
        case MarkWrong(of, _, _):
            return (of,)
        case MarkShared() | Retract():
            return ()


def _content(
    change: Change, asked: Asked, subjects: dict[str, Subject], marked: tuple[str, str] | None
) -> str:
    """What the change says, as `Judgement.content`."""
    ids = [subjects[ref].profile_id for ref in _refs(change)]
    match change:
        case Same():
            return plan.signature(Kind.SAME, ids)
        case Different():
            return plan.signature(Kind.DIFFERENT, ids)
        case Split():
            return plan.signature(Kind.SPLIT, change.profiles)
        case Move():
            return plan.signature(Kind.MOVE, ids[:1], ids[1:])
        case MarkWrong():
            return plan.signature(Kind.WRONG, ids, asked.keys)
        case MarkShared() | Retract():
            return plan.signature(Kind.SHARED, marked[:1] if marked else ())


def _normal(namespace: str, value: str) -> str:
    found = normalise.identifier(namespace, value)
    if isinstance(found, Refused):
        if found.code == "unknown_namespace":
            raise InputError(
                "There is no such namespace.", remedy=f"Give one of {', '.join(sorted(map(str, Namespace)))}."
            )
        raise InputError(f"The value {found.message}.", remedy="Correct it.")
    return found.value


def _not_held(*, several: bool) -> NotFoundError:
    if several:
        return NotFoundError(
            "The value is that of several identifiers.", remedy="Write it with its scope: `scope/value`."
        )
    return NotFoundError("Nobody of those holds this identifier.", remedy="Give one that is held now.")
