"""The services on the empty database, and people brought to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from api.wiring import Services, claim, compose
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.profile.rows import Want
from graph.settings import Settings

Find = Callable[..., Awaitable[list[tuple[str, str]]]]


async def indexed(database: Database) -> None:
    """Wait until the full-text index, which follows the commits, has them all."""
    await database.run_schema("CYPHER 5 CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")


@pytest.fixture
async def services(settings: Settings, database: Database, keyring: Keyring, rules: Rules) -> Services:
    """The services."""
    await claim(database, keyring)
    return compose(settings, database, keyring=keyring, rules=rules)


@pytest.fixture
def find(services: Services) -> Find:
    """Search: the record ids of the people found, all of each joined by `+`, and why they were found."""

    async def finding(text: str, *, first: int = 10, dealer: str | None = None) -> list[tuple[str, str]]:
        await indexed(services.database)
        hits, _ = await services.search.search(text, first=first, want=Want(), dealer=dealer)
        return [
            ("+".join(sorted(str(profile.record_id) for profile in hit.user.profiles)), hit.matched.value)
            for hit in hits
        ]

    return finding
