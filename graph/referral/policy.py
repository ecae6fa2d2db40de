"""What the law of a jurisdiction lets a programme pay, applied where postings are made. Pure.

Any depth of a chain is tracked; pay is one level unless the policy says more. Law, in
`tests/graph/referral/test_policy.py`: nothing beyond the policy is ever allowed, whatever the terms say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from graph.referral.declared import Declared, read_declared, text_of
from graph.referral.terms import STATUS, Side, Terms

POLICIES: Final = Path(__file__).with_name("policies.toml")


class Refusal(StrEnum):
    """Why a grant is not paid."""

    LEVEL = "level"  # deeper than the policy pays
    REGION = "region"  # the receiver's region is excluded
    REGION_UNKNOWN = "regionUnknown"  # some regions are excluded, and the receiver's is not known


class Policy(Declared):
    """One jurisdiction's.

    `payable_levels` counts upwards from the friend: 1 is who referred the friend, 0 pays no referrer.

    `status_follows_depth`: status, which has no cash worth, may be given at any depth. `excluded_regions` are
    ISO 3166-2 codes in which nobody is rewarded. `basis` says where the rule comes from.
    """

    payable_levels: Annotated[int, Field(ge=0, le=30, strict=True)] = 1
    status_follows_depth: Annotated[bool, Field(strict=True)] = False
    excluded_regions: frozenset[Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]] = frozenset()
    basis: Annotated[str, Field(min_length=1, max_length=500)]

    def bars(self, region: str | None) -> Refusal | None:
        """Why nobody in a region is rewarded, None where they may be: to be asked before anything is offered."""
        if not self.excluded_regions:
            return None
        if region is None:
            return Refusal.REGION_UNKNOWN
        return Refusal.REGION if region in self.excluded_regions else None

    def pays(self, unit: str, level: int) -> bool:
        """Whether this unit may go so far up a chain."""
        return level <= self.payable_levels or (unit == STATUS and self.status_follows_depth)


class Policies(Declared):
    """The policies of all jurisdictions, by ISO 3166-1 code, and the default of those without."""

    default: Policy
    jurisdictions: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Policy] = Field(default_factory=dict)

    def of(self, jurisdiction: str) -> Policy:
        """The policy of a jurisdiction, the default where it has none."""
        return self.jurisdictions.get(jurisdiction, self.default)


@dataclass(frozen=True, slots=True)
class Grant:
    """A reward that the terms would give: to whom, in which unit's smallest parts.

    `level` is the receiver's distance above the friend on the referrer's side, 1 or more; 0 is the friend.
    `region` is the receiver's, by ISO 3166-2, None where it is not known.
    """

    participant: str
    side: Side
    level: int
    rule: str
    unit: str
    amount_minor: int
    region: str | None = None

    def __post_init__(self) -> None:
        if (self.level == 0) != (self.side is Side.REFEREE) or self.level < 0:
            raise ValueError("a referrer's level is 1 or more, the friend's 0")


@dataclass(frozen=True, slots=True)
class Allowed:
    """The grants of a chain that may be posted, and those that may not with the reason.

    Together they are all that were asked, each list in that order.
    """

    grants: tuple[Grant, ...]
    refused: tuple[tuple[Grant, Refusal], ...]


def allowed(grants: Iterable[Grant], policy: Policy) -> Allowed:
    """Which grants of one referral's chain the policy lets be posted.

    Each is judged by itself, so leaving one out changes no other.
    """
    granted: list[Grant] = []
    refused: list[tuple[Grant, Refusal]] = []
    for grant in grants:
        if (reason := _refusal(grant, policy)) is None:
            granted.append(grant)
        else:
            refused.append((grant, reason))
    return Allowed(tuple(granted), tuple(refused))


def _refusal(grant: Grant, policy: Policy) -> Refusal | None:
    if (barred := policy.bars(grant.region)) is not None:
        return barred
    return None if policy.pays(grant.unit, grant.level) else Refusal.LEVEL


def unpayable(terms: Terms, policy: Policy) -> tuple[str, ...]:
    """The ids of rewards that nobody can get under the policy, for who writes a programme to be told."""
    return tuple(
        reward.id
        for reward in terms.rewards
        if reward.side is Side.REFERRER and not policy.pays(reward.unit, reward.level)
    )


def load_policies(path: Path | None = None) -> Policies:
    """The policies of a TOML file; the packaged ones without a path.

    Raises ConfigurationError that names the file and every wrong key.
    """
    file = path or POLICIES
    return read_declared(Policies, text_of(file), source=file.name, example="graph/referral/policies.toml")
