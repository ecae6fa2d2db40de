"""The channels: which ids a person has in each, and the messages an SDK or connector posts from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from seed import rates
from seed.catalogue import CAMPAIGNS, CONTENTS, Model
from seed.draw import pick
from seed.items import SeedEvent, SeedItem, Truth, isoformat, key_of
from seed.names import polite
from seed.people import Person
from seed.places import Dealer
from seed.serials import masked
from seed.state import State

PLACEHOLDER_PHONES: Final = ("13800138000", "00000000", "null")
PLACEHOLDER_NAME: Final = "guest"
VIRTUAL_PREFIX: Final = "95013"

_LIBRARIES: Final = {
    "website": ("analytics.js", "5.4.0"),
    "website-europe": ("analytics.js", "5.4.0"),
    "app": ("analytics-ios", "4.1.8"),
    "wechat-miniprogram": ("analytics-miniprogram", "1.3.0"),
    "showroom-tablet": ("analytics-ios", "4.1.8"),
}
_CONNECTOR: Final = ("analytics-python", "2.3.4")
_SITES: Final = {
    "website": "https://www.guanxi-motors.example.cn",
    "website-europe": "https://www.guanxi-motors.example.eu",
}
_SCREENS: Final = frozenset({"app", "wechat-miniprogram", "showroom-tablet"})


@dataclass(slots=True)
class Account:
    """The ids under which one channel knows a person; `user_id` is None until they sign in."""

    source: str
    user_id: str | None = None
    anonymous_id: str | None = None
    device_id: str | None = None


@dataclass(slots=True)
class Desk:
    """Where one household's items are written down, in any order; the journeys write, the world sorts."""

    state: State
    rng: Random
    items: list[tuple[int, SeedItem, Truth]] = field(default_factory=list[tuple[int, SeedItem, Truth]])

    def put(self, at: int, item: SeedItem, *, person_id: str, household_id: str) -> None:
        """Keep one item of the person."""
        source, record_id = key_of(item)
        self.items.append((at, item, Truth(source, record_id, person_id, household_id)))

    def post(
        self,
        kind: str,
        account: Account,
        person: Person,
        at: int,
        body: dict[str, Any],
        *,
        known: bool = True,
    ) -> None:
        """Post one message of the person from the account; `known` False leaves the userId out."""
        event = self.message(kind, account, at, body, known=known)
        self.put(at, SeedEvent(account.source, event), person_id=person.id, household_id=person.household_id)

    def post_of_nobody(
        self, kind: str, account: Account, at: int, body: dict[str, Any], *, nobody: str, known: bool = True
    ) -> None:
        """Post a message of none of the people: `nobody` stands for who did it."""
        event = self.message(kind, account, at, body, known=known)
        self.put(at, SeedEvent(account.source, event), person_id=nobody, household_id=nobody)

    def message(
        self, kind: str, account: Account, at: int, body: dict[str, Any], *, known: bool
    ) -> dict[str, Any]:
        """The message as the source's library posts it."""
        name, version = _LIBRARIES.get(account.source, _CONNECTOR)
        context: dict[str, Any] = {"library": {"name": name, "version": version}}
        event: dict[str, Any] = {
            "type": kind,
            "messageId": f"{self.rng.getrandbits(128):032x}",
            "timestamp": isoformat(at),
            "context": context,
        }
        if account.device_id:
            context["device"] = {"id": account.device_id}
        if known and account.user_id:
            event["userId"] = account.user_id
        if account.anonymous_id:
            event["anonymousId"] = account.anonymous_id
        event.update(body)
        return event


def identifier(rng: Random, prefix: str, *, bits: int = 96) -> str:
    """An id as systems make them up: a prefix and hexadecimal noise."""
    return f"{prefix}{rng.getrandbits(bits):0{bits // 4}x}"


@dataclass(slots=True)
class Contacts:
    """One person's accounts, opened as they are first needed, and how often they gave a phone.

    `cookie` is that of a shared browser; a `guest` there is who did not browse in it without signing in.
    """

    person: Person
    desk: Desk
    cookie: str | None = None
    guest: bool = False
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    introduced: set[str] = field(default_factory=set[str])
    given: int = 0
    _brand_id: str | None = None

    def phone(self) -> str:
        """The number the person gives now: those with two give the first, then the second, then either."""
        phones = self.person.phones
        self.given += 1
        if len(phones) == 1:
            return phones[0]
        return phones[self.given - 1] if self.given <= 2 else pick(self.desk.rng, phones)

    def brand_id(self) -> str:
        """The person's one account with the brand, for website, app and mini-program."""
        if self._brand_id is None:
            self._brand_id = identifier(self.desk.rng, "u", bits=64)
        return self._brand_id

    def account(self, source: str) -> Account:
        """The person's account there, opened if need be."""
        if source not in self.accounts:
            self.accounts[source] = self._opened(source)
        return self.accounts[source]

    def _opened(self, source: str) -> Account:
        rng = self.desk.rng
        match source:
            case "website" | "website-europe":
                return Account(source, anonymous_id=self.cookie or identifier(rng, "ajs-"))
            case "app":
                return Account(source, self.brand_id(), identifier(rng, "app-"), identifier(rng, "idfv-"))
            case "wechat-miniprogram":
                member = self.brand_id() if "app" in self.accounts or rng.random() < 0.4 else None
                return Account(source, member, identifier(rng, "mp-"))
            case _:
                return Account(source, identifier(rng, _PREFIXES[source], bits=64))

    def sign_in(self, source: str, at: int) -> None:
        """Sign in to the website: from now on its messages carry the brand account's id."""
        account = self.account(source)
        if account.user_id is None:
            account.user_id = self.brand_id()
        self.desk.post("identify", account, self.person, at, {"traits": self._account_traits()})

    def introduce(self, source: str, at: int) -> None:
        """Say who one is, once a channel: the `identify` that a form, a sign-in or a connector sends."""
        if source in self.introduced:
            return
        self.introduced.add(source)
        account = self.account(source)
        self.desk.post("identify", account, self.person, at, {"traits": self._traits(source)})

    def _traits(self, source: str) -> dict[str, Any]:
        rng = self.desk.rng
        match source:
            case "app":
                return {**self._account_traits(), "deviceId": self.accounts["app"].device_id}
            case "wechat-miniprogram":
                return self._wechat_traits()
            case "tmall":
                return self._tmall_traits()
            case "douyin":
                return {"douyinOpenId": identifier(rng, "_000", bits=120), **self._lead_traits(source)}
            case "xiaohongshu":
                form = self._lead_traits(source) if rng.random() < 0.7 else {}
                return {"xiaohongshuId": identifier(rng, "", bits=96), **form}
            case _:
                return self._lead_traits(source)

    def _wechat_traits(self) -> dict[str, Any]:
        rng = self.desk.rng
        traits = {
            "wechatOpenId": identifier(rng, "o", bits=108),
            "wechatUnionId": identifier(rng, "oU", bits=104),
        }
        if rng.random() < 0.85:
            traits["phone"] = self.phone()
        if rng.random() < 0.4:
            traits["name"] = self.person.name
        return traits

    def _tmall_traits(self) -> dict[str, Any]:
        person = self.person
        hidden = self.desk.state.quota(rates.MASKED_PHONE).offer()
        return {
            "tmallOuid": identifier(self.desk.rng, "AAH", bits=96),
            "name": person.name,
            "phone": masked(person.phones[0]) if hidden else self.phone(),
            "city": person.city.name,
        }

    def _account_traits(self) -> dict[str, Any]:
        person, rng = self.person, self.desk.rng
        traits: dict[str, Any] = {}
        if rng.random() < 0.9:
            traits["phone"] = self.phone()
        if rng.random() < 0.65:
            traits |= self._full_name()
        if person.email and rng.random() < 0.6:
            traits["email"] = person.email
        return traits

    def _full_name(self) -> dict[str, str]:
        person = self.person
        if person.chinese:
            return {"name": person.name}
        return {"givenName": person.given, "familyName": person.family}

    def _lead_traits(self, source: str) -> dict[str, Any]:
        """What a lead's form says: what the person typed, and what the channel lets through."""
        person, state = self.person, self.desk.state
        virtual = source == "autohome" and state.quota(rates.VIRTUAL_PHONE).offer()
        nonsense = state.quota(rates.PLACEHOLDER).offer(eligible=not virtual)
        if nonsense:
            return {"name": PLACEHOLDER_NAME, "phone": pick(self.desk.rng, PLACEHOLDER_PHONES)}
        traits: dict[str, Any] = self._full_name()
        if person.chinese and source in ("douyin", "autohome") and state.quota(rates.PARTIAL_NAME).offer():
            traits = {"name": polite(person.family, male=person.male)}
        traits["phone"] = f"{VIRTUAL_PREFIX}{self.desk.rng.getrandbits(29):09d}" if virtual else self.phone()
        traits["city"] = person.city.name
        if person.email and source in _SITES and self.desk.rng.random() < 0.5:
            traits["email"] = person.email
        return traits

    def browse(self, source: str, at: int, *, model: Model, views: int) -> None:
        """Open a page or screen and view some content; `at` is when it begins."""
        account, rng = self.account(source), self.desk.rng
        campaign = pick(rng, CAMPAIGNS)
        if source in _SITES:
            title = f"{model.chinese if self.person.chinese else model.english} | {model.id}"
            url = f"{_SITES[source]}/models/{model.id}?utm_source=search&utm_campaign={campaign}"
            page = {"properties": {"url": url, "path": f"/models/{model.id}", "title": title}}
            self.desk.post("page", account, self.person, at, page)
        elif source in _SCREENS:
            self.desk.post(
                "screen", account, self.person, at, {"name": "Model", "properties": {"title": model.id}}
            )
        for view in range(views):
            content, *titles = pick(rng, CONTENTS)
            self.track(
                source,
                "Content Viewed",
                at + 20 + 90 * view,
                {
                    "content": content,
                    "title": titles[0] if self.person.chinese else titles[1],
                    "campaign": campaign,
                    "model": model.id,
                    "durationSeconds": 5 + int(rng.random() * 170),
                },
            )

    def track(self, source: str, name: str, at: int, properties: dict[str, Any]) -> None:
        """Post a `track` with the channel among its properties."""
        body = {"event": name, "properties": {"channel": source, **properties}}
        self.desk.post("track", self.account(source), self.person, at, body)

    def visit_tablet(self, dealer: Dealer, at: int, *, model: Model) -> None:
        """Sign in on the dealer's tablet, where all visitors leave the same anonymousId and device."""
        rng = self.desk.rng
        account = Account(
            "showroom-tablet", identifier(rng, "v", bits=64), dealer.tablet, dealer.tablet_device
        )
        self.accounts[account.source] = account
        if rng.random() < 0.4:
            body = {"name": "Colours", "properties": {"title": model.id, "dealer": dealer.id}}
            self.desk.post_of_nobody("screen", account, at - 600, body, nobody=dealer.tablet, known=False)
        traits = {**self._full_name(), "phone": self.phone(), "deviceId": dealer.tablet_device}
        self.desk.post("identify", account, self.person, at, {"traits": traits})
        content, *_ = pick(rng, CONTENTS)
        self.track(
            account.source,
            "Content Viewed",
            at + 60,
            {"content": content, "dealer": dealer.id, "model": model.id, "durationSeconds": 40},
        )


_PREFIXES: Final = {"douyin": "dy", "xiaohongshu": "xhs", "tmall": "tb", "autohome": "ah"}
