"""Tokens are made for what was stored without any: once, by as many runs as it takes, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from api.wiring import Services
from graph.db.connect import connect
from graph.db.database import Database
from graph.ingest.writer import Writer
from graph.runtime import Endpoint
from graph.search.rebuild import SearchRebuild
from tests.graph.judgement.people import said
from tests.graph.search.conftest import Find, indexed

_TOKENS = (
    "CYPHER 5 MATCH (n) WHERE n.searchTokens IS NOT NULL "
    "RETURN labels(n) AS kind, n.searchTokens AS tokens ORDER BY tokens"
)


async def tokens(services: Services) -> list[dict[str, Any]]:
    return [dict(row) for row in await services.database.run_schema(_TOKENS)]


async def without_tokens(services: Services) -> None:
    await services.database.run_schema("CYPHER 5 MATCH (n) REMOVE n.searchTokens RETURN count(*) AS done")


async def bring(services: Services, count: int) -> None:
    await services.writer.write(
        [
            said(
                f"p{n}", name=f"王{'芳敏伟强'[n % 4]}", email=f"wang{n}x@example.com", phone=f"1391234{n:04d}"
            )
            for n in range(count)
        ]
    )


async def test_what_is_rebuilt_is_what_ingest_had_written(services: Services, find: Find) -> None:
    await bring(services, 7)
    await indexed(services.database)
    one = (await services.search.candidates("王芳"))[0]
    await services.corrections.correct(one.one_id, "name", "慕容雪", why="passport", by="k")
    before = await tokens(services)
    await without_tokens(services)
    assert await find("王芳") == []
    done = await services.search_rebuild.run(page=3)
    assert (done.profiles, done.written) == (7, 7 + 7 + 7 + 1)
    assert await tokens(services) == before
    assert len(await find("慕容雪")) == 1


async def test_what_was_cut_off_is_ended_by_the_next_run(services: Services) -> None:
    await bring(services, 7)
    await without_tokens(services)
    pages: list[int] = []

    def killed(count: int) -> None:
        pages.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await services.search_rebuild.run(page=3, advance=killed)
    assert pages == [3]
    assert (await services.search_rebuild.run(page=3)).written == 3 * (7 - 3)
    assert (await services.search_rebuild.run(page=3)).written == 0


class Overtaken(Database):
    """A database in which somebody is renamed as soon as a page of profiles was read."""

    writer: Writer

    async def read_one(self, name: str, /, **params: Any) -> Any:
        row = await super().read_one(name, **params)
        await self.writer.write([said("a", name="赵敏", at=1_791_000_000_000_000)])
        return row


async def test_a_name_that_changed_meanwhile_is_left_as_it_is(
    services: Services, find: Find, endpoint: Endpoint
) -> None:
    await services.writer.write([said("a", name="王芳", at=1_790_000_000_000_000)])
    await without_tokens(services)
    driver = await connect(endpoint)
    overtaken = Overtaken(driver, name=endpoint.database)
    overtaken.writer = services.writer
    rebuild = SearchRebuild(overtaken, keyring=services.keyring, blind=services.blind)
    assert (await rebuild.run()).written == 0
    await driver.close()
    assert await find("赵敏") == [("a", "name")]
    assert await find("王芳") == []
