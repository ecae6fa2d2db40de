"""A real Neo4j for the whole run, emptied before each test that asks for it, its invariants checked after."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from graph.db.connect import connect
from graph.db.database import Database, Row, Transaction
from graph.db.migrations import migrate
from graph.identity.rules import Rules, load_rules
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.runtime import database as embedded
from graph.settings import Settings, load_settings
from tests.laws import load_profile

_KEPT = (
    "GUANXI_CACHE_DIR", "GUANXI_JARS_DIR", "GUANXI_MAVEN_REPOSITORY", "GUANXI_SOAK", "GUANXI_SOAK_REPORT",
    "NEO4J_VERSION",
)  # fmt: skip

for _name in [name for name in os.environ if name.startswith(("GUANXI_", "NEO4J_"))]:
    if _name not in _KEPT:
        del os.environ[_name]

if "GUANXI_SOAK" not in os.environ:  # which takes hours
    os.environ["GUANXI_SHORT_LIVED"] = "true"  # for commands in processes of their own, too

load_profile()
_PASSED = "examples"
_examples: dict[str, int] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how many examples a property test has passed, in a way that a worker's report carries."""
    report = yield
    told = getattr(item, "hypothesis_statistics", "") if report.when == "call" and report.passed else ""
    if passed := sum(int(count) for count in re.findall(r"- ([0-9]+) passing,", told)):
        report.user_properties.append((_PASSED, passed))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count them where all reports come together."""
    for name, value in report.user_properties:
        if name == _PASSED and isinstance(value, int):
            _examples[report.nodeid] = value


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Property tests tell their counts: together in one line, each to `make soak`."""
    if _examples:
        total = sum(_examples.values())
        terminalreporter.write_line(f"{len(_examples)} properties held on {total:,} examples")
    if report := os.environ.get("GUANXI_SOAK_REPORT"):
        Path(report).write_text(json.dumps(_examples), encoding="utf-8")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a data folder of this run's own."""
    return load_settings(data_dir=tmp_path_factory.mktemp("data"), heap_mb=768, page_cache_mb=256)


@pytest.fixture(scope="session")
async def endpoint(settings: Settings) -> AsyncIterator[Endpoint]:
    """The address of this run's Neo4j; it stops with the run."""
    async with embedded(settings) as found:
        yield found


@pytest.fixture(scope="session")
async def server(endpoint: Endpoint) -> AsyncIterator[Database]:
    """This run's database, migrated; what is in it is left from the test before."""
    driver = await connect(endpoint)
    database = Database(driver, name=endpoint.database)
    await migrate(database)
    yield database
    await driver.close()


@pytest.fixture
async def database(server: Database) -> AsyncIterator[Database]:
    """An empty, migrated database; after the test every invariant must hold."""
    await empty(server)
    yield server
    broken = await broken_now(server)
    assert not broken, broken


async def broken_now(database: Database) -> dict[str, list[Row]]:
    """What `broken_invariants` answers, in one transaction instead of one for each: it is asked after most tests."""

    async def ask_all(tx: Transaction) -> dict[str, list[Row]]:
        names = sorted(name for name in database.statements if name.startswith("invariants."))
        return {name: rows for name in names if (rows := await tx.rows(name))}

    return await database.in_read(ask_all)


_AT_ONCE = 10_000
_RELATIONSHIPS = "CYPHER 5 MATCH ()-[r]->() WITH r LIMIT $most DELETE r RETURN count(*) AS gone"
_NODES = """CYPHER 5
CALL () {
  MATCH (n) WHERE NOT n:Migration WITH n LIMIT $most
  DELETE n
  RETURN count(*) AS gone
}
FOREACH (_ IN CASE WHEN gone < $most THEN [1] ELSE [] END | CREATE (:FeedHead {lane: 0, position: 0, recordedAt: 0}))
RETURN gone AS gone"""


async def empty(database: Database) -> None:
    """Delete everything but the schema, in as few commits as there is reason for."""
    for statement in (_RELATIONSHIPS, _NODES):
        while (await database.run_schema(statement, most=_AT_ONCE))[0]["gone"] == _AT_ONCE:
            pass


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    """A fresh keyring."""
    with Keyring.open(load_settings(data_dir=tmp_path / "keys")) as opened:
        yield opened


@pytest.fixture
def blind(keyring: Keyring) -> BlindIndex:
    """The blind index of the fresh keyring."""
    return BlindIndex(keyring.index_root)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The default rules."""
    return load_rules()


@pytest.fixture
def writer(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> Writer:
    """A writer into the empty database."""
    return Writer(database, keyring=keyring, blind=blind, rules=rules)
