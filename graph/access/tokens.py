"""Tokens of an OIDC issuer (JWT): verified here, never at the issuer.

The order is from cheap to dear: size and form, header, key, signature, claims. Until the signature is verified every
refusal is in the same words. Nothing of a token is ever logged or stored.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError

from graph.access.cache import ExpiringCache
from graph.access.jwks import KeySet
from graph.access.oidc import OidcRules, caller_of, check_expiry, expiry_of
from graph.access.roles import Caller
from graph.clock import Clock, system_clock
from graph.errors import AccessError

MAX_TOKEN: Final = 8_192
"""In characters."""

REMEMBERED: Final = 4_096
REMEMBERED_SECONDS: Final = 60.0

_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_TOKEN: Final = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*", re.ASCII)
"""Three parts, the first a JSON object in base64; the header of an encrypted token has five."""


@dataclass(frozen=True, slots=True)
class _Good:
    caller: Caller
    until: int
    generation: int


class TokenVerifier:
    """Verifies one issuer's tokens; belongs to one event loop."""

    def __init__(self, rules: OidcRules, *, keys: KeySet | None = None, clock: Clock = system_clock) -> None:
        self._rules = rules
        self._keys = keys or KeySet(rules)
        self._clock = clock
        self._verified: ExpiringCache[str, _Good] = ExpiringCache(size=REMEMBERED, seconds=REMEMBERED_SECONDS)

    async def verify(self, token: str) -> Caller:
        """Who bears this token. Raises AccessError for one that is not good, ForbiddenError for one that gives no role,
        IssuerUnavailableError where the issuer's keys are needed and cannot be had.

        A token that was good is not verified again within a minute, unless the keys changed; its expiry always is.
        """
        if len(token) > MAX_TOKEN:
            raise _refused()
        wanted = hashlib.sha256(token.encode()).hexdigest()
        await self._keys.ready()
        held = self._verified.get(wanted)
        if held is not None and held.generation == self._keys.generation:
            check_expiry(held.until, now=self._clock())
            return held.caller
        claims = await self._claims(token)
        until = expiry_of(claims, now=self._clock())
        caller = caller_of(claims, self._rules)
        self._verified.put(wanted, _Good(caller, until, self._keys.generation))
        return caller

    async def aclose(self) -> None:
        """Stop fetching keys."""
        await self._keys.aclose()

    async def _claims(self, token: str) -> dict[str, Any]:
        """What a token says, once its signature, issuer and audience are verified."""
        try:
            header = jwt.get_unverified_header(token)
        except PyJWTError:
            raise _refused() from None
        typ, algorithm, key_id = header.get("typ"), header.get("alg"), header.get("kid")
        if (
            not isinstance(typ, str)
            or typ.lower() not in _TYPES
            or algorithm not in self._rules.algorithms
            or not isinstance(key_id, str)
            or not key_id
            or "crit" in header  # we know no extension
            or "b64" in header
        ):
            raise _refused()
        key = await self._keys.find(key_id, algorithm)
        if key is None:
            raise _refused()
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                options={
                    "require": ["exp", "iat", "iss", "aud", "sub"],
                    "enforce_minimum_key_length": True,
                    # Times are compared with the product's one clock, in `expiry_of`.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except PyJWTError:
            raise _refused() from None
        if claims["iss"] != self._rules.issuer:  # as a text: a list that holds it is another issuer's trick
            raise _refused()
        return claims


def is_token(text: str) -> bool:
    """Whether a text has the form of a token, and so is no key."""
    return _TOKEN.fullmatch(text) is not None


def _refused() -> AccessError:
    return AccessError(
        "The token is not accepted here.",
        remedy="Send one that the configured issuer signed for this audience; docs/security.md says what it must hold.",
    )
