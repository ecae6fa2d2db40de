"""What a touchpoint says something about: an order, a consent, an appointment, a referral code … Pure.

The graph keeps it as one text, `fact`, so that all that was said about a thing lies together in an index. An id
of another system (an order's, a booking's) is personal and stands there as its blind index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from graph.errors import InputError
from graph.privacy.blind import BlindIndex
from graph.referral.codes import read_code

UNSPECIFIED: Final = "unspecified"
"""The purpose of a consent that names none in the clear."""


class Topic(StrEnum):
    """What kind of thing it is; the beginning of `fact`."""

    ORDER = "order"
    CONSENT = "consent"
    APPOINTMENT = "appointment"
    FOLLOW_UP = "followUp"
    VISIT = "visit"
    ENQUIRY = "enquiry"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing: by `name` in the clear, by the personal `id` that a system (`scope`) knows it by, or by neither.

    Who has neither is known by the message that speaks of it, and by no other.
    """

    topic: Topic
    name: str | None = None
    id: str | None = None
    scope: str = ""


_BY_ID: Final[Mapping[str, tuple[Topic, str]]] = {
    "order": (Topic.ORDER, "orderId"),
    "payment": (Topic.ORDER, "orderId"),
    "orderCancellation": (Topic.ORDER, "orderId"),
    "delivery": (Topic.ORDER, "orderId"),
    "vehicleReturn": (Topic.ORDER, "orderId"),
    "testDriveBooking": (Topic.APPOINTMENT, "bookingId"),
    "testDriveCancellation": (Topic.APPOINTMENT, "bookingId"),
    "testDrive": (Topic.APPOINTMENT, "bookingId"),
    "followUpPlan": (Topic.FOLLOW_UP, "followUpId"),
    "followUp": (Topic.FOLLOW_UP, "followUpId"),
}
_CONSENTS: Final = ("consent", "consentWithdrawal")
_NAMELESS: Final[Mapping[str, Topic]] = {"storeVisit": Topic.VISIT, "enquiry": Topic.ENQUIRY}
_CODES: Final = ("referralClick", "referralCode")
_DUE: Final[Mapping[str, str]] = {"testDriveBooking": "appointmentAt", "followUpPlan": "dueAt"}


def subject_of(
    kind: str, clear: Mapping[str, Any], personal: Mapping[str, Any], *, scope: str
) -> Subject | None:
    """What an event of the catalogue is about; None for a kind that states nothing lasting.

    `scope` is the id space in which its ids are counted.
    """
    if kind in _CONSENTS:
        return Subject(Topic.CONSENT, name=str(clear.get("purpose") or UNSPECIFIED))
    if kind in _NAMELESS:
        return Subject(_NAMELESS[kind])
    if kind in _CODES:
        return Subject(Topic.REFERRAL, name=_code(clear.get("code")))
    if (known := _BY_ID.get(kind)) is None:
        return None
    topic, id_field = known
    value = personal.get(id_field)
    return Subject(topic, id=str(value) if value is not None else None, scope=scope)


def _code(text: Any) -> str | None:
    """The code as it is issued; None for what is no code, which brings nobody."""
    try:
        return read_code(text) if isinstance(text, str) else None
    except InputError:
        return None


def due_at(kind: str, clear: Mapping[str, Any]) -> int | None:
    """When a booking or a plan is due, µs; None where it says nothing of that, and for every other kind."""
    field = _DUE.get(kind)
    return clear.get(field) if field else None


def fact_key(subject: Subject, *, message_key: str, blind: BlindIndex) -> str:
    """The text that the graph keeps: the topic, then a name, a blind index, or the message's own key."""
    if subject.name is not None:
        return f"{subject.topic}:{subject.name}"
    if subject.id is not None:
        return f"{subject.topic}:{blind.key(subject.topic, subject.scope, subject.id)}"
    return f"{subject.topic}:{message_key}"
