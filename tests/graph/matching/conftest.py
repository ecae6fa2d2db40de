"""One trained model for each table, shared by the tests of this folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest

from graph.matching.model import Model
from graph.matching.train import train
from tests.graph.matching import tables
from tests.graph.matching.tables import Table


def digest(text: str) -> str:
    """A keyed one-way function, as the blind index is one."""
    return hashlib.blake2b(text.encode(), digest_size=12, key=b"tests").hexdigest()


@dataclass(frozen=True, slots=True)
class Trained:
    """A table and the model of it."""

    table: Table
    model: Model


def trained(table: Table) -> Trained:
    """The table with a model of it."""
    return Trained(table, train(table.records, digest=digest))


@pytest.fixture(scope="session")
def latin() -> Trained:
    """Latin families at one address."""
    return trained(tables.households(300))


@pytest.fixture(scope="session")
def chinese() -> Trained:
    """Chinese names with variants."""
    return trained(tables.chinese(150))


@pytest.fixture(scope="session")
def historical() -> Trained:
    """Neither phone nor e-mail, many gaps."""
    return trained(tables.historical(150))


@pytest.fixture(params=["latin", "chinese", "historical"])
def any_trained(request: pytest.FixtureRequest) -> Trained:
    """Each of them in turn."""
    return request.getfixturevalue(request.param)
