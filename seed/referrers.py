"""People who refer and are referred: who they are, and what the systems see of them. No noise but what a plot plants.

Their numbers are counted from where the world's own end, so that nobody shares one with the world by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any, Final

from graph.referral.codes import ALPHABET, LENGTH, check_symbol
from seed.actors import Actor, Bought, record_of
from seed.catalogue import MODELS, Model, price
from seed.channels import Account, Desk, identifier
from seed.draw import pick, shuffled
from seed.items import DAY_SECONDS, DAYS, START, SeedRecord, isoformat
from seed.names import chinese_family, chinese_given, european_family, european_given
from seed.people import Course, Person
from seed.places import DEALERS, DOORS, City, Dealer, address, postcode
from seed.serials import (
    birthday_of,
    chinese_mobile,
    chinese_plate,
    european_mobile,
    european_plate,
    government_id,
    vin,
)

PROGRAMME: Final = "two-sided"
"""The id of the programme that all codes are of."""

LAST: Final = DAYS * DAY_SECONDS - 1
"""The last second of the world."""

FIRST_ID: Final = 3_000_000
"""The index from which their government ids are: a world of more people would have them itself."""

MOST: Final = 350_000
"""How many may take part: as many ids are left, and some for the last plot; of phones, cars and plates more are."""

_FIRST_PHONE: Final = 5_000_000
_FIRST_CAR: Final = 3_000_000
_FIRST_PLATE: Final = 2_000_000
_BODIES: Final = len(ALPHABET) ** (LENGTH - 1)
_TRIES: Final = 50
_APPS: Final = ("app", "wechat-miniprogram")


@dataclass(slots=True)
class Counts:
    """Running numbers of everybody who takes part, handed on from plot to plot."""

    people: int = 0
    phones: int = 0
    households: int = 0
    codes: int = 0
    cars: int = 0
    records: int = 0


@dataclass(slots=True)
class Cast:
    """Makes the people of one plot and writes down what they do; `home` is the dealer most of them go to."""

    desk: Desk
    counts: Counts
    home: Dealer
    seed: int
    names: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    families: set[str] = field(default_factory=set[str])

    @property
    def rng(self) -> Random:
        """The plot's own generator."""
        return self.desk.rng

    # -- people --------------------------------------------------------------------------------------------

    def actor(
        self,
        *,
        dealer: Dealer | None = None,
        city: City | None = None,
        relative: Actor | None = None,
        family: str | None = None,
        male: bool | None = None,
        born: int | None = None,
        source: str | None = None,
        phone: str | None = None,
        home: Actor | None = None,
        device: str | None = None,
        cookie: str | None = None,
    ) -> Actor:
        """Somebody new; a `relative` lives with that one, `home` only gives that one's address."""
        dealer = dealer or (relative.dealer if relative else self.home)
        person = self._person(
            city or dealer.city,
            relative=relative,
            family=family,
            male=male,
            born=born,
            phone=phone,
            home=home,
        )
        account = self.account(person, source=source, device=device, cookie=cookie)
        consultant, _ = pick(self.rng, dealer.consultants)
        return Actor(person, account, dealer, consultant)

    def _person(
        self,
        city: City,
        *,
        relative: Actor | None,
        family: str | None,
        male: bool | None,
        born: int | None,
        phone: str | None,
        home: Actor | None,
    ) -> Person:
        rng, counts = self.rng, self.counts
        index, counts.people = counts.people, counts.people + 1
        if relative is None:
            counts.households += 1
        country = city.country
        male = rng.random() < 0.6 if male is None else male
        year = born or 1966 + int(rng.random() * 32)
        birth = date(year, *birthday_of(FIRST_ID + index))
        family, given = self._name(country, male=male, year=year, family=family)
        number = int(rng.random() * DOORS)
        host = relative or home
        lives = host.person if host else None
        return Person(
            id=f"q{index:07d}",
            household_id=relative.person.household_id if relative else f"g{counts.households:07d}",
            country=country,
            male=male,
            birth=birth,
            family=family,
            given=given,
            phones=(phone or self.number(country),),
            email=None if country == "CN" else f"q{index:07d}@mail.example.com",
            city=city,
            address=lives.address if lives else address(city, street=pick(rng, city.streets), number=number),
            postcode=lives.postcode if lives else postcode(city, number=number),
            government_id=(
                government_id(FIRST_ID + index, birth=birth, male=male) if country == "CN" else None
            ),
            course=Course.PURCHASE,
            start=0,
        )

    def _name(self, country: str, *, male: bool, year: int, family: str | None) -> tuple[str, str]:
        """A name that nobody of the plot has; of strangers, if it can be, no two have one family name."""
        rng = self.rng
        tries = 0
        while True:
            tries += 1
            if country == "CN":
                name, given = chinese_family(rng), chinese_given(rng, male=male, born=year)
            else:
                name = european_family(rng, country=country)
                given = european_given(rng, country=country, male=male)
            if family is None and name in self.families and tries < _TRIES:
                continue
            name = family or name
            if (name, given) not in self.names:
                self.names.add((name, given))
                self.families.add(name)
                return name, given

    def number(self, country: str) -> str:
        """A phone number that nobody had before."""
        index = _FIRST_PHONE + self.counts.phones
        self.counts.phones += 1
        return chinese_mobile(index) if country == "CN" else european_mobile(index, country=country)

    def account(
        self,
        person: Person,
        *,
        source: str | None = None,
        device: str | None = None,
        cookie: str | None = None,
    ) -> Account:
        """An account in a channel of the person's country; on a website of who has signed in on their cookie."""
        rng = self.rng
        source = source or (pick(rng, (*_APPS, "website")) if person.chinese else "website-europe")
        if source == "app":
            return Account(
                source,
                identifier(rng, "u", bits=64),
                identifier(rng, "app-"),
                device or identifier(rng, "idfv-"),
            )
        if source == "wechat-miniprogram":
            return Account(source, None, identifier(rng, "mp-"))
        return Account(source, identifier(rng, "u", bits=64), cookie or identifier(rng, "ajs-"))

    def another_dealer(self, dealer: Dealer) -> Dealer:
        """Some other dealer of that one's country."""
        return pick(self.rng, [d for d in self.dealers() if d.id != dealer.id])

    def dealers(self) -> list[Dealer]:
        """All dealers of the home dealer's country, or of Europe."""
        chinese = self.home.city.country == "CN"
        return [dealer for dealer in DEALERS if (dealer.city.country == "CN") == chinese]

    # -- what they do --------------------------------------------------------------------------------------

    def introduce(self, actor: Actor, at: int, account: Account | None = None, /, **traits: Any) -> None:
        """Say who one is in a channel, with name and phone; further traits are put beside them."""
        person, account = actor.person, account or actor.account
        named = (
            {"name": person.name}
            if person.chinese
            else {"givenName": person.given, "familyName": person.family}
        )
        said: dict[str, Any] = {**named, "phone": person.phones[0]}
        if account.device_id:
            said["deviceId"] = account.device_id
        if person.email and not person.chinese:
            said["email"] = person.email
        said = {key: value for key, value in (said | traits).items() if value is not None}
        self.desk.post("identify", account, person, at, {"traits": said})

    def give_code(self, owner: Actor) -> str:
        """A code of the owner's, the same for the same seed."""
        if owner.code is None:
            index, self.counts.codes = self.counts.codes, self.counts.codes + 1
            body = _in_alphabet(
                shuffled((index + self.seed * 7_919) % _BODIES, size=_BODIES, step=1_618_033_991)
            )
            owner.code = body + check_symbol(body)
        return owner.code

    def touch(self, friend: Actor, code: str, at: int, *, entered: bool | None = None) -> None:
        """Open the link of a code, or enter it, in the friend's channel."""
        entered = self.rng.random() < 0.35 if entered is None else entered
        said = {"channel": friend.account.source, "code": code, "programme": PROGRAMME}
        name = "Referral Code Entered" if entered else "Referral Link Clicked"
        self._track(friend, friend.account, name, at, said)

    def enquire(self, friend: Actor, at: int) -> None:
        """Ask to be called back, in the friend's channel."""
        said = {"channel": friend.account.source, "dealer": friend.dealer.id}
        self._track(friend, friend.account, "Enquiry Submitted", at, said)

    def at_dealer(self, actor: Actor, name: str, at: int, **properties: Any) -> None:
        """Something that the dealer's system says of one; its record is opened at first need."""
        if actor.dms is None:
            self.open_record(actor, at - 60)
        said = {
            "channel": "store",
            "dealer": actor.dealer.id,
            "consultant": actor.consultant,
            **{key: value for key, value in properties.items() if value is not None},
        }
        self._track(actor, actor.dms, name, at, said)

    def open_record(self, actor: Actor, at: int, **columns: str | None) -> None:
        """Write the dealer's row of one, with what a buyer shows; further columns go before, None leaves one out."""
        person = actor.person
        if actor.dms is None:
            self.counts.records += 1
            actor.dms = Account(actor.dealer.dms, f"R{self.counts.records:08d}")
        names = (
            {"name": person.name}
            if person.chinese
            else {"givenName": person.given, "familyName": person.family}
        )
        row: dict[str, str | None] = {
            **names,
            "phone": person.phones[0],
            "birthDate": person.birth.isoformat(),
            "gender": "male" if person.male else "female",
            "governmentId": person.government_id,
            "email": person.email,
            "city": person.city.name,
            "address": person.address,
            "postcode": person.postcode,
        }
        for key, value in (row | columns).items():
            if value is not None:
                actor.row[key] = value
        self._write(actor, at)

    def _write(self, actor: Actor, at: int) -> None:
        assert actor.dms is not None  # noqa: S101 - opened just now
        source, record_id = record_of(actor.dms)
        row = {"recordId": record_id, **actor.row, "updatedAt": isoformat(at)}
        person = actor.person
        self.desk.put(at, SeedRecord(source, row), person_id=person.id, household_id=person.household_id)

    def on_tablet(self, actor: Actor, at: int) -> None:
        """Sign in on the dealer's tablet, where all visitors leave the same anonymousId and device."""
        dealer = actor.dealer
        visit = Account(
            "showroom-tablet", identifier(self.rng, "v", bits=64), dealer.tablet, dealer.tablet_device
        )
        self.introduce(actor, at, visit)
        actor.visits += (visit,)

    def order(self, actor: Actor, at: int, model: Model | None = None) -> Bought:
        """Order a car and pay a deposit."""
        model = model or pick(self.rng, MODELS)
        index, self.counts.cars = self.counts.cars, self.counts.cars + 1
        year = START.year + (at // DAY_SECONDS + 304) // 365
        plate = self._plate(index, actor.dealer, electric=model.electric)
        car = Bought(
            f"SO{self.rng.getrandbits(40):012d}",
            model,
            vin(_FIRST_CAR + index, body=model.body, year=year),
            plate,
            at,
        )
        amount, currency = price(self.rng, model=model, chinese=actor.person.chinese)
        self.at_dealer(
            actor, "Order Placed", at, model=model.id, orderId=car.order, amount=amount, currency=currency
        )
        self.pay(actor, car, at + 600, stage="deposit", amount="5000.00")
        actor.car = car
        return car

    def _plate(self, index: int, dealer: Dealer, *, electric: bool) -> str:
        number = _FIRST_PLATE + index
        if dealer.city.country == "CN":
            return chinese_plate(number, province=dealer.city.plate, electric=electric)
        return european_plate(number, town=dealer.city.plate)

    def take_over(self, actor: Actor, car: Bought, at: int) -> None:
        """Register another's car in one's own name, under a new plate, and bring it to the workshop."""
        index, self.counts.cars = self.counts.cars, self.counts.cars + 1
        plate = self._plate(index, actor.dealer, electric=car.model.electric)
        said = {"model": car.model.id, "vin": car.vin, "plate": plate, "role": "owner"}
        self.at_dealer(actor, "Service Completed", at, odometerKm=4_000, **said)
        actor.row |= {"vin": car.vin, "plate": plate}
        self._write(actor, at + 60)

    def pay(self, payer: Actor, car: Bought, at: int, *, stage: str, amount: str) -> None:
        """Pay for a car; it may be another's, ordered at the same dealer."""
        currency = "CNY" if payer.person.chinese else "EUR"
        self.at_dealer(
            payer,
            "Payment Received",
            at,
            orderId=car.order,
            paymentId=identifier(self.rng, "P", bits=40),
            amount=amount,
            currency=currency,
            stage=stage,
            method="transfer",
        )

    def deliver(self, actor: Actor, car: Bought, at: int, *, payer: Actor | None = None) -> Bought:
        """Hand the car over, after the rest was paid, by somebody else where there is a `payer`."""
        self.pay(payer or actor, car, at - 3_600, stage="balance", amount=f"{car.model.eur}.00")
        said = {"model": car.model.id, "vin": car.vin, "plate": car.plate}
        self.at_dealer(actor, "Vehicle Delivered", at, orderId=car.order, **said)
        actor.row |= {"vin": car.vin, "plate": car.plate}
        self._write(actor, at + 60)
        actor.car = replace(car, delivered=at)
        return actor.car

    def give_back(self, actor: Actor, car: Bought, at: int, reason: str) -> None:
        """Return a delivered car."""
        said = {"orderId": car.order, "model": car.model.id, "reason": reason}
        self.at_dealer(actor, "Vehicle Returned", at, **said)

    def _track(
        self, actor: Actor, account: Account | None, name: str, at: int, properties: dict[str, Any]
    ) -> None:
        assert account is not None  # noqa: S101 - a record was opened
        self.desk.post("track", account, actor.person, at, {"event": name, "properties": properties})


def _in_alphabet(number: int) -> str:
    symbols: list[str] = []
    for _ in range(LENGTH - 1):
        number, rest = divmod(number, len(ALPHABET))
        symbols.append(ALPHABET[rest])
    return "".join(symbols)
