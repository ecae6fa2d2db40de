"""An issuer's public keys: fetched within bounds, kept, fetched anew before they are old.

Nobody's request can make us ask the issuer more often than every 10 seconds, and nothing is fetched from where a token
says (`jku`, `x5u`): only from the address that is set, or that the issuer's discovery document gives.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

import orjson
import requests
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from urllib3.exceptions import HTTPError

from graph.access.oidc import OidcRules, check_address, is_loopback
from graph.errors import ConfigurationError, IssuerUnavailableError

FRESH_SECONDS: Final = 300.0
"""After this the keys are fetched anew, beside the requests."""

STALE_SECONDS: Final = 3_600.0
"""For how long keys are believed while the issuer is away."""

RETRY_SECONDS: Final = 10.0
"""The least time between two attempts to fetch, whatever is asked for."""

FETCH_SECONDS: Final = 5.0
"""What one answer of the issuer may take, from beginning to end."""

MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 64

_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e")
_CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}

Keys = Mapping[tuple[str, str], PyJWK]
"""By key id and algorithm: a key verifies by the algorithm it was made for, whatever a token says."""

_log = structlog.get_logger(__name__)


class KeySet:
    """The keys of one issuer; for one event loop. Nothing is fetched before somebody asks."""

    def __init__(
        self,
        rules: OidcRules,
        *,
        fetch: Callable[[OidcRules], Keys] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._fetch = fetch or fetch_keys
        self._monotonic = monotonic
        self._keys: Keys | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._running: asyncio.Task[None] | None = None
        self.generation = 0
        """Grows when keys were fetched: what was verified before must be verified again."""

    async def ready(self) -> None:
        """Returns at once while there are keys, waits for them otherwise; old ones are renewed meanwhile.

        Raises IssuerUnavailableError where there are none that may still be believed.
        """
        if self._keys is None or self._age() > STALE_SECONDS:
            await self._renewed()
            if self._keys is None or self._age() > STALE_SECONDS:
                raise IssuerUnavailableError(
                    "The issuer's keys cannot be fetched now.", remedy="Send the same request again later."
                )
        elif self._age() > FRESH_SECONDS:
            self._renew()

    async def find(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key, looked for at the issuer if it is new; None where there is none. Raises as `ready` does."""
        await self.ready()
        found = self._known(key_id, algorithm)
        if found is None:
            await self._renewed()
            found = self._known(key_id, algorithm)
        return found

    async def aclose(self) -> None:
        """Stop fetching."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    def _known(self, key_id: str, algorithm: str) -> PyJWK | None:
        return self._keys.get((key_id, algorithm)) if self._keys is not None else None

    def _age(self) -> float:
        return self._monotonic() - self._fetched_at

    async def _renewed(self) -> None:
        running = self._renew()
        if running is not None:
            await asyncio.shield(running)  # others wait for it too

    def _renew(self) -> asyncio.Task[None] | None:
        """What is fetching, or begins to; None where it was tried a moment ago."""
        if self._running is not None and not self._running.done():
            return self._running
        now = self._monotonic()
        if self._tried_at is not None and now - self._tried_at < RETRY_SECONDS:
            return None
        self._tried_at = now
        self._running = asyncio.create_task(self._try())
        return self._running

    async def _try(self) -> None:
        asked_at = self._monotonic()
        try:
            async with asyncio.timeout(2 * FETCH_SECONDS + 1):
                keys = await asyncio.to_thread(self._fetch, self._rules)
        except (OSError, ValueError, HTTPError, ConfigurationError, TimeoutError) as error:
            _log.warning("oidc.keys_not_fetched", error=type(error).__name__)
            return
        self._keys, self._fetched_at = keys, asked_at
        self.generation += 1


def fetch_keys(rules: OidcRules) -> Keys:
    """The issuer's keys now; blocks. Raises OSError, ValueError, ConfigurationError and urllib3's HTTPError."""
    address = rules.jwks
    if address is None:
        document = fetch_document(rules.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if document.get("issuer") != rules.issuer:
            raise ValueError("the discovery document is another issuer's")
        address = document.get("jwks_uri")
        if not isinstance(address, str):
            raise ValueError("the discovery document names no keys")
    return read_keys(fetch_document(address), rules.algorithms)


def fetch_document(address: str) -> dict[str, Any]:
    """The JSON object at an address; follows no redirect, takes no more time and space than allowed."""
    check_address(address)
    deadline = time.monotonic() + FETCH_SECONDS
    body = bytearray()
    with requests.Session() as session:
        session.trust_env = not is_loopback(address)  # a proxy is for other machines
        asked = {"Accept": "application/json", "Accept-Encoding": "identity"}
        with session.get(
            address, headers=asked, stream=True, allow_redirects=False, timeout=FETCH_SECONDS
        ) as answer:
            if answer.status_code != 200:
                raise ValueError("the issuer does not answer with a document")
            while chunk := answer.raw.read1(16_384, decode_content=False):
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() > deadline:
                    raise ValueError("the issuer's answer is too large or too slow")
    document: object = orjson.loads(bytes(body))
    if not isinstance(document, dict):
        raise ValueError("the issuer's answer is no object")
    return cast("dict[str, Any]", document)


def read_keys(document: Mapping[str, Any], algorithms: tuple[str, ...]) -> Keys:
    """The keys of a JWKS that may verify by these algorithms. Raises ValueError where there is none.

    Shared secrets, keys for encryption, keys without an id and private parts are left out; of two with one id, the
    first stays.
    """
    listed: object = document.get("keys")
    found: dict[tuple[str, str], PyJWK] = {}
    for entry in cast("list[object]", listed)[:MAX_KEYS] if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        jwk = cast("dict[str, Any]", entry)
        key_id = jwk.get("kid")
        if not isinstance(key_id, str) or jwk.get("use", "sig") != "sig":
            continue
        public = {name: jwk[name] for name in _PUBLIC if name in jwk}
        for algorithm in algorithms:
            if (key_id, algorithm) not in found and _verifies(jwk, algorithm):
                with suppress(PyJWTError, ValueError):  # one that cannot be read harms no other
                    found[key_id, algorithm] = PyJWK(public, algorithm)
    if not found:
        raise ValueError("the issuer has no key that could verify")
    return found


def _verifies(jwk: Mapping[str, Any], algorithm: str) -> bool:
    if jwk.get("alg", algorithm) != algorithm:
        return False
    if jwk.get("kty") == "RSA":
        return algorithm[:2] in {"RS", "PS"}
    curve = jwk.get("crv")
    return jwk.get("kty") in {"EC", "OKP"} and isinstance(curve, str) and _CURVES.get(curve) == algorithm
