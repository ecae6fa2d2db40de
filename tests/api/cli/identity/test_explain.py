"""`guanxi identity why …` as a stranger reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.identity import app
from graph.clock import DAY, isoformat, system_clock
from graph.db.database import Database
from graph.errors import InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import UserNotFoundError
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


async def test_why_and_why_not_and_how(run: Run, people: People) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"))
    a, b = await people.id("a"), await people.id("b")

    why = await asyncio.to_thread(run, "why", "of-a/a", b)
    assert why.exit_code == 0, why.output
    assert why.stdout.splitlines() == [
        "Yes: record 1 (of-a) and record 2 (of-b) are one person, by one link.",
        "  1. Both record 1 (of-a) and record 2 (of-b) show the phone number 139****0001, which only this person is "
        "known to use. In both it is typed in and not checked.",
        "",
        f"  [1]  {a}  of-a",
        f"  [2]  {b}  of-b",
    ]
    chinese = await asyncio.to_thread(run, "why", a, b, "--lang", "zh")
    assert chinese.stdout.startswith("是")
    clear = await asyncio.to_thread(run, "why", a, b, "--clear", "--json")
    values = orjson.loads(clear.stdout)
    assert values["path"][0]["leftValue"] == f"+86{PHONE}"
    assert values["left"]["recordId"] == "a"

    apart = await asyncio.to_thread(run, "why-not", a, "of-c/c")
    assert "Nothing that is known links the two." in apart.stdout
    assert "  → A data steward confirms that the two are one person." in apart.stdout
    how = await asyncio.to_thread(run, "how", a)
    assert "  Step 1: record 1 (of-a) and record 2 (of-b) became one person" in how.stdout
    assert "  • Since 20" in how.stdout
    told = orjson.loads((await asyncio.to_thread(run, "how", a, "--json")).stdout)
    assert told["history"][0]["since"].endswith("Z")
    weak = await asyncio.to_thread(run, "weakest-links", a)
    assert "If the phone number 139****0001 were wrong in record 1 (of-a)" in weak.stdout

    at = isoformat(system_clock())
    then = (await asyncio.to_thread(run, "why", a, b, "--as-of", at)).stdout
    assert then.startswith("Yes: on 20")
    assert "  • Since 20" in then
    assert "  ? Names, dates of birth and times of use are not kept for the past" in then
    assert "were one person" in (await asyncio.to_thread(run, "why-not", a, b, "--as-of", at)).stdout
    past = orjson.loads((await asyncio.to_thread(run, "how", a, "--as-of", at, "--json")).stdout)["past"]
    assert past["asOf"] == at
    coming = await asyncio.to_thread(run, "how", a, "--as-of", isoformat(system_clock() + DAY))
    assert isinstance(coming.exception, InputError)

    missing = await asyncio.to_thread(run, "why", a, "of-a/nobody")
    assert isinstance(missing.exception, UserNotFoundError)
