"""The models of domain events: which fields each has, and which are personal.

`docs/events.md` is generated from them (`python -m graph.ingest.catalogue_docs`); `graph.ingest.catalogue`
reads events with them. Every field says whether it is personal.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from graph.clock import from_datetime
from graph.errors import InputError
from graph.ingest.money import currency_code
from graph.ingest.times import parse_time

LONGEST_TEXT: Final = 200
LONGEST_NOTE: Final = 10_000
LONGEST_URL: Final = 2_048
LONGEST_DURATION: Final = 31_536_000
_LARGEST_BITS: Final = 128
_ROLES: Final = ("owner", "coBuyer", "payer", "driver")
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")
_YEAR_2000: Final = from_datetime(datetime(2000, 1, 1, tzinfo=UTC))  # so appointments lie before 2100


def clear_field(description: str) -> Any:
    """A field that may be stored in the clear."""
    return Field(default=None, description=description, json_schema_extra={"personal": False})


def personal_field(description: str) -> Any:
    """A field that is sealed."""
    return Field(default=None, description=description, json_schema_extra={"personal": True})


def _as_text(value: object) -> object:
    """Ids are often numbers in JSON: 101 is the dealer `101`. Control characters become spaces."""
    if isinstance(value, bool):
        raise ValueError("must be text")
    if isinstance(value, (int, float)):
        whole = isinstance(value, int) or (math.isfinite(value) and value.is_integer())
        if not whole or abs(value) >= 2**63:
            raise ValueError("must be text or a whole number")
        return str(int(value))
    if not isinstance(value, str):
        return value
    if value.isascii() and value.isprintable():
        return value.strip()
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("holds half of a character (a lone surrogate)")
    return value.translate(_CONTROLS).strip()


def _as_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    if isinstance(value, int) and value.bit_length() > _LARGEST_BITS:
        raise ValueError("is too large")
    return value


def _as_amount(value: object) -> object:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("must be a finite number")
        return Decimal(repr(round(value, 6)))  # clients compute 0.1 + 0.2
    return _as_number(value)


def _as_moment(value: object, info: ValidationInfo) -> int:
    """The validation context is the source's time zone."""
    zone = info.context if isinstance(info.context, tzinfo) else UTC
    try:
        return parse_time(value, now=_YEAR_2000, tz=zone)
    except InputError as error:
        raise ValueError(error.message.removeprefix("The time ").rstrip(".")) from None


def _as_role(value: str) -> str:
    if value not in _ROLES:
        raise ValueError(f"must be one of {', '.join(_ROLES)}")
    return value


Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), BeforeValidator(_as_text)]
Note = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE), BeforeValidator(_as_text)]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL), BeforeValidator(_as_text)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_DURATION, allow_inf_nan=False), BeforeValidator(_as_number)]
Kilometres = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False), BeforeValidator(_as_number)]
Count = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_as_number)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(_as_number)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=22, decimal_places=6), BeforeValidator(_as_amount)]
Currency = Annotated[str, BeforeValidator(_as_text), AfterValidator(currency_code)]
Moment = Annotated[int, BeforeValidator(_as_moment)]
VehicleRole = Annotated[str, BeforeValidator(_as_text), AfterValidator(_as_role)]


class DomainEvent(BaseModel):
    """The fields that every typed event has."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    kind: ClassVar[str]
    event: ClassVar[str]

    channel: Text | None = clear_field("Channel the person came by, as `wechat`, `website`, `store`.")
    campaign: Text | None = clear_field("Id or name of the campaign.")
    content: Text | None = clear_field("Id or title of the content shown.")
    dealer: Text | None = clear_field("Id of the dealer.")
    consultant: Text | None = clear_field(
        "Id of the sales or service consultant; never a person's name or phone."
    )
    model: Text | None = clear_field("Vehicle model.")
    duration_seconds: Seconds | None = clear_field("How long it took, in seconds, up to a year.")
    amount: Amount | None = clear_field(
        "Amount of money, not negative, with at most the currency's decimals. "
        "Stored as `amountMinor`, whole minor units."
    )
    currency: Currency | None = clear_field("ISO 4217 code; CNY where an amount comes without one.")
    vin: Text | None = personal_field("VIN of the vehicle it is about.")
    plate: Text | None = personal_field("Number plate of that vehicle.")
    note: Note | None = personal_field("Free text.")
    url: Url | None = personal_field("Page or link it happened on.")


class Enquiry(DomainEvent):
    """A person asked for contact, an offer or information."""

    kind: ClassVar[str] = "enquiry"
    event: ClassVar[str] = "Enquiry Submitted"

    topic: Text | None = clear_field("What was asked about, as `price`, `finance`, `testDrive`.")
    form: Text | None = clear_field("Id of the form.")


class ContentView(DomainEvent):
    """A person looked at a piece of content: an article, a video, a livestream, a configurator."""

    kind: ClassVar[str] = "contentView"
    event: ClassVar[str] = "Content Viewed"

    content_type: Text | None = clear_field(
        "Kind of content, as `article`, `video`, `livestream`, `configurator`."
    )
    topic: Text | None = clear_field("Topic of the content.")
    progress_percent: Percent | None = clear_field("How much of it was seen, 0 to 100.")


class StoreVisit(DomainEvent):
    """A person was in a store."""

    kind: ClassVar[str] = "storeVisit"
    event: ClassVar[str] = "Store Visited"

    purpose: Text | None = clear_field("Why they came, as `look`, `negotiate`, `service`.")
    party_size: Count | None = clear_field("How many people came together.")


class Negotiation(DomainEvent):
    """A consultant noted what was negotiated."""

    kind: ClassVar[str] = "negotiation"
    event: ClassVar[str] = "Negotiation Noted"

    topic: Text | None = clear_field(
        "What was discussed, as `price`, `deliveryDate`, `colour`, `accessories`, `payment`."
    )
    competitor: Text | None = clear_field("Model or brand compared with.")


class BookedTestDrive(DomainEvent):
    """A test drive was booked."""

    kind: ClassVar[str] = "testDriveBooking"
    event: ClassVar[str] = "Test Drive Booked"

    appointment_at: Moment | None = clear_field("When it is to take place.")
    booking_id: Text | None = personal_field("The booking's id in its system.")


class CompletedTestDrive(DomainEvent):
    """A test drive was completed."""

    kind: ClassVar[str] = "testDrive"
    event: ClassVar[str] = "Test Drive Completed"

    appointment_at: Moment | None = clear_field("When it had been booked for.")
    distance_km: Kilometres | None = clear_field("How far was driven, in kilometres.")
    booking_id: Text | None = personal_field("The booking's id in its system.")


class CancelledTestDrive(DomainEvent):
    """A booked test drive was called off."""

    kind: ClassVar[str] = "testDriveCancellation"
    event: ClassVar[str] = "Test Drive Cancelled"

    booking_id: Text | None = personal_field("The booking's id in its system.")
    reason: Text | None = clear_field("Why, as `noTime`, `boughtElsewhere`.")


class PlannedFollowUp(DomainEvent):
    """A consultant planned to speak to a person again."""

    kind: ClassVar[str] = "followUpPlan"
    event: ClassVar[str] = "Follow-Up Planned"

    due_at: Moment | None = clear_field("When it is due.")
    topic: Text | None = clear_field("What about, as `price`, `testDrive`, `tradeIn`.")
    follow_up_id: Text | None = personal_field(
        "The follow-up's id in its system: planned again under it, it is moved."
    )


class CompletedFollowUp(DomainEvent):
    """A consultant followed up, or tried to."""

    kind: ClassVar[str] = "followUp"
    event: ClassVar[str] = "Follow-Up Completed"

    outcome: Text | None = clear_field("How it ended, as `reached`, `notReached`, `lost`.")
    topic: Text | None = clear_field("What about, as `price`, `testDrive`, `tradeIn`.")
    follow_up_id: Text | None = personal_field("The follow-up's id in its system.")


class Order(DomainEvent):
    """A vehicle was ordered."""

    kind: ClassVar[str] = "order"
    event: ClassVar[str] = "Order Placed"

    order_id: Text | None = personal_field("The order's id in its system.")
    colour: Text | None = clear_field("Colour ordered.")
    trim: Text | None = clear_field("Trim or configuration ordered.")
    payment: Text | None = clear_field("How it is paid, as `cash`, `loan`, `lease`.")
    role: VehicleRole | None = clear_field(
        "What the person is to the vehicle named by `vin`; no relation is kept where it is left out."
    )


class CancelledOrder(DomainEvent):
    """An order was cancelled."""

    kind: ClassVar[str] = "orderCancellation"
    event: ClassVar[str] = "Order Cancelled"

    order_id: Text | None = personal_field(
        "The order's id in its system; without it no order that was placed is cancelled by it."
    )
    reason: Text | None = clear_field("Why, as `financing`, `deliveryDate`, `boughtElsewhere`.")


class Payment(DomainEvent):
    """Money was received for a vehicle: a deposit, an instalment, the rest."""

    kind: ClassVar[str] = "payment"
    event: ClassVar[str] = "Payment Received"

    order_id: Text | None = personal_field("The id of the order it was paid for, in its system.")
    payment_id: Text | None = personal_field("The payment's id in its system.")
    method: Text | None = clear_field("How it was paid, as `transfer`, `card`, `wallet`, `loan`.")
    stage: Text | None = clear_field("What part it is, as `deposit`, `instalment`, `balance`.")


class Delivery(DomainEvent):
    """A vehicle was delivered."""

    kind: ClassVar[str] = "delivery"
    event: ClassVar[str] = "Vehicle Delivered"

    order_id: Text | None = personal_field("The order's id in its system.")
    colour: Text | None = clear_field("Colour of the vehicle.")
    odometer_km: Kilometres | None = clear_field("Odometer at delivery, in kilometres.")
    role: VehicleRole | None = clear_field("What the person is to the vehicle; `owner` where it is left out.")


class VehicleReturn(DomainEvent):
    """A delivered vehicle was given back, and the sale undone."""

    kind: ClassVar[str] = "vehicleReturn"
    event: ClassVar[str] = "Vehicle Returned"

    order_id: Text | None = personal_field(
        "The order's id in its system; without it the return undoes no order that was delivered."
    )
    odometer_km: Kilometres | None = clear_field("Odometer at the return, in kilometres.")
    reason: Text | None = clear_field("Why, as `returnPolicy`, `defect`, `financing`.")


class Service(DomainEvent):
    """A workshop service was completed."""

    kind: ClassVar[str] = "service"
    event: ClassVar[str] = "Service Completed"

    work_order_id: Text | None = personal_field("The work order's id in its system.")
    workshop_item: Text | None = clear_field("What was done, as `maintenance`, `repair`, `tyres`.")
    odometer_km: Kilometres | None = clear_field("Odometer at the service, in kilometres.")
    role: VehicleRole | None = clear_field(
        "What the person is to the vehicle; `driver` where it is left out."
    )


class ReferralClick(DomainEvent):
    """A person opened a referral link."""

    kind: ClassVar[str] = "referralClick"
    event: ClassVar[str] = "Referral Link Clicked"

    code: Text | None = clear_field(
        "The code in the link; it names a programme's participant, not this person."
    )
    programme: Text | None = clear_field("Id of the referral programme.")
    invitation: Text | None = clear_field("Id of the invitation, where the link was made for one.")


class EnteredReferralCode(DomainEvent):
    """A person, or a consultant for one, entered a referral code."""

    kind: ClassVar[str] = "referralCode"
    event: ClassVar[str] = "Referral Code Entered"

    code: Text | None = clear_field("The code as it was entered; case, spaces and hyphens do not matter.")
    programme: Text | None = clear_field("Id of the referral programme.")
    order_id: Text | None = personal_field("The id of the order it was entered on, in its system.")


class GivenConsent(DomainEvent):
    """A person agreed to something being done with their data."""

    kind: ClassVar[str] = "consent"
    event: ClassVar[str] = "Consent Given"

    purpose: Text | None = clear_field(
        "What was agreed to, as `marketing`, `profiling`, `dealerSharing`: one word a purpose, the same in all "
        "sources. `dealer` is whom it was given to, the brand where it is left out."
    )
    wording: Text | None = clear_field("Version of the wording that was agreed to.")


class WithdrawnConsent(DomainEvent):
    """A person took an agreement back, or objected."""

    kind: ClassVar[str] = "consentWithdrawal"
    event: ClassVar[str] = "Consent Withdrawn"

    purpose: Text | None = clear_field("What is no longer agreed to; every purpose where it is left out.")
    wording: Text | None = clear_field("Version of the wording that was shown.")


CATALOGUE: Final[tuple[type[DomainEvent], ...]] = (
    Enquiry,
    ContentView,
    StoreVisit,
    Negotiation,
    BookedTestDrive,
    CompletedTestDrive,
    CancelledTestDrive,
    PlannedFollowUp,
    CompletedFollowUp,
    Order,
    Payment,
    CancelledOrder,
    Delivery,
    VehicleReturn,
    Service,
    ReferralClick,
    EnteredReferralCode,
    GivenConsent,
    WithdrawnConsent,
)
"""Every typed event, in the order of a journey."""
