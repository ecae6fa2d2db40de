"""`/v1/ledger/payouts`: claimed, exported and settled over HTTP."""

from __future__ import annotations

import csv
import io

import pytest

from graph.clock import DAY, isoformat
from tests.api.rest.referral.conftest import Brand
from tests.api.rest.referral.conftest import brand as brand  # noqa: PLC0414 - a fixture
from tests.graph.referral.stage import START


@pytest.fixture
async def earned(brand: Brand) -> Brand:
    """A friend's credit that can be spent."""
    await brand.referral(delivered=True)
    await brand.stage.at(START + 60 * DAY)
    return brand


async def test_what_can_be_spent_is_claimed_exported_and_settled_once(earned: Brand) -> None:
    claims = {"programme": "two-sided", "unit": "CNY"}
    assert await earned.post("/v1/ledger/payouts/2026-08/claims", claims) == {"claimed": 1}
    assert await earned.post("/v1/ledger/payouts/2026-08/claims", claims) == {"claimed": 0}
    answer = await earned.client.get("/v1/ledger/payouts/2026-08", headers=earned.headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["oneId"], line["amount"], line["paidAt"]) == (await earned.one_id("f"), "3500.00", "")
    earned.stage.now = START + 70 * DAY
    paid_at = isoformat(START + 65 * DAY)
    paid = {"claim": line["claim"], "unit": "CNY", "amount": 350_000, "paidAt": paid_at}
    wrong = paid | {"claim": f"{line['claim']}x"}
    told = await earned.post("/v1/ledger/payouts/paid", {"paid": [wrong, paid]})
    assert (told["paid"], told["repeated"]) == (1, 0)
    assert [each["claim"] for each in told["wrong"]] == [wrong["claim"]]
    assert (await earned.post("/v1/ledger/payouts/paid", {"paid": [paid]}))["repeated"] == 1
    answer = await earned.client.get("/v1/ledger/payouts/2026-08", headers=earned.headers)
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert line["paidAt"] == paid_at


async def test_what_is_no_payout_is_refused(earned: Brand) -> None:
    points = {"programme": "two-sided", "unit": "points"}
    assert (await earned.post("/v1/ledger/payouts/2026-08/claims", points, 400))["error"][
        "code"
    ] == "bad_input"
    assert (await earned.get("/v1/ledger/payouts/-x", 400))["error"]["code"] == "bad_input"
