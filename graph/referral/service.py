"""What people do with referrals: look at them, decide, claim, review. Whatever they do, the follower judges anew."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from graph.clock import Clock, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError, NotFoundError
from graph.operation import operation_of
from graph.privacy.keyring import Keyring
from graph.referral.case import ClaimState
from graph.referral.codes import read_code
from graph.referral.forest import REVIEWED
from graph.referral.notes import Notes, checked
from graph.referral.programmes import Programmes
from graph.referral.progress import IllegalMoveError
from graph.referral.settle import ReviewState
from graph.referral.terms import in_force
from graph.referral.verdict import Decision, Outcome, check_decision, verdict_of
from graph.standing.statement import public_id

MAX_PAGE: Final = 1_000
SCAN: Final = 1_000
"""Referrals that one statement looks at for a page; more statements follow where few fit."""
STATEMENTS: Final = 20
NEWEST: Final = 2**62
_ALPHABETIC_END: Final = "\U0010ffff"


class ReferralNotFoundError(NotFoundError):
    """No referral has this id."""

    code: ClassVar[str] = "referral_not_found"

    def __init__(self) -> None:
        super().__init__("No referral has this id.", remedy="Take an id that was answered before.")


class ClaimNotFoundError(NotFoundError):
    """No claim has this id."""

    code: ClassVar[str] = "claim_not_found"

    def __init__(self) -> None:
        super().__init__("No claim has this id.", remedy="Take an id that was answered before.")


class ReviewNotFoundError(NotFoundError):
    """No review has this key."""

    code: ClassVar[str] = "review_not_found"

    def __init__(self) -> None:
        super().__init__("No review has this key.", remedy="Take a key that was answered before.")


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as it stands, by its properties in the vocabulary; its ends are the users that they are now."""

    properties: Mapping[str, Any]
    referrer: str | None
    friend: str | None

    @property
    def id(self) -> str:
        """The id."""
        return self.properties["id"]


@dataclass(frozen=True, slots=True)
class Detail:
    """A referral with everything about it: flags, decisions, reviews and rewards by their properties."""

    referral: Referral
    referrer_profile: str | None
    friend_profile: str | None
    flags: tuple[Mapping[str, Any], ...]
    decisions: tuple[Mapping[str, Any], ...]
    reviews: tuple[Mapping[str, Any], ...]
    rewards: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which referrals of a programme; None: every one."""

    progress: str | None = None
    judgement: str | None = None
    dealer: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: what comes after it is older than `opened_at`, or as old with a smaller id."""

    opened_at: int = NEWEST
    id: str = _ALPHABETIC_END


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim by its properties in the graph's vocabulary, and the user for whose order it was made."""

    properties: Mapping[str, Any]
    friend: str | None
    profile_id: str | None = None


class ReferralService:
    """Reads referrals and takes people's decisions; who may is the caller's to decide."""

    def __init__(
        self, database: Database, *, keyring: Keyring, programmes: Programmes, clock: Clock = system_clock
    ) -> None:
        self._database = database
        self._notes = Notes(keyring)
        self._programmes = programmes
        self._clock = clock

    # -- reading ----------------------------------------------------------------------------------------

    async def page(
        self, programme: str, *, which: Filter | None = None, after: Place | None = None, first: int = 50
    ) -> tuple[list[Referral], Place | None]:
        """A page of a programme's referrals, newest first, and where to go on; None at the end.

        At most 20,000 referrals are looked at for one page: where few fit it may be short, or empty, and yet go on.
        """
        which, place = which or Filter(), after or Place()
        wanted = {"progress": which.progress, "judgement": which.judgement, "dealer": which.dealer}
        found: list[Referral] = []
        for _ in range(STATEMENTS):
            row = await self._database.read_one(
                "referral.list_referrals",
                programme=programme,
                filter=wanted,
                before={"openedAt": place.opened_at, "id": place.id},
                scan=SCAN,
            )
            rows, last = row or ((), None)
            found += [Referral(*each) for each in rows]
            if len(found) > first:
                end = found[first - 1].properties
                return found[:first], Place(end["openedAt"], end["id"])
            if last is None:
                return found, None
            place = Place(*last)
            if len(found) == first:
                break
        return found, place

    async def get(self, id_: str) -> Detail:
        """One referral with everything about it. Raises ReferralNotFoundError."""
        row = await self._database.read_one("referral.find_referral", id=id_)
        if row is None:
            raise ReferralNotFoundError
        properties, (maker, referrer, friend_profile, friend), flags, decisions, reviews, rewards = row
        return Detail(
            Referral(properties, referrer, friend),
            maker,
            friend_profile,
            tuple(sorted(flags, key=lambda flag: (-flag["score"], flag["code"]))),
            tuple(self._opened(each, friend_profile) for each in sorted(decisions, key=lambda d: d["at"])),
            tuple(self._opened(each, friend_profile) for each in sorted(reviews, key=lambda r: r["key"])),
            tuple(rewards),
        )

    async def of_people(
        self, one_ids: Collection[str], *, most: int = 100
    ) -> dict[str, list[tuple[bool, Referral]]]:
        """The newest referrals of present users; each with whether the user made it, or is the friend."""
        row = await self._database.read_one(
            "referral.read_referrals", asked={"oneIds": sorted(set(one_ids))}, most=most
        )
        found: dict[str, list[tuple[bool, Referral]]] = {one_id: [] for one_id in one_ids}
        for one_id, rows in row[0] if row else ():
            found[one_id] = [(made, Referral(*rest)) for made, *rest in rows]
        return found

    # -- judgement --------------------------------------------------------------------------------------

    async def decide(
        self,
        id_: str,
        outcome: Outcome,
        *,
        note: str,
        by: str,
        idempotency_key: str | None = None,
    ) -> Detail:
        """Clear or reject a referral, or take the last decision back; a clearance covers the flags of this moment.

        Raises ReferralNotFoundError, IllegalMoveError for what cannot be decided of it as it is judged, InputError for
        a note that is empty or over 1,000 characters.
        """
        note = checked(note)
        detail = await self.get(id_)
        flags = [flag["code"] for flag in detail.flags]
        made = [
            Decision(d["id"], d["by"], d["at"], Outcome(d["outcome"]), frozenset(d["flags"] or ()))
            for d in detail.decisions
        ]
        looked = detail.referral.properties.get("automatic") != "unchecked"
        operation = operation_of("decideReferral", by=by, idempotency_key=idempotency_key)
        sealed = self._notes.seal(detail.friend_profile, note)
        if not any(each.key == operation for each in made):
            check_decision(verdict_of(flags, checked=looked, decisions=made), outcome)

        async def write(tx: Transaction, begun: feed.Begun) -> None:
            decision: dict[str, Any] = {
                "referral": id_,
                "id": operation,
                "outcome": str(outcome),
                "flags": flags,
            }
            decision |= {"by": by, "note": sealed, "at": begun.recorded_at}
            await tx.one("referral.add_decision", decision=decision)

        await self._write(operation, "decision", write)
        return await self.get(id_)

    # -- reviews ----------------------------------------------------------------------------------------

    async def reviews(
        self, *, state: ReviewState = ReviewState.OPEN, after: tuple[int, str] = (0, ""), first: int = 50
    ) -> list[Mapping[str, Any]]:
        """A page of reviews in a state by their properties, those first that are so longest; after (at, key)."""
        row = await self._database.read_one(
            "referral.list_reviews", state=state, after={"at": after[0], "key": after[1]}, limit=first
        )
        return [self._opened(review, profile_id) for review, profile_id in row[0]] if row else []

    async def decide_review(self, key: str, *, accept: bool, note: str, by: str) -> Mapping[str, Any]:
        """Take back what the review is about, or leave it with who has it. Deciding the same again changes nothing.

        A review without a reward is about a whole referral (`second`, `cycle`): taking it back rejects the referral.
        Raises ReviewNotFoundError, IllegalMoveError for one that is not open and was decided otherwise.
        """
        note, state = checked(note), "accepted" if accept else "refused"
        before, profile_id = await self._review(key)
        if before["state"] == state:
            return before
        _check_open("review", before["state"])
        sealed = self._notes.seal(profile_id, note)
        operation = operation_of("decideReview", by=by, idempotency_key=None)

        async def write(tx: Transaction, begun: feed.Begun) -> None:
            decision = {"key": key, "state": state, "by": by, "note": sealed, "at": begun.recorded_at}
            if await tx.one("referral.decide_review", decision=decision) is None:
                raise IllegalMoveError("The review was decided meanwhile.", remedy="Look at it again.")
            if accept and before["kind"] in REVIEWED:
                rejection = {
                    "referral": before["referral"],
                    "id": operation,
                    "outcome": str(Outcome.REJECTED),
                }
                rejection |= {"flags": [], "by": by, "note": sealed, "at": begun.recorded_at}
                await tx.one("referral.add_decision", decision=rejection)

        await self._write(operation, "decision", write)
        return (await self._review(key))[0]

    async def _review(self, key: str) -> tuple[Mapping[str, Any], str | None]:
        """A review, and the friend's profile."""
        row = await self._database.read_one("referral.find_review", key=key)
        if row is None:
            raise ReviewNotFoundError
        return self._opened(row[0], row[1]), row[1]

    # -- claims -----------------------------------------------------------------------------------------

    async def claim(
        self,
        programme: str,
        one_id: str,
        order: str,
        codes: Mapping[str, int],
        *,
        evidence: str,
        by: str,
        idempotency_key: str | None = None,
    ) -> Claim:
        """Claim a person's order for codes, with weights among which the credit is to be split.

        The order is named by its key, or by its `public_id` as people outside know it.

        Raises ProgrammeNotFoundError; NotFoundError for an order that is not the person's; InputError for weights
        that are not 1 to 1,000, codes that are none, or evidence that is empty or over 1,000 characters;
        IllegalMoveError where the claim window is over.
        """
        evidence = checked(evidence)
        shares = _shares(codes)
        terms = (await self._programmes.get(programme)).terms
        row = await self._database.read_one("referral.list_orders", oneId=one_id)
        named = [each for each in (row[0] if row else ()) if order in (each[0], public_id(each[0]))]
        if not named:
            raise NotFoundError(
                "The person has no such order.",
                remedy="Take the id of one of their orders, as GraphQL's User has them.",
            )
        fact, profile_id, placed_at = named[0]
        now = self._clock()
        version = in_force(terms, placed_at) or terms[-1]
        if not placed_at <= now < placed_at + version.attribution.claim_window:
            raise IllegalMoveError(
                f"An order can be claimed within {version.attribution.claim_days} days.",
                remedy="It is too late for this one.",
            )
        operation = operation_of("claim", by=by, idempotency_key=idempotency_key)
        sealed = self._notes.seal(profile_id, evidence)

        async def write(tx: Transaction, begun: feed.Begun) -> None:
            claim: dict[str, Any] = {
                "id": operation,
                "programme": programme,
                "orderFact": fact,
                "profileId": profile_id,
            }
            claim |= {"shares": json.dumps(shares, sort_keys=True), "evidence": sealed}
            claim |= {"madeAt": begun.recorded_at, "madeBy": by}
            await tx.one("referral.add_claim", claim=claim)

        await self._write(operation, "claim", write, profiles=[profile_id])
        return await self.get_claim(operation)

    async def get_claim(self, id_: str) -> Claim:
        """A claim by its id. Raises ClaimNotFoundError."""
        row = await self._database.read_one("referral.find_claim", id=id_)
        if row is None:
            raise ClaimNotFoundError
        return self._claim(row)

    async def claims(
        self, *, state: ClaimState = ClaimState.OPEN, after: tuple[int, str] = (0, ""), first: int = 50
    ) -> list[Claim]:
        """A page of claims in a state, oldest first; after (made at, id)."""
        row = await self._database.read_one(
            "referral.list_claims", state=state, after={"at": after[0], "id": after[1]}, limit=first
        )
        return [self._claim(each) for each in row[0]] if row else []

    async def decide_claim(
        self, id_: str, *, accept: bool, note: str, by: str, codes: Mapping[str, int] | None = None
    ) -> Claim:
        """Give the order to what was claimed, or to other `codes`, or refuse. Deciding the same again changes nothing.

        Raises ClaimNotFoundError, InputError as `claim`, IllegalMoveError for one that was decided otherwise.
        """
        note, state = checked(note), "accepted" if accept else "refused"
        shares = _shares(codes) if codes is not None else None
        before = await self.get_claim(id_)
        if before.properties["state"] == state:
            return before
        _check_open("claim", before.properties["state"])
        sealed = self._notes.seal(before.profile_id, note)

        async def write(tx: Transaction, begun: feed.Begun) -> None:
            decision: dict[str, Any] = {"id": id_, "state": state, "by": by, "note": sealed}
            decision |= {
                "at": begun.recorded_at,
                "shares": json.dumps(shares, sort_keys=True) if shares else None,
            }
            if await tx.one("referral.decide_claim", decision=decision) is None:
                raise IllegalMoveError("The claim was decided meanwhile.", remedy="Look at it again.")

        operation = operation_of("decideClaim", by=by, idempotency_key=None)
        await self._write(
            operation, "claim", write, profiles=[before.profile_id] if before.profile_id else []
        )
        return await self.get_claim(id_)

    def _claim(self, row: Sequence[Any]) -> Claim:
        properties, friend, profile_id = row
        return Claim(self._opened(properties, profile_id), friend, profile_id)

    def _opened(self, properties: Mapping[str, Any], profile_id: str | None) -> dict[str, Any]:
        """The properties with what somebody wrote; None where whom it is about was erased."""
        written = {
            name: self._notes.open(profile_id, properties[name]) for name in _WRITTEN & properties.keys()
        }
        return {**properties, **written}

    async def _write(self, operation: str, kind: str, write: _Write, *, profiles: Sequence[str] = ()) -> None:
        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            await write(tx, begun)
            await feed.append(tx, begun, kind=kind, profiles=profiles)

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)


_WRITTEN: Final = frozenset({"note", "evidence"})

_Write = Callable[[Transaction, feed.Begun], Awaitable[None]]


def _shares(codes: Mapping[str, int]) -> dict[str, int]:
    if not codes or not all(0 < weight <= 1_000 for weight in codes.values()):
        raise InputError("A claim names codes with weights of 1 to 1,000.", remedy="Name one code at least.")
    return {read_code(code): weight for code, weight in codes.items()}


def _check_open(what: str, state: str) -> None:
    if state != "open":
        raise IllegalMoveError(f"The {what} is {state}.", remedy=f"Only an open {what} is decided.")
