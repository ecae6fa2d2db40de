"""Explanations over GraphQL: what each role sees, and who may not ask."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.access.roles import Role
from graph.clock import DAY, isoformat, system_clock
from tests.api.conftest import Ask, headers_of
from tests.graph.judgement.people import PHONE, People, said

RECORD = "label id source recordId"
WHY = f"""query($a: ID!, $b: ID!, $l: Language) {{ why(a: $a, b: $b, language: $l) {{
  same sentence left {{ {RECORD} }} right {{ {RECORD} }} basis {{ rules outdated differs }}
  path {{ kind tier sentence identifier {{ namespace scope value }} leftValue rightValue leftGrade rightGrade
          identifierClass people name probability model weights {{ field level bits }} left {{ label }} }} }} }}"""
WHY_NOT = f"""query($a: ID!, $b: ID!) {{ whyNot(a: $a, b: $b) {{ same sentence left {{ label }} basis {{ rules }}
  hindrances {{ obstacle namespace leftValues rightValues count limit probability needed tier sentence
                identifierClass identifier {{ value }} records {{ {RECORD} }} }}
  needed {{ change name probability sentence identifier {{ value }} records {{ id }} }} }} }}"""
HOW = f"""query($a: ID!) {{ how(oneId: $a) {{ oneId sentence records {{ {RECORD} }} basis {{ outdated }}
  steps {{ number tier sentence parts {{ records {{ id }} }} links {{ sentence }} }}
  refusals {{ rule tier namespace sentence records {{ id }} }}
  near {{ size namespace count limit sentence }}
  history {{ oneId since until tier rule namespace rules model current sentence record {{ id }} }} }} }}"""
WEAK = """query($a: ID!) { weakestLinks(oneId: $a) { oneId sentence records { id } basis { rules }
  links { sentence parts { records { id } } removal { change identifier { value } } } } }"""


@pytest.fixture
def people(services: Services) -> People:
    return People(services.database, services.keyring, services.rules, services.writer)


async def test_a_frontend_reads_masks_and_an_admin_values(
    ask: Ask, people: People, frontend: dict[str, str]
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c", phone=PHONE, name="李敏"))
    a, b = await people.id("a"), await people.id("b")
    seen: dict[str, Any] = (await ask(WHY, {"a": a, "b": b}, headers=frontend))["why"]
    assert seen["same"] is True
    link = seen["path"][0]
    assert (link["kind"], link["identifierClass"], link["leftGrade"]) == ("IDENTIFIER", "personal", "CLAIMED")
    assert link["leftValue"] == link["identifier"]["value"] == "139****0001"
    assert seen["left"] == {"label": "1", "id": a, "source": "of-a", "recordId": None}
    assert PHONE not in str(seen)
    chinese = await ask(WHY, {"a": global_id("Profile", a), "b": b, "l": "ZH"}, headers=frontend)
    assert chinese["why"]["path"][0]["sentence"].startswith("记录1")
    clear = (await ask(WHY, {"a": a, "b": b}))["why"]
    assert clear["path"][0]["leftValue"] == f"+86{PHONE}"
    assert clear["left"]["recordId"] == "a"


async def test_what_keeps_apart_how_it_was_built_and_what_would_split_it(
    ask: Ask, people: People, frontend: dict[str, str]
) -> None:
    await people.bring(
        said("a", phone=PHONE, name="王建国"),
        said("b", phone=PHONE, name="王建国"),
        said("c", name="李敏", phone=PHONE),
    )
    a, c = await people.one_id("a"), await people.one_id("c")
    found = (await ask(WHY_NOT, {"a": a, "b": c}, headers=frontend))["whyNot"]
    assert found["same"] is False
    assert [one["obstacle"] for one in found["hindrances"]] == ["NAMES", "CLASS"]
    assert found["hindrances"][0]["leftValues"] == ["王*国"]
    assert [one["change"] for one in found["needed"]] == ["SAME_AS"]
    how = (await ask(HOW, {"a": a}, headers=frontend))["how"]
    assert (how["oneId"], [step["number"] for step in how["steps"]], how["refusals"]) == (a, [1], [])
    assert how["near"] == []
    assert how["history"][-1]["until"] is None
    assert how["history"][-1]["current"] is True
    weak = (await ask(WEAK, {"a": a}, headers=frontend))["weakestLinks"]
    assert {link["removal"]["change"] for link in weak["links"]} == {"WRONG"}
    assert len(weak["links"][0]["parts"]) == 2


async def test_who_may_not_ask_and_what_is_not_there(
    client: httpx.AsyncClient, services: Services, people: People, admin: dict[str, str]
) -> None:
    await people.bring(said("a"))
    a = await people.id("a")
    source = await headers_of(services, Role.SOURCE, source="of-a")
    refused = await client.post("/graphql", json={"query": HOW, "variables": {"a": a}}, headers=source)
    assert refused.status_code == 403
    missing = await client.post(
        "/graphql", json={"query": WHY, "variables": {"a": a, "b": "nobody"}}, headers=admin
    )
    assert missing.json()["errors"][0]["extensions"]["code"] == "user_not_found"


PAST = f"""query($a: ID!, $b: ID!, $at: DateTime!) {{
  why(a: $a, b: $b, asOf: $at) {{ same sentence past {{ asOf decisions {{ tier rule rules model record {{ {RECORD} }} }}
    untold {{ code sentence }} }} path {{ leftValue }} }}
  whyNot(a: $a, b: $b, asOf: $at) {{ same past {{ decisions {{ rule }} }} hindrances {{ obstacle }} }}
  how(oneId: $a, asOf: $at) {{ records {{ id }} past {{ decisions {{ since until }} }} }} }}"""


async def test_a_time_in_the_past(
    ask: Ask, people: People, frontend: dict[str, str], client: httpx.AsyncClient
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
    a, b = await people.id("a"), await people.id("b")
    at = isoformat(system_clock())
    found: dict[str, Any] = await ask(PAST, {"a": a, "b": b, "at": at}, headers=frontend)
    assert found["why"]["same"] is found["whyNot"]["same"] is True
    past = found["why"]["past"]
    assert past["asOf"] == at
    assert {(one["rule"], one["tier"], one["record"]["recordId"]) for one in past["decisions"]} == {
        ("linked", "medium-all", None)
    }
    assert [one["code"] for one in past["untold"]] == ["OVERWRITTEN"]
    assert found["why"]["path"] == [{"leftValue": "139****0001"}]
    assert {one["id"] for one in found["how"]["records"]} == {a, b}
    assert (await ask(WHY, {"a": a, "b": b}))["why"]["same"] is True
    later = {"a": a, "b": b, "at": isoformat(system_clock() + DAY)}
    refused = await client.post("/graphql", json={"query": PAST, "variables": later}, headers=frontend)
    assert "lies in the future" in refused.text
