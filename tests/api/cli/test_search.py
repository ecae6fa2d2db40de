"""`guanxi search` against the run's Neo4j."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from graph.db.database import Database
from graph.errors import InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import Settings
from tests.graph.judgement.people import said
from tests.graph.search.conftest import indexed

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the run's database and data folder."""
    del endpoint  # it runs
    monkeypatch.setenv("GUANXI_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("GUANXI_SLOW_SECONDS", "600")  # here a slow statement would be logged among the answer
    return lambda *arguments: CliRunner().invoke(app, ["search", *arguments])


@pytest.fixture
def writer(database: Database, settings: Settings, rules: Rules) -> Iterator[Writer]:
    """A writer under the keyring that the command opens."""
    with Keyring.open(settings) as keyring:
        yield Writer(database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=rules)


async def test_a_name_is_searched_and_tokens_are_made_anew(
    run: Run, writer: Writer, database: Database
) -> None:
    await writer.write([said("a", name="张伟国"), said("b", name="张伟东"), said("c", name="rebuild")])
    await indexed(database)
    found = await asyncio.to_thread(run, "章伟国", "--json")
    assert found.exit_code == 0, found.output
    assert orjson.loads(found.stdout)["people"][0]["displayName"] == "张伟国"
    assert "张伟国" in (await asyncio.to_thread(run, "zhang weiguo", "--first", "1")).stdout
    assert "rebuild" in (await asyncio.to_thread(run, "find", "rebuild")).stdout

    await database.run_schema("CYPHER 5 MATCH (n) REMOVE n.searchTokens RETURN count(*) AS done")
    await indexed(database)
    assert "Nobody fits." in (await asyncio.to_thread(run, "张伟国")).stdout
    made = await asyncio.to_thread(run, "rebuild", "--json")
    assert orjson.loads(made.stdout) == {"profiles": 3, "written": 3}
    await indexed(database)
    assert "张伟国" in (await asyncio.to_thread(run, "张伟国")).stdout


async def test_an_empty_query_is_refused(run: Run) -> None:
    assert isinstance((await asyncio.to_thread(run, " ")).exception, InputError)
