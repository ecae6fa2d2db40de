"""What is said of a referral that may not be honest: a code, how much it says, the way that shows it. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class Code(StrEnum):
    """What kind of thing speaks against a referral."""

    SAME_PERSON = "samePerson"  # both ends are one oneId
    HOUSEHOLD = "household"  # they live together: honest as a rule, for a person to look at
    SHARED_PHONE = "sharedPhone"
    SHARED_EMAIL = "sharedEmail"
    SHARED_DEVICE = "sharedDevice"
    SHARED_ADDRESS = "sharedAddress"
    SHARED_VEHICLE = "sharedVehicle"
    SHARED_PAYER = "sharedPayer"  # one paid for the other, or a third person for both
    RING = "ring"  # referrals and shared things lead from the friend back to the referrer
    VELOCITY = "velocity"  # many friends of one code within hours
    TRADED_CODE = "tradedCode"  # one code over many places
    STAFF = "staff"  # a consultant's number, device or code
    CODE_AFTER_LEAD = "codeAfterLead"  # the friend was a lead before the code
    CANCELLED_AFTER_REWARD = "cancelledAfterReward"
    IMPOSSIBLE_DRIVE = "impossibleDrive"  # a test drive faster than cars go


class HopKind(StrEnum):
    """What one hop of a path is in the graph; `cypher/fraud/check_hops.cypher` has each as a pattern.

    Other kinds of hops are namespaces of identifiers (`phone`, `deviceId` …): a profile `HAS` or `CLAIMS` it.
    """

    PERSON = "person"  # a profile is a user's (oneId) now
    HOUSEHOLD = "household"  # a user is in this household, or on this consultant's number, now
    VEHICLE = "vehicle"  # a profile drives or owns it
    PAYER = "payer"  # a profile paid for this vehicle
    ORDER = "order"  # a profile's touchpoint says something of this order
    PAYMENT = "payment"  # a profile's touchpoint pays for this order
    MADE = "made"  # a profile made this referral
    FOR = "for"  # a referral is for this profile
    CODE = "code"  # a profile's code
    TAG = "tag"  # a profile is tagged with this word
    TOUCHPOINT = "touchpoint"  # a profile brought this touchpoint


class Hop(NamedTuple):
    """One edge of the graph, between two keys, either of which may be the edge's start.

    `rarity` is 1 where the thing is these two people's alone, less the more people have it, and 1 for an edge
    that is no shared thing (`graph/fraud/weigh.py`).
    """

    kind: str
    of: str
    to: str
    rarity: float = 1.0


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a referral may not be honest.

    `score` is how much it says, 0 to 1. `path` is a chain, each hop from where the one before ended, that leads
    from the referrer's profile to the friend's; what is known of one of them alone stands before it or after it.
    `clears` says in words, without personal values, what would clear it, and `why` what was seen.
    """

    code: Code
    score: float
    path: tuple[Hop, ...]
    clears: str
    why: str = ""


CLEARS: Final[dict[Code, str]] = {
    Code.SAME_PERSON: "A steward's judgement that the two records are two people.",
    Code.HOUSEHOLD: "Nothing needs to: families may refer each other. Look whether both pay and drive for themselves.",
    Code.SHARED_PHONE: "Proof that the number is a family's or was passed on, or a number of the friend's own.",
    Code.SHARED_EMAIL: "Proof that the mailbox is a family's, or an address of the friend's own.",
    Code.SHARED_DEVICE: "Word of the friend or the dealer that the device was lent, or is a family's or an office's.",
    Code.SHARED_ADDRESS: "Proof that both live there, or that it is an office's or a dormitory's.",
    Code.SHARED_VEHICLE: "The contract by which the car was sold, or word that both drive it.",
    Code.SHARED_PAYER: "A receipt from the friend's own account, or proof that a family or company paid.",
    Code.RING: "Word from one of them that the cars were bought and are driven by different people.",
    Code.VELOCITY: "An event or a post of the referrer that brought so many friends at once.",
    Code.TRADED_CODE: "Word of some friends that they know the referrer, or consent to the code being public.",
    Code.STAFF: "Word of the dealer that the referrer does not work there, and whose the number or device is.",
    Code.CODE_AFTER_LEAD: "Evidence that the referrer brought the friend before that: a message, a visit together.",
    Code.CANCELLED_AFTER_REWARD: "A reason for the cancellation that neither of them gains from, as a defect.",
    Code.IMPOSSIBLE_DRIVE: "The dealer's own record of the drive, with the right distance and time.",
}
"""What would clear each flag."""
