"""`guanxi identity same …` against the run's Neo4j."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.identity import app
from graph.db.database import Database
from graph.errors import InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import MergeConflictError, UserNotFoundError
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import Settings
from tests.graph.judgement.people import PHONE, People, said

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the run's database and data folder."""
    del endpoint  # it runs
    monkeypatch.setenv("GUANXI_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.fixture
def people(database: Database, settings: Settings, rules: Rules) -> Iterator[People]:
    """People under the keyring that the command opens."""
    with Keyring.open(settings) as keyring:
        writer = Writer(database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=rules)
        yield People(database, keyring, rules, writer)


async def test_a_judgement_from_preview_to_end(run: Run, people: People) -> None:
    await people.bring(said("a"), said("b"), said("c", phone=PHONE))
    a, b = await people.one_id("a"), await people.one_id("b")

    dry = await asyncio.to_thread(run, "same", a, b, "--dry-run", "--json")
    assert dry.exit_code == 0, dry.output
    assert orjson.loads(dry.stdout)["vanishing"] == [b]
    assert await people.who() == [["a"], ["b"], ["c"]]

    done = await asyncio.to_thread(run, "same", a, b, "--why", "asked her", "--json")
    made = orjson.loads(done.stdout)
    assert (made["judgement"]["by"], made["changes"][0]["kind"]) == ("cli", "merged")
    assert "nothing was written" in (await asyncio.to_thread(run, "same", a, b)).stdout

    listed = await asyncio.to_thread(run, "judgements", b)
    assert "asked her" in listed.stdout
    split = await asyncio.to_thread(run, "split", a, await people.id("b"))
    assert f"split      {b} off {a}" in split.stdout
    marked = await asyncio.to_thread(run, "mark", "wrong", "phone", PHONE, "--of", await people.id("c"))
    assert "Nobody's person changes." in marked.stdout
    back = await asyncio.to_thread(run, "retract", made["judgement"]["id"])
    assert back.exit_code == 0

    changes = await asyncio.to_thread(run, "changes", "--json")
    fed = [orjson.loads(line) for line in changes.stdout.splitlines()]
    assert [change["kind"] for change in fed] == ["merged", "split"]
    rest = await asyncio.to_thread(run, "changes", "--after", fed[0]["cursor"])
    lines = rest.stdout.splitlines()
    assert "split" in lines[0]
    assert lines[1].startswith("Cursor: ")


async def test_what_cannot_be_judged(run: Run, people: People) -> None:
    await people.bring(said("a"), said("b"))
    a, b = await people.id("a"), await people.id("b")
    await asyncio.to_thread(run, "different", a, b)
    refused = await asyncio.to_thread(run, "same", a, b)
    assert isinstance(refused.exception, MergeConflictError)
    assert f"judgement of {', '.join(sorted((a, b)))}" in refused.output
    dry = await asyncio.to_thread(run, "move", a, b, "--dry-run")
    assert "would be refused" in dry.stdout
    for arguments, expected in (
        (["same", a, "nobody"], UserNotFoundError),
        (["judgements", "nobody"], UserNotFoundError),
        (["mark", "wrong", "phone", PHONE], InputError),
        (["mark", "shared", "phone", PHONE, "--of", a], InputError),
        (["changes", "--after", "x"], InputError),
    ):
        shown = await asyncio.to_thread(run, *arguments)
        assert isinstance(shown.exception, expected), arguments
