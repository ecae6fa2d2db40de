"""Explanations beside a writer, a judge, and what the graph says of everybody."""

from __future__ import annotations

import pytest

from graph.db.database import Database
from graph.explanation.service import Explanations
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.service import JudgementService
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import People


@pytest.fixture
def service(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> JudgementService:
    """Judgements on the empty database."""
    return JudgementService(database, keyring=keyring, blind=blind, rules=rules)


@pytest.fixture
def people(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> People:
    """People brought by one writer."""
    return People(database, keyring, rules, writer)


@pytest.fixture
def matching(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> Matching:
    """Matching on the same graph."""
    return Matching(database, keyring=keyring, blind=blind, rules=rules)


@pytest.fixture
def explanations(
    database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules, matching: Matching
) -> Explanations:
    """What is tested."""
    return Explanations(database, keyring=keyring, blind=blind, rules=rules, matching=matching)
