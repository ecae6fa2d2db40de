"""The laws of identity on whole stories: everything that may happen, in any order, one at a time or at once."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from graph.db.database import Database
from graph.privacy.keyring import Keyring
from graph.settings import load_settings
from tests.graph.identity.worlds import record
from tests.graph.machine.graph_machine import GraphMachine, World
from tests.graph.machine.pure_machine import PureMachine
from tests.laws import examples

PHASES = (Phase.generate,) if os.environ.get("L1") else (Phase.generate, Phase.shrink)


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    """The loop on which the database is spoken to; it does not run while a test that is not async does."""
    return asyncio.get_running_loop()


@pytest.fixture
def open_keyring(tmp_path: Path) -> Callable[[], Keyring]:
    """A new keyring each time."""
    numbers = itertools.count()
    return lambda: Keyring.open(load_settings(data_dir=tmp_path / f"keys-{next(numbers)}"))


def test_stories(
    database: Database, loop: asyncio.AbstractEventLoop, open_keyring: Callable[[], Keyring]
) -> None:
    world = World(database, loop, open_keyring)
    run_state_machine_as_test(
        lambda: GraphMachine(world),
        settings=settings(
            max_examples=examples(8),
            stateful_step_count=10,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record("stories that reached", world.reached)
    assert world.reached


def test_changes_resolved_by_component() -> None:
    run_state_machine_as_test(
        PureMachine,
        settings=settings(
            max_examples=examples(60),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
