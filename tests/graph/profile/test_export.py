"""The export of identities: every profile once, whatever the page; private files, whole or not at all."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest

from graph.clock import system_clock
from graph.db.database import Database
from graph.errors import InputError
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.profile.export import export_to_file, write_identities


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
async def people(writer: Writer) -> None:
    """Eleven records of ten people: the first and the last share government id and name."""
    reader = RowReader(as_file(default_source("crm")), system_clock())
    rows = [
        {"recordId": f'C"{n},', "name": f"王{chr(0x5B81 + n)}", "phone": f"1391234{n:04d}"} for n in range(10)
    ]
    rows.append({"recordId": "last", "name": rows[0]["name"], "phone": rows[0]["phone"]})
    messages = [reader.read(row) for row in rows]
    await writer.write([message for message in messages if isinstance(message, Message)])


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("page", [1, 3, 11, 5_000])
async def test_every_profile_once(database: Database, keyring: Keyring, page: int) -> None:
    out = io.StringIO()
    told: list[int] = []
    exported = await write_identities(database, keyring, out, page=page, advance=told.append)
    head, *rows = csv.reader(io.StringIO(out.getvalue()))
    assert head == ["source", "recordId", "oneId"]
    assert exported.records == len(rows) == sum(told) == 11
    people = {record: one_id for source, record, one_id in rows if source == "crm"}
    assert len(people) == 11
    assert people['C"0,'] == people["last"]
    assert len(set(people.values())) == 10


@pytest.mark.usefixtures("people")
async def test_erased_people_are_left_out_and_counted(database: Database, keyring: Keyring) -> None:
    row = await database.read_one("profile.list_records", after="", limit=1)
    assert row is not None
    keyring.shred(row[0])
    exported = await write_identities(database, keyring, io.StringIO(), page=2)
    assert (exported.records, exported.unreadable) == (10, 1)


async def test_an_empty_graph_gives_a_header(database: Database, keyring: Keyring, tmp_path: Path) -> None:
    out = tmp_path / "ids.csv"
    out.write_text("old")
    assert (await export_to_file(database, keyring, out)).records == 0
    assert out.read_text() == "source,recordId,oneId\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert names(tmp_path) == ["ids.csv", "keys"]


async def test_a_file_that_cannot_be_written_is_named(
    database: Database, keyring: Keyring, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="absent"):
        await export_to_file(database, keyring, tmp_path / "absent" / "ids.csv")
