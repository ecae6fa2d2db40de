"""File-like sources: the rows that a brand CRM and the dealers' management systems (DMS) export."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from seed import rates
from seed.channels import Account, Contacts
from seed.draw import pick
from seed.items import SeedRecord, isoformat
from seed.names import misspelt
from seed.people import Person

_PREFIXES: Final = {"crm": "C", "crm-europe": "E"}


@dataclass(slots=True)
class FileRecord:
    """One record of one file; its rows over time say the same and more. Slips of the pen stay in it."""

    contacts: Contacts
    account: Account
    fields: dict[str, str]

    @classmethod
    def opened(
        cls, contacts: Contacts, source: str, *, birth_date: bool, consultant_phone: str | None = None
    ) -> FileRecord:
        """A new record, as somebody types it: with the person's name and phone, sometimes wrong.

        At a dealer a company's driver gives the company's phone and e-mail.

        `consultant_phone` is what a hurried consultant may enter in place of the person's own.
        """
        person, state, rng = contacts.person, contacts.desk.state, contacts.desk.rng
        company = person.company if source.startswith("dms-") else None
        spare = consultant_phone is not None and company is None and not _needs_own_phone(person)
        hurried = state.quota(rates.CONSULTANT_PHONE).offer(eligible=spare)
        slip = state.quota(rates.TYPO).offer(eligible=not hurried)
        given, birth = person.given, person.birth.isoformat()
        phone = company.phone if company else (hurried and consultant_phone) or contacts.phone()
        if slip:
            wrong = rng.random()
            if wrong < 0.4:
                given = misspelt(given, rng=rng)
            elif wrong < 0.75 or not birth_date:
                phone = mistyped(phone, rng=rng)
            else:
                birth = _misread(birth)
        fields = {"name": person.family + given}
        if not person.chinese:
            fields = {"givenName": given, "familyName": person.family}
        fields["phone"] = phone
        if company:
            fields["email"] = company.email
        if birth_date:
            fields["birthDate"] = birth
        record_id = f"{_PREFIXES.get(source, 'D')}{state.new_record():08d}"
        return cls(contacts, Account(source, record_id), fields)

    def write(self, at: int, **more: str | None) -> None:
        """Write the record's row as it stands then, with further columns from now on; None leaves one out."""
        self.fields |= {key: value for key, value in more.items() if value is not None}
        person, account = self.contacts.person, self.account
        row = {"recordId": account.user_id or "", **self.fields, "updatedAt": isoformat(at)}
        self.contacts.desk.put(
            at, SeedRecord(account.source, row), person_id=person.id, household_id=person.household_id
        )

    def track(self, name: str, at: int, properties: dict[str, Any]) -> None:
        """Post what the system saw the person do, under the record's id."""
        body = {"event": name, "properties": {"channel": "store", **properties}}
        self.contacts.desk.post("track", self.account, self.contacts.person, at, body)


def _needs_own_phone(person: Person) -> bool:
    """Whose numbers are a phenomenon themselves: they must show, or its rate would not be met."""
    return person.shares_phone or person.recycled or len(person.phones) > 1


def mistyped(phone: str, *, rng: Random) -> str:
    """The phone with one of its last eight digits wrong, or two neighbours swapped; of the same length."""
    place = len(phone) - 1 - int(rng.random() * 7)
    before, digit = phone[place - 1], phone[place]
    if rng.random() < 0.4 and before != digit:
        return phone[: place - 1] + digit + before + phone[place + 1 :]
    return phone[:place] + pick(rng, [other for other in "0123456789" if other != digit]) + phone[place + 1 :]


def _misread(birth: str) -> str:
    """The date with month and day swapped, or a year read wrong; still a date."""
    year, month, day = birth.split("-")
    if int(day) <= 12 and day != month:
        return f"{year}-{day}-{month}"
    return f"{int(year) - 1}-{month}-{day}" if year.endswith("9") else f"{int(year) + 1}-{month}-{day}"
