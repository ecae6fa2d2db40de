"""A request that has run out of time ends in Neo4j, too."""

from __future__ import annotations

import asyncio

import pytest

from api.gql import engine as module
from api.gql.engine import Engine
from api.wiring import Services
from graph.errors import DatabaseUnavailableError

ENDLESS = "CYPHER 5 UNWIND range(1, 100000000000) AS outOfTime RETURN sum(outOfTime * outOfTime % 7) AS found"
RUNNING = (
    "CYPHER 5 SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'CYPHER 5 UNWIND range('"
    " RETURN count(*) AS running"
)
PATIENCE = 20.0


async def until(services: Services, *, running: int) -> None:
    """Ask the server until so many of the endless statement run."""
    async with asyncio.timeout(PATIENCE):
        while (await services.database.run_schema(RUNNING))[0]["running"] != running:
            pass


async def test_a_statement_does_not_outlive_its_request(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 8.0)
    engine = Engine(services)
    asked = asyncio.create_task(engine.guarded(lambda: services.database.run_schema(ENDLESS)))
    try:
        await until(services, running=1)
        with pytest.raises(DatabaseUnavailableError, match="took too long"):
            await asked
        await until(services, running=0)
    finally:
        await engine.aclose()


async def test_nor_one_whose_client_has_hung_up(services: Services) -> None:
    asked = asyncio.create_task(services.database.run_schema(ENDLESS))
    await until(services, running=1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(services, running=0)
