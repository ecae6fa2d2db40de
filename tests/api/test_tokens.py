"""Which doors take tokens, how what lasts ends with them, and that nothing of them is ever logged."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest
from structlog.testing import capture_logs

from api.app import create_app
from api.errors import error_body
from api.wiring import Services, compose
from graph.access.oidc import subject_id
from graph.access.roles import Permission, Role
from graph.access.service import AccessService
from graph.access.tokens import TokenVerifier
from graph.clock import SECOND, system_clock
from graph.errors import ConfigurationError, IssuerUnavailableError
from graph.identity.rules import Rules
from tests.api.gql.subscription.conftest import events, socket
from tests.api.server import listening
from tests.issuer import AUDIENCE, SUBJECT, Issuer, issuing

PEOPLE = "{ users { edges { cursor } } }"
STREAM = "subscription { stewardQueueChanged { cursor } }"


class Time:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as opened:
        yield opened


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def place(services: Services, issuer: Issuer, time: Time) -> AsyncIterator[str]:
    """A server that takes the issuer's tokens."""
    access = AccessService(services.database, tokens=TokenVerifier(issuer.rules(), clock=time))
    async with listening(create_app(replace(services, access=access), follow=False)) as found:
        yield found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def post(place: str, token: str, query: str = PEOPLE) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(f"http://{place}/graphql", json={"query": query}, headers=bearer(token))


async def test_tokens_are_taken_where_they_are_set(services: Services, issuer: Issuer, rules: Rules) -> None:
    given = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_roles": {"crm-sales": "frontend"}}
    settings = services.settings.model_copy(update=given)
    made = compose(settings, services.database, keyring=services.keyring, rules=rules)
    assert (await made.access.identify(issuer.token())).role is Role.FRONTEND
    await made.access.aclose()
    with pytest.raises(ConfigurationError, match="GUANXI_OIDC_AUDIENCE"):
        compose(
            settings.model_copy(update={"oidc_audience": None}),
            services.database,
            keyring=services.keyring,
            rules=rules,
        )


async def test_without_an_issuer_a_token_is_an_unknown_key(services: Services, issuer: Issuer) -> None:
    async with listening(create_app(services, follow=False)) as place:
        assert (await post(place, issuer.token())).status_code == 401
    assert issuer.asked == []


async def test_people_are_asked_with_a_token_or_a_key(
    place: str, issuer: Issuer, frontend: dict[str, str]
) -> None:
    assert (await post(place, issuer.token())).json() == {"data": {"users": {"edges": []}}}
    assert (await post(place, frontend["Authorization"].removeprefix("Bearer "))).status_code == 200
    assert (await post(place, issuer.token(role="crm-dealer", dealer="d-7"))).status_code == 200
    for token, status, code in (
        (issuer.token(role="ops"), 403, "forbidden"),
        (issuer.token(role="nobody"), 403, "forbidden"),
        (issuer.token(dealer="d-7"), 403, "forbidden"),
        (issuer.token(aud="other"), 401, "unauthorized"),
    ):
        answer = await post(place, token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_limited_key_may_ask_but_not_judge(place: str, services: Services) -> None:
    made = await services.access.create(Role.STEWARD, only=frozenset({Permission.QUERY}))
    assert (await post(place, made.key)).status_code == 200
    answer = (await post(place, made.key, '{ judgements(oneId: "x") { id } }')).json()
    assert answer["errors"][0]["extensions"]["code"] == "forbidden"
    other = await services.access.create(Role.STEWARD, only=frozenset({Permission.JUDGE}))
    assert (await post(place, other.key)).status_code == 403


async def test_metrics(place: str, issuer: Issuer) -> None:
    async with httpx.AsyncClient() as client:
        for role, status in (("ops", 200), ("crm-steward", 403)):
            answer = await client.get(f"http://{place}/metrics", headers=bearer(issuer.token(role=role)))
            assert answer.status_code == status


async def test_events_are_sent_with_keys_only(place: str, issuer: Issuer) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"http://{place}/v1/batch", json={"batch": []}, headers=bearer(issuer.token())
        )
    assert answer.status_code == 401
    assert issuer.asked == []


async def test_an_issuer_that_is_away(place: str, issuer: Issuer, frontend: dict[str, str]) -> None:
    del issuer.answers["/keys"]
    answer = await post(place, issuer.token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "issuer_unavailable")
    assert answer.headers["Retry-After"] == "10"
    assert "issuer" in answer.json()["error"]["message"]
    assert (await post(place, frontend["Authorization"].removeprefix("Bearer "))).status_code == 200


def test_a_stream_is_told_that_the_issuer_is_away() -> None:
    told = error_body(IssuerUnavailableError("The issuer is away."))
    assert (told["message"], told["extensions"]["code"]) == ("The issuer is away.", "issuer_unavailable")


async def test_what_lasts_ends_with_its_token(place: str, issuer: Issuer, time: Time) -> None:
    headers = bearer(issuer.token(role="crm-steward", exp=system_clock() // SECOND + 600))
    async with socket(place, headers) as client, aclosing(events(place, headers, STREAM)) as stream:
        await client.subscribe(STREAM)
        await client.next()
        await anext(stream)
        time.ahead = 603 * SECOND
        assert await client.closed() == 4401
        _, last = await anext(stream)
        assert last["errors"][0]["extensions"]["code"] == "unauthorized"
    assert (await post(place, headers["Authorization"].removeprefix("Bearer "))).status_code == 401


async def test_nothing_of_a_token_is_logged(
    place: str, issuer: Issuer, capfd: pytest.CaptureFixture[str]
) -> None:
    good, bad = issuer.token(), issuer.token(aud="other")
    with capture_logs() as logs:
        for token in (good, bad, issuer.token(header={"kid": "unknown-kid"}), f"{good}x"):
            answer = await post(place, token)
            assert token not in answer.text
    told = json.dumps(logs, default=str) + "".join(capfd.readouterr())
    assert "'route': '/graphql'" in str(logs)
    assert subject_id(issuer.url, SUBJECT) in told
    for token in (good, bad):
        for secret in (*token.split("."), SUBJECT):
            assert secret not in told
    assert "unknown-kid" not in told
    assert issuer.asked.count("/keys") == 1
