"""Dead letters: sealed, replayed once what was wrong is right, conflicts left where they are."""

from __future__ import annotations

from typing import Any

import pytest

from graph.clock import system_clock
from graph.db.database import Database
from graph.ingest.deadletters import DeadLetter, Replay, dead_letters
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message, Rejected, canonical
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration, default_source
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring


async def declare(name: str) -> SourceDeclaration:
    return default_source(name)


@pytest.fixture
def replay(database: Database, writer: Writer, keyring: Keyring) -> Replay:
    return Replay(database, writer, keyring=keyring, declare=declare)


def rejected(event: dict[str, Any], *, source: str = "web", code: str = "poisoned") -> Rejected:
    return Rejected(source=source, payload=canonical(event), code=code, field="", message="It failed.")


def track(message_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Store Visit", "userId": "u1", "messageId": message_id, **more}


async def waiting(database: Database, **only: Any) -> list[DeadLetter]:
    return [letter async for page in dead_letters(database, **only, page=2) for letter in page]


async def test_what_can_be_stored_now_is_stored_once(
    database: Database, writer: Writer, keyring: Keyring, replay: Replay
) -> None:
    timeless = {"type": "track", "event": "Store Visit", "userId": "u2"}
    await writer.write((), rejected=[rejected(track("m1")), rejected(timeless), rejected({"type": "track"})])
    letters = await waiting(database)
    assert len(letters) == 3
    assert b"u1" not in b"".join(letter.sealed for letter in letters)
    assert canonical(track("m1")) in {letter.open(keyring) for letter in letters}

    done = await replay.run()
    assert done.to_dict() == {"stored": 2, "duplicates": 0, "suppressed": 0, "remaining": {"no_person": 1}}
    assert len(await waiting(database)) == 1
    assert (await replay.run()).to_dict() == {
        "stored": 0,
        "duplicates": 0,
        "suppressed": 0,
        "remaining": {"no_person": 1},
    }


async def test_rows_of_files_are_read_as_rows(database: Database, writer: Writer, replay: Replay) -> None:
    row = RowReader(as_file(default_source("crm")), system_clock()).read(
        {"recordId": "C1", "phone": "13912340001"}
    )
    assert isinstance(row, Message)
    await writer.write((), rejected=[Rejected("crm", row.payload, "poisoned", "", "It failed.")])
    assert (await replay.run()).stored == 1
    written = await writer.write([row])
    assert (written.stored, written.duplicates) == (0, 1)
    assert await waiting(database) == []


async def test_source_and_reason_choose(database: Database, writer: Writer, replay: Replay) -> None:
    letters = [rejected(track(f"m{n}")) for n in range(5)]
    letters += [rejected(track("x"), source="app"), rejected(track("y"), code="bad_field")]
    await writer.write((), rejected=letters)
    assert len(await waiting(database, source="web")) == 6
    assert len(await waiting(database, source="web", reason="poisoned")) == 5
    assert (await replay.run(source="app")).stored == 1
    assert (await replay.run(reason="bad_field")).stored == 1
    assert len(await waiting(database)) == 5


async def test_conflicts_stay(database: Database, writer: Writer, replay: Replay) -> None:
    first = read_message(track("m1"), Arrival(default_source("web"), system_clock()))
    assert isinstance(first, Message)
    await writer.write([first])
    await writer.write((), rejected=[rejected(track("m1", name="other")), rejected(track("m2"))])
    done = await replay.run()
    assert done.to_dict() == {"stored": 1, "duplicates": 0, "suppressed": 0, "remaining": {"conflict": 1}}
    assert len(await waiting(database)) == 1
    assert await waiting(database, reason="conflict") == []
