"""Search for people: candidates by blind tokens, then the few best compared in the clear, in memory.

The index finds whoever shares grams with what was typed; how well somebody fits is decided by their name itself,
opened for that, in memory. A search costs one statement, and one or two to read
who is shown, whatever it finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from graph.db.database import Database
from graph.ingest.normalise import Namespace
from graph.ingest.sources import GLOBAL
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.rows import Want
from graph.profile.service import RelationshipView
from graph.profile.traits import NAME
from graph.profile.view import Sealers, UserView, sealers_of
from graph.search.forms import local_form, name_forms
from graph.search.question import Question, read_question
from graph.search.ranking import FITS, local_score, name_score
from graph.search.tokens import SearchTokens

CANDIDATES: Final = 200
"""Profiles that are compared in the clear, of each kind."""

DEALERS_CANDIDATES: Final = 5_000
"""Index entries that are looked at for a dealer, whose own people are among them."""

_LAST_DIGITS_SCORE: Final = 0.8
_CLAIMED: Final = 0.99
_LOCAL: Final = 0.97


class Match(StrEnum):
    """Why somebody was found."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LAST_DIGITS = "lastDigits"
    VIN = "vin"
    PLATE = "plate"


_KINDS: Final = {Namespace.EMAIL: Match.EMAIL, Namespace.PHONE: Match.PHONE, Namespace.PLATE: Match.PLATE}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be meant; `last_seen_at` in µs."""

    one_id: str
    matched: Match
    score: float
    last_seen_at: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A person found, as they may be shown, why, and how well they fit (1: exactly)."""

    user: UserView
    matched: Match
    score: float


class PeopleSearch:
    """Finds people by what somebody remembers of them; who may search is the caller's to decide."""

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, people: RelationshipView
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._blind = blind
        self._people = people
        self._tokens = SearchTokens(blind)

    async def search(
        self, text: str, *, first: int, want: Want, dealer: str | None = None
    ) -> tuple[list[Hit], bool]:
        """The people who fit best, at most `first`, and whether there are more; two or three statements.

        Of those who fit alike, who was seen last comes first. With `dealer`, only people whom it may see. Raises
        InputError for a query that is empty or longer than 200 characters.
        """
        found = await self.candidates(text, dealer=dealer)
        best = found[:first]
        views = await self._people.people([one.one_id for one in best], replace(want, as_of=None))
        hits = [Hit(views[one.one_id], one.matched, one.score) for one in best if one.one_id in views]
        return hits, len(found) > first

    async def candidates(self, text: str, *, dealer: str | None = None) -> list[Candidate]:
        """Everybody who fits, best first, each once; one statement. Raises as `search` does."""
        question = read_question(text)
        asked = self._asked(question)
        if not any(asked.values()):
            return []
        row = await self._database.read_one(
            "search.find_people",
            asked=asked,
            dealer=dealer,
            limit=CANDIDATES if dealer is None else DEALERS_CANDIDATES,
            kept=CANDIDATES,
        )
        return await asyncio.to_thread(self._ranked, question, row) if row else []

    def _asked(self, question: Question) -> dict[str, list[str]]:
        tokens = self._tokens
        name = tokens.of_name(question.name) if question.name else None
        local = tokens.of_local(question.local_letters)
        digits = tokens.of_digits(question.digits) if question.digits else None
        keys = [self._blind.key(namespace, GLOBAL, value) for namespace, value in question.identifiers]
        return {
            "names": [name] if name else [],
            "locals": [local] if local else [],
            "digits": [digits] if digits else [],
            "keys": keys,
            "vehicles": [self._blind.key("vehicle", GLOBAL, question.vin)] if question.vin else [],
        }

    def _ranked(self, question: Question, lists: Sequence[Sequence[Sequence[Any]]]) -> list[Candidate]:
        names, locals_, digits, whole, vehicles = lists
        sealers = sealers_of(self._keyring, (row[0] for rows in (names, locals_, digits) for row in rows))
        best: dict[str, Candidate] = {}
        for one in (
            *_by_name(question, names, sealers),
            *_by_value(question, locals_, digits, sealers),
            *_by_key(whole, vehicles),
        ):
            present = best.get(one.one_id)
            if one.score > FITS and (present is None or _place(one) < _place(present)):
                best[one.one_id] = one
        return sorted(best.values(), key=_place)


def _place(one: Candidate) -> tuple[float, int, str]:
    return -one.score, -one.last_seen_at, one.one_id


def _by_name(question: Question, rows: Sequence[Sequence[Any]], sealers: Sealers) -> Iterator[Candidate]:
    for profile_id, one_id, seen, traits, corrected, value in rows:
        sealer = sealers.get(profile_id)
        if sealer is None or question.name is None:
            continue  # erased meanwhile
        if corrected is not None:
            name = sealer.open_json(f"correction:{corrected}:value", value)
        else:
            said = sealer.open_json("traits", traits).get(NAME) if traits is not None else None
            name = said[0] if said else None
        forms = name_forms(name)
        if forms is not None:
            yield Candidate(one_id, Match.NAME, name_score(question.name, forms), seen or 0)


def _by_value(
    question: Question,
    locals_: Sequence[Sequence[Any]],
    digits: Sequence[Sequence[Any]],
    sealers: Sealers,
) -> Iterator[Candidate]:
    for profile_id, one_id, seen, key, value in locals_:
        if (sealer := sealers.get(profile_id)) is not None:
            local = local_form(sealer.open(f"value:{key}", value).decode())
            score = _LOCAL * local_score(question.local, local)
            yield Candidate(one_id, Match.EMAIL, score, seen or 0)
    for profile_id, one_id, seen, key, value in digits:
        sealer = sealers.get(profile_id)
        if sealer is not None and sealer.open(f"value:{key}", value).decode().endswith(question.digits or ""):
            yield Candidate(one_id, Match.LAST_DIGITS, _LAST_DIGITS_SCORE, seen or 0)


def _by_key(whole: Sequence[Sequence[Any]], vehicles: Sequence[Sequence[Any]]) -> Iterator[Candidate]:
    for _, one_id, seen, namespace, trusted in whole:
        yield Candidate(one_id, _KINDS[namespace], 1.0 if trusted else _CLAIMED, seen or 0)
    for _, one_id, seen, owner in vehicles:
        yield Candidate(one_id, Match.VIN, 1.0 if owner else _CLAIMED, seen or 0)
