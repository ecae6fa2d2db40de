"""Why somebody got or lost this, in words: lines of a statement told to the participant. Pure.

A sentence is made of what was decided (the outcome), what led to it (the cause) and the side of the referral.
Codes that have no words yet are shown as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from graph.clock import to_datetime
from graph.explanation.model import Language
from graph.ledger.causes import read_hand, read_payout
from graph.ledger.line import Line
from graph.ledger.model import AccountKind, EntryKind, Measure, Outcome, Period, Result, Side
from graph.ledger.units import POINTS, STATUS, decimals


def tell(line: Line, language: Language) -> str:
    """What a line of a statement means, in a sentence for each outcome; empty where it has none."""
    words = _Words(language)
    told = [words.outcome(outcome, line) for outcome in line.outcomes]
    told += [words.say("result.filled", amount=words.amount(n, unit)) for unit, n in _filled(line).items()]
    return words.joined(told)


def shown(amount: int, unit: str, language: Language) -> str:
    """An amount of a unit's smallest part as people read it: `35.00 CNY`, `500 points`."""
    return _Words(language).amount(amount, unit)


@cache
def messages(language: Language) -> Mapping[str, str]:
    """All messages of a language by `table.name`."""
    text = Path(__file__).with_name(f"messages_{language.value}.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {f"{table}.{name}": said for table, rows in tables.items() for name, said in rows.items()}


class _Words:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._messages = messages(language)

    def say(self, key: str, **values: object) -> str:
        return self._messages[key].format(**values)

    def called(self, table: str, code: str) -> str:
        return self._messages.get(f"{table}.{code}", code)

    def joined(self, told: list[str]) -> str:
        text = ""
        for one in told:
            text = self.say("form.sentences", first=text, second=one) if text else one
        return text

    def amount(self, amount: int, unit: str) -> str:
        if unit in (POINTS, STATUS):
            return self.say(f"form.{unit}", amount=f"{amount:,}")
        return self.say("form.money", amount=f"{Decimal(amount).scaleb(-decimals(unit)):,f}", unit=unit)

    def outcome(self, outcome: Outcome, line: Line) -> str:
        cause = self._cause(line.cause)
        text = self.say(
            f"result.{outcome.result}",
            amount=self.amount(outcome.amount, outcome.unit),
            asked=self.amount(outcome.asked, outcome.unit),
            role=self._role(outcome),
            because=self.say("form.because", cause=cause) if cause else "",
            limit=self._limit(outcome) if outcome.result is Result.CAPPED else "",
            reason=self.called("disqualified", outcome.reason),
            until=self._until(outcome, line),
        )
        return text[:1].upper() + text[1:]

    def _role(self, outcome: Outcome) -> str:
        side = outcome.reward.rpartition(":")[2]
        if outcome.referral and side in tuple(Side):
            return self.say(f"role.{side}")
        return self.say("role.rule", rule=outcome.rule)

    def _limit(self, outcome: Outcome) -> str:
        """The cap that was full, from the reason that `graph.ledger.granting` gives."""
        parts = outcome.reason.split(" ")
        if len(parts) != 3 or parts[1] not in tuple(Measure) or parts[2] not in tuple(Period):
            return outcome.reason
        most, measure, period = int(parts[0]), parts[1], self.say(f"limit.{parts[2]}")
        if measure == Measure.REWARDS:
            return self.say("limit.rewards", count=most, period=period)
        return self.say("limit.amount", most=self.amount(most, outcome.unit), period=period)

    def _cause(self, cause: str) -> str:
        hand = read_hand(cause)
        if hand is not None:
            return hand.reason
        if read_payout(cause) is not None:
            return self.say("cause.payout")
        return self._messages.get(f"cause.{cause.partition(' ')[0]}", "")

    def _until(self, outcome: Outcome, line: Line) -> str:
        expires = line.expiries.get(outcome.reward)
        if outcome.result is not Result.MATURED or expires is None:
            return ""
        day = to_datetime(expires)
        month = self.say(f"month.{day.month}")
        return self.say("form.until", date=self.say("form.date", year=day.year, month=month, day=day.day))


def _filled(line: Line) -> dict[str, int]:
    """What of a line went to rewards that were spent and yet taken back, by unit.

    Such transfers lie on the available account, and sum to zero beside what matured or was taken back.
    """
    sums: dict[str, int] = {}
    sign = {EntryKind.MATURE: -1, EntryKind.REVERSE: 1}.get(line.kind, 0)
    for posting in line.postings:
        if posting.account.kind is AccountKind.AVAILABLE and posting.amount * sign > 0:
            unit = posting.account.unit
            sums[unit] = sums.get(unit, 0) + posting.amount * sign
    return sums
