"""What an analysis of the gallery is, by what it is found, and what its parameters mean. Pure.

A word means the same in every analysis, so each parameter is explained once, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

Default: TypeAlias = int | str | None


class Topic(StrEnum):
    """What an analysis is about; the gallery is shown in this order."""

    PEOPLE = "people"
    JOURNEYS = "journeys"
    DEALERS = "dealers"
    REFERRALS = "referrals"
    HOUSEHOLDS = "households and vehicles"
    MARKETING = "marketing"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an analysis with its Cypher type and the value that it has where nothing else is said."""

    name: str
    type: str
    default: Default
    meaning: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """One ready analysis. `text` is Cypher without a dialect in front, as a console takes it.

    Every row is an aggregate, at most `limit` of them; no column holds a personal, sealed or blind value. `columns` are
    names with their Cypher types, any of which may be null. A `_` in the name is a space in the title.
    """

    name: str
    topic: Topic
    question: str
    notes: str
    parameters: tuple[Parameter, ...]
    columns: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """The name in words."""
        words = self.name.replace("_", " ").capitalize()
        return words.replace("Ltv", "LTV")

    @property
    def defaults(self) -> dict[str, Default]:
        """The parameters with their defaults: what it is run with as it stands."""
        return {parameter.name: parameter.default for parameter in self.parameters}


MEANINGS: Final[Mapping[str, str]] = {
    "limit": "rows at most",
    "asOf": "the time that is taken for now, µs since 1970 UTC; null: now",
    "since": "from when on, µs since 1970 UTC; null: from the beginning",
    "until": "before when, µs since 1970 UTC; null: without an end",
    "timeZone": "the time zone that months are of",
    "days": "how many days are looked at",
    "quietDays": "days without contact",
    "aliveDays": "days within which somebody was seen",
    "programme": "id of a referral programme; null: all",
    "least": "how many people at least",
}
"""What each parameter means, in every analysis that has it."""

TOPICS: Final[Mapping[str, Topic]] = {
    name: topic
    for topic, names in {
        Topic.PEOPLE: (
            "profiles_per_person",
            "join_tiers",
            "single_source_people",
            "shared_identifiers",
            "merges_at_risk",
            "ambiguous_profiles",
            "likely_pairs",
            "moves_by_month",
            "stewards_judgements",
            "corrected_fields",
        ),
        Topic.JOURNEYS: (
            "first_touch_to_order",
            "funnel_by_month",
            "lost_but_alive",
            "orders_by_model",
            "ltv_by_cohort",
            "touchpoints_by_channel",
        ),
        Topic.DEALERS: (
            "test_drive_to_order",
            "overdue_follow_ups",
            "consultants_load",
            "dealers_pipeline",
        ),
        Topic.REFERRALS: (
            "referral_funnel",
            "referral_trees",
            "referral_generations",
            "k_by_month",
            "invitations_by_channel",
            "referral_judgements",
            "referral_flags",
            "referral_rings",
            "second_referrers",
            "rewards_by_state",
            "programme_budgets",
        ),
        Topic.HOUSEHOLDS: ("households_by_size", "vehicles_by_owners", "service_after_delivery"),
        Topic.MARKETING: ("campaign_reach", "content_reach", "consents_by_purpose", "people_by_tag"),
        Topic.OPERATION: ("dead_letters", "feed_lag", "erasures_by_month", "webhook_deliveries"),
    }.items()
    for name in names
}
"""The topic of each analysis, in the order in which they are shown."""
