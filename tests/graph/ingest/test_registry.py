"""Declared sources in the graph: applied once, read by every process, standing while the database is away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.clock import SECOND
from graph.db.connect import connect
from graph.db.database import Database
from graph.errors import ConfigurationError
from graph.ingest.registry import FRESH_FOR, Change, SourceRegistry
from graph.ingest.sources import SourceDeclaration, SourceKind, default_source, parse_sources
from graph.runtime import Endpoint
from tests.faults import BoltProxy
from tests.graph.ingest.support import count

SHOP = SourceDeclaration(name="shop", kind=SourceKind.WEBSITE, allowed_origins=("https://shop.example",))
CRM = SourceDeclaration(name="crm", kind=SourceKind.CRM)


class Ticking:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_795_000_000 * SECOND

    def __call__(self) -> int:
        return self.now


async def test_what_was_applied_is_read_by_another_process(database: Database) -> None:
    changes = await SourceRegistry(database).apply([SHOP, CRM])
    other = SourceRegistry(database)

    assert changes == {"crm": Change.ADDED, "shop": Change.ADDED}
    assert await other.get("shop") == SHOP
    assert await other.all() == [CRM, SHOP]


async def test_an_undeclared_source_has_the_defaults(database: Database) -> None:
    registry = SourceRegistry(database)

    assert await registry.get("web") == default_source("web")
    assert await registry.is_declared("web") is False
    with pytest.raises(ConfigurationError):
        await registry.get("no such name")


async def test_applying_again_writes_nothing(database: Database) -> None:
    registry = SourceRegistry(database)
    await registry.apply([SHOP, CRM])
    entries = await count(database, "FeedEntry")
    changes = await registry.apply([SHOP, CRM])

    assert set(changes.values()) == {Change.UNCHANGED}
    assert await count(database, "FeedEntry") == entries == 1


async def test_a_change_replaces_one_declaration_and_leaves_the_others(database: Database) -> None:
    registry = SourceRegistry(database)
    await registry.apply([SHOP, CRM])
    changed = SHOP.model_copy(update={"region": "DE"})

    assert await registry.apply([changed]) == {"shop": Change.CHANGED}
    assert await registry.get("shop") == changed
    assert await registry.get("crm") == CRM


async def test_another_processs_change_is_seen_in_time(database: Database) -> None:
    clock = Ticking()
    registry = SourceRegistry(database, clock=clock)
    assert await registry.get("shop") == default_source("shop")
    await SourceRegistry(database).apply([SHOP])

    assert await registry.get("shop") == default_source("shop")
    clock.now += FRESH_FOR + 1
    assert await registry.get("shop") == SHOP


async def test_a_preflight_asks_for_any_source(database: Database) -> None:
    registry = SourceRegistry(database)
    await registry.apply([SHOP, CRM])

    assert await registry.allows_origin("https://shop.example")
    assert not await registry.allows_origin("https://evil.example")


async def test_the_last_known_declarations_stand_while_the_database_is_away(
    database: Database, endpoint: Endpoint
) -> None:
    await SourceRegistry(database).apply([SHOP])
    clock = Ticking()
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as proxy:
        driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
        registry = SourceRegistry(Database(driver, name=endpoint.database), clock=clock)
        assert await registry.get("shop") == SHOP
        await proxy.cut()
        clock.now += FRESH_FOR + 1

        assert await registry.get("shop") == SHOP
        await driver.close()


async def test_a_file_of_sources_survives_the_graph(database: Database) -> None:
    text = b"""
    [sources.web]
    kind = "website"
    idSpace = "shop"
    allowedOrigins = ["https://shop.example/"]
    [sources.web.grades]
    phone = "verified"
    """
    declared = parse_sources(text, where="sources.toml")
    await SourceRegistry(database).apply(declared.values())

    assert await SourceRegistry(database).get("web") == declared["web"]
