"""What a plot knows of somebody who takes part in it, and of the car they ordered."""

from __future__ import annotations

from dataclasses import dataclass, field

from seed.catalogue import Model
from seed.channels import Account
from seed.people import Person
from seed.places import Dealer


@dataclass(frozen=True, slots=True)
class Bought:
    """A car that somebody ordered: the second of the order, that of the delivery, None where there was none."""

    order: str
    model: Model
    vin: str
    plate: str
    ordered: int
    delivered: int | None = None


@dataclass(slots=True)
class Actor:
    """Somebody of a plot: the person, the channel they come by, their dealer's record of them, their code if any."""

    person: Person
    account: Account
    dealer: Dealer
    consultant: str
    dms: Account | None = None
    code: str | None = None
    car: Bought | None = None
    visits: tuple[Account, ...] = ()
    row: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def records(self) -> tuple[tuple[str, str], ...]:
        """The (source, record id) of each of their records, that of their channel first."""
        return tuple(record_of(account) for account in (self.account, self.dms, *self.visits) if account)


def record_of(account: Account) -> tuple[str, str]:
    """The (source, record id) of an account."""
    return account.source, account.user_id or account.anonymous_id or ""
