"""`/v1/console/gallery`: what there is, and that the console runs all of it."""

from __future__ import annotations

import httpx
import orjson
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.gallery.reading import analyses
from tests.api.conftest import headers_of

GALLERY = "/v1/console/gallery"


@pytest.fixture
async def analyst(services: Services) -> dict[str, str]:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


async def test_each_analysis_is_told(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    items = (await client.get(GALLERY, headers=analyst)).json()["items"]
    assert [item["name"] for item in items] == [each.name for each in analyses()]
    assert all(item["question"].endswith("?") and item["statement"] and item["columns"] for item in items)
    one = (await client.get(f"{GALLERY}/ltv_by_cohort", headers=analyst)).json()
    assert one in items
    assert {parameter["name"]: parameter["default"] for parameter in one["parameters"]}["limit"] == 100
    for path in (f"{GALLERY}/none", f"{GALLERY}/migrations"):
        assert (await client.get(path, headers=analyst)).status_code == 404
    assert (await client.post(f"{GALLERY}/none/run", json={}, headers=analyst)).status_code == 404
    defaults = await client.post(f"{GALLERY}/profiles_per_person/run", headers=analyst)
    assert orjson.loads(defaults.text.splitlines()[0])["columns"] == ["profiles", "people"]


async def test_the_console_runs_every_analysis(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    for each in analyses():
        answer = await client.post(f"{GALLERY}/{each.name}/run", json={}, headers=analyst)
        assert answer.status_code == 200, (each.name, answer.text)
        head, *_, last = (orjson.loads(line) for line in answer.text.splitlines())
        assert head["columns"] == list(each.columns), each.name
        assert "summary" in last, (each.name, last)


async def test_an_unknown_parameter_is_refused(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    path = f"{GALLERY}/join_tiers/run"
    assert (await client.post(path, json={"parameters": {"limit": 1}}, headers=analyst)).status_code == 200
    wrong = await client.post(path, json={"parameters": {"limti": 1}}, headers=analyst)
    assert wrong.status_code == 400
    assert "limti" in wrong.json()["error"]["message"]
