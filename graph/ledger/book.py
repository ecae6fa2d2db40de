"""The ledger's state in memory: what `decide` reads, and what recording an entry changes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from graph.errors import NotFoundError
from graph.ledger.model import Account, AccountKind, Entry, EntryKind, Reward
from graph.ledger.units import spends


class RewardNotFoundError(NotFoundError):
    """No reward has this key."""

    code = "reward_not_found"

    def __init__(self) -> None:
        super().__init__("No reward has this key.", remedy="Take the key of a reward that was granted.")


class Book:
    """Balances, rewards and entries: all of a ledger, or the part that some commands concern.

    `people` says which profiles are one person now; who is not in it is a person of its own.
    """

    def __init__(
        self,
        *,
        entries: Iterable[Entry] = (),
        rewards: Iterable[Reward] = (),
        balances: Mapping[Account, int] | None = None,
        floors: Mapping[Account, int | None] | None = None,
        people: Mapping[str, str] | None = None,
    ) -> None:
        self.entries = {entry.key: entry for entry in entries}
        self.rewards = {reward.key: reward for reward in rewards}
        self.balances = dict(balances or {})
        self.floors = dict(floors or {})
        self.people = dict(people or {})
        self._held: dict[str, list[str]] = {}
        for reward in self.rewards.values():
            self._held.setdefault(reward.profile, []).append(reward.key)
        self._granted: dict[str, list[str]] = {}
        for reward in self.rewards.values():
            self._granted.setdefault(reward.referral, []).append(reward.key)
        self._members: dict[str, list[str]] = {}
        for profile, person in self.people.items():
            self._members.setdefault(person, []).append(profile)

    def reward(self, key: str) -> Reward:
        """A reward as it stands. Raises RewardNotFoundError."""
        try:
            return self.rewards[key]
        except KeyError:
            raise RewardNotFoundError from None

    def together(self, profile: str) -> list[str]:
        """The profiles that are one person with this one now, and it."""
        return self._members.get(self.people.get(profile, ""), [profile])

    def held(self, profiles: Iterable[str]) -> list[Reward]:
        """All rewards of profiles."""
        return [self.rewards[key] for profile in profiles for key in self._held.get(profile, ())]

    def granted(self, referral: str) -> list[Reward]:
        """All rewards of a referral."""
        return [self.rewards[key] for key in self._granted.get(referral, ())]

    def floor(self, budget: Account) -> int | None:
        """What a budget may not fall below: 0 before it is said, nothing for status."""
        return self.floors.get(budget, 0 if spends(budget.unit) else None)

    def lots(self, programme: str, profiles: Collection[str], unit: str) -> list[Reward]:
        """The rewards of profiles that have something available, or are missing it; first to expire first."""
        found = [
            reward
            for reward in self.held(set(profiles))
            if reward.available and (reward.programme, reward.unit) == (programme, unit)
        ]
        return sorted(found, key=expiring)

    def record(self, entry: Entry) -> None:
        """Add an entry; one whose key is there changes nothing."""
        if entry.key in self.entries:
            return
        self.entries[entry.key] = entry
        for posting in entry.postings:
            self.balances[posting.account] = self.balances.get(posting.account, 0) + posting.amount
            if entry.kind is EntryKind.FUND and posting.account.kind is AccountKind.BUDGET:
                self.floors[posting.account] = entry.floor
        for reward in entry.rewards:
            if reward.key not in self.rewards:
                self._held.setdefault(reward.profile, []).append(reward.key)
                self._granted.setdefault(reward.referral, []).append(reward.key)
            self.rewards[reward.key] = reward


def expiring(reward: Reward) -> tuple[bool, int, int, str]:
    """The order in which rewards are used: what expires first, then what was granted first."""
    return reward.expires_at is None, reward.expires_at or 0, reward.granted_at, reward.key


def balance(
    history: Sequence[Entry],
    account: Account,
    *,
    effective_at: int | None = None,
    position: int | None = None,
) -> int:
    """What an account held at a time (with it), as far as it was recorded in the first `position` entries.

    None means the latest. The two are apart: what is recorded late takes effect early.
    """
    return sum(
        posting.amount
        for entry in history[:position]
        if effective_at is None or entry.effective_at <= effective_at
        for posting in entry.postings
        if posting.account == account
    )
