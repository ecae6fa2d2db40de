"""The endpoints over a real server and a real Neo4j: what is answered, and what is stored then."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from api.rates import Rate
from graph.access.roles import Role
from graph.ingest.registry import SourceRegistry
from graph.ingest.sources import SourceDeclaration
from tests.api.rest.ingest.app import Wiring, serving
from tests.api.rest.ingest.conftest import ORIGIN, Service
from tests.graph.ingest.support import count, reasons

ANONYMOUS = {"anonymousId": "f2a1c9f0-5d1b-4a57-9b0e-8f6c1f0d3e11"}
BODIES: dict[str, dict[str, Any]] = {
    "identify": {**ANONYMOUS, "userId": "u-1", "traits": {"email": "wang@example.com"}},
    "track": {**ANONYMOUS, "event": "Enquiry Submitted", "properties": {"model": "ET5"}},
    "page": {**ANONYMOUS, "name": "Models", "properties": {"path": "/models"}},
    "screen": {**ANONYMOUS, "name": "Home"},
    "group": {**ANONYMOUS, "groupId": "fleet-9"},
    "alias": {"previousId": "u-0", "userId": "u-1"},
}


def track(message_id: str, **more: object) -> dict[str, Any]:
    return {"type": "track", "event": "Enquiry Submitted", "messageId": message_id, **ANONYMOUS, **more}


class TestWhoMaySend:
    async def test_no_key(self, service: Service) -> None:
        answer = await service.client.post("/v1/track", json=BODIES["track"])

        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized"
        assert answer.json()["success"] is False
        assert answer.headers["www-authenticate"].startswith("Basic")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": "Bearer unknown-key-of-nobody"},
            {"Authorization": "Basic dW5rbm93bjo="},
            {"Authorization": "Basic ///"},
            {"Authorization": "Digest abc"},
        ],
    )
    async def test_a_wrong_key(self, service: Service, headers: dict[str, str]) -> None:
        answer = await service.client.post("/v1/track", json=BODIES["track"], headers=headers)

        assert answer.status_code == 401
        assert await count(service.database, "Message") == 0
        assert await count(service.database, "DeadLetter") == 0

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.FRONTEND])
    async def test_a_key_that_is_no_write_key(self, service: Service, role: Role) -> None:
        key = (await service.wiring.access.create(role)).key
        answer = await service.client.post("/v1/track", json=BODIES["track"], auth=(key, ""))

        assert answer.status_code == 403
        assert answer.json()["code"] == "forbidden"
        assert await count(service.database, "Message") == 0

    async def test_the_key_may_come_three_ways(self, service: Service) -> None:
        bearer = {"Authorization": f"Bearer {service.key}"}
        answers = [
            await service.client.post("/v1/track", json=track("a"), auth=(service.key, "")),
            await service.client.post("/v1/track", json=track("b"), headers=bearer),
            await service.client.post("/v1/track", json={**track("c"), "writeKey": service.key}),
        ]

        assert [answer.json() for answer in answers] == [{"success": True}] * 3
        assert await count(service.database, "Message") == 3

    async def test_the_key_is_no_part_of_the_event(self, service: Service) -> None:
        """The same event with the key in its body and beside it is one event."""
        await service.post("track", track("a"))
        await service.client.post("/v1/track", json={**track("a"), "writeKey": service.key})
        await service.client.post(
            "/v1/batch", json={"batch": [{**track("a"), "writeKey": service.key}], "writeKey": service.key}
        )

        assert await count(service.database, "Message") == 1
        assert await reasons(service.database) == []


class TestEndpoints:
    @pytest.mark.parametrize("name", list(BODIES))
    async def test_every_call_is_stored_by_either_name(self, service: Service, name: str) -> None:
        for path in (name, name[0]):
            answer = await service.post(path, {**BODIES[name], "messageId": f"m-{path}"})
            assert (answer.status_code, answer.json()) == (200, {"success": True})

        assert await count(service.database, "Message") == 2

    @pytest.mark.parametrize("path", ["batch", "b", "import"])
    async def test_a_batch_is_stored_whole(self, service: Service, path: str) -> None:
        batch = [{**body, "type": name, "messageId": name} for name, body in BODIES.items()]
        answer = await service.post(path, {"batch": batch})

        assert (answer.status_code, answer.json()) == (200, {"success": True})
        assert await count(service.database, "Message") == 6

    async def test_an_empty_batch_is_nothing_wrong(self, service: Service) -> None:
        assert (await service.post("batch", {"batch": []})).json() == {"success": True}

    async def test_sending_again_changes_nothing(self, service: Service) -> None:
        batch = {"batch": [track("a"), track("b")]}
        first = await service.post("batch", {**batch, "sentAt": "2026-01-02T03:04:05Z"})
        again = await service.post("batch", {**batch, "sentAt": "2026-01-02T03:05:09Z"})

        assert first.json() == again.json() == {"success": True}
        assert await count(service.database, "Message") == 2
        assert await reasons(service.database) == []

    async def test_a_conflict_keeps_the_first_and_sets_the_other_aside(self, service: Service) -> None:
        await service.post("track", track("a", properties={"model": "ET5"}))
        answer = await service.post("track", track("a", properties={"model": "ES8"}))

        assert answer.status_code == 200
        assert await count(service.database, "Message") == 1
        assert await reasons(service.database) == ["conflict"]


class TestBadEvents:
    async def test_good_events_of_a_batch_are_kept_and_the_bad_ones_named(self, service: Service) -> None:
        batch = [
            track("good-1"),
            {"type": "track", "messageId": "nobody", "event": "X"},
            track("bad-time", timestamp="0000-01-01T00:00:00Z"),
            "no event at all",
            track("good-2"),
        ]
        answer = await service.post("batch", {"batch": batch})
        body = answer.json()

        assert answer.status_code == 200
        assert body["success"] is True
        assert [(e["index"], e["messageId"], e["field"]) for e in body["errors"]] == [
            (1, "nobody", "userId"),
            (2, "bad-time", "timestamp"),
            (3, None, ""),
        ]
        assert all(e["code"] and e["message"] for e in body["errors"])
        assert await count(service.database, "Message") == 2
        assert len(await reasons(service.database)) == 3

    async def test_400_only_where_none_could_be_kept(self, service: Service) -> None:
        answer = await service.post("batch", {"batch": [{"type": "track"}, {"type": "dance", **ANONYMOUS}]})

        assert answer.status_code == 400
        assert answer.json()["success"] is False
        assert [e["index"] for e in answer.json()["errors"]] == [0, 1]
        assert len(await reasons(service.database)) == 2

    async def test_a_single_bad_event(self, service: Service) -> None:
        answer = await service.post("track", {"messageId": "m", **ANONYMOUS})

        assert answer.status_code == 400
        assert answer.json()["code"] == "bad_field"
        assert answer.json()["message"].startswith("event: ")
        assert await count(service.database, "DeadLetter") == 1

    async def test_an_event_over_32_kb(self, service: Service) -> None:
        large = track("large", properties={"note": "n" * 33_000})
        single = await service.post("track", large)
        mixed = await service.post("batch", {"batch": [track("small"), large]})

        assert (single.status_code, single.json()["code"]) == (413, "too_large")
        assert mixed.status_code == 200
        assert [e["code"] for e in mixed.json()["errors"]] == ["too_large"]
        assert await count(service.database, "Message") == 1

    async def test_what_json_cannot_carry_costs_only_its_own_event(self, service: Service) -> None:
        """Python's SDK writes NaN, and a browser that cuts an emoji writes half a surrogate pair."""
        raw = (
            b'{"batch": [{"type": "track", "event": "A", "userId": "u", "messageId": "nan",'
            b' "properties": {"amount": NaN}},'
            b' {"type": "track", "event": "B", "userId": "u", "messageId": "half",'
            b' "properties": {"note": "\\ud83d"}},'
            b' {"type": "track", "event": "C", "userId": "u", "messageId": "good"}]}'
        )
        answer = await service.send("batch", raw)

        assert answer.status_code == 200
        assert [(e["messageId"], e["field"]) for e in answer.json()["errors"]] == [
            ("nan", "properties.amount"),
            ("half", "properties.note"),
        ]
        assert await count(service.database, "Message") == 1
        assert await count(service.database, "DeadLetter") == 2

    @pytest.mark.parametrize("depth", [40, 300, 900])
    async def test_deep_json_costs_only_its_own_event(self, service: Service, depth: int) -> None:
        deep = b'{"type":"track","event":"A","userId":"u","properties":{"a":' + b"[" * depth + b"]" * depth
        answer = await service.send(
            "batch", b'{"batch":[' + deep + b'}},{"type":"track","event":"B","userId":"u"}]}'
        )

        assert answer.status_code == 200
        assert [e["index"] for e in answer.json()["errors"]] == [0]
        assert await count(service.database, "Message") == 1


class TestBadBodies:
    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "empty"),
            (b'{"event": "A",}', "line 1, column 15"),
            (b"{\n\"event\": 'A'}", "line 2, column 10"),
            (b"[1]", "not a JSON object"),
            (b"hello", "line 1, column 1"),
            ('{"event": "A"}'.encode("utf-16"), "UTF-16"),
            (b'{"event": "\xff"}', "not UTF-8 at byte 11"),
            (b"[" * 100_000, "nests too deep"),
            (b'{"batch": {}}', "batch is missing or no list"),
        ],
    )
    async def test_the_error_says_where(self, service: Service, raw: bytes, words: str) -> None:
        answer = await service.send("batch", raw)

        assert answer.status_code == 400
        assert answer.json()["success"] is False
        assert words in answer.json()["message"]

    async def test_a_bom_is_passed_over_and_of_a_repeated_key_the_last_counts(self, service: Service) -> None:
        raw = b'\xef\xbb\xbf{"event": "", "event": "A", "userId": "u"}'

        assert (await service.send("track", raw)).json() == {"success": True}

    async def test_a_body_over_500_kb(self, service: Service) -> None:
        large = b'{"batch": [' + b" " * 512_000 + b"]}"
        declared = await service.send("batch", large)

        async def chunks() -> Any:
            for start in range(0, len(large), 65_536):
                yield large[start : start + 65_536]

        chunked = await service.client.post("/v1/batch", content=chunks(), auth=(service.key, ""))

        assert declared.status_code == chunked.status_code == 413
        assert declared.json()["code"] == "too_large"

    async def test_too_many_events(self, service: Service) -> None:
        answer = await service.post("batch", {"batch": [{}] * 5_001})

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert await count(service.database, "DeadLetter") == 0


class TestGzip:
    async def test_a_packed_batch_is_stored(self, service: Service) -> None:
        packed = gzip.compress(b'{"batch": [{"type": "track", "event": "A", "userId": "u"}]}')
        answer = await service.send("batch", packed, **{"Content-Encoding": "gzip"})

        assert answer.json() == {"success": True}
        assert await count(service.database, "Message") == 1

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (gzip.compress(b" " * 100_000_000, compresslevel=1), 413),
            (b"not gzip", 400),
            (gzip.compress(b"{}")[:-4], 400),
            (gzip.compress(b"{}") + b"more", 400),
        ],
        ids=["bomb", "not gzip", "cut off", "trailing"],
    )
    async def test_a_bad_one_is_refused(self, service: Service, content: bytes, status: int) -> None:
        answer = await service.send("batch", content, **{"Content-Encoding": "gzip"})

        assert answer.status_code == status
        assert answer.json()["message"]

    async def test_another_encoding_is_refused(self, service: Service) -> None:
        answer = await service.send("batch", b"{}", **{"Content-Encoding": "br"})

        assert answer.status_code == 400
        assert "gzip" in answer.json()["message"]


class TestOrigins:
    async def test_a_preflight_from_a_declared_origin(self, service: Service) -> None:
        answer = await service.client.options(
            "/v1/t", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
        )

        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "content-type" in answer.headers["access-control-allow-headers"]
        assert answer.headers["vary"] == "Origin"

    async def test_a_preflight_from_elsewhere(self, service: Service) -> None:
        answer = await service.client.options("/v1/t", headers={"Origin": "https://evil.example"})

        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers

    async def test_a_page_of_a_declared_origin_may_read_the_answer(self, service: Service) -> None:
        good = await service.post("t", BODIES["track"], Origin=ORIGIN)
        bad = await service.post("t", {}, Origin=ORIGIN)

        assert good.status_code == 200
        assert bad.status_code == 400
        for answer in (good, bad):
            assert answer.headers["access-control-allow-origin"] == ORIGIN

    async def test_a_page_from_elsewhere_cannot_send_even_a_simple_request(self, service: Service) -> None:
        answer = await service.client.post(
            "/v1/t",
            json={**BODIES["track"], "writeKey": service.key},
            headers={"Origin": "https://evil.example", "Content-Type": "text/plain"},
        )

        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert await count(service.database, "Message") == 0

    async def test_a_star_is_sent_only_where_declared(self, service: Service) -> None:
        await service.wiring.sources.apply([SourceDeclaration(name="open", allowed_origins=("*",))])
        key = (await service.wiring.access.create(Role.SOURCE, source="open")).key
        answer = await service.client.post(
            "/v1/track", json=BODIES["track"], headers={"Origin": "https://any.example"}, auth=(key, "")
        )

        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"


class TestRate:
    async def test_a_key_over_its_rate_is_told_when_to_come_back(self, wiring: Wiring) -> None:
        now = [1_795_000_000_000_000]
        slow = Wiring(
            wiring.database,
            wiring.writer,
            wiring.access,
            SourceRegistry(wiring.database, clock=lambda: now[0]),
            lambda: now[0],
        )
        keys = [(await wiring.access.create(Role.SOURCE, source="web")).key for _ in range(2)]
        async with (
            serving(slow, rate=Rate(per_second=2, burst=4)) as address,
            httpx.AsyncClient(base_url=address, timeout=30) as client,
        ):

            async def send(key: str, first: int) -> httpx.Response:
                batch = {"batch": [track(f"{first}-{n}") for n in range(6)]}
                return await client.post("/v1/batch", json=batch, auth=(key, ""))

            assert (await send(keys[0], 1)).status_code == 200  # six of four: two in debt
            refused = await send(keys[0], 2)
            assert refused.status_code == 429
            assert refused.json()["code"] == "rate_limited"
            assert refused.headers["retry-after"] == refused.headers["x-ratelimit-reset"] == "2"
            assert (await send(keys[1], 3)).status_code == 200
            now[0] += 2_000_000
            assert (await send(keys[0], 2)).status_code == 200

        assert await count(wiring.database, "Message") == 18
