"""The golden record in GraphQL: plain values, filled from a view."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.ids import global_id
from api.gql.profile.records import Profile, profile_of
from api.gql.scalars import Instant
from graph.profile.golden_view import GoldenFieldView, GoldenValueView, Provenance
from graph.profile.view import ProfileView

CORRECTION: Final = "Correction"


@strawberry.type(description="Where a value is from.")
class ValueProvenance:
    """The best of the profiles that state a value, or the correction that set it."""

    source: str = strawberry.field(description="Name of the source; `correction` where it was set by hand.")
    profile: Profile = strawberry.field(description="The profile that states it, or that it was set on.")
    at: Instant | None = strawberry.field(
        description="When it was stated, of a correction when it was made; null for an untimed record."
    )
    rule: str | None = strawberry.field(
        description="What decided for the value shown: a strategy, `only`, `full_name`, `correction` or `tie`; "
        "null of the other values."
    )
    correction: strawberry.ID | None = strawberry.field(description="For `takeFieldBack`.")
    corrected_by: str | None = strawberry.field(description="Id of the key that corrected it.")
    why: str | None = strawberry.field(
        description="The reason given for the correction; null unless the key may see personal values."
    )


@strawberry.type(description="A value of a field that is not the one shown.")
class GoldenAlternative:
    """A losing value."""

    value: str = strawberry.field(description="As text, masked as the shown value is.")
    profiles: int = strawberry.field(description="How many profiles state it.")
    provenance: ValueProvenance = strawberry.field(description="Where it is from.")


@strawberry.type(description="A field of the golden record.")
class GoldenField:
    """The value shown and the others, best first."""

    field: str = strawberry.field(description="A trait's name, or `phone` or `email`.")
    value: str = strawberry.field(
        description="As text; what is no text is JSON. Masked unless the key may see personal values, or every "
        "source that states it declares it non-personal."
    )
    profiles: int = strawberry.field(description="How many profiles state it.")
    provenance: ValueProvenance = strawberry.field(
        description="Where the value shown is from, and why it was chosen."
    )
    alternatives: list[GoldenAlternative] = strawberry.field(
        description="The other values that are stated, best first; empty where all who state one agree."
    )


def golden_field_of(view: GoldenFieldView) -> GoldenField:
    """The view as GraphQL shows it."""
    return GoldenField(
        field=view.field,
        value=view.shown.value,
        profiles=view.shown.profiles,
        provenance=_provenance_of(view.shown.provenance, view.rule),
        alternatives=[_alternative_of(value) for value in view.alternatives],
    )


def _alternative_of(view: GoldenValueView) -> GoldenAlternative:
    return GoldenAlternative(
        value=view.value, profiles=view.profiles, provenance=_provenance_of(view.provenance, None)
    )


def _provenance_of(from_: Provenance, rule: str | None) -> ValueProvenance:
    return ValueProvenance(
        source=from_.source if from_.correction is None else "correction",
        profile=profile_of(ProfileView(from_.profile_id, from_.source, from_.record_id)),
        at=None if from_.at is None else Instant(from_.at),
        rule=rule,
        correction=strawberry.ID(global_id(CORRECTION, from_.correction)) if from_.correction else None,
        corrected_by=from_.corrected_by,
        why=from_.why,
    )
