"""`/v1/ledger` and `/v1/rewards` on a real database: what is posted, told, paged and refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.clock import isoformat
from graph.ledger.commands import Grant, Mature, Share
from graph.ledger.model import Side
from graph.ledger.repository import LedgerRepository
from tests.api.conftest import headers_of, message
from tests.graph.ledger.lives import published

AT = 1_795_000_000_000_000
PROGRAMME = "two-sided"


class Caller:
    """A key of role programme, and two people."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        headers: dict[str, str],
        people: dict[str, str],
        ledger: LedgerRepository,
    ) -> None:
        self.client = client
        self.headers = headers
        self.profiles, self.one_ids = list(people), list(people.values())
        self.ledger = ledger
        self.keys = iter(range(1_000))

    async def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = await self.client.get(path, params=params, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(
        self, path: str, body: dict[str, Any], status: int = 200, *, key: str | None = None
    ) -> Any:
        headers = self.headers | {"Idempotency-Key": key or f"k{next(self.keys)}"}
        answer = await self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def fund(self, amount: int = 10_000, unit: str = "points", **more: Any) -> Any:
        return await self.post(
            "/v1/ledger/fund", {"programme": PROGRAMME, "unit": unit, "amount": amount} | more
        )

    async def granted(self, referral: str = "r", amount: int = 500) -> list[str]:
        shares = tuple(
            Share(side, profile, "points", amount) for side, profile in zip(Side, self.profiles, strict=True)
        )
        grant = Grant(PROGRAMME, referral, "rule", "delivered 0", AT, shares)
        await self.ledger.post([grant])
        return [f"{grant.key}:{side}" for side in Side]


@pytest.fixture
async def caller(services: Services, client: httpx.AsyncClient) -> Caller:
    await services.writer.write(
        [message({"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"}) for n in range(2)]
    )
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) "
        "RETURN p.id AS p, u.oneId AS u ORDER BY u"
    )
    await published(services.database, PROGRAMME)
    headers = await headers_of(services, Role.PROGRAMME)
    return Caller(client, headers, {row["p"]: row["u"] for row in rows}, LedgerRepository(services.database))


async def test_from_a_budget_to_what_was_spent(caller: Caller) -> None:
    funded = await caller.post(
        "/v1/ledger/fund",
        {
            "programme": PROGRAMME,
            "unit": "points",
            "amount": 10_000,
            "floor": 100,
            "reason": "Winter campaign",
        },
        key="once",
    )
    assert (funded["kind"], funded["repeated"], funded["outcomes"]) == ("fund", False, [])
    again = await caller.post(
        "/v1/ledger/fund", {"programme": PROGRAMME, "unit": "points", "amount": 7}, key="once"
    )
    assert again == funded | {"repeated": True}
    keys = await caller.granted()
    approved = await caller.post("/v1/rewards/approve", {"rewards": keys})
    assert [(one["reward"], one["result"], one["amount"]) for one in approved["outcomes"]] == [
        (key, "approved", 500) for key in keys
    ]
    await caller.ledger.post([Mature("m", tuple(keys), "matured", AT)])
    body = {"oneId": caller.one_ids[0], "programme": PROGRAMME, "unit": "points", "amount": 120}
    spent = await caller.post("/v1/rewards/redeem", body | {"reason": "Winter tyres"})
    assert [(one["reward"], one["amount"]) for one in spent["outcomes"]] == [(keys[0], 120)]
    told = await caller.get("/v1/ledger/balances", oneId=caller.one_ids[0])
    assert told == {
        "oneId": caller.one_ids[0],
        "balances": [
            {"programme": PROGRAMME, "unit": "points", "pending": 0, "available": 380, "spent": 120}
        ],
    }
    before = await caller.get("/v1/ledger/balances", oneId=caller.one_ids[0], at=isoformat(AT - 1_000))
    assert [(one["available"], one["spent"]) for one in before["balances"]] == [(0, 0)]
    accounts = await caller.get("/v1/ledger/accounts", programme=PROGRAMME)
    assert accounts["units"] == [
        {
            "unit": "points", "funded": 10_000, "budget": 9_000, "floor": 100, "outstanding": 880,
            "claimed": 120, "owed": 120, "paid": 0,
        }
    ]  # fmt: skip
    back = await caller.post("/v1/rewards/reverse", {"rewards": keys[:1], "policy": "withinBalance"})
    assert [(one["result"], one["amount"]) for one in back["outcomes"]] == [("reviewRequired", 380)]
    reward = await caller.get(f"/v1/rewards/{keys[0]}")
    assert (reward["state"], reward["oneId"], reward["amount"], reward["returned"], reward["spent"]) == (
        "reviewRequired",
        caller.one_ids[0],
        500,
        380,
        120,
    )


async def test_a_statement_in_pages_and_two_languages(caller: Caller) -> None:
    await caller.fund(amount=1_500)
    for referral in "rst":
        await caller.granted(referral)
    read: list[Any] = []
    after: dict[str, str] = {}
    while True:
        page = await caller.get(
            "/v1/ledger/statement", oneId=caller.one_ids[1], language="zh", first=2, **after
        )
        read += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [line["outcomes"][0]["referral"] for line in read] == ["t", "s", "r"]
    assert read[-1]["sentence"] == "您因受好友推荐获得500积分（车辆已交付），审核通过并到期后可以使用。"
    assert read[0]["sentence"] == "您因受好友推荐未获得500积分：活动预算已用完。"
    assert read[-1]["changes"] == [{"account": "pending", "unit": "points", "amount": 500}]
    assert (read[0]["changes"], read[0]["cause"]) == ([], "delivered 0")


async def test_rewards_by_programme_state_and_person(caller: Caller) -> None:
    await caller.fund()
    keys = [await caller.granted(str(n)) for n in range(3)]
    await caller.post("/v1/rewards/approve", {"rewards": keys[1][:1]})
    everything: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await caller.get("/v1/rewards", programme=PROGRAMME, first=4, **after)
        everything += [reward["key"] for reward in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert everything == [key for pair in reversed(keys) for key in pair]
    approved = await caller.get("/v1/rewards", state=["approved", "posted"])
    assert [reward["key"] for reward in approved["items"]] == keys[1][:1]
    mine, after = [], {}
    while True:
        page = await caller.get("/v1/rewards", oneId=caller.one_ids[0], first=2, **after)
        mine += [reward["key"] for reward in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(mine) == sorted(pair[0] for pair in keys)


async def test_what_does_not_fit_is_refused_by_name(caller: Caller) -> None:
    await caller.fund(amount=1_000)
    keys = await caller.granted()
    nobody = {"oneId": "nobody", "programme": PROGRAMME, "unit": "points", "amount": 1}
    mine = nobody | {"oneId": caller.one_ids[0]}
    taking = {"programme": PROGRAMME, "unit": "points", "amount": -10}
    for path, body, status, code in (
        ("/v1/rewards/redeem", nobody, 404, "not_found"),
        ("/v1/rewards/redeem", mine, 409, "insufficient_balance"),
        ("/v1/rewards/redeem", mine | {"unit": "status"}, 409, "not_spendable"),
        ("/v1/rewards/redeem", mine | {"unit": "RMB"}, 400, "bad_input"),
        ("/v1/rewards/approve", {"rewards": ["none"]}, 404, "reward_not_found"),
        ("/v1/rewards/reverse", {"rewards": ["none"]}, 404, "reward_not_found"),
        ("/v1/ledger/fund", taking, 409, "insufficient_balance"),
        ("/v1/ledger/fund", taking | {"programme": "Two Sided"}, 400, "bad_input"),
        ("/v1/ledger/fund", taking | {"programme": "another", "amount": 1}, 404, "programme_not_found"),
        ("/v1/ledger/fund", taking | {"amount": 0}, 400, "bad_input"),
        ("/v1/ledger/fund", taking | {"reason": "call 13912340001"}, 400, "bad_input"),
        ("/v1/ledger/fund", taking | {"floor": None}, 400, "bad_input"),
    ):
        answer = await caller.post(path, body, status)
        assert answer["error"]["code"] == code, (path, body)
    await caller.post("/v1/rewards/approve", {"rewards": keys})
    refused = await caller.post("/v1/rewards/approve", {"rewards": keys}, 409)
    assert refused["error"]["code"] == "illegal_move"
    for path, params in (
        ("/v1/rewards/none", {}),
        ("/v1/ledger/balances", {"oneId": "nobody"}),
        ("/v1/ledger/statement", {"oneId": "nobody"}),
        ("/v1/rewards", {"oneId": "nobody"}),
    ):
        await caller.get(path, 404, **params)
    for path, params in (
        ("/v1/rewards", {"oneId": caller.one_ids[0], "state": "posted"}),
        ("/v1/rewards", {"after": "bm9uZTox"}),
        ("/v1/rewards", {"oneId": caller.one_ids[0], "after": "bm9uZTox"}),
        ("/v1/ledger/statement", {"oneId": caller.one_ids[0], "after": "x"}),
        ("/v1/ledger/accounts", {"programme": "Two Sided"}),
        ("/v1/ledger/accounts", {"programme": PROGRAMME, "at": "soon"}),
    ):
        await caller.get(path, 400, **params)
    assert (await caller.get("/v1/ledger/accounts", programme="another"))["units"] == []
