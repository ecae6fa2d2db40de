"""Journeys: what a person does over the years, in the shape of docs/product.md §2, as the systems see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from seed import rates
from seed.catalogue import Model, note, price
from seed.channels import Contacts
from seed.draw import Weighted, pick
from seed.files import FileRecord
from seed.items import DAY_SECONDS, DAYS, START, isoformat
from seed.people import Course, Person
from seed.places import Dealer
from seed.state import Car

_CHANNELS: Final = Weighted(
    [
        ("website", 22.0),
        ("app", 13.0),
        ("wechat-miniprogram", 24.0),
        ("douyin", 13.0),
        ("xiaohongshu", 6.0),
        ("tmall", 5.0),
        ("autohome", 14.0),
    ]
)
_FURTHER_CHANNELS: Final = {Course.ENQUIRY: 1.2, Course.VISIT: 1.7, Course.DRIVE: 2.0, Course.PURCHASE: 2.4}
_INTRODUCED_AT_ONCE: Final = ("app", "tmall", "wechat-miniprogram")  # nobody gets in there without an account
_FORM_FILLED: Final = {
    "douyin": 0.9,
    "autohome": 0.9,
    "xiaohongshu": 0.9,
    "website": 0.5,
    "website-europe": 0.5,
}
_BOOKABLE: Final = ("app", "wechat-miniprogram", "website", "website-europe")
_VISITING: Final = (Course.VISIT, Course.DRIVE, Course.PURCHASE)
_LAST: Final = DAYS - 1
_FIRST_SALE: Final = 280  # days that a new owner keeps a car at least
_SECOND_OWNER: Final = 200  # days that are left for the second owner at least


@dataclass(slots=True)
class Journey:
    """One person on the way; `day` moves forward, and what would lie after the end does not happen.

    `signs_in`: the person certainly signs in to the website; `family_car`: a car of the household's.
    """

    contacts: Contacts
    dealer: Dealer
    model: Model
    signs_in: bool = False
    family_car: Car | None = None
    car: Car | None = None
    channels: list[str] = field(default_factory=list[str])
    day: int = 0
    _consultant: tuple[str, str] = ("", "")
    _tablet: bool = False
    _seconds: int = 0
    _dms: dict[str, FileRecord] = field(default_factory=dict[str, FileRecord])

    @property
    def person(self) -> Person:
        """Whose journey it is."""
        return self.contacts.person

    def run(self) -> None:
        """Go the whole way, once."""
        person, desk = self.person, self.contacts.desk
        self.day = person.start
        self._consultant = pick(desk.rng, self.dealer.consultants)
        self._tablet = desk.state.quota(rates.TABLET).offer(eligible=person.course in _VISITING)
        self.channels = self._chosen_channels()
        if person.company and self.family_car:
            self._drive_for(self.family_car)
            self._show_phones()
            return
        car = person.used_car or (self.family_car if person.course is Course.CO_DRIVER else None)
        if car is None:
            self._shop()
        else:
            if self.signs_in:
                self._look_around()
            self._drive_used(car)
        self._show_phones()

    def _show_phones(self) -> None:
        while self.contacts.given < len(self.person.phones):
            self._ask_again()

    def _drive_for(self, car: Car) -> None:
        """Bring a company's car to the workshop; every other driver has asked for one of their own before."""
        if self.contacts.desk.rng.random() < 0.5:
            self._look_around()
            self._enquire()
        self.day = max(self.day, min(car.delivered + 5, _LAST))
        self._service(self.dealer, car, car.plate)
        self._keep_serviced(car, plate=car.plate, until=_LAST)

    def _shop(self) -> None:
        course = self.person.course
        self._look_around()
        self._enquire()
        if course not in _VISITING or not self._wait(1, 14):
            return
        self._visit()
        if course is Course.VISIT or not self._wait(1, 12):
            return
        self._test_drive()
        if course is Course.PURCHASE and self._wait(2, 20):
            self._buy()

    def _wait(self, least: int, most: int) -> bool:
        """Let days pass; False when the world ends before, and then no day has passed."""
        day = self.day + least + int(self.contacts.desk.rng.random() * (most - least + 1))
        if day > _LAST:
            return False
        if day > self.day:
            self.day, self._seconds = day, 0
        return True

    def _now(self) -> int:
        """A time of the current day, later at each call: people and shops are up from 9 to 20 o'clock."""
        rng = self.contacts.desk.rng
        self._seconds = (
            self._seconds + 60 + int(rng.random() * 500)
            if self._seconds
            else int(3_600 + rng.random() * 36_000)
        )
        return self.day * DAY_SECONDS + self._seconds

    def _chosen_channels(self) -> list[str]:
        rng, person = self.contacts.desk.rng, self.person
        if not person.chinese:
            return ["website-europe"]
        channels = ["website" if self.signs_in else _CHANNELS.draw(rng)]
        for _ in range(int(_FURTHER_CHANNELS.get(person.course, 0.0) + rng.random())):
            channel = _CHANNELS.draw(rng)
            if channel not in channels:
                channels.append(channel)
        return channels

    def _look_around(self) -> None:
        contacts, rng = self.contacts, self.contacts.desk.rng
        if contacts.guest:  # somebody else's browser: the person signs in before doing anything
            contacts.sign_in(self.channels[0], self._now())
        for place, channel in enumerate(self.channels):
            if place:
                self._wait(0, 9)
            if channel in _INTRODUCED_AT_ONCE:
                contacts.introduce(channel, self._now())
            contacts.browse(channel, self._now(), model=self.model, views=1 + int(rng.random() * 2))
            if rng.random() < _FORM_FILLED.get(channel, 0.0):
                contacts.introduce(channel, self._now())
        if self.signs_in and not contacts.guest:
            contacts.sign_in(self.channels[0], self._now())

    def _enquire(self) -> None:
        """Ask to be called back; the lead comes into the brand's CRM, and somebody phones."""
        contacts, rng, person = self.contacts, self.contacts.desk.rng, self.person
        channel = pick(rng, self.channels)
        contacts.introduce(channel, self._now())
        if channel.startswith("website") and rng.random() < 0.35:
            contacts.sign_in(channel, self._now())
        contacts.track(
            channel, "Enquiry Submitted", self._now(), {"dealer": self.dealer.id, "model": self.model.id}
        )
        must = person.shares_phone or person.recycled or len(person.phones) > 1
        if must or rng.random() < (0.45 if person.course is Course.ENQUIRY else 0.65):
            self._wait(0, 1)
            self._enter_in_crm()

    def _ask_again(self) -> None:
        """Ask once more by another form: for those who have not yet shown each of their numbers."""
        channel = "website" if self.person.chinese else "website-europe"
        if channel in self.contacts.introduced:
            self._enter_in_crm()
            return
        self.contacts.introduce(channel, self._now())
        properties = {"dealer": self.dealer.id, "model": self.model.id}
        self.contacts.track(channel, "Enquiry Submitted", self._now(), properties)

    def _enter_in_crm(self) -> None:
        contacts, rng, person = self.contacts, self.contacts.desk.rng, self.person
        source = "crm" if person.chinese else "crm-europe"
        twice = contacts.desk.state.quota(rates.DUPLICATE_RECORD).offer()
        for _ in range(1 + twice):
            record = FileRecord.opened(
                contacts, source, birth_date=rng.random() < 0.35, consultant_phone=self._consultant[1]
            )
            record.write(
                self._now(),
                gender="male" if person.male else "female",
                city=person.city.name,
                email=person.email if rng.random() < 0.4 else None,
                **self._home(0.35),
            )

    def _record(self, dealer: Dealer) -> FileRecord:
        """The person's record in the dealer's DMS, opened and written at first need."""
        record = self._dms.get(dealer.dms)
        if record is None:
            rng = self.contacts.desk.rng
            record = self._dms[dealer.dms] = FileRecord.opened(
                self.contacts, dealer.dms, birth_date=rng.random() < 0.5, consultant_phone=self._consultant[1]
            )
            record.write(
                self._now(),
                gender="male" if self.person.male else "female",
                city=self.person.city.name,
                **self._home(0.5),
            )
        return record

    def _home(self, chance: float) -> dict[str, str]:
        """Street and postcode, where the form was filled in so far; in China few write the postcode."""
        person, rng = self.person, self.contacts.desk.rng
        if rng.random() >= chance:
            return {}
        home = person.company or person
        with_postcode = not person.chinese or rng.random() < 0.3
        return {"address": home.address} | ({"postcode": home.postcode} if with_postcode else {})

    def _at_store(self, name: str, **properties: Any) -> None:
        """Something the consultant enters in the dealer's system."""
        self._record(self.dealer).track(
            name,
            self._now(),
            {
                "dealer": self.dealer.id,
                "consultant": self._consultant[0],
                "model": self.model.id,
                **properties,
            },
        )

    def _talk(self, tier: str) -> None:
        """A talk with the consultant, who notes what shows the person's intent."""
        rng = self.contacts.desk.rng
        minutes = {"C": 5, "B": 25, "A": 65, "H": 80}[tier] + int(rng.random() * 20)
        text = note(rng, tier=tier, model=self.model, chinese=self.person.chinese)
        self._at_store("Negotiation Noted", note=text, durationSeconds=60 * minutes)

    def _visit(self) -> None:
        rng = self.contacts.desk.rng
        self._at_store("Store Visited", durationSeconds=600 + int(rng.random() * 5_400))
        if self._tablet:
            self.contacts.visit_tablet(self.dealer, self._now(), model=self.model)
        self._talk("B")

    def _test_drive(self) -> None:
        contacts, rng = self.contacts, self.contacts.desk.rng
        appointment = isoformat(min(self.day + 2, _LAST) * DAY_SECONDS + 7 * 3_600)
        channel = next((channel for channel in self.channels if channel in _BOOKABLE), None)
        properties = {"dealer": self.dealer.id, "model": self.model.id, "appointmentAt": appointment}
        if channel:
            contacts.track(channel, "Test Drive Booked", self._now(), properties)
        else:
            self._at_store("Test Drive Booked", appointmentAt=appointment)
        if self._wait(2, 2):
            self._at_store("Test Drive Completed", durationSeconds=1_200 + int(rng.random() * 2_400))
            self._talk("A")

    def _buy(self) -> None:
        person, desk = self.person, self.contacts.desk
        self._talk("H")
        order = f"SO{desk.rng.getrandbits(40):012d}"
        amount, currency = price(desk.rng, model=self.model, chinese=person.chinese)
        self._record(self.dealer).write(
            self._now(),
            birthDate=self._record(self.dealer).fields.get("birthDate", person.birth.isoformat()),
            governmentId=person.government_id,
            address=person.address,
            postcode=person.postcode,
            email=person.email if not person.chinese else None,
        )
        self._at_store("Order Placed", orderId=order, amount=amount, currency=currency)
        if self._wait(14, 60):
            self._take_delivery(order)

    def _take_delivery(self, order: str) -> None:
        desk = self.contacts.desk
        room = _LAST - _SECOND_OWNER - self.day - _FIRST_SALE
        sold = None
        if desk.state.quota(rates.RESOLD_CAR).offer(eligible=room > 0):
            sold = self.day + _FIRST_SALE + int(desk.rng.random() * room)
        self.car = car = desk.state.new_car(
            model=self.model,
            dealer=self.dealer,
            delivered=self.day,
            year=START.year + (self.day + 304) // 365,
            sold=sold,
        )
        self._at_store("Vehicle Delivered", orderId=order, vin=car.vin, plate=car.plate)
        self._record(self.dealer).write(self._now(), vin=car.vin, plate=car.plate)
        self._use_app(car.vin, car.plate, chance=0.7)
        self._keep_serviced(car, plate=car.plate, until=sold or _LAST)

    def _drive_used(self, car: Car) -> None:
        """Drive a car that somebody else bought: as its second owner, or as one of the household."""
        person, desk = self.person, self.contacts.desk
        second = person.used_car is not None
        if not second:
            self.day = max(self.day, min(car.delivered + 5, _LAST))
        plate = desk.state.new_plate(self.dealer, electric=car.model.electric) if second else car.plate
        until = _LAST if second or car.sold is None else car.sold
        self._wait(5, 40)
        self._service(self.dealer, car, plate)
        self._use_app(car.vin, plate, chance=0.4)
        self._keep_serviced(car, plate=plate, until=until)

    def _use_app(self, vin: str, plate: str, *, chance: float) -> None:
        """An owner's app (in Europe the website's account): the car is bound to the account."""
        contacts, rng, person = self.contacts, self.contacts.desk.rng, self.person
        if rng.random() >= chance:
            return
        channel = "app" if person.chinese else "website-europe"
        if channel == "app":
            contacts.introduce(channel, self._now())
        else:
            contacts.sign_in(channel, self._now())
        traits = {"vin": vin, "plate": plate}
        contacts.desk.post("identify", contacts.account(channel), person, self._now(), {"traits": traits})
        if rng.random() < 0.15:
            club = {
                "groupId": f"club-{self.dealer.city.code}",
                "traits": {"name": f"{self.dealer.city.name} owners"},
            }
            contacts.desk.post("group", contacts.account(channel), person, self._now(), club)

    def _keep_serviced(self, car: Car, *, plate: str, until: int) -> None:
        """Come to the workshop every half year or year while the car is theirs, mostly to one dealer."""
        desk = self.contacts.desk
        while self._wait(170, 390) and self.day < until:
            dealer = self.dealer
            if desk.rng.random() < 0.12:
                dealer = desk.state.dealer_of(desk.rng, chinese=self.person.chinese)
            self._service(dealer, car, plate)

    def _service(self, dealer: Dealer, car: Car, plate: str) -> None:
        rng = self.contacts.desk.rng
        known = dealer.dms in self._dms
        record = self._record(dealer)
        if not known:
            record.write(self._now(), vin=car.vin, plate=plate)
        age = max(1, self.day - car.delivered)
        self._record(dealer).track(
            "Service Completed",
            self._now(),
            {
                "dealer": dealer.id,
                "vin": car.vin,
                "plate": plate,
                "model": car.model.id,
                "odometerKm": int(age * (28 + rng.random() * 14)),
                "amount": f"{400 + int(rng.random() * 2_200)}.00",
                "currency": "CNY" if self.person.chinese else "EUR",
                "durationSeconds": 3_600 + int(rng.random() * 7_200),
            },
        )
