"""Tokens of a real issuer on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from graph.access import jwks, tokens
from graph.access.jwks import FRESH_SECONDS, RETRY_SECONDS, STALE_SECONDS, KeySet
from graph.access.oidc import subject_id
from graph.access.roles import Caller, Role
from graph.access.tokens import TokenVerifier, is_token
from graph.clock import SECOND, system_clock
from graph.errors import AccessError, ForbiddenError, IssuerUnavailableError
from tests.issuer import SUBJECT, Issuer, issuing, part, pem, public_jwk


class Time:
    """Both clocks, set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.began = system_clock()

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> int:
        return self.began + int(self.passed * SECOND)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as opened:
        yield opened


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def verifier(issuer: Issuer, time: Time) -> AsyncIterator[TokenVerifier]:
    rules = issuer.rules()
    made = TokenVerifier(rules, keys=KeySet(rules, monotonic=time.monotonic), clock=time.now)
    yield made
    await made.aclose()


async def refused(verifier: TokenVerifier, token: str, says: str = "not accepted here") -> None:
    assert len(token) > tokens.MAX_TOKEN or is_token(token)
    with pytest.raises(AccessError, match=says) as told:
        await verifier.verify(token)
    assert token not in str(told.value)


class TestGood:
    @pytest.mark.parametrize("key_id", ["rsa-1", "ec-1"])
    @pytest.mark.parametrize("typ", ["at+jwt", "JWT", "application/at+jwt"])
    async def test_both_algorithms(
        self, verifier: TokenVerifier, issuer: Issuer, key_id: str, typ: str
    ) -> None:
        caller = Caller(Role.FRONTEND, subject_id(issuer.url, SUBJECT))
        assert await verifier.verify(issuer.token(key_id, typ=typ)) == caller
        assert SUBJECT not in repr(caller)

    async def test_one_audience_of_several(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        assert (await verifier.verify(issuer.token(aud=["other", "guanxi"]))).role is Role.FRONTEND

    async def test_a_dealer(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        caller = await verifier.verify(issuer.token(role="crm-dealer", dealer="d-7"))
        assert (caller.role, caller.dealer) == (Role.DEALER, "d-7")

    async def test_a_dealer_claim_without_the_role_is_refused(
        self, verifier: TokenVerifier, issuer: Issuer
    ) -> None:
        with pytest.raises(ForbiddenError, match="bound to a dealer"):
            await verifier.verify(issuer.token(dealer="d-7"))

    async def test_an_address_of_the_keys_that_is_set(self, issuer: Issuer) -> None:
        verifier = TokenVerifier(issuer.rules(jwks=f"{issuer.url}/keys"))
        await verifier.verify(issuer.token())
        assert issuer.asked == ["/keys"]
        await verifier.aclose()


class TestBad:
    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "http://evil.example"},
            {"iss": None},
            {"iss": 7},
            {"aud": "other"},
            {"aud": ["other"]},
            {"aud": None},
            {"aud": []},
            {"sub": None},
            {"sub": 7},
            {"exp": None},
            {"iat": None},
        ],
    )
    async def test_claims(self, verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any]) -> None:
        await refused(verifier, issuer.token(**claims))

    async def test_a_list_that_holds_the_issuer(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        for iss in ([issuer.url], [issuer.url, "http://evil.example"], {issuer.url: 1}, f"{issuer.url}/"):
            await refused(verifier, issuer.token(iss=iss))

    @pytest.mark.parametrize(
        "header",
        [
            {"typ": None},
            {"typ": "dpop+jwt"},
            {"typ": 7},
            {"kid": None},
            {"kid": ""},
            {"kid": 7},
            {"kid": ["rsa-1"]},
            {"alg": None},
            {"alg": "RS512"},
            {"alg": "ES256"},
            {"alg": ["RS256"]},
            {"crit": ["exp"]},
            {"crit": []},
            {"b64": False},
            {"b64": True},
            {"kid": "ec-1"},
        ],
    )
    async def test_headers(self, verifier: TokenVerifier, issuer: Issuer, header: dict[str, Any]) -> None:
        await refused(verifier, issuer.token(header=header))

    async def test_no_signature(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        for algorithm in ("none", "None", "NONE", ""):
            head = {"alg": algorithm, "typ": "JWT", "kid": "rsa-1"}
            await refused(verifier, f"{part(head)}.{part(issuer.claims())}.")
        head, body, _ = issuer.token().split(".")
        await refused(verifier, f"{head}.{body}.")

    async def test_the_public_key_as_a_shared_secret(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        import hashlib
        import hmac

        for key_id in ("rsa-1", "ec-1"):
            head = {"alg": "HS256", "typ": "JWT", "kid": key_id}
            signing = f"{part(head)}.{part(issuer.claims())}"
            mac = hmac.new(pem(issuer.private[key_id]), signing.encode(), hashlib.sha256).digest()
            await refused(verifier, f"{signing}.{part(mac)}")

    async def test_another_key_under_a_known_id(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        issuer.private["rsa-1"] = rsa.generate_private_key(65_537, 2_048)
        await refused(verifier, issuer.token())

    async def test_a_key_that_the_token_brings(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        own = ec.generate_private_key(ec.SECP256R1())
        header = {
            "alg": "ES256",
            "typ": "JWT",
            "kid": "own",
            "jwk": public_jwk(own, "own"),
            "jku": f"{issuer.url}/own",
        }
        await refused(verifier, issuer.signed(header, issuer.claims(), own, "ES256"))
        assert "/own" not in issuer.asked

    async def test_any_other_character(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        token = issuer.token("ec-1")
        await verifier.verify(token)
        for place in range(4, len(token), 7):
            if token[place] != ".":
                other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
                with pytest.raises(AccessError):
                    await verifier.verify(other)

    async def test_times(self, verifier: TokenVerifier, issuer: Issuer, time: Time) -> None:
        now = time.began // SECOND
        await refused(verifier, issuer.token(exp=now - 60), "expired")
        await refused(verifier, issuer.token(nbf=now + 60), "not good yet")
        await refused(verifier, issuer.token(iat=now + 60), "not good yet")

    async def test_one_that_is_remembered_expires(
        self, verifier: TokenVerifier, issuer: Issuer, time: Time
    ) -> None:
        token = issuer.token(exp=time.began // SECOND + 20)
        await verifier.verify(token)
        time.passed = 19
        await verifier.verify(token)
        time.passed = 23
        await refused(verifier, token, "expired")

    async def test_too_long(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        token = issuer.token(more="x" * 8_192)
        await refused(verifier, token)
        assert issuer.asked == []  # not even looked at

    @pytest.mark.parametrize("claims", [[], "x", None, 7])
    async def test_claims_that_are_no_object(
        self, verifier: TokenVerifier, issuer: Issuer, claims: object
    ) -> None:
        header = {"alg": "RS256", "typ": "JWT", "kid": "rsa-1"}
        await refused(verifier, issuer.signed(header, claims, issuer.private["rsa-1"], "RS256"))

    async def test_a_header_that_is_deep(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        del issuer
        await refused(verifier, f"eyJ{'b' * 2_000}.{part(b'[' * 3_000)}.AAAA")


class TestKeys:
    async def test_unknown_ids_do_not_make_us_ask(
        self, verifier: TokenVerifier, issuer: Issuer, time: Time
    ) -> None:
        await verifier.verify(issuer.token())
        asked = len(issuer.asked)
        await asyncio.gather(
            *(refused(verifier, issuer.token(header={"kid": f"none-{n}"})) for n in range(50))
        )
        assert len(issuer.asked) == asked
        time.passed = RETRY_SECONDS
        await asyncio.gather(
            *(refused(verifier, issuer.token(header={"kid": f"none-{n}"})) for n in range(50))
        )
        assert len(issuer.asked) == 2 * asked
        assert issuer.asked.count("/keys") == 2

    async def test_the_first_requests_ask_once(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        await asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(20)))
        assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]

    async def test_a_new_key_is_picked_up_and_an_old_one_dropped(
        self, verifier: TokenVerifier, issuer: Issuer, time: Time
    ) -> None:
        old = issuer.token("rsa-1")
        await verifier.verify(old)
        issuer.private["ec-2"] = ec.generate_private_key(ec.SECP256R1())
        issuer.keys = [public_jwk(issuer.private["ec-2"], "ec-2")]
        time.passed = RETRY_SECONDS
        assert (await verifier.verify(issuer.token("ec-2"))).role is Role.FRONTEND
        await refused(verifier, old)  # though it was remembered

    async def test_old_keys_are_renewed_beside_the_requests(
        self, verifier: TokenVerifier, issuer: Issuer, time: Time
    ) -> None:
        token = issuer.token()
        await verifier.verify(token)
        issuer.private["ec-2"] = ec.generate_private_key(ec.SECP256R1())
        issuer.keys.append(public_jwk(issuer.private["ec-2"], "ec-2"))
        time.passed = FRESH_SECONDS + 1
        await verifier.verify(token)  # answered by the old ones
        await verifier.verify(issuer.token("ec-2"))  # waits for those that are being fetched
        assert issuer.asked.count("/keys") == 2

    async def test_while_the_issuer_is_away(
        self, verifier: TokenVerifier, issuer: Issuer, time: Time
    ) -> None:
        token = issuer.token(exp=time.began // SECOND + 100_000)
        await verifier.verify(token)
        issuer.answers["/keys"] = lambda: (500, {}, b"")
        for passed in (FRESH_SECONDS + 1, STALE_SECONDS - 1):
            time.passed = passed
            await verifier.verify(token)
            await refused(verifier, issuer.token(header={"kid": "none"}))  # waits for what is being fetched
        time.passed = STALE_SECONDS + RETRY_SECONDS
        with pytest.raises(IssuerUnavailableError):
            await verifier.verify(token)
        del issuer.answers["/keys"]
        issuer.answers["/keys"] = lambda: issuer.document({"keys": issuer.keys})
        with pytest.raises(IssuerUnavailableError):  # it is not asked again at once
            await verifier.verify(token)
        time.passed += RETRY_SECONDS
        await verifier.verify(token)

    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            ("/keys", (500, {}, b"")),
            ("/keys", (302, {"Location": "http://127.0.0.1:9/keys"}, b"")),
            ("/keys", (200, {}, b"nonsense")),
            ("/keys", (200, {}, b"[]")),
            ("/keys", (200, {}, b"{}")),
            ("/keys", (200, {}, b'{"keys": []}')),
            ("/keys", (200, {}, b'{"keys": [7, {"kid": "rsa-1", "kty": "RSA"}]}')),
            ("/keys", (200, {}, b" " * (jwks.MAX_BYTES + 1) + b'{"keys": []}')),
            ("/keys", (200, {"Content-Length": "900"}, b"{")),
            ("/.well-known/openid-configuration", (200, {}, b'{"issuer": "http://evil.example"}')),
            ("/.well-known/openid-configuration", (404, {}, b"")),
        ],
    )
    async def test_documents_that_are_none(
        self,
        verifier: TokenVerifier,
        issuer: Issuer,
        path: str,
        answer: tuple[int, dict[str, str], bytes],
    ) -> None:
        issuer.answers[path] = lambda: answer
        with pytest.raises(IssuerUnavailableError):
            await verifier.verify(issuer.token())

    @pytest.mark.parametrize("place", ["http://id.example/keys", "file:///etc/hosts", 7, None])
    async def test_keys_are_not_fetched_from_anywhere(
        self, verifier: TokenVerifier, issuer: Issuer, place: object
    ) -> None:
        issuer.answers["/.well-known/openid-configuration"] = lambda: issuer.document(
            {"issuer": issuer.url, "jwks_uri": place}
        )
        with pytest.raises(IssuerUnavailableError):
            await verifier.verify(issuer.token())

    async def test_keys_that_do_not_verify(self, verifier: TokenVerifier, issuer: Issuer) -> None:
        weak = rsa.generate_private_key(65_537, 1_024)
        other = ec.generate_private_key(ec.SECP384R1())
        issuer.private |= {
            "enc": issuer.private["rsa-1"],
            "pinned": issuer.private["rsa-1"],
            "weak": weak,
            "p384": other,
        }
        issuer.keys += [
            public_jwk(issuer.private["rsa-1"], "enc", use="enc"),
            public_jwk(issuer.private["rsa-1"], "pinned", alg="PS256"),
            public_jwk(weak, "weak"),
            {"kty": "oct", "kid": "shared", "k": part(b"x" * 64)},
        ]
        await verifier.verify(issuer.token())
        for key_id in ("enc", "pinned", "weak"):
            await refused(verifier, issuer.token(key_id))

    async def test_a_slow_issuer_is_given_up(self, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
        import threading

        monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.2)
        over = threading.Event()

        def slow() -> tuple[int, dict[str, str], bytes]:
            over.wait(20)
            return issuer.document({"keys": issuer.keys})

        issuer.answers["/keys"] = slow
        verifier = TokenVerifier(issuer.rules())
        try:
            with pytest.raises(IssuerUnavailableError):
                await verifier.verify(issuer.token())
        finally:
            over.set()
            await verifier.aclose()
