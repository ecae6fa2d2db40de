"""The declared vocabulary of the graph: every label, relationship type and property, with what it means.

`docs/graph-schema.md` is generated from it, every `.cypher` file is checked against it (`graph.db.lint`), and
a test holds it against the constraints and indexes of a migrated database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Node:
    """A label: its meaning, its properties, and which of them are unique or indexed together."""

    label: str
    meaning: str
    properties: Mapping[str, str]
    unique: tuple[tuple[str, ...], ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship type with the labels it joins, and its properties that are indexed together."""

    type: str
    meaning: str
    joins: tuple[tuple[str, str], ...]
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    indexed: tuple[tuple[str, ...], ...] = ()


_RECORDED: Final = {"recordedAt": "when it was committed, µs; follows commit order"}

NODES: Final = (
    Node(
        "Profile",
        "A person as one source system knows them; never fused with another.",
        {
            "id": "UUIDv7, allotted by the keyring",
            "source": "name of the source system",
            "recordKey": "blind index of (source, record id)",
            "recordId": "the record id, sealed",
            "birthId": "UUIDv7; the oneId of the user this profile founds",
            "seq": "order of first commit; chooses the founder",
            "founderClass": "0 known, 1 anonymous; known profiles found users first",
            "component": "link component, or piece of one beyond the read limit: profiles resolved together share it",
            "traits": "names, birth date and every trait not declared non-personal, sealed",
            "gender": "male, female or other",
            "birthYear": "year of birth",
            "city": "city of residence",
            "details": "traits that the source declares non-personal, as JSON",
            "firstSeenAt": "earliest time the person was seen here, µs",
            "lastSeenAt": "latest time the person was seen here, µs",
            "matched": "digest of what matching compared last, and by which model",
            "corrected": "true once a value was corrected on it by hand, whether that stands or not",
            "ambiguous": "since when, and its id; only where it fits two people equally well",
            "place": "its place in the stewards' queue of ambiguous profiles, written behind the feed",
            "stake": "the value at stake there, whole CNY",
            "judged": "true where it ever disowned an identifier, so that others need not be searched for it",
            "searchTokens": "blind tokens of the name's grams, for the full-text index",
            **_RECORDED,
        },
        unique=(("id",), ("recordKey",), ("birthId",)),
        indexed=(("component",), ("place",)),
    ),
    Node(
        "Identifier",
        "A value that points at a person: found by its blind index, shown by its mask.",
        {
            "key": "blind index of (namespace, scope, value)",
            "namespace": "phone, email, userId …",
            "scope": "where the value is valid; * for everywhere",
            "mask": "the value with its middle hidden",
            "country": "phone: country",
            "operator": "phone: network operator",
            "domain": "e-mail: domain",
            "birthYear": "government id: year of birth",
            "gender": "government id: gender",
            "region": "government id, plate: administrative region",
            "shared": "true where a steward says that several people use it",
            "judged": "true where a judgement ever marked it, so that others need not be searched for marks",
            "searchTokens": "e-mail, phone: blind tokens of the local part's grams, or of the last four digits",
            **_RECORDED,
        },
        unique=(("key",),),
        indexed=(),
    ),
    Node(
        "User",
        "A resolved person; its facts hang on its profiles.",
        {"oneId": "birth id of its founder", **_RECORDED},
        unique=(("oneId",),),
    ),
    Node(
        "FormerUser",
        "A user without profiles now; its oneId goes on resolving.",
        {"oneId": "birth id of its founder", "until": "when its last profile left, µs", **_RECORDED},
        unique=(("oneId",),),
    ),
    Node(
        "Message",
        "An event or record as it was accepted, once for ever.",
        {
            "key": "blind index of (source, messageId)",
            "type": "identify, track, page, screen, group, alias or record",
            "content": "digest of what was said, without transport fields",
            "payload": "the whole message, sealed",
            **_RECORDED,
        },
        unique=(("key",),),
    ),
    Node(
        "Touchpoint",
        "A message that is a contact between person and brand.",
        {
            "profileId": "the profile that brought it; pages are read by (profileId, at)",
            "at": "sort key: occurredAt, then a UUIDv7; unique, and with profileId the id of the touchpoint",
            "kind": "kind in the catalogue of events, or generic",
            "event": "name of the event",
            "occurredAt": "when it happened, corrected for clock skew, µs",
            "receivedAt": "when it reached us, µs",
            "channel": "channel id",
            "campaign": "campaign id",
            "dealer": "dealer id",
            "consultant": "consultant id",
            "model": "vehicle model",
            "contentId": "content id",
            "durationSeconds": "length of the contact, s",
            "amountMinor": "amount in the currency's minor unit",
            "currency": "ISO 4217 code",
            "details": "other non-personal fields of the catalogue, as JSON",
            "fact": "what it says something lasting about: `order:`, `appointment:` or `followUp:` with the blind "
            "index of its id, `consent:` with the purpose, `visit:`; the message's key where there is no id",
            "dueAt": "when the appointment or follow-up that it plans is due, µs",
        },
        indexed=(
            ("profileId", "at"),
            ("profileId", "fact"),
            ("campaign", "at"),
            ("contentId", "at"),
        ),
    ),
    Node(
        "Vehicle",
        "One car, found by its blind VIN.",
        {
            "key": "blind index of the VIN",
            "mask": "the VIN with its middle hidden",
            "model": "model",
            **_RECORDED,
        },
        unique=(("key",),),
    ),
    Node(
        "Household",
        "People who live together, or share a company's cars, a consultant's number or a device.",
        {
            "householdId": "its kind, then the birth id of its founder, or a digest of what is shared",
            "kind": "household, fleet, consultantPhone or sharedDevice",
            "confidence": "how sure, 0 to 1: that of its least sure member",
            "reasons": "what speaks for it: kinds of shared values and corroborations, no values",
            "until": "when its last members left, µs",
            **_RECORDED,
        },
        unique=(("householdId",),),
    ),
    Node(
        "BlockingKey",
        "What two profiles must share to be compared by a model; no evidence by itself.",
        {"key": "blind index of the key", **_RECORDED},
        unique=(("key",),),
    ),
    Node(
        "MatchingModel",
        "A trained model; the newest that has linked is used.",
        {
            "version": "digest of the model",
            "content": "the model as JSON: field names, numbers and digests, no value of anybody",
            "linkedAt": "since when it is used, µs",
            "position": "feed position up to which profiles were compared by it",
            **_RECORDED,
        },
        unique=(("version",),),
    ),
    Node("Channel", "Where a touchpoint happens.", {"id": "channel id"}, unique=(("id",),)),
    Node("Campaign", "A campaign that brought touchpoints.", {"id": "campaign id"}, unique=(("id",),)),
    Node("Content", "A content that was seen.", {"id": "content id"}, unique=(("id",),)),
    Node("Dealer", "A dealer (4S store).", {"id": "dealer id"}, unique=(("id",),)),
    Node("Consultant", "A dealer's sales or service consultant.", {"id": "consultant id"}, unique=(("id",),)),
    Node(
        "Source",
        "A declared source system.",
        {
            "name": "its name",
            "declaration": "its declaration, as JSON",
            "dealer": "the dealer whose it is, of a dealer's own",
            **_RECORDED,
        },
        unique=(("name",),),
    ),
    Node(
        "ApiKey",
        "A key that may call us; only a digest of it is stored.",
        {
            "id": "UUIDv7",
            "digest": "SHA-256 of the key",
            "role": "source, frontend, dealer, steward, privacy, monitor, programme or admin",
            "source": "for role source: whose events it brings",
            "dealer": "the dealer it is bound to",
            "preset": "true where the environment presets it",
            "only": "names of the role's permissions that it has; without it, all of them",
            "expiresAt": "when it ceases to be good, µs",
            "replacedBy": "id of the key that it was rotated to",
            "revokedAt": "when it was revoked, µs",
            **_RECORDED,
        },
        unique=(("id",), ("digest",)),
    ),
    Node(
        "DeadLetter",
        "A message that could not be stored, or contradicts one that is, sealed until replayed.",
        {
            "id": "UUIDv7",
            "key": "digest that makes keeping it twice impossible",
            "source": "name of the source system",
            "reason": "stable code of the reason",
            "detail": "what is wrong, without personal values",
            "month": "month of its sealing key",
            "recordKey": "blind index of the record it speaks of, for erasure",
            "payload": "the whole message, sealed",
            "replayedAt": "when it was stored after all, µs",
            **_RECORDED,
        },
        unique=(("id",), ("key",)),
        indexed=(("source", "recordedAt"),),
    ),
    Node(
        "FeedHead",
        "The end of one lane of the change feed; locked first by every write, so positions are commit order.",
        {"lane": "lane number", "position": "last position given", "recordedAt": "time of that commit, µs"},
        unique=(("lane",),),
    ),
    Node(
        "FeedEntry",
        "One committed write: what it touched, by ids only.",
        {
            "lane": "lane number",
            "position": "place in commit order",
            "kind": "ingest, key, source …",
            "operationId": "makes a commit of unknown outcome repeatable",
            "components": "link components whose evidence changed",
            "profileIds": "profiles that got facts or evidence",
            "userIds": "oneIds whose members changed",
            "vehicleKeys": "vehicles that got facts",
            "changes": "merges, splits, moves and changes of founder, each as JSON",
            **_RECORDED,
        },
        unique=(("lane", "position"), ("operationId",)),
    ),
    Node(
        "FeedCursor",
        "How far something that is derived behind the feed has come.",
        {"name": "what follows: households or review", "position": "the last position it has followed"},
        unique=(("name",),),
    ),
    Node(
        "Judgement",
        "What a steward decided about who is who; it stands until it is retracted.",
        {
            "id": "UUIDv7",
            "kind": "same, different, split, move, wrong or shared",
            "by": "id of the key that judged",
            "why": "the reason given, sealed",
            "sealedBy": "the profile under whose key the reason is sealed",
            "content": "what was judged, to know the same judgement again",
            "operationId": "makes a judgement of unknown outcome repeatable",
            "retractedAt": "when it was taken back, µs",
            "retractedBy": "id of the key that took it back",
            **_RECORDED,
        },
        unique=(("id",), ("operationId",)),
    ),
    Node(
        "Correction",
        "A value that somebody set by hand for the golden record; it stands until it is retracted.",
        {
            "id": "UUIDv7",
            "field": "the golden record's field",
            "value": "the value, sealed under its profile's key",
            "by": "id of the key that corrected",
            "why": "the reason given, sealed under its profile's key",
            "searchTokens": "blind tokens of a name's grams, while it stands",
            "retractedAt": "when it was taken back, µs",
            "retractedBy": "id of the key that took it back",
            **_RECORDED,
        },
        unique=(("id",),),
    ),
    Node(
        "WebhookEndpoint",
        "Where another system is told what happens.",
        {
            "id": "UUIDv7",
            "state": "active, or disabled once it answered that it is gone (410)",
            "host": "the host of its address, for lists",
            "types": "types of events it is told of; none: all",
            "url": "its address, sealed",
            "secrets": "its secrets and until when each is good, sealed",
            "month": "month of the key that seals them",
            "revision": "how often it was changed",
            **_RECORDED,
        },
        unique=(("id",),),
        indexed=(("state",),),
    ),
    Node(
        "WebhookLane",
        "The deliveries of one endpoint and key, which are made one after the other.",
        {
            "key": "the endpoint's id and the key of what happened",
            "endpointId": "the endpoint's id",
            "last": "place of its newest delivery",
            "nextAt": "when its first waiting delivery may be tried, or its lease ends, µs; missing where none waits",
            "lease": "who is trying it, while somebody is",
            "touchedAt": "when it was settled or replayed last, µs",
        },
        unique=(("key",),),
        indexed=(("nextAt",),),
    ),
    Node(
        "WebhookDelivery",
        "One event for one endpoint, written in the transaction of what happened.",
        {
            "id": "the endpoint's id and the event's",
            "eventId": "UUIDv7; the webhook-id that the receiver sees at every attempt",
            "endpointId": "the endpoint's id",
            "lane": "key of its lane",
            "place": "its place in the lane",
            "waiting": "its place, while it is neither delivered nor dead",
            "type": "type of the event, as webhook.ping",
            "body": "what is sent, as JSON; ids and amounts, no personal value",
            "state": "pending, delivered or dead",
            "attempts": "how often it was tried since it was written or replayed",
            "firstAt": "when it was tried first since then, µs",
            "nextAt": "when it is tried again, µs; only after a failure",
            "status": "HTTP status of the last answer; missing where there was none",
            "reason": "why the last attempt failed",
            "settledAt": "when it was tried last, µs",
            **_RECORDED,
        },
        unique=(("id",),),
        indexed=(("lane", "waiting"), ("endpointId", "state", "recordedAt")),
    ),
    Node(
        "WebhookTurn",
        "The lock under which senders take lanes, one sender after the other.",
        {"id": "0", "lease": "who took lanes last"},
        unique=(("id",),),
    ),
    Node("Tag", "A word that people are tagged with by hand.", {"name": "the word"}, unique=(("name",),)),
    Node(
        "Account",
        "An account of a programme, or of a profile in one, in one unit; its balance is the sum of its postings.",
        {
            "key": "programme, kind, unit and profile",
            "programme": "the programme's name",
            "kind": "funding, budget, expense, liability, paid, pending, available or spent",
            "unit": "an ISO 4217 code, points or status",
            "profileId": "whose it is; missing for a programme's",
            "balance": "what it holds, of the unit's smallest part",
            "floor": "budget: what it may not fall below",
            **_RECORDED,
        },
        unique=(("key",),),
    ),
    Node(
        "LedgerTransaction",
        "What was posted, or decided without a posting; it is never changed.",
        {
            "key": "idempotency key: the same key is told the first result",
            "kind": "fund, grant, approve, mature, redeem, expire, reverse or settle",
            "programme": "the programme's name",
            "cause": "key of what led to it",
            "effectiveAt": "when it takes effect, µs; never before what it builds on",
            "position": "place of its commit in the feed",
            "seq": "order of recording, also within a commit",
            "outcomes": "what was decided of each reward, as JSON",
            **_RECORDED,
        },
        unique=(("key",), ("seq",)),
    ),
    Node(
        "Reward",
        "A reward of one side of a referral; its amount is all that it has become since, together.",
        {
            "key": "key of its grant and side",
            "grant": "key of the transaction that granted it",
            "programme": "the programme's name",
            "referral": "id of the referral",
            "rule": "the rule that it follows from",
            "side": "referrer or referee",
            "profileId": "the profile it was granted to",
            "unit": "an ISO 4217 code, points or status",
            "amount": "what was granted, of the unit's smallest part",
            "grantedAt": "when the grant took effect, µs",
            "changedAt": "when its last change took effect, µs",
            "validity": "how long it can be used once matured, µs; missing where it never expires",
            "expiresAt": "when it expires, µs; missing before it matures",
            "dueAt": "when it expires, µs, while something can be spent: what an expiry looks for",
            "state": "pending, approved, posted, redeemed, expired, reversed or reviewRequired",
            "pending": "what has not matured",
            "available": "what can be spent; below zero for what was spent and yet taken back",
            "spent": "what was spent",
            "expired": "what expired",
            "returned": "what was taken back",
            "settled": "what filled other rewards that were below zero; below zero where it was filled",
            **_RECORDED,
        },
        unique=(("key",),),
        indexed=(("profileId",), ("dueAt",)),
    ),
    Node(
        "Erased",
        "What is left of an erased profile: whom its oneId leads to.",
        {
            "birthId": "the oneId it was born with",
            "profileId": "its profile id, to answer an erasure that is asked for again",
            "successor": "birth id of the next founder of its user when it was erased; missing where none was left",
            "at": "when it was erased, µs",
            "by": "id of the key that erased it",
            "why": "the reason given, sealed",
            "month": "month of the key that seals the reason",
        },
        unique=(("birthId",), ("profileId",)),
        indexed=(("successor",),),
    ),
    Node(
        "Erasing",
        "An erased profile of which only messages are left, which nobody can open; it goes with the last of them.",
        {"id": "the profile's id"},
        unique=(("id",),),
    ),
    Node(
        "Suppression",
        "An erased record: whatever comes of it is dropped.",
        {
            "key": "blind index of (source, record id) under the suppression root",
            "birthId": "that of its tombstone",
            **_RECORDED,
        },
        unique=(("key",),),
    ),
    Node(
        "Migration",
        "A schema change that was applied.",
        {
            "version": "number",
            "name": "file name",
            "checksum": "SHA-256 of its statements",
            "appliedAt": "when, µs",
        },
        unique=(("version",),),
    ),
    Node(
        "Installation",
        "The one node that ties this graph to its keyring.",
        {
            "id": "always 1",
            "keyringId": "id of the keyring that seals this graph",
            "lockedAt": "migration lock, µs",
        },
        unique=(("id",),),
    ),
)

_USE: Final = {
    "value": "the value, sealed under the profile's key",
    "firstAt": "first use by the person, µs",
    "lastAt": "last use by the person, µs",
    "uses": "distinct messages that showed it",
    "alias": "true where it says that two ids are one value",
    **_RECORDED,
    "retractedAt": "when it was taken back, µs",
}

_JUDGED: Final = {
    "judgement": "id of the judgement",
    **_RECORDED,
    "retractedAt": "when the judgement was taken back, µs",
}

RELATIONSHIPS: Final = (
    Relationship(
        "HAS",
        "Trusted evidence: verified, entered by staff, or issued by the source itself.",
        (("Profile", "Identifier"),),
        {
            **_USE,
            "grade": "trusted or verified",
            "trustedFirstAt": "first trusted use, µs",
            "trustedLastAt": "last trusted use, µs",
            "claimedAt": "when the claim that it replaced was committed, µs",
        },
    ),
    Relationship("CLAIMS", "Evidence typed in by anyone.", (("Profile", "Identifier"),), _USE),
    Relationship(
        "RESOLVED_TO",
        "The profile is this person; current where `to` is missing. Intervals are belief time.",
        (("Profile", "User"), ("Profile", "FormerUser")),
        {
            "from": "since when we believe it, µs",
            "to": "until when we believed it, µs",
            "tier": "the tier that joined it",
            "rule": "alone, linked, ambiguous, limit, cap or overgrown",
            "reason": "namespace that joined it",
            "rules": "version of the rules",
            "since": "since when it is for this reason, µs; missing where since `from`",
            "earlier": "reasons before it, oldest first, the latest 50: `since|tier|rule|reason|rules`",
        },
    ),
    Relationship(
        "CANDIDATE",
        "An ambiguous profile fits this person as well as another.",
        (("Profile", "User"), ("Profile", "FormerUser")),
        {"tier": "the tier that tied", **_RECORDED},
    ),
    Relationship(
        "MEMBER_OF",
        "The user is in this household; present where `to` is missing. Intervals are belief time.",
        (("User", "Household"), ("FormerUser", "Household")),
        {
            "role": "owner, coBuyer, payer, child, driver, member, holder, customer or user",
            "confidence": "how sure, 0 to 1",
            "from": "since when we believe it, µs",
            "to": "until when we believed it, µs",
        },
    ),
    Relationship("SAME_AS", "Judged to be one person.", (("Profile", "Profile"),), _JUDGED),
    Relationship("DIFFERENT_FROM", "Judged to be two people.", (("Profile", "Profile"),), _JUDGED),
    Relationship(
        "DISOWNED",
        "Judged that the identifier is not this profile's; its evidence carries `retractedAt` as long.",
        (("Profile", "Identifier"),),
        {"judgement": "id of the judgement", **_RECORDED},
    ),
    Relationship("CONCERNS", "The judgement is about this profile.", (("Judgement", "Profile"),)),
    Relationship("MARKS", "The judgement is about this identifier.", (("Judgement", "Identifier"),)),
    Relationship(
        "SCORED",
        "A model's probability that two profiles are one person; stored once, from the lesser id.",
        (("Profile", "Profile"),),
        {
            "probability": "0.5 to 1",
            "model": "version of the model",
            "place": "its place in the stewards' queue of likely pairs, written behind the feed; only of the best "
            "pair of two users",
            "stake": "the value at stake there, whole CNY",
            **_RECORDED,
        },
        indexed=(("place",),),
    ),
    Relationship(
        "BLOCKS_ON", "The profile is compared with others on this key.", (("Profile", "BlockingKey"),)
    ),
    Relationship(
        "BROUGHT",
        "The profile brought this message.",
        (
            ("Profile", "Message"),
            ("Profile", "Touchpoint"),
            ("Erasing", "Message"),
            ("Erasing", "Touchpoint"),
        ),
    ),
    Relationship("CORRECTED", "Set by hand on this profile.", (("Profile", "Correction"),)),
    Relationship(
        "TAGGED",
        "Tagged by hand; it stands until it is retracted.",
        (("Profile", "Tag"),),
        {
            "by": "id of the key that tagged",
            "why": "the reason given, sealed under the profile's key",
            "retractedAt": "when it was taken back, µs",
            "retractedBy": "id of the key that took it back",
            **_RECORDED,
        },
    ),
    Relationship(
        "POSTS",
        "The transaction posts an amount to the account.",
        (("LedgerTransaction", "Account"),),
        {
            "amount": "of the unit's smallest part, not zero",
            "reward": "key of the reward it is of, if of one",
        },
    ),
    Relationship(
        "REVERSES", "The transaction takes this grant back.", (("LedgerTransaction", "LedgerTransaction"),)
    ),
    Relationship("CHANGED", "The transaction changed the reward.", (("LedgerTransaction", "Reward"),)),
    Relationship(
        "DECIDED", "The transaction decided about this profile.", (("LedgerTransaction", "Profile"),)
    ),
    Relationship("HOLDS", "The account is of this profile.", (("Profile", "Account"),)),
    Relationship("EARNED", "The reward was granted to this profile.", (("Profile", "Reward"),)),
    Relationship("SHOWS", "The content of the touchpoint.", (("Touchpoint", "Content"),)),
    Relationship("ABOUT", "The vehicle the touchpoint concerns.", (("Touchpoint", "Vehicle"),)),
    Relationship(
        "DRIVES",
        "The person's relation to a vehicle.",
        (("Profile", "Vehicle"),),
        {
            "role": "owner, coBuyer, payer or driver: the first of these that was ever said",
            "vin": "the VIN, sealed under the profile's key",
            "firstAt": "first seen with it, µs",
            "lastAt": "last seen with it, µs",
            "ownerSince": "since when the owner, µs",
            "ownedAt": "when the ownership was committed, µs; missing where never an owner",
            **_RECORDED,
        },
    ),
    Relationship(
        "KNOWN_TO",
        "The dealer knows this profile. What of it is a time or the latest of something is the same in whatever order "
        "events come.",
        (("Profile", "Dealer"),),
        {
            "since": "earliest time that a message named the dealer, µs",
            "lastAt": "latest contact, µs; plans and calls that reached nobody are none",
            "enquiredAt": "first enquiry there, µs",
            "visitedAt": "first visit, µs",
            "testDrivenAt": "first test drive, µs",
            "orderedAt": "first order, µs; a cancelled one counts",
            "deliveredAt": "first delivery, µs",
            "consultant": "id of the consultant named last",
            "consultantAt": "when that was, µs",
            "plannedAt": "when the newest follow-up was planned, µs",
            "dueAt": "when that is due, µs",
            "bookedAt": "when the newest test drive was booked, µs",
            "appointmentAt": "when that is to take place, µs",
            "closedAt": "latest follow-up, test drive or visit, µs; it closes what was planned before",
            "cancelledAt": "latest cancellation of a test drive, µs; it closes a booking made before",
            "changedAt": "when a message that named the dealer was last committed, µs: what a desk waits for",
            **_RECORDED,
        },
        indexed=(("consultant",),),
    ),
)

FULL_TEXT: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "search_tokens": (("Profile", "Identifier", "Correction"), "searchTokens"),
}
"""Full-text indexes by name: the labels and the property they index, whose words are blind tokens."""

LABELS: Final = frozenset(node.label for node in NODES)
TYPES: Final = frozenset(relationship.type for relationship in RELATIONSHIPS)
PROPERTIES: Final = frozenset(name for thing in (*NODES, *RELATIONSHIPS) for name in thing.properties)
