"""A second writing of the ledger, by other means: every smallest part of a unit is a coin that lies somewhere.

It shares no code with `graph.ledger`. Coins are `pending`, `available`, `spent`, `home` (back in the budget) or `paid`
(given for a debt of the account). A debt is a coin that was spent and yet taken back.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))


class Refused(Exception):
    """Nothing happens; the argument names why."""


class Coins:
    """The whole ledger of one programme."""

    def __init__(self, people: dict[str, str]) -> None:
        self.people = people
        self.budget: Counter[str] = Counter()
        self.funded: Counter[str] = Counter()
        self.floor: dict[str, int] = {}
        self.redeemed: Counter[tuple[str, str]] = Counter()
        self.paid: Counter[str] = Counter()
        self.claims: dict[str, tuple[str, int, bool]] = {}  # unit, coins, whether it is paid
        self.rewards: dict[str, dict[str, Any]] = {}
        self.coins: list[dict[str, Any]] = []
        self.debts: list[str] = []  # a reward's key for each coin owed

    def balances(self) -> dict[tuple[str, str, str], int]:
        """What each account holds, by kind, unit and profile."""
        found: Counter[tuple[str, str, str]] = Counter()
        for unit, amount in self.budget.items():
            found["budget", unit, ""] = amount
        for unit, amount in self.funded.items():
            found["funding", unit, ""] = -amount
        for coin in self.coins:
            reward = self.rewards[coin["reward"]]
            if coin["lies"] in {"pending", "available"}:
                found[coin["lies"], reward["unit"], reward["profile"]] += 1
        for key in self.debts:
            found["available", self.rewards[key]["unit"], self.rewards[key]["profile"]] -= 1
        for (unit, profile), amount in self.redeemed.items():
            found["spent", unit, profile] = amount
            found["expense", unit, ""] += amount
            found["liability", unit, ""] -= amount
        for unit, amount in self.paid.items():
            found["liability", unit, ""] += amount
            found["paid", unit, ""] = -amount
        return {account: amount for account, amount in found.items() if amount}

    def state(self, key: str) -> str:
        return self.rewards[key]["state"]

    def fund(self, unit: str, amount: int, floor: int) -> None:
        if self.budget[unit] + amount < floor:
            raise Refused("insufficient_balance")
        self.budget[unit] += amount
        self.funded[unit] += amount
        self.floor[unit] = floor

    def grant(
        self, key: str, profile: str, unit: str, amount: int, *, at: int, level: int, levels: dict[str, int],
        disqualified: bool, caps: list[tuple[str, int, str, str]], validity: int | None,
    ) -> str:  # fmt: skip
        if disqualified:
            return "disqualified"
        if level > (levels.get(unit, 1)):
            return "tooDeep"
        for capped, most, period, measure in caps:
            if (
                capped == unit
                and self.used(profile, unit, period, at, measure) + (amount if measure == "amount" else 1)
                > most
            ):
                return "capped"
        if (unit != "status" or unit in self.floor) and self.budget[unit] - amount < self.floor.get(unit, 0):
            return "budgetExhausted"
        self.budget[unit] -= amount
        self.rewards[key] = {
            "profile": profile, "unit": unit, "state": "pending", "granted": at, "touched": at, "validity": validity,
            "expires": None,
        }  # fmt: skip
        self.coins += [{"reward": key, "lies": "pending"} for _ in range(amount)]
        return "granted"

    def used(self, profile: str, unit: str, period: str, at: int, measure: str) -> int:
        """What counts against a cap: granted to the person in the calendar period, and not reversed."""
        theirs = {
            key
            for key, reward in self.rewards.items()
            if self.people[reward["profile"]] == self.people[profile]
            and reward["unit"] == unit
            and reward["state"] != "reversed"
            and label(period, reward["granted"]) == label(period, at)
        }
        if measure == "rewards":
            return len(theirs)
        return sum(coin["reward"] in theirs for coin in self.coins)

    def approve(self, key: str, at: int) -> int:
        self.must(key, "pending")
        return self.touch(at, [key], state="approved")

    def mature(self, key: str, at: int) -> int:
        self.must(key, "approved")
        reward = self.rewards[key]
        owing = [debt for debt in self.debts if self.account(debt) == self.account(key)]
        at = self.touch(at, [key], also=owing, state="posted")
        if reward["validity"] is not None:
            reward["expires"] = at + reward["validity"]
        for coin in self.of(key):
            coin["lies"] = "available"
        self.pay(self.account(key), at)
        return at

    def redeem(self, key: str, profiles: list[str], unit: str, amount: int | None, at: int) -> int:
        if unit == "status":
            raise Refused("not_spendable")
        accounts = [(profile, unit) for profile in profiles]
        there = [c for c in self.coins if c["lies"] == "available" and self.account(c["reward"]) in accounts]
        owing = [debt for debt in self.debts if self.account(debt) in accounts]
        at = max([at, *(self.rewards[key]["touched"] for key in [*owing, *(c["reward"] for c in there)])])
        good = sorted(
            (c for c in there if self.lasts(c["reward"], at)), key=lambda coin: self.order(coin["reward"])
        )
        free = max(len(good) - len(owing), 0)  # of one who owes, all there is to spend is nothing
        amount = free if amount is None else amount
        if free < amount:
            raise Refused("insufficient_balance")
        self.claims[key] = (unit, amount, False)
        for coin in good[:amount]:
            coin["lies"] = "spent"
            self.redeemed[unit, self.rewards[coin["reward"]]["profile"]] += 1
            self.touch(at, [coin["reward"]])
        self.empty(good[:amount])
        return at

    def settle(self, claim: str, unit: str, amount: int) -> None:
        if claim not in self.claims or not self.claims[claim][1]:
            raise Refused("redemption_not_found")
        of, coins, paid = self.claims[claim]
        if paid:
            return
        if (of, coins) != (unit, amount):
            raise Refused("redemption_mismatch")
        self.claims[claim] = (of, coins, True)
        self.paid[unit] += amount

    def expire(self, profile: str, unit: str, at: int) -> int:
        gone = [
            coin
            for coin in self.coins
            if coin["lies"] == "available"
            and self.account(coin["reward"]) == (profile, unit)
            and not self.lasts(coin["reward"], at)
        ]
        at = max([at, *(self.rewards[coin["reward"]]["touched"] for coin in gone)])
        for coin in gone:
            coin["lies"] = "home"
            self.budget[unit] += 1
            self.touch(at, [coin["reward"]], state="expired")
        return at

    def reverse(self, key: str, policy: str, at: int) -> tuple[str, int]:
        reward, coins = self.rewards[key], self.of(key)
        if reward["state"] == "reversed":
            raise Refused("illegal_move")
        account = self.account(key)
        beside = [
            c["reward"]
            for c in self.coins
            if c["lies"] == "available" and self.account(c["reward"]) == account
        ]
        beside += [debt for debt in self.debts if self.account(debt) == account]
        at = max([at, reward["touched"], *(self.rewards[other]["touched"] for other in beside)])
        waiting = any(coin["lies"] == "pending" for coin in coins)
        if policy == "onlyPending" and not waiting:
            return "kept", at
        for coin in coins:
            if coin["lies"] in {"pending", "available"}:
                coin["lies"] = "home"
                self.budget[reward["unit"]] += 1
            elif coin["lies"] in {"spent", "paid"} and policy == "unlimited":
                coin["lies"] = "home"
                self.budget[reward["unit"]] += 1
                self.debts.append(key)
        short = any(coin["lies"] in {"spent", "paid"} for coin in coins)
        self.touch(at, [key], state="reviewRequired" if short else "reversed")
        self.pay(account, at)
        return ("reviewRequired" if short else "reversed"), at

    def pay(self, account: tuple[str, str], at: int) -> None:
        """Coins that are there go for debts of the same account."""
        while True:
            owing = sorted((d for d in self.debts if self.account(d) == account), key=self.order)
            there = [
                c for c in self.coins if c["lies"] == "available" and self.account(c["reward"]) == account
            ]
            if not owing or not there:
                return
            coin = min(there, key=lambda one: self.order(one["reward"]))
            coin["lies"] = "paid"
            self.debts.remove(owing[0])
            self.touch(at, [owing[0], coin["reward"]])
            self.empty([coin])

    def empty(self, coins: list[dict[str, Any]]) -> None:
        """Rewards of which nothing is left are redeemed."""
        for coin in coins:
            reward = self.rewards[coin["reward"]]
            if reward["state"] == "posted" and not any(
                c["lies"] == "available" for c in self.of(coin["reward"])
            ):
                reward["state"] = "redeemed"

    def touch(
        self, at: int, keys: list[str], *, also: list[str] | None = None, state: str | None = None
    ) -> int:
        at = max([at, *(self.rewards[key]["touched"] for key in [*keys, *(also or [])])])
        for key in keys:
            self.rewards[key]["touched"] = at
            if state:
                self.rewards[key]["state"] = state
        return at

    def must(self, key: str, state: str) -> None:
        if self.rewards[key]["state"] != state:
            raise Refused("illegal_move")

    def of(self, key: str) -> list[dict[str, Any]]:
        return [coin for coin in self.coins if coin["reward"] == key]

    def account(self, key: str) -> tuple[str, str]:
        return self.rewards[key]["profile"], self.rewards[key]["unit"]

    def lasts(self, key: str, at: int) -> bool:
        expires = self.rewards[key]["expires"]
        return expires is None or at < expires

    def order(self, key: str) -> tuple[float, int, str]:
        reward = self.rewards[key]
        return float("inf") if reward["expires"] is None else reward["expires"], reward["granted"], key


def label(period: str, at: int) -> str:
    """The calendar period of China that a time lies in."""
    moment = datetime.fromtimestamp(at / 1_000_000, CHINA)
    return {"ever": "", "year": f"{moment:%Y}", "month": f"{moment:%Y-%m}", "day": f"{moment:%Y-%m-%d}"}[
        period
    ]
