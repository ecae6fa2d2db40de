"""A judging service beside a writer, and what the graph says of everybody."""

from __future__ import annotations

import pytest

from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import People


@pytest.fixture
def service(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> JudgementService:
    """Judgements on the empty database."""
    return JudgementService(database, keyring=keyring, blind=blind, rules=rules)


@pytest.fixture
def people(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> People:
    """People brought by one writer, and looked at in the graph."""
    return People(database, keyring, rules, writer)
