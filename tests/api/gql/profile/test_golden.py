"""The golden record over GraphQL: what each role sees of it, and corrections."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import Ask
from tests.api.gql.profile.test_people import SHOP, identify, one_ids

CRM = SourceDeclaration.model_validate(
    {"name": "crm", "grades": {"phone": "trusted", "governmentId": "verified"}, "nonPersonal": ["level"]}
)
GOVERNMENT_ID = "11010519491231002X"
GOLDEN = """
query ($id: ID!) { user(oneId: $id) { displayName identifiers { namespace value } golden {
  field value profiles
  provenance { source profile { id source recordId } at rule correction correctedBy why }
  alternatives { value profiles provenance { source profile { recordId } at rule } } } } }
"""
CORRECT = """
mutation ($id: ID!, $field: String!, $value: String!) {
  correctField(oneId: $id, field: $field, value: $value, why: "asked her") {
    id field value why by profile { recordId } recordedAt retractedAt } }
"""
SET = """mutation ($id: ID!, $field: String = "name", $value: String = "王建华", $key: String) {
  setField(input: {oneId: $id, field: $field, value: $value, why: "asked her", idempotencyKey: $key}) {
    __typename
    ... on FieldCorrected { repeated correction { id field value retractedAt } }
    ... on CorrectionError { message remedy }
  }
}"""
TAKE_BACK = """mutation ($id: ID!) { takeFieldBack(input: {correction: $id, idempotencyKey: "back"}) {
  __typename ... on FieldCorrected { repeated correction { id retractedAt } }
} }"""
RETRACT = "mutation ($id: ID!) { retractCorrection(id: $id) { id value retractedAt } }"


async def person(services: Services, ask: Ask) -> str:
    """One person of two systems, who state different things."""
    await services.writer.write(
        [
            identify(
                "c1",
                {
                    "name": "王建国",
                    "phone": "13812345678",
                    "birthDate": "1949-12-31",
                    "gender": "女",
                    "level": "gold",
                    "hobby": "sailing",
                    "governmentId": GOVERNMENT_ID,
                },
                source=CRM,
            ),
            identify(
                "s1",
                {
                    "name": "王建国",
                    "phone": "13812345678",
                    "email": "w@example.com",
                    "gender": "男",
                },
                source=SHOP,
                at="2026-05-01",
            ),
        ]
    )
    return await only(ask)


async def only(ask: Ask) -> str:
    [one_id] = await one_ids(ask)
    return one_id


def fields(user: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["field"]: field for field in user["golden"]}


async def test_values_with_where_they_are_from(services: Services, ask: Ask) -> None:
    user = (await ask(GOLDEN, {"id": await person(services, ask)}))["user"]
    golden = fields(user)
    assert list(golden) == sorted(golden)
    assert {name: field["value"] for name, field in golden.items()} == {
        "birthDate": "1949-12-31",
        "email": "w@example.com",
        "gender": "female",
        "hobby": "sailing",
        "level": "gold",
        "name": "王建国",
        "phone": "+8613812345678",
    }
    assert golden["name"]["value"] == user["displayName"]
    assert (golden["name"]["profiles"], golden["phone"]["profiles"]) == (2, 2)
    gender = golden["gender"]
    assert gender["provenance"] | {"profile": gender["provenance"]["profile"]["recordId"]} == {
        "source": "crm",
        "profile": "c1",
        "at": "2026-01-02T08:00:00.000Z",
        "rule": "verified_first",
        "correction": None,
        "correctedBy": None,
        "why": None,
    }
    [other] = gender["alternatives"]
    assert (other["value"], other["provenance"]["profile"]["recordId"]) == ("male", "s1")
    assert other["provenance"]["rule"] is None


async def test_a_frontend_sees_masks_of_the_same_record(
    services: Services, ask: Ask, frontend: dict[str, str]
) -> None:
    one_id = await person(services, ask)
    await ask(CORRECT, {"id": one_id, "field": "hobby", "value": "climbing"})
    user = (await ask(GOLDEN, {"id": one_id}, headers=frontend))["user"]
    golden = fields(user)
    assert {name: field["value"] for name, field in golden.items()} == {
        "birthDate": "1949-**-**",
        "email": "***@example.com",
        "gender": "female",
        "hobby": "***",
        "level": "gold",
        "name": "王*国",
        "phone": "138****5678",
    }
    assert golden["hobby"]["provenance"]["why"] is None
    assert golden["hobby"]["alternatives"][0]["value"] == "***"
    shown = str(user["golden"]) + str(user["identifiers"])
    for personal in ("13812345678", "w@example.com", "sailing", "climbing", "12-31", GOVERNMENT_ID, "asked"):
        assert personal not in shown
    seen_by_admin = fields((await ask(GOLDEN, {"id": one_id}))["user"])
    for name, field in golden.items():
        assert field["provenance"]["profile"] == seen_by_admin[name]["provenance"]["profile"]
        assert field["provenance"]["rule"] == seen_by_admin[name]["provenance"]["rule"]


async def test_a_correction_and_its_end(services: Services, ask: Ask) -> None:
    one_id = await person(services, ask)
    before = (await ask(GOLDEN, {"id": one_id}))["user"]
    made = (await ask(CORRECT, {"id": one_id, "field": "name", "value": "王建华"}))["correctField"]
    assert (made["field"], made["value"], made["why"]) == ("name", "王建华", "asked her")
    user = (await ask(GOLDEN, {"id": one_id}))["user"]
    told = fields(user)["name"]["provenance"]
    assert user["displayName"] == "王建华"
    assert (told["source"], told["rule"], told["why"]) == ("correction", "correction", "asked her")
    assert (told["correction"], told["correctedBy"], told["at"]) == (
        made["id"],
        made["by"],
        made["recordedAt"],
    )
    assert [other["value"] for other in fields(user)["name"]["alternatives"]] == ["王建国"]
    taken = (await ask(RETRACT, {"id": made["id"]}))["retractCorrection"]
    assert taken["retractedAt"] > made["recordedAt"]
    assert (await ask(RETRACT, {"id": made["id"]}))["retractCorrection"] == taken
    assert (await ask(GOLDEN, {"id": one_id}))["user"] == before


async def test_a_correction_sent_twice_is_one(services: Services, ask: Ask) -> None:
    one_id = await person(services, ask)
    before = (await ask(GOLDEN, {"id": one_id}))["user"]
    made = (await ask(SET, {"id": one_id, "key": "k"}))["setField"]
    again = (await ask(SET, {"id": one_id, "key": "k", "value": "王建军"}))["setField"]
    assert (made["__typename"], made["repeated"]) == ("FieldCorrected", False)
    assert again == made | {"repeated": True}
    another = (await ask(SET, {"id": one_id, "key": "l", "value": "王建军"}))["setField"]
    assert another["correction"]["value"] == "王建军"
    for correction in (another["correction"], made["correction"]):
        taken = (await ask(TAKE_BACK, {"id": correction["id"]}))["takeFieldBack"]
        assert taken["correction"]["retractedAt"], taken
    twice = (await ask(TAKE_BACK, {"id": made["correction"]["id"]}))["takeFieldBack"]
    assert twice == taken | {"repeated": True}
    assert (await ask(GOLDEN, {"id": one_id}))["user"] == before


async def test_errors_of_a_correction_are_data(
    services: Services, ask: Ask, frontend: dict[str, str]
) -> None:
    one_id = await person(services, ask)
    for variables, headers, name in (
        ({"id": one_id}, frontend, "CorrectionForbidden"),
        ({"id": "nobody"}, None, "CorrectionNotFound"),
        ({"id": one_id, "field": "no field"}, None, "CorrectionInvalid"),
        ({"id": one_id, "key": ""}, None, "CorrectionInvalid"),
    ):
        refused = (await ask(SET, variables, headers=headers))["setField"]
        assert refused["__typename"] == name
        assert refused["message"]
        assert refused["remedy"]
    unknown = {"id": global_id("User", "x")}
    assert (await ask(TAKE_BACK, unknown))["takeFieldBack"] == {"__typename": "CorrectionNotFound"}


async def test_who_may_not_see_may_not_correct(
    services: Services, ask: Ask, client: httpx.AsyncClient, frontend: dict[str, str]
) -> None:
    one_id = await person(services, ask)
    for query, variables in (
        (CORRECT, {"id": one_id, "field": "name", "value": "王建华"}),
        (RETRACT, {"id": global_id("Correction", "x")}),
    ):
        asked = {"query": query, "variables": variables}
        body = (await client.post("/graphql", json=asked, headers=frontend)).json()
        assert [error["extensions"]["code"] for error in body["errors"]] == ["forbidden"]
    assert (await ask(GOLDEN, {"id": one_id}))["user"]["displayName"] == "王建国"


@pytest.mark.parametrize("id_", ["x", global_id("Correction", "x"), global_id("User", "x")])
async def test_a_correction_that_is_not_there(
    client: httpx.AsyncClient, admin: dict[str, str], id_: str
) -> None:
    answer = await client.post("/graphql", json={"query": RETRACT, "variables": {"id": id_}}, headers=admin)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["not_found"]
