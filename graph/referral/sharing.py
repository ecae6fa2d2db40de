"""Codes and invitations: what a participant shares. Nothing of a friend is kept before the friend comes by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from graph.clock import Clock, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError, NotFoundError
from graph.ingest.clear_text import is_safe_name
from graph.ingest.subjects import Topic
from graph.ledger.model import Side
from graph.operation import operation_of
from graph.privacy.keyring import Keyring
from graph.referral.codes import new_code, read_code
from graph.referral.notes import Notes, checked
from graph.referral.participants import participant_kinds
from graph.referral.policy import Policies
from graph.referral.programmes import Programmes
from graph.referral.terms import Terms, in_force
from graph.standing.repository import StandingRepository

IMPORTED_AT_ONCE: Final = 1_000
_TRIES: Final = 5
_LETTERS: Final = "BCDFHJKMNPQRTVWX"
_ID_LETTERS: Final = 20


class NotEligibleError(InputError):
    """The person may not refer in this programme now."""

    code: ClassVar[str] = "not_eligible"
    status: ClassVar[int] = 409


class CodeTakenError(InputError):
    """A code is another profile's, or of another programme, already."""

    code: ClassVar[str] = "code_taken"
    status: ClassVar[int] = 409


class CodeNotFoundError(NotFoundError):
    """Nobody has this code."""

    code: ClassVar[str] = "code_not_found"

    def __init__(self) -> None:
        super().__init__("No participant has this code.", remedy="Compare it with where it comes from.")


@dataclass(frozen=True, slots=True)
class SharedCode:
    """A code, whose it is now (None where they were erased), and since when it brings nobody, if so. Times in µs."""

    code: str
    programme: str
    profile_id: str | None
    one_id: str | None
    issued_at: int
    disabled_at: int | None = None
    disabled_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that is given away: its id goes into the link beside the code."""

    id: str
    code: str
    programme: str
    channel: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Person:
    """A present person with the founder's profile, and what they are to the brand."""

    one_id: str
    profile_id: str
    roles: tuple[str, ...]
    tags: tuple[str, ...]
    codes: tuple[SharedCode, ...]


class Sharing:
    """Issues, imports and disables codes, and makes invitations; who may is the caller's to decide."""

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        programmes: Programmes,
        policies: Policies,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._notes = Notes(keyring)
        self._programmes = programmes
        self._policies = policies
        self._standing = StandingRepository(database)
        self._clock = clock

    async def issue_code(self, programme: str, one_id: str, *, by: str) -> SharedCode:
        """The person's code in a programme: the one they have, or a new one on their founder's profile.

        Raises ProgrammeNotFoundError, NotFoundError for a oneId that leads to nobody, and NotEligibleError where no
        version is in force, the person may not refer in it, or the law lets nobody be paid where they live.
        """
        now = self._clock()
        _, person = await self.admitted(programme, one_id)
        for shared in person.codes:
            if shared.programme == programme and shared.disabled_at is None:
                return shared
        for _ in range(_TRIES):
            code = new_code()
            try:
                await self._add([(code, programme, person.profile_id, now)], by=by)
            except CodeTakenError:
                continue
            return SharedCode(code, programme, person.profile_id, person.one_id, now)
        raise InputError("No free code was found.", remedy="Ask again.")

    async def admitted(self, programme: str, one_id: str) -> tuple[Terms, Person]:
        """What the programme says now, and the person, who may refer in it.

        Raises as `issue_code`.
        """
        terms = in_force((await self._programmes.get(programme)).terms, self._clock())
        if terms is None:
            raise NotEligibleError("The programme is not in force now.", remedy="Publish a version that is.")
        person = await self._person(one_id)
        statements = await self._standing.statements([person.one_id], [Topic.ORDER], dealer=None)
        kinds = participant_kinds(person.roles, person.tags, statements[person.one_id])
        if not terms.eligibility.admits(Side.REFERRER, kinds):
            raise NotEligibleError(
                f"A person who is {' and '.join(sorted(kinds))} may not refer in this programme.",
                remedy="Its terms say who may.",
            )
        barred = self._policies.of(terms.jurisdiction).bars(None)
        if barred is not None:
            raise NotEligibleError(
                "Some regions may not be rewarded, and where the person lives is not known.",
                remedy="Run the programme in a jurisdiction without excluded regions.",
            )
        return terms, person

    async def import_codes(
        self, programme: str, codes: Iterable[tuple[str, str]], *, by: str, issued_at: int | None = None
    ) -> int:
        """Take over codes of an earlier system: at most 1,000 pairs of code and profile id; answers how many are there.

        Safe to send again. Raises ProgrammeNotFoundError, InputError for what is no code or for too many, and
        CodeTakenError where a code is another profile's or another programme's already; then none is taken over.
        """
        await self._programmes.get(programme)
        at = self._clock() if issued_at is None else issued_at
        rows = [(read_code(code), programme, profile_id, at) for code, profile_id in codes]
        if len(rows) > IMPORTED_AT_ONCE:
            raise InputError(f"{IMPORTED_AT_ONCE} codes are taken over at once.", remedy="Send fewer.")
        await self._add(rows, by=by)
        return len(rows)

    async def disable_code(self, code: str, *, reason: str, by: str) -> SharedCode:
        """From now on the code brings nobody; what it brought before stays. A code that is disabled stays as it is.

        Raises CodeNotFoundError, and InputError for a reason that is empty or over 1,000 characters.
        """
        reason = checked(reason)
        found = await self.find_code(code)
        sealed = self._notes.seal(found.profile_id, reason) if found.profile_id else None
        operation = operation_of("disableCode", by=by, idempotency_key=found.code)

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            await tx.one(
                "referral.disable_code", code=found.code, reason=sealed, recordedAt=begun.recorded_at
            )
            await feed.append(tx, begun, kind="code")

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return await self.find_code(code)

    async def find_code(self, code: str) -> SharedCode:
        """A code as it is typed. Raises InputError for what is no code, CodeNotFoundError for nobody's."""
        row = await self._database.read_one("referral.find_code", code=read_code(code))
        if row is None:
            raise CodeNotFoundError
        return self._code(row)

    async def codes_of(self, one_id: str) -> tuple[SharedCode, ...]:
        """All codes of a person, in every programme. Raises NotFoundError for a oneId that leads to nobody."""
        return (await self._person(one_id)).codes

    async def invite(
        self, code: str, *, by: str, channel: str | None = None, idempotency_key: str | None = None
    ) -> Invitation:
        """An invitation under a code, to be given away as a link. It says nothing of who gets it.

        Raises CodeNotFoundError, NotEligibleError for a code that is disabled, InputError for a channel that is not
        1 to 64 letters, digits, dots, hyphens and underscores.
        """
        if channel is not None and not is_safe_name(channel):
            raise InputError("This is no channel's name.", remedy="Give one as wechat.")
        found = await self.find_code(code)
        if found.disabled_at is not None:
            raise NotEligibleError("The code is disabled.", remedy="Issue a new one.")
        operation = operation_of("invite", by=by, idempotency_key=idempotency_key)
        id_ = _invitation_id(operation)
        now = self._clock()
        invitation = Invitation(id_, found.code, found.programme, channel, now)

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=now)
            row = {"id": id_, "code": found.code, "programme": found.programme, "channel": channel}
            row |= {"at": now, "recordedAt": begun.recorded_at}
            await tx.one("referral.add_invitation", invitation=row)
            await feed.append(tx, begun, kind="invitation")

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return invitation

    async def _person(self, one_id: str) -> Person:
        row = await self._database.read_one("referral.find_participant", oneId=one_id)
        if row is None:
            raise NotFoundError("No person has this oneId.", remedy="Take a oneId that was answered before.")
        present, profile_id, roles, tags, codes = row
        shared = tuple(self._code([*c[:3], present, *c[3:]]) for c in sorted(codes, key=lambda code: code[0]))
        return Person(present, profile_id, tuple(roles), tuple(tags), shared)

    def _code(self, row: Sequence[Any]) -> SharedCode:
        code, programme, profile_id, one_id, issued_at, disabled_at, reason = row
        return SharedCode(
            code,
            programme,
            profile_id,
            one_id,
            issued_at,
            disabled_at,
            self._notes.open(profile_id, reason),
        )

    async def _add(self, rows: Sequence[tuple[str, str, str, int]], *, by: str) -> None:
        """Leave codes on profiles: all of them, or none where one is taken."""
        operation = operation_of("codes", by=by, idempotency_key=None)

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            found = await tx.one(
                "referral.add_codes",
                rows={"codes": [list(row) for row in rows]},
                recordedAt=begun.recorded_at,
            )
            stored: dict[str, Any] = {code: rest for code, *rest in found[0]} if found else {}
            for code, programme, profile_id, _ in rows:
                if code not in stored:
                    raise NotFoundError("No profile has this id.", remedy="Bring the person first.")
                if stored[code] != [programme, profile_id]:
                    raise CodeTakenError(
                        f"The code {code} is another participant's already.", remedy="Leave it out."
                    )
            await feed.append(tx, begun, kind="code")

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)


def _invitation_id(operation: str) -> str:
    """Twenty letters: an id with digits may look like somebody's number, and would be sealed in an event."""
    digest = hashlib.sha256(operation.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_ID_LETTERS])
