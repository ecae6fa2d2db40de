"""Judging over GraphQL: what a steward sends, what comes back, and what others may not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import Ask, headers_of
from tests.graph.judgement.people import PHONE, People, said, seen

PAYLOAD = """
  __typename
  ... on JudgementRecorded { repeated judgement { id kind by why retractedBy profiles identifiers { namespace value } }
                             changes { kind oneId other profiles } }
  ... on JudgementError { message remedy }
  ... on UserNotFound { ref }
  ... on MergeConflict { obstacles { kind namespace values profiles } }
"""
SAME = f"""mutation($a: ID!, $b: ID!, $r: ReasonInput) {{
  done: confirmSame(input: {{a: $a, b: $b}}, reason: $r) {{ {PAYLOAD} }} }}"""
DIFFERENT = (
    f"mutation($a: ID!, $b: ID!) {{ done: confirmDifferent(input: {{a: $a, b: $b}}) {{ {PAYLOAD} }} }}"
)
SPLIT = (
    f"mutation($a: ID!, $p: [ID!]!) {{ done: splitUser(input: {{oneId: $a, profiles: $p}}) {{ {PAYLOAD} }} }}"
)
MOVE = f"mutation($a: ID!, $b: ID!) {{ done: moveProfile(input: {{profile: $a, to: $b}}) {{ {PAYLOAD} }} }}"
MARK = f"mutation($m: MarkInput!) {{ done: markIdentifier(input: $m) {{ {PAYLOAD} }} }}"
RETRACT = f"mutation($id: ID!) {{ done: retractJudgement(id: $id) {{ {PAYLOAD} }} }}"
WHAT_IF = """query($c: ChangeInput!) { whatIf(change: $c) {
  changes { kind oneId other profiles } appearing vanishing profiles attached { type label count }
  obstacles { kind } repeated } }"""
LIST = "query($id: ID!) { judgements(oneId: $id) { id kind why recordedAt retractedAt } }"
CHANGES = """query($after: String) { identityChanges(first: 1, after: $after) {
  edges { at by node { kind oneId } } pageInfo { endCursor hasNextPage } } }"""


@pytest.fixture
def people(services: Services) -> People:
    return People(services.database, services.keyring, services.rules, services.writer)


@pytest.fixture
async def steward(services: Services) -> dict[str, str]:
    return await headers_of(services, Role.STEWARD)


async def test_a_steward_previews_judges_lists_and_takes_back(
    ask: Ask, people: People, steward: dict[str, str]
) -> None:
    await people.bring(said("a"), said("b"), seen("b"))
    a, b = await people.one_id("a"), await people.one_id("b")

    preview = (await ask(WHAT_IF, {"c": {"same": {"a": a, "b": b}}}, headers=steward))["whatIf"]
    assert (preview["vanishing"], preview["appearing"], preview["profiles"]) == ([b], [], 1)
    assert {"type": "BROUGHT", "label": "Touchpoint", "count": 1} in preview["attached"]

    reason = {"why": "她的电话一样", "idempotencyKey": "k1"}
    done = (await ask(SAME, {"a": a, "b": b, "r": reason}, headers=steward))["done"]
    assert done["__typename"] == "JudgementRecorded"
    assert done["changes"] == preview["changes"]
    assert done["changes"][0]["kind"] == "MERGED"
    again = (await ask(SAME, {"a": a, "b": b, "r": reason}, headers=steward))["done"]
    assert (again["repeated"], again["judgement"]) == (True, done["judgement"])

    listed = (await ask(LIST, {"id": b}, headers=steward))["judgements"]
    assert [(j["kind"], j["why"], j["retractedAt"]) for j in listed] == [("SAME", "她的电话一样", None)]

    id_ = done["judgement"]["id"]
    assert (await ask(WHAT_IF, {"c": {"retract": id_}}, headers=steward))["whatIf"]["appearing"] == [b]
    back = (await ask(RETRACT, {"id": id_}, headers=steward))["done"]
    assert [change["kind"] for change in back["changes"]] == ["SPLIT"]
    assert await people.who() == [["a"], ["b"]]

    first = (await ask(CHANGES))["identityChanges"]
    second = (await ask(CHANGES, {"after": first["pageInfo"]["endCursor"]}))["identityChanges"]
    third = (await ask(CHANGES, {"after": second["pageInfo"]["endCursor"]}))["identityChanges"]
    kinds = [edge["node"]["kind"] for page in (first, second, third) for edge in page["edges"]]
    assert kinds == ["MERGED", "SPLIT"]
    assert first["edges"][0]["by"] == "judgement"
    assert third["pageInfo"]["hasNextPage"] is False


async def test_split_move_and_marks(ask: Ask, people: People) -> None:
    await people.bring(*(said(record, phone=PHONE) for record in "abc"), said("d"))
    a, b, c, d = [await people.id(record) for record in "abcd"]
    one_id = await people.one_id("a")
    done = (await ask(SPLIT, {"a": one_id, "p": [c]}))["done"]
    assert done["judgement"]["kind"] == "SPLIT"
    assert (await ask(MOVE, {"a": b, "b": d}))["done"]["judgement"]["kind"] == "MOVE"
    assert await people.who() == [["a"], ["b", "d"], ["c"]]
    mark = {"namespace": "phone", "value": PHONE}
    wrong = (await ask(MARK, {"m": {**mark, "of": a, "verdict": "WRONG"}}))["done"]
    assert wrong["judgement"]["identifiers"] == [{"namespace": "phone", "value": "139****0001"}]
    assert (await ask(MARK, {"m": {**mark, "verdict": "SHARED"}}))["done"]["judgement"]["kind"] == "SHARED"
    for mistake in ({**mark, "verdict": "WRONG"}, {**mark, "of": a, "verdict": "SHARED"}):
        assert (await ask(MARK, {"m": mistake}))["done"]["__typename"] == "InvalidInput"
    for change in (
        {"different": {"a": a, "b": d}},
        {"split": {"oneId": await people.one_id("d"), "profiles": [b]}},
        {"mark": {**mark, "of": c, "verdict": "WRONG"}},
    ):
        assert (await ask(WHAT_IF, {"c": change}))["whatIf"]["obstacles"] == []
    kept_apart = (await ask(WHAT_IF, {"c": {"move": {"profile": c, "to": d}}}))["whatIf"]
    assert kept_apart["obstacles"] == [{"kind": "JUDGEMENT"}]  # c was split off from b, who is with d now


async def test_errors_have_types(ask: Ask, people: People) -> None:
    await people.bring(said("a"), said("b"))
    a, b = await people.id("a"), await people.id("b")
    missing = (await ask(SAME, {"a": a, "b": "nobody"}))["done"]
    assert (missing["__typename"], missing["ref"]) == ("UserNotFound", "nobody")
    await ask(DIFFERENT, {"a": a, "b": b})
    refused = (await ask(SAME, {"a": a, "b": b}))["done"]
    assert refused["__typename"] == "MergeConflict"
    assert refused["obstacles"] == [
        {"kind": "JUDGEMENT", "namespace": None, "values": [], "profiles": sorted((a, b))}
    ]
    assert (await ask(WHAT_IF, {"c": {"same": {"a": a, "b": b}}}))["whatIf"]["obstacles"] == [
        {"kind": "JUDGEMENT"}
    ]
    assert (await ask(SAME, {"a": a, "b": a}))["done"]["__typename"] == "InvalidInput"
    assert (await ask(RETRACT, {"id": "nothing"}))["done"]["__typename"] == "NotFound"
    assert (await ask(LIST, {"id": "nobody"}))["judgements"] is None


async def test_who_may_not_judge_is_told_so(
    ask: Ask, people: People, client: httpx.AsyncClient, frontend: dict[str, str]
) -> None:
    await people.bring(said("a"), said("b"))
    a, b = await people.id("a"), await people.id("b")
    assert (await ask(SAME, {"a": a, "b": b}, headers=frontend))["done"]["__typename"] == "Forbidden"
    assert await people.who() == [["a"], ["b"]]
    asked: list[tuple[str, dict[str, Any]]] = [
        (WHAT_IF, {"c": {"same": {"a": a, "b": b}}}),
        (LIST, {"id": a}),
    ]
    for query, variables in asked:
        response = await client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=frontend
        )
        assert response.json()["errors"][0]["extensions"]["code"] == "forbidden"
    assert (await ask(CHANGES, headers=frontend))["identityChanges"]["edges"] == []
