"""`guanxi identity review` against the run's Neo4j."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.identity import app
from graph.db.database import Database
from graph.errors import InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import Settings
from tests.graph.judgement.likely import keep_model
from tests.graph.judgement.people import People, said, seen

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the run's database and data folder."""
    del endpoint  # it runs
    monkeypatch.setenv("GUANXI_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: CliRunner().invoke(app, ["review", *arguments])


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Types into a terminal of its own, which the command takes for its own."""
    ours, theirs = os.openpty()
    command = import_module("api.cli.identity.review")  # the package calls the function so
    monkeypatch.setattr(command, "open_terminal", lambda: theirs)
    yield lambda text: _type(ours, text)
    os.close(ours)
    os.close(theirs)


def _type(terminal: int, text: str) -> None:
    assert os.write(terminal, text.encode()) == len(text)


@pytest.fixture
async def people(database: Database, settings: Settings, rules: Rules) -> AsyncIterator[People]:
    """Three likely pairs, the second with most at stake, under the keyring that the command opens."""
    with Keyring.open(settings) as keyring:
        blind = BlindIndex(keyring.index_root)
        writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
        people = People(database, keyring, rules, writer)
        await keep_model(database)
        await Matching(database, keyring=keyring, blind=blind, rules=rules).link()
        for number in range(3):
            birth = f"1980-05-0{number + 1}"
            await people.bring(
                said(f"a{number}", name="李丽华", birthDate=birth),
                said(f"b{number}", name="李晓峰", birthDate=birth),
                *[seen(f"b{number}")] * (number == 1),
            )
        yield people


async def test_the_queue_is_listed(run: Run, people: People) -> None:
    told = await asyncio.to_thread(run, "--json", "--limit", "2")
    assert told.exit_code == 0, told.output
    found = orjson.loads(told.stdout)
    assert (len(found["pairs"]), found["more"]) == (2, True)
    assert [pair["valueAtStake"] for pair in found["pairs"]] == [100, 0]
    assert {found["pairs"][0][side]["profile"] for side in ("left", "right")} == {
        await people.id("a1"),
        await people.id("b1"),
    }
    shown = (await asyncio.to_thread(run)).stdout
    for part in (
        "at stake         100 yuan",
        "likely 81.3%",
        "agrees   birthDate      1980****",
        "differs  givenName",
    ):
        assert part in shown
    assert not any(value in shown for value in ("丽华", "晓峰", "李", "0502", "05-02"))
    assert (await asyncio.to_thread(run, "--minimum", "0.9")).stdout.startswith("Nobody waits")


async def test_each_answer_is_a_judgement(run: Run, people: People, typed: Callable[[str], None]) -> None:
    typed("what\nS\nk\nd\n")
    asked = await asyncio.to_thread(run, "--ask", "--who", "staff-7", "--why", "called both")
    assert asked.exit_code == 0, asked.output
    assert "1 same, 1 different, 1 skipped." in asked.stdout
    assert asked.stdout.count("s same, d different") == 4  # the first answer was none
    assert "merged " in asked.stdout
    rows = await people.database.run_schema(
        "CYPHER 5 MATCH (j:Judgement) RETURN j.kind AS kind, j.by AS by ORDER BY j.id"
    )
    assert rows == [{"kind": "same", "by": "staff-7"}, {"kind": "different", "by": "staff-7"}]
    assert len([group for group in await people.who() if group == ["a1", "b1"]]) == 1
    left = orjson.loads((await asyncio.to_thread(run, "--json")).stdout)["pairs"]
    assert len(left) == 1  # who was skipped comes again

    typed("q\n")
    assert "0 same, 0 different, 0 skipped." in (await asyncio.to_thread(run, "--ask")).stdout
    typed("\x04")  # the end of input
    assert "0 same" in (await asyncio.to_thread(run, "--ask")).stdout


async def test_what_cannot_be_asked(run: Run, people: People, typed: Callable[[str], None]) -> None:
    del people
    assert isinstance((await asyncio.to_thread(run, "--ask", "--json")).exception, InputError)
    assert isinstance((await asyncio.to_thread(run, "--ask", "--who", "王/1")).exception, InputError)
    assert (await asyncio.to_thread(run, "--limit", "0")).exit_code == 2


async def test_without_a_terminal_nobody_is_asked(run: Run, people: People) -> None:
    del people
    refused = await asyncio.to_thread(run, "--ask")
    assert isinstance(refused.exception, InputError)
    assert "terminal" in str(refused.exception)
