"""What is known of some friends, read for all of them at once: cases to judge, and how their referrals are stored."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from graph.db.database import Database
from graph.fraud.flag import Flag
from graph.ingest.components import ReadOne
from graph.ingest.subjects import Topic
from graph.referral.case import Above, Case, Claimed, Code, Invited, Referrer
from graph.referral.programmes import Programme
from graph.referral.progress import says_more_than_touch
from graph.referral.settle import Decided
from graph.referral.terms import Participant
from graph.referral.verdict import Decision, Outcome
from graph.standing.repository import StandingRepository
from graph.standing.statement import Statement

TOPICS: Final = (Topic.REFERRAL, Topic.ORDER, Topic.APPOINTMENT, Topic.VISIT, Topic.ENQUIRY)
_PREFIX: Final = f"{Topic.REFERRAL}:"
_TAGS: Final = (Participant.STAFF, Participant.PARTNER)


class Look(Protocol):
    """What says what speaks against referrals (`graph.fraud.service.FraudLook`)."""

    async def look(self, read: ReadOne, referral_ids: Collection[str]) -> dict[str, tuple[Flag, ...]]:
        """The flags of each of these referrals."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A referral as the graph has it: flags are [key, score, path, why, clears], reviews states by key."""

    id: str
    one_id: str
    properties: Mapping[str, Any]
    flags: tuple[tuple[Any, ...], ...] = ()
    reviews: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Gathered:
    """The cases of some friends; their referrals as stored, by id; what stands against each; what people decided."""

    cases: tuple[Case, ...] = ()
    stored: Mapping[str, Stored] = field(default_factory=dict[str, Stored])
    flags: Mapping[str, tuple[Flag, ...]] = field(default_factory=dict[str, tuple[Flag, ...]])
    decided: Decided = field(default_factory=Decided)
    reviews: Mapping[str, str] = field(default_factory=dict[str, str])
    """The states of their reviews, by key."""
    accepted: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    """When each invitation was accepted, as the graph has it."""
    lively: frozenset[str] = frozenset()
    """Friends of whom more is known than that they touched codes: of others nobody gains, so nothing is looked for."""


class Gatherer:
    """Reads what judging needs: a handful of statements, whatever the number of friends."""

    def __init__(self, database: Database, look: Look) -> None:
        self._database = database
        self._standing = StandingRepository(database)
        self._look = look

    async def gather(self, one_ids: Collection[str], programmes: Mapping[str, Programme]) -> Gathered:
        """Everything about these friends in every programme whose codes they touched or were claimed for."""
        statements = await self._standing.statements(one_ids, TOPICS, dealer=None)
        touched = [each for said in statements.values() for each in said if each.fact.startswith(_PREFIX)]
        names = {each.fact.removeprefix(_PREFIX) for each in touched}
        invitations = {text for each in touched if (text := each.text("invitation"))}
        rows = await self._read(one_ids, names, invitations)
        stored, decisions = _stored(rows.referrals)
        claims = _claims(rows.claims)
        claimed = {name for of_friend in claims.values() for _, claim in of_friend for name in claim.shares}
        if claimed - names:  # codes that nobody touched
            rows = replace(rows, codes=(await self._read((), claimed | names, ())).codes)
        codes = {row[0]: Code(row[0], row[1], row[2], row[3], row[4]) for row in rows.codes}
        people = await self._referrers({code.one_id for code in codes.values()} | {*one_ids}, programmes)
        lively = frozenset(
            one_id
            for one_id, said in statements.items()
            if any(says_more_than_touch(each.kind) for each in said)
        )
        to_look_at = sorted(id_ for id_, one in stored.items() if one.one_id in lively)
        flags = await self._look.look(self._database.read_one, to_look_at) if to_look_at else {}
        raised = {id_: frozenset(str(flag.code) for flag in found) for id_, found in flags.items()}
        kept: dict[str, set[str]] = defaultdict(set)
        for one in stored.values():
            kept[one.one_id].add(one.properties["programme"])
        owners = {row[0]: row[1] for row in rows.owners}
        invited = {row[0]: Invited(row[1], row[2]) for row in rows.invited}
        cases = [
            Case(
                programme=programme,
                friend=one_id,
                statements=statements[one_id],
                codes=codes,
                versions=programmes[programme].terms,
                referrers=people,
                claims=[claim for of, claim in claims[one_id] if of == programme],
                decisions=decisions,
                flags=raised,
                invited=invited,
                tags=people[one_id].tags,
                owner_since=owners.get(one_id),
            )
            for one_id in sorted(one_ids)
            for programme in _programmes(statements[one_id], claims[one_id], codes, kept[one_id])
            if programme in programmes
        ]
        reviews = {key: state for one in stored.values() for key, state in one.reviews.items()}
        return Gathered(
            tuple(cases),
            stored,
            flags,
            Decided(
                accepted=frozenset(key for key, state in reviews.items() if state == "accepted"),
                refused=frozenset(key for key, state in reviews.items() if state == "refused"),
            ),
            reviews,
            {row[0]: row[3] for row in rows.invited},
            lively,
        )

    async def _read(
        self, one_ids: Collection[str], codes: Collection[str], invitations: Collection[str]
    ) -> _Rows:
        asked = {"oneIds": sorted(one_ids), "codes": sorted(codes), "invitations": sorted(invitations)}
        row = await self._database.read_one("referral.read_cases", asked=asked)
        return _Rows(*row) if row else _Rows()

    async def _referrers(
        self, one_ids: Collection[str], programmes: Mapping[str, Programme]
    ) -> dict[str, Referrer]:
        """What users are by hand, and who brought them, as far up as any programme's rewards reach."""
        levels = max(
            (
                reward.level
                for each in programmes.values()
                for terms in each.terms
                for reward in terms.rewards
            ),
            default=1,
        )
        tags: dict[str, set[Participant]] = defaultdict(set)
        above: dict[str, Above] = {}
        wanted = {*one_ids}
        for _ in range(max(levels, 1)):
            asked = {"oneIds": sorted(wanted), "tags": list(_TAGS)}
            row = await self._database.read_one("referral.read_referrers", asked=asked)
            for one_id, name in row[0] if row else ():
                tags[one_id].add(Participant(name))
            for one_id, other, profile in row[1] if row else ():
                above[one_id] = Above(profile, other)
            wanted = {above[one].one_id for one in wanted if one in above} - above.keys()
            if not wanted:
                break
        return {
            one_id: Referrer(one_id, frozenset(tags[one_id]), tuple(_chain(one_id, above, levels - 1)))
            for one_id in one_ids
        }


@dataclass(frozen=True, slots=True)
class _Rows:
    """A row of `referral.read_cases`."""

    referrals: Sequence[Sequence[Any]] = ()
    claims: Sequence[Sequence[Any]] = ()
    owners: Sequence[Sequence[Any]] = ()
    codes: Sequence[Sequence[Any]] = ()
    invited: Sequence[Sequence[Any]] = ()


def _chain(one_id: str, above: Mapping[str, Above], most: int) -> Iterable[Above]:
    for _ in range(most):
        found = above.get(one_id)
        if found is None:
            return
        yield found
        one_id = found.one_id


def _stored(rows: Iterable[Sequence[Any]]) -> tuple[dict[str, Stored], dict[str, list[Decision]]]:
    stored: dict[str, Stored] = {}
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for one_id, properties, decided, reviews, flags in rows:
        id_ = properties["id"]
        stored[id_] = Stored(
            id_, one_id, properties, tuple(tuple(flag) for flag in flags), {row[0]: row[1] for row in reviews}
        )
        decisions[id_] = [
            Decision(key, by, at, Outcome(outcome), frozenset(codes or ()))
            for key, by, at, outcome, codes in decided
        ]
    return stored, decisions


def _claims(rows: Iterable[Sequence[Any]]) -> dict[str, list[tuple[str, Claimed]]]:
    found: dict[str, list[tuple[str, Claimed]]] = defaultdict(list)
    for one_id, programme, key, order, profile, shares, made_at, decided_at, state in rows:
        accepted = None if state == "open" else state == "accepted"
        found[one_id].append(
            (programme, Claimed(key, order, profile, json.loads(shares), made_at, decided_at, accepted))
        )
    return found


def _programmes(
    statements: Iterable[Statement],
    claims: Iterable[tuple[str, Claimed]],
    codes: Mapping[str, Code],
    kept: Set[str],
) -> list[str]:
    """The programmes that a friend has anything to do with."""
    touched = {
        codes[name].programme for each in statements if (name := each.fact.removeprefix(_PREFIX)) in codes
    }
    return sorted(touched | kept | {programme for programme, _ in claims})
