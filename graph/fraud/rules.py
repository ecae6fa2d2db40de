"""The rules of fraud detection: what is looked for, how much it says, from when on it is raised. Data, versioned."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Final, cast

from pydantic import Field

from graph.fraud.flag import Code
from graph.referral.declared import Declared, read_declared, text_of

RULES: Final = Path(__file__).with_name("rules.toml")

_Share = Annotated[float, Field(ge=0, le=1)]
_People = Annotated[int, Field(ge=2, le=20, strict=True)]
_Days = Annotated[int, Field(ge=1, le=3_660, strict=True)]
_Hours = Annotated[int, Field(ge=0, le=24 * 366, strict=True)]
_Friends = Annotated[int, Field(ge=2, le=50, strict=True)]
_On = Annotated[bool, Field(strict=True)]


class Rule(Declared):
    """Whether something is looked for, how much it says by itself, and from which score on it is raised."""

    on: _On
    weight: _Share
    least: _Share


class SharedRule(Rule):
    """Of a thing that two people share: on how many people it says something, and how much less in a family."""

    most: _People
    family: _Share


class PhoneRule(SharedRule):
    """A number that was silent for `gap_days` has gone to somebody else."""

    gap_days: _Days


class RingRule(Rule):
    """At most so many referrals, all within so many days."""

    referrals: Annotated[int, Field(ge=2, le=4, strict=True)]
    window_days: _Days


class Burst(Declared):
    """So many friends of one code within so many hours."""

    hours: Annotated[_Hours, Field(ge=1)]
    friends: _Friends


class VelocityRule(Rule):
    """Any of these bursts raises it."""

    bursts: Annotated[tuple[Burst, ...], Field(min_length=1)]


class TradedRule(Rule):
    """From so many friends within so many days on, and so many places (effective number)."""

    window_days: _Days
    friends: _Friends
    places: Annotated[float, Field(ge=1, le=50)]


class StaffRule(Rule):
    """Who is tagged so works for a dealer; what a consultant shares with more people than `most` says nothing."""

    most: _People
    tags: frozenset[Annotated[str, Field(min_length=1, max_length=100)]]


class LeadRule(Rule):
    """A code up to `grace_hours` after a lead belongs to it; a lead older than `lead_days` has gone cold."""

    grace_hours: _Hours
    lead_days: _Days


class CancelledRule(Rule):
    """How many days after the reward could be spent a cancellation says something."""

    days: _Days


class DriveRule(Rule):
    """How fast nobody drives on average."""

    km_per_hour: Annotated[float, Field(gt=0, le=1_000)]


class Rules(Declared):
    """A rule for each code of a flag, named like it."""

    same_person: Rule
    household: Rule
    shared_phone: PhoneRule
    shared_email: SharedRule
    shared_device: SharedRule
    shared_address: SharedRule
    shared_vehicle: SharedRule
    shared_payer: SharedRule
    ring: RingRule
    velocity: VelocityRule
    traded_code: TradedRule
    staff: StaffRule
    code_after_lead: LeadRule
    cancelled_after_reward: CancelledRule
    impossible_drive: DriveRule

    def of(self, code: Code) -> Rule:
        """The rule of a flag's code."""
        return getattr(self, _FIELDS[code])

    @property
    def shared(self) -> dict[Code, SharedRule]:
        """The rules of what two people share."""
        return {code: rule for code in Code if isinstance(rule := self.of(code), SharedRule)}

    @property
    def version(self) -> str:
        """A digest of all that the rules say: equal versions flag alike."""
        content: dict[str, dict[str, Any]] = self.model_dump(mode="json", by_alias=True)
        for row in content.values():
            for name, value in row.items():
                if isinstance(value, list):
                    row[name] = sorted(cast("list[Any]", value), key=json.dumps)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


_FIELDS: Final = {Code(str(field.alias)): name for name, field in Rules.model_fields.items()}


def load_fraud_rules(path: Path | None = None) -> Rules:
    """The rules of a TOML file; the packaged ones without a path.

    Raises ConfigurationError that names the file and every wrong key.
    """
    file = path or RULES
    return read_fraud_rules(text_of(file), source=file.name)


def read_fraud_rules(text: str, *, source: str = "The rules") -> Rules:
    """The rules of a TOML text. Raises ConfigurationError that names every wrong key."""
    return read_declared(Rules, text, source=source, example="graph/fraud/rules.toml")
