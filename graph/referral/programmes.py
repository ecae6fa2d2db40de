"""Programmes in the graph: what each version says, published once and never changed."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import orjson

from graph.clock import Clock, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import ConfigurationError, InputError
from graph.ledger.commands import Fund
from graph.ledger.repository import LedgerRepository
from graph.ledger.service import ProgrammeNotFoundError
from graph.ledger.stored import concern_of
from graph.ledger.units import STATUS
from graph.operation import operation_of
from graph.referral.terms import Terms, read_terms

_PARSED: Final = 512
LONGEST_TERMS: Final = 100_000
"""Characters of a version that is sent."""


class VersionConflictError(InputError):
    """A version is published already and says something else, or is not the next one."""

    code: ClassVar[str] = "version_conflict"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: what it says, by which key, when it was recorded (µs)."""

    terms: Terms
    digest: str
    by: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme with all its versions, the newest last."""

    id: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """What was published last."""
        return self.versions[-1]

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What each version says."""
        return tuple(version.terms for version in self.versions)


class Programmes:
    """Publishes programmes and reads them; who may is the caller's to decide."""

    def __init__(self, database: Database, ledger: LedgerRepository, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    async def all(self) -> dict[str, Programme]:
        """Every programme, by id."""
        row = await self._database.read_one("referral.list_versions")
        found: dict[str, list[Version]] = defaultdict(list)
        for id_, _, content, digest, by, recorded_at in row[0] if row else ():
            found[id_].append(Version(_read(content), digest, by, recorded_at))
        return {id_: Programme(id_, tuple(versions)) for id_, versions in found.items()}

    async def get(self, id_: str) -> Programme:
        """One programme. Raises ProgrammeNotFoundError."""
        try:
            return (await self.all())[id_]
        except KeyError:
            raise ProgrammeNotFoundError from None

    async def publish(self, terms: Terms, *, by: str) -> Version:
        """Publish a version, and put into its budgets what they have more than those of the version before.

        Publishing the same again changes nothing. Raises VersionConflictError where this version says something else
        already or is not the next one, and InsufficientError where a budget is cut below what is spent of it.
        """
        before = (await self.all()).get(terms.id)
        same = (
            next((v for v in before.versions if v.terms.version == terms.version), None) if before else None
        )
        if same is not None:
            if same.digest != terms.digest():
                raise VersionConflictError(
                    f"Version {terms.version} of {terms.id} is published and says something else.",
                    remedy=f"Give it version {terms.version + 1}.",
                )
            return same
        expected = before.newest.terms.version + 1 if before else 1
        if terms.version != expected:
            raise VersionConflictError(
                f"The next version of {terms.id} is {expected}.", remedy=f"Write version = {expected}."
            )
        commands = budgets_of(terms, before.newest.terms if before else None, at=self._clock())
        operation = operation_of("programme", by=by, idempotency_key=f"{terms.id}:{terms.version}")

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            await self._ledger.settle(tx, begun, concern_of(commands), lambda _: commands)
            await tx.one(
                "referral.add_version",
                version={
                    "key": f"{terms.id}:{terms.version}",
                    "programme": terms.id,
                    "version": terms.version,
                    "digest": terms.digest(),
                    "content": orjson.dumps(terms.content()).decode(),
                    "by": by,
                    "recordedAt": begun.recorded_at,
                },
            )
            await feed.append(tx, begun, kind="programme")

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return (await self.get(terms.id)).newest


def budgets_of(terms: Terms, before: Terms | None, *, at: int) -> list[Fund]:
    """What a version adds to each budget; status alone has no floor to keep."""
    old = {budget.unit: budget for budget in before.budgets} if before else {}
    commands: list[Fund] = []
    for budget in terms.budgets:
        had = old.get(budget.unit)
        more = budget.amount_minor - (had.amount_minor if had else 0)
        if more:
            floor = None if budget.unit == STATUS and not budget.floor_minor else budget.floor_minor
            key = f"budget:{terms.id}:{terms.version}:{budget.unit}"
            commands.append(Fund(key, terms.id, budget.unit, more, f"version {terms.version}", at, floor))
        elif had and had.floor_minor != budget.floor_minor:
            raise InputError(
                f"The floor of {budget.unit} changes and its budget does not.",
                remedy="Change the budget's amount with it.",
            )
    return commands


class InvalidTermsError(InputError):
    """What a version says is wrong; the message names every wrong field."""

    code: ClassVar[str] = "invalid_terms"


def read_version(toml: str) -> Terms:
    """The terms of a text that somebody sent, 100,000 characters at most. Raises InvalidTermsError."""
    if len(toml) > LONGEST_TERMS:
        raise InvalidTermsError(
            f"A version takes {LONGEST_TERMS:,} characters at most.", remedy="Send what a programme says."
        )
    try:
        return read_terms(toml)
    except ConfigurationError as error:
        raise InvalidTermsError(error.message, remedy=error.remedy) from None


@lru_cache(maxsize=_PARSED)
def _read(content: str) -> Terms:
    return Terms.model_validate_json(content)
