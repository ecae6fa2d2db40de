"""The README's story: its events, its file and its query, as they stand there, give one person."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import segment.analytics

from api.wiring import claim, compose
from graph.access.roles import Role
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.files.load import FileLoader, FileOptions
from graph.ingest.files.mapping import load_mapping
from graph.ingest.sources import default_source
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import serving as serving_app
from tests.api.rest.ingest.app import serving as serving_ingest
from tests.graph.ingest.files.test_load import Quiet
from tests.test_docs import ROOT, blocks


def only(language: str) -> str:
    (block,) = [block for block in blocks(ROOT / "README.md") if block.language == language]
    return block.text


async def test_events_file_and_query_give_one_person(
    settings: Settings,
    database: Database,
    keyring: Keyring,
    rules: Rules,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await claim(database, keyring)
    services = compose(settings, database, keyring=keyring, rules=rules)
    key = (await services.access.create(Role.SOURCE, source="website")).key
    admin = (await services.access.create(Role.ADMIN)).key

    monkeypatch.setattr(segment.analytics, "default_client", None)
    async with serving_ingest(services) as address:
        code = (
            only("python").replace("the-key-that-was-printed", key).replace("http://127.0.0.1:8000", address)
        )
        await asyncio.to_thread(exec, code, {})
        await asyncio.to_thread(segment.analytics.shutdown)

    (tmp_path / "people.csv").write_text(only("csv"), encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(only("toml"), encoding="utf-8")
    loader = FileLoader(services.writer, default_source("crm"), keyring=keyring, blind=services.blind)
    loaded = await loader.load(
        tmp_path / "people.csv",
        FileOptions(mapping=load_mapping(tmp_path / "mapping.toml")),
        watcher=Quiet(),
    )
    assert (loaded.progress.stored, loaded.progress.rejected) == (1, 0)

    async with serving_app(services) as client:
        answer = await client.post(
            "/graphql", json={"query": only("graphql")}, headers={"Authorization": f"Bearer {admin}"}
        )
    person = answer.json()["data"]["userByIdentifier"]
    assert person["displayName"] == "王伟"
    assert {(p["source"], p["recordId"]) for p in person["profiles"]} == {
        ("website", "u-4711"),
        ("crm", "20417"),
    }
    assert [edge["node"]["event"] for edge in person["touchpoints"]["edges"]] == ["Test Drive Booked"]
