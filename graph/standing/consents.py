"""Consents, out of what was given and withdrawn. Pure.

Each profile's own word is kept apart, so that who is split has the consents of each side again; a person's are the most
restrictive of them. Laws: `tests/graph/standing/test_consents.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graph.ingest.subjects import UNSPECIFIED, Topic
from graph.standing.statement import Statement

GIVEN: Final = "consent"
WITHDRAWN: Final = "consentWithdrawal"
_PREFIX: Final = f"{Topic.CONSENT}:"


@dataclass(frozen=True, slots=True)
class Consent:
    """What holds for one purpose and one dealer, None for the brand: given or withdrawn, and by which statement.

    `since` (µs), `channel`, `wording`, `profile_id` and `source` are those of the statement that decides.
    """

    purpose: str
    dealer: str | None
    given: bool
    since: int
    channel: str | None
    wording: str | None
    profile_id: str
    source: str


def consents_of(statements: Iterable[Statement]) -> tuple[Consent, ...]:
    """The consents of all profiles together, by purpose, those to the brand first, then by dealer.

    Of each profile the newest statement counts, of one time a withdrawal; a withdrawal without purpose withdraws all
    that was given to the same one before. Withdrawn on any profile is withdrawn, since the first of these withdrawals;
    else it is given since the first of what the profiles gave.
    """
    of_person: dict[tuple[str, str | None], list[Statement]] = defaultdict(list)
    for (_, purpose, dealer), statement in _newest(statements).items():
        of_person[purpose, dealer].append(statement)
    found = [_consent(purpose, dealer, each) for (purpose, dealer), each in of_person.items()]
    return tuple(sorted(found, key=lambda c: (c.purpose, c.dealer is not None, c.dealer or "")))


def _newest(statements: Iterable[Statement]) -> dict[tuple[str, str, str | None], Statement]:
    """The statement that counts of each profile, purpose and dealer."""
    found: dict[tuple[str, str, str | None], Statement] = {}
    all_withdrawn: dict[tuple[str, str | None], Statement] = {}
    for each in statements:
        if each.kind not in (GIVEN, WITHDRAWN):
            continue
        purpose = each.fact.removeprefix(_PREFIX)
        key = (each.profile_id, purpose, each.dealer)
        found[key] = max(found.get(key, each), each, key=_weight)
        if purpose == UNSPECIFIED and each.kind == WITHDRAWN:
            whose = (each.profile_id, each.dealer)
            all_withdrawn[whose] = max(all_withdrawn.get(whose, each), each, key=_weight)
    return {
        key: max(each, all_withdrawn.get((key[0], key[2]), each), key=_weight) for key, each in found.items()
    }


def _weight(each: Statement) -> tuple[int, bool, str]:
    """The greater counts: the newer, of one time the withdrawal."""
    return each.occurred_at, each.kind == WITHDRAWN, each.key


def _consent(purpose: str, dealer: str | None, of_profiles: list[Statement]) -> Consent:
    deciding = min(of_profiles, key=lambda each: (each.kind == GIVEN, each.order))
    return Consent(
        purpose=purpose,
        dealer=dealer,
        given=deciding.kind == GIVEN,
        since=deciding.occurred_at,
        channel=deciding.channel,
        wording=deciding.text("wording"),
        profile_id=deciding.profile_id,
        source=deciding.source,
    )
