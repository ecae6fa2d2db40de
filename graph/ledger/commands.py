"""What can be asked of the ledger. Each has a key: whoever asks again with it is told the first result."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.errors import InputError
from graph.ledger.model import ReturnPolicy, Side, Terms, grant_key, settle_key
from graph.ledger.units import check_amount, check_unit, spends


@dataclass(frozen=True, slots=True)
class Fund:
    """Put an amount into a programme's budget, or with one below zero take it out; from here on `floor` holds.

    A budget without a floor (None, for status alone) counts what was granted and stops nothing.
    """

    key: str
    programme: str
    unit: str
    amount: int
    cause: str
    at: int
    floor: int | None = 0

    def __post_init__(self) -> None:
        check_amount(abs(self.amount))
        if self.floor is None and spends(self.unit):
            raise InputError("A budget of what is spent has a floor.", remedy="Give one, as 0.")


@dataclass(frozen=True, slots=True)
class Share:
    """What one side of a referral is to get; `disqualified` says why it gets nothing.

    `level` is how many steps up the chain it is; the friend may be at 0. `rule` is the reward's own, that of the grant
    where it has none. `validity` is how long it can be used once matured, µs; None: as the terms say of the unit.
    """

    side: Side
    profile: str
    unit: str
    amount: int
    level: int = 1
    disqualified: str = ""
    rule: str | None = None
    validity: int | None = None

    def __post_init__(self) -> None:
        check_unit(self.unit)
        check_amount(self.amount)
        if self.level < (self.side is Side.REFERRER):
            raise InputError("Levels count from 1, the friend's from 0.", remedy="Correct it.")


@dataclass(frozen=True, slots=True)
class Grant:
    """Decide the shares of a referral together, in their order, by one rule for one cause."""

    programme: str
    referral: str
    rule: str
    cause: str
    at: int
    shares: tuple[Share, ...]
    terms: Terms = field(default_factory=Terms)

    def __post_init__(self) -> None:
        if not self.shares or len({share.side for share in self.shares}) < len(self.shares):
            raise InputError("A grant is of one or two sides, each once.", remedy="Correct it.")

    @property
    def key(self) -> str:
        """Made of programme, referral, rule and cause."""
        return grant_key(self.programme, self.referral, self.rule, self.cause)


@dataclass(frozen=True, slots=True)
class Approve:
    """Clear pending rewards of one programme."""

    key: str
    rewards: tuple[str, ...]
    cause: str
    at: int


@dataclass(frozen=True, slots=True)
class Mature:
    """Make approved rewards of one programme available; their validity starts now."""

    key: str
    rewards: tuple[str, ...]
    cause: str
    at: int


@dataclass(frozen=True, slots=True)
class Redeem:
    """Spend an amount out of the accounts of a person's profiles, what expires first is taken first.

    Without an amount all is spent that can be, which may be nothing.
    """

    key: str
    programme: str
    profiles: tuple[str, ...]
    unit: str
    amount: int | None
    cause: str
    at: int

    def __post_init__(self) -> None:
        check_unit(self.unit)
        if self.amount is not None:
            check_amount(self.amount)


@dataclass(frozen=True, slots=True)
class Expire:
    """Expire what is left of a profile's rewards whose validity has ended."""

    key: str
    programme: str
    profile: str
    unit: str
    cause: str
    at: int


@dataclass(frozen=True, slots=True)
class Reverse:
    """Take rewards of one grant back, as far as the policy reaches."""

    key: str
    rewards: tuple[str, ...]
    policy: ReturnPolicy
    cause: str
    at: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Record that what a redemption claimed was paid out, all of it; `claim` is the redemption's key."""

    claim: str
    unit: str
    amount: int
    cause: str
    at: int

    def __post_init__(self) -> None:
        check_unit(self.unit)
        check_amount(self.amount)

    @property
    def key(self) -> str:
        """Made of the claim: it is paid once."""
        return settle_key(self.claim)


Command = Fund | Grant | Approve | Mature | Redeem | Expire | Reverse | Settle
