"""Every analysis on a seeded world: it answers, in its word's shape, and nothing of anybody stands in a cell."""

from __future__ import annotations

from typing import Any, Final

import pytest

from graph.gallery.analysis import TOPICS
from graph.gallery.reading import analyses, analysis
from tests.canaries import Scanner
from tests.graph.gallery.conftest import CANARY, NOW, World
from tests.graph.ingest.state import stored_profiles

Rows = list[dict[str, Any]]
KINDS: Final = {"INTEGER": int, "FLOAT": float, "STRING": str}
SHORTEST: Final = 4
"""Letters of a text that stands for somebody: a value of fewer is in words by chance."""


async def ask(world: World, name: str, **parameters: object) -> Rows:
    """What an analysis answers, at the end of the world and with its defaults where nothing else is said."""
    defaults = analysis(name).defaults
    given = {"limit": 10_000} | ({"asOf": NOW} if "asOf" in defaults else {}) | parameters
    assert given.keys() <= defaults.keys()
    return [dict(row) for row in await world.services.database.read(f"gallery.{name}", **(defaults | given))]


@pytest.mark.parametrize("name", TOPICS)
async def test_it_answers_as_it_stands_in_the_shape_that_it_declares(world: World, name: str) -> None:
    found = analysis(name)
    rows = await world.services.database.read(f"gallery.{name}", **found.defaults)
    assert rows
    for row in rows:
        assert tuple(row.keys()) == tuple(found.columns)
        for column, kind in found.columns.items():
            assert row[column] is None or type(row[column]) is KINDS[kind], column
    all_rows = await ask(world, name)
    for column in found.columns:
        if column not in NEVER_TOLD.get(name, ()):
            assert any(row[column] is not None for row in all_rows), column
    assert await ask(world, name, limit=1) == all_rows[:1]


NEVER_TOLD: Final = {
    "consents_by_purpose": {"dealer"},  # the seed's people agree with the brand alone
    "feed_lag": {"waitingSeconds"},  # nothing waits: all was followed
}
"""Columns that are null in every row here, and why."""


async def test_nothing_of_anybody_stands_in_a_cell(world: World) -> None:
    """Neither clear values, nor sealed ones, nor blind indexes, nor ids of people and profiles."""
    database = world.services.database
    cells = [
        value
        for each in analyses()
        for row in await database.read(f"gallery.{each.name}", **(each.defaults | {"limit": 10_000}))
        for value in row.values()
    ]
    assert not any(isinstance(value, bytes | bytearray | list | dict) for value in cells)
    told = {value for value in cells if isinstance(value, str)}
    profiles = await stored_profiles(database, world.services.keyring)
    clear = {profile.key[1] for profile in profiles}
    clear |= {identifier.value for profile in profiles for identifier in profile.identifiers.values()}
    clear |= {name for profile in profiles for name in _names(profile.traits)}
    assert len(clear) > 2_000
    assert not {value for value in told if value in clear}
    keys = await database.run_schema(
        "CYPHER 5 MATCH (n) WHERE n:Profile OR n:User OR n:Identifier OR n:Message OR n:Vehicle OR n:FormerUser OR n:Erased "
        "UNWIND [n.id, n.oneId, n.key, n.recordKey, n.birthId, n.mask, n.profileId] AS key "
        "WITH key WHERE key IS NOT NULL RETURN collect(DISTINCT key) AS keys"
    )
    blind = set(keys[0]["keys"])
    assert len(blind) > 5_000
    text = "\n".join(sorted(told))
    assert not {key for key in blind if key in text}
    assert not {value for value in clear if len(value) > 8 and value in text}
    assert Scanner([CANARY]).in_bytes(text.encode()) == set()
    assert Scanner([CANARY]).in_bytes(f"{CANARY} {text}".encode()) == {CANARY}


def _names(traits: Any) -> set[str]:
    """The texts among traits, however they are nested."""
    if isinstance(traits, str):
        return {traits} if len(traits) >= SHORTEST else set()
    if isinstance(traits, dict):
        return {name for value in traits.values() for name in _names(value)}
    if isinstance(traits, list | tuple):
        return {name for value in traits for name in _names(value)}
    return set()
