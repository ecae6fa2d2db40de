"""The town of these tests."""

from __future__ import annotations

import pytest

from graph.db.database import Database
from graph.household.service import Households
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from tests.graph.fraud.town import Town
from tests.graph.judgement.people import People


@pytest.fixture
def town(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Town:
    """Nobody lives there yet."""
    return Town(People(database, keyring, rules, writer), Households(database, keyring=keyring, rules=rules))
