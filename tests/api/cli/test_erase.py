"""`guanxi erase` against the run's Neo4j."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.main import app
from graph.db.database import Database
from graph.erasure.model import ProfileNotFoundError
from graph.errors import InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
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
    return lambda *arguments, **given: CliRunner().invoke(app, ["erase", *arguments], **given)


@pytest.fixture
def people(database: Database, settings: Settings, rules: Rules) -> Iterator[People]:
    """People under the keyring that the command opens."""
    with Keyring.open(settings) as keyring:
        writer = Writer(database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=rules)
        yield People(database, keyring, rules, writer)


async def test_an_erasure_from_preview_to_coming_back(run: Run, people: People) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
    stored = await people.stored()
    record = ("--source", "of-a", "--record", "a")

    dry = await asyncio.to_thread(run, *record, "--dry-run", "--json")
    assert dry.exit_code == 0, dry.output
    assert orjson.loads(dry.stdout)["profiles"] == [stored["a"].id]
    refused = await asyncio.to_thread(run, stored["a"].id, input="n\n")
    assert refused.exit_code == 1
    assert await people.who() == [["a", "b"]]

    done = await asyncio.to_thread(run, *record, "--why", "asked", "--yes", "--json")
    (tombstone,) = orjson.loads(done.stdout)["tombstones"]
    assert (tombstone["birthId"], tombstone["successor"]) == (stored["a"].birth_id, stored["b"].birth_id)
    assert await people.who() == [["b"]]
    assert "erased before" in (await asyncio.to_thread(run, *record)).stdout
    assert (await people.writer.write([said("a")])).suppressed == 1
    again = await asyncio.to_thread(run, "--resume", "--json")
    assert orjson.loads(again.stdout) == {"erasedAgain": 0}

    assert "may come back" in (await asyncio.to_thread(run, *record, "--lift")).stdout
    assert (await people.writer.write([said("a", phone=PHONE)])).stored == 1
    person = await asyncio.to_thread(run, "--user", tombstone["birthId"], input="y\n")
    assert "Erased:" in person.stdout
    assert await people.profiles() == []


@pytest.mark.parametrize(
    "arguments",
    [(), ("p", "--user", "u"), ("--source", "s"), ("p", "--lift"), ("p", "--resume"), ("--resume", "--lift")],
)
def test_what_means_nobody_or_several_is_refused(arguments: tuple[str, ...]) -> None:
    assert isinstance(CliRunner().invoke(app, ["erase", *arguments]).exception, InputError)


async def test_an_unknown_profile_is_told(run: Run, people: People) -> None:
    await people.bring(said("a"))
    failed = await asyncio.to_thread(run, "nobody", "--yes")
    assert isinstance(failed.exception, ProfileNotFoundError)
