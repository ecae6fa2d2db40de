"""Personal values are nowhere in the clear: 1,000 canaries go in by every door and are found on no disk.

The server's files are read as they lie after its last checkpoint. A record store packs short texts into some bits a
character, so the bytes alone would prove too little: all properties are read back and scanned as well.
"""

from __future__ import annotations

import csv
import stat
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.wiring import Services, services
from graph.clock import system_clock
from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.errors import DatabaseUnavailableError
from graph.ingest.draft import Draft
from graph.ingest.files.load import FileLoader, FileOptions
from graph.ingest.message import Message, Rejected
from graph.ingest.poison import write_around_poison
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration, default_source
from graph.ingest.writer import Writer, Written
from graph.settings import load_settings
from tests.canaries import Nest, Scanner

CONTROL = "kontrollkanarie"
PEOPLE = 36
KINDS = {
    "phone": "1397351",
    "email": "qzvxkw",
    "latin": "yxoqwjr",
    "chinese": "魆魈魍",
    "id": "idqzjxv",
    "governmentId": "10119631",
    "vin": "SVXZJWK",
    "plate": "京A7XQZ",
    "birthDate": "1963-12-13",
    "note": "noteqzjx",
    "street": "gasseqzjx",
    "trait": "traitqzjx",
    "url": "urlqzjx",
    "ip": "198.51.100.",
    "agent": "agentqzjx",
    "message": "msgidqzjx",
    "event": "eventqzjx",
    "wrong": "wrongqzjx",
    "row": "rowidqzjx",
}


@pytest.fixture
def nest() -> Nest:
    made = Nest()
    for name, marker in KINDS.items():
        made.kind(name, marker)
    return made


class Person:
    """One person's canaries."""

    def __init__(self, nest: Nest, number: int) -> None:
        self.number = number
        lay = nest.lay
        self.phone = lay("phone", f"1397351{number:04d}")
        self.email = lay("email", f"qzvxkw{number}@mail.example.com")
        self.latin = lay("latin", f"Jo{'abcdefghij'[number % 10]} Wyxoqwjr{'abcdefghij'[number // 10 % 10]}")
        self.chinese = lay("chinese", f"夔魆魈魍{chr(0x4E00 + number)}"[1:])
        self.user = lay("id", f"user-idqzjxv-{number}")
        self.browser = lay("id", f"browser-idqzjxv-{number}")
        self.device = lay("id", f"device-idqzjxv-{number}")
        self.union = lay("id", f"union-idqzjxv-{number}")
        self.government = lay("governmentId", government_id(f"11010119631213{number:03d}"))
        self.vin = lay("vin", vin(number))
        self.plate = lay("plate", f"京A7XQZ{number % 10}")
        self.birth = lay("birthDate", "1963-12-13")
        self.note = lay("note", f"calls back, noteqzjx{number}")
        self.street = lay("street", f"gasseqzjx {number}")
        self.trait = lay("trait", f"traitqzjx{number}")
        self.url = lay("url", f"https://shop.example/models/et5?token=urlqzjx{number}")
        self.ip = lay("ip", f"198.51.100.{number}")
        self.agent = lay("agent", f"Mozilla/5.0 agentqzjx{number}")
        self.event = lay("event", f"eventqzjx {number:05d} seen")
        self._lay = lay

    def message_id(self, name: str) -> str:
        return self._lay("message", f"msgidqzjx-{name}-{self.number}")

    def wrong(self, name: str) -> str:
        return self._lay("wrong", f"wrongqzjx-{name}-{self.number}")

    def row(self, name: str) -> str:
        return self._lay("row", f"rowidqzjx-{name}-{self.number}")


def government_id(first: str) -> str:
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


def vin(number: int) -> str:
    values = dict(
        zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)], strict=True)
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    text = f"LSVXZJWK0P2{number:06d}"
    total = sum(weight * (values.get(char) or int(char)) for weight, char in zip(weights, text, strict=True))
    return f"{text[:8]}{'0123456789X'[total % 11]}{text[9:]}"


def good_events(person: Person) -> list[dict[str, Any]]:
    """What a website, an app and a call centre say of a person, everything personal in it."""
    context = {
        "ip": person.ip,
        "userAgent": person.agent,
        "page": {"url": person.url, "referrer": person.url},
        "device": {"id": person.device},
        "campaign": {"name": f"call {person.phone}"},
        "traits": {"email": person.email.upper()},
    }
    who = {"userId": person.user, "anonymousId": person.browser, "context": context}
    traits = {
        "phone": f"+86 {person.phone[:3]} {person.phone[3:7]} {person.phone[7:]}",
        "email": person.email,
        "name": person.chinese if person.number % 2 else person.latin,
        "governmentId": person.government,
        "wechatUnionId": person.union,
        "vin": person.vin,
        "plate": person.plate,
        "birthDate": person.birth,
        "address": {"street": person.street, "city": f"call {person.phone}", "postalCode": person.phone},
        "gender": person.trait,
        person.trait: person.trait,
        "unknown": {"nested": [person.trait]},
    }
    clear_fields = ("channel", "campaign", "content", "dealer", "consultant", "model", "topic", "form")
    event = person.event
    return [
        {**who, "type": "identify", "messageId": person.message_id("identify"), "traits": traits},
        {**who, "type": "page", "messageId": person.message_id("page"), "name": person.email,
         "properties": {"url": person.url, "path": f"/reset/{person.phone}", "title": person.note}},
        {**who, "type": "track", "messageId": person.message_id("track"), "event": event,
         "properties": {"note": person.note, "dealer": person.phone, "model": person.email, "label": person.trait}},
        {**who, "type": "track", "messageId": person.message_id("typed"), "event": "Enquiry Submitted",
         "properties": dict.fromkeys(clear_fields, f"see {person.phone}")
         | {"note": person.note, "url": person.url, "plate": person.plate, "extra": person.trait}},
        {**who, "type": "track", "messageId": person.message_id("delivered"), "event": "Vehicle Delivered",
         "properties": {"vin": person.vin, "orderId": person.trait, "colour": person.email}},
        {**who, "type": "group", "messageId": person.message_id("group"), "groupId": person.trait,
         "traits": {"name": person.latin}},
        {**who, "type": "alias", "messageId": person.message_id("alias"), "previousId": f"{person.user}-old"},
    ]  # fmt: skip


def bad_events(person: Person) -> list[Any]:
    """What cannot be stored: each becomes a dead letter."""
    who = {"userId": person.user, "context": {"ip": person.ip}}
    track = {**who, "type": "track", "event": "Order Placed"}
    deep: Any = person.wrong("deep")
    for _ in range(40):
        deep = [deep]
    return [
        person.wrong("text"),
        {"type": "identify", "traits": {"name": person.wrong("nobody"), "phone": person.phone}},
        {**who, "type": person.wrong("type")},
        {**track, "properties": {"amount": person.wrong("amount"), "note": person.note}},
        {**track, "properties": {"currency": person.wrong("currency")}},
        {**track, "timestamp": person.wrong("time")},
        {**track, "userId": [person.wrong("list")]},
        {**track, "userId": person.wrong("long") * 20},
        {**track, "properties": person.wrong("properties")},
        {**track, "properties": {"surrogate": person.wrong("surrogate") + "\ud800"}},
        {**track, "properties": {"deep": deep}},
        {**track, "event": {"name": person.wrong("event")}},
    ]


def row(person: Person, name: str) -> dict[str, str]:
    return {
        "recordId": person.row(name),
        "name": person.latin,
        "phone": person.phone,
        "email": person.email,
        "governmentId": person.government,
        "vin": person.vin,
        "address": person.street,
        "birthDate": person.birth,
        "remark": person.note,
        "updatedAt": "2025-03-01",
    }


class Breaking(Writer):
    """A writer whose database goes away after the first batch of a file."""

    written = 0

    async def write_drafts(self, drafts: Sequence[Draft], *, rejected: Sequence[Rejected] = ()) -> Written:
        if self.written:
            raise DatabaseUnavailableError("Neo4j does not answer.")
        self.written += 1
        return await super().write_drafts(drafts, rejected=rejected)


class Deaf:
    """A watcher of a file that does not care."""

    def begin(self, name: str, size: int | None) -> None: ...
    def advance(self, consumed: int, rows: int) -> None: ...
    def waiting(self, reason: str) -> None: ...


async def by_http(writer: Writer, people: Sequence[Person]) -> None:
    """Events as the HTTP door reads them; messages, dead letters, conflicts, a poisoned one."""
    web = SourceDeclaration.model_validate({"name": "web", "grades": {"phone": "verified"}})
    arrival = Arrival(web, system_clock())

    def read(event: Any) -> Message:
        made = read_message(event, arrival)
        assert isinstance(made, Message), made
        return made

    for person in people:
        messages = [read(event) for event in good_events(person)]
        rejected = [read_message(event, arrival) for event in bad_events(person)]
        refused = [one for one in rejected if isinstance(one, Rejected)]
        assert len(refused) == len(rejected)
        await writer.write(messages, rejected=refused)
    contradicting = [
        read({**event, "contradicts": person.wrong("conflict"), "timestamp": "2024-01-01T00:00:00Z"})
        for person in people
        for event in good_events(person)[:2]
    ]
    assert (await writer.write(contradicting)).conflicts == 2 * len(people)
    poisoned = read({**good_events(people[0])[3], "messageId": people[0].message_id("poisoned")})
    assert poisoned.touchpoint is not None
    clear = {**poisoned.touchpoint.clear, "campaign": "x" * 40_000}
    poisoned = replace(poisoned, touchpoint=replace(poisoned.touchpoint, clear=clear))
    assert len(await write_around_poison(writer.write, [poisoned])) == 1


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def by_file(opened: Services, people: Sequence[Person], folder: Path, work: Path) -> Path:
    """A CSV with rejected rows, and a JSON Lines file that is cut off; returns the rejected rows' file."""

    def loader(writer: Writer) -> FileLoader:
        return FileLoader(writer, default_source("crm"), keyring=opened.keyring, blind=opened.blind)

    whole, cut = folder / "people.csv", folder / "cut.jsonl"
    with whole.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(row(people[0], "good")))
        lines.writeheader()
        for person in people:
            lines.writerow(row(person, "good"))
            lines.writerow({**row(person, "untimed"), "updatedAt": person.wrong("row time")})
            lines.writerow({**row(person, "nameless"), "recordId": ""})
    cut.write_bytes(b"".join(orjson.dumps(row(person, "cut")) + b"\n" for person in people))
    options = FileOptions(state_dir=work, batch_rows=20, patience=0)
    loaded = await loader(opened.writer).load(whole, options, watcher=Deaf())
    assert (loaded.progress.stored, loaded.progress.rejected) == (len(people), 2 * len(people))
    breaking = Breaking(opened.database, keyring=opened.keyring, blind=opened.blind, rules=opened.rules)
    with pytest.raises(DatabaseUnavailableError):
        await loader(breaking).load(cut, options, watcher=Deaf())
    assert files_in(work), "there is no checkpoint to look at"
    assert loaded.rejected_file is not None
    return loaded.rejected_file


async def properties(database: Database) -> bytes:
    """Every property of every node and relationship, as bytes."""
    rows = await database.run_schema("CYPHER 5 MATCH (n) RETURN labels(n) AS kind, properties(n) AS held")
    rows += await database.run_schema(
        "CYPHER 5 MATCH ()-[r]->() RETURN type(r) AS kind, properties(r) AS held"
    )
    return b"\n".join(_bytes(value) for one in rows for pair in one["held"].items() for value in pair)


def _bytes(value: Any) -> bytes:
    if isinstance(value, list):
        return b"\n".join(_bytes(one) for one in value)
    return bytes(value) if isinstance(value, (bytes, bytearray)) else str(value).encode()


async def test_no_canary_is_found_on_any_disk(
    nest: Nest, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    site, folder = tmp_path / "site", tmp_path / "input"
    folder.mkdir()
    people = [Person(nest, number) for number in range(PEOPLE)]
    async with services(load_settings(data_dir=site, heap_mb=256, page_cache_mb=64)) as opened:
        await by_http(opened.writer, people)
        rejected_file = await by_file(opened, people, folder, site / "work")
        assert len(nest.values) >= 1_000
        stored = await opened.database.run_schema("CYPHER 5 MATCH (d:DeadLetter) RETURN d.reason AS reason")
        assert {one["reason"] for one in stored} >= {"conflict", "bad_field", "no_person", "poisoned"}
        assert not await broken_invariants(opened.database)
        await opened.database.run_schema(
            "CYPHER 5 CREATE (:Control {text: $control})", control=f"{CONTROL} " * 40
        )
        held = await properties(opened.database)
    # Neo4j Community takes a checkpoint when it stops: every page is in its file now.

    scanner = Scanner([*KINDS.values(), CONTROL])
    assert scanner.in_bytes(held) == {CONTROL}
    found, size = scanner.in_folder(tmp_path)
    clear = {
        path: found.pop(path, set()) for path in (folder / "people.csv", folder / "cut.jsonl", rejected_file)
    }
    assert all(clear.values()), "the user's own files were not seen"
    assert stat.S_IMODE(rejected_file.stat().st_mode) == 0o600
    assert {path: markers - {CONTROL} for path, markers in found.items() if markers != {CONTROL}} == {}
    assert any("transactions" in path.parts for path in found), "the transaction log was not seen"
    assert any("databases" in path.parts for path in found), "the store was not seen"
    assert size > 2_000_000
    printed = capfd.readouterr()
    assert scanner.in_bytes((printed.out + printed.err).encode()) == set()


@pytest.mark.parametrize("marker", [*KINDS.values(), CONTROL])
@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_the_scanner_finds_every_form(marker: str, before: str, tmp_path: Path) -> None:
    text = f"{before}{marker}!"
    scanner = Scanner(KINDS.values() if marker != CONTROL else [CONTROL])
    raws = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.upper().encode()]
    for raw in raws:
        for form in (raw, raw.hex().encode(), b64encode(raw), urlsafe_b64encode(raw)):
            assert marker in scanner.in_bytes(bytes(5) + form + bytes(5))
    file = tmp_path / "large"
    file.write_bytes(bytes(8 * 2**20 - 5) + raws[1] + bytes(100))  # over the border of two chunks
    assert scanner.in_folder(tmp_path)[0] == {file: {marker}}
    assert scanner.in_bytes(f"  {marker[:-1]}  ".encode()) == set()
