"""What an issuer's tokens mean here: whose they must be, and which caller their claims say. Pure.

A claim is found by its name or, where no claim has that name, by its path through objects (`realm_access.roles`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from graph.access.roles import Caller, Role, read_role
from graph.access.terms import DEALER_ID
from graph.clock import SECOND
from graph.errors import AccessError, ConfigurationError, ForbiddenError, InputError
from graph.settings import Settings

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""What may be configured: asymmetric ones only, so that no public key is ever taken for a shared secret."""

LEEWAY: Final = 10 * SECOND
"""How far an issuer's clock may be ahead of ours."""

EXPIRY_LEEWAY: Final = 2 * SECOND
"""How far it may be behind; so small that what lasts ends within 5 s of its token."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class OidcRules:
    """Which tokens are taken, and what their claims mean."""

    issuer: str
    audience: str
    roles: Mapping[str, Role]
    jwks: str | None = None
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    role_claim: str = "role"
    dealer_claim: str = "dealer"


def read_rules(settings: Settings) -> OidcRules | None:
    """The rules that are set; None where no issuer is. Raises ConfigurationError, naming the setting."""
    if settings.oidc_issuer is None:
        if settings.oidc_audience or settings.oidc_jwks or settings.oidc_roles:
            raise _wrong("GUANXI_OIDC_ISSUER is missing.", "Set it to the `iss` of your tokens.")
        return None
    if not settings.oidc_audience:
        raise _wrong(
            "GUANXI_OIDC_AUDIENCE is missing.", "Set it to what your issuer writes into `aud` for us."
        )
    unknown = set(settings.oidc_algorithms) - set(ALGORITHMS)
    if unknown or not settings.oidc_algorithms:
        raise _wrong("GUANXI_OIDC_ALGORITHMS is wrong.", f"Give some of {', '.join(ALGORITHMS)}.")
    if not settings.oidc_roles:
        raise _wrong(
            "GUANXI_OIDC_ROLES is missing.", 'Say what a claim means, as {"crm-steward": "steward"}.'
        )
    check_address(settings.oidc_jwks or settings.oidc_issuer)
    return OidcRules(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        roles={claim: _mapped(role) for claim, role in settings.oidc_roles.items()},
        jwks=settings.oidc_jwks,
        algorithms=settings.oidc_algorithms,
        role_claim=settings.oidc_role_claim,
        dealer_claim=settings.oidc_dealer_claim,
    )


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    return urlsplit(address).hostname in _LOOPBACK


def check_address(address: str) -> None:
    """Raises ConfigurationError unless keys may be fetched from there: by https, or from this machine."""
    try:
        parts = urlsplit(address)
        good = parts.hostname is not None and parts.username is None
        good = good and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address)))
    except ValueError:
        good = False
    if not good:
        raise _wrong(
            "The issuer's keys are not at an address that can be trusted.",
            "GUANXI_OIDC_ISSUER, or GUANXI_OIDC_JWKS where it is set, begins with https://.",
        )


def expiry_of(claims: Mapping[str, Any], *, now: int) -> int:
    """Until when a token is good, in microseconds. Raises AccessError where it is not good now."""
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    begins = _time(claims, "nbf") if "nbf" in claims else issued
    if max(issued, begins) > now + LEEWAY:
        raise AccessError("The token is not good yet.", remedy="Compare the clocks of issuer and server.")
    until = expires + EXPIRY_LEEWAY
    check_expiry(until, now=now)
    return until


def check_expiry(until: int, *, now: int) -> None:
    """Raises AccessError once a token has expired."""
    if until <= now:
        raise AccessError("The token has expired.", remedy="Get a new one from your issuer.")


def caller_of(claims: Mapping[str, Any], rules: OidcRules) -> Caller:
    """Who the bearer of these verified claims is. Raises ForbiddenError where they give no role, or two, or a
    dealer to a role that is bound to none."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise AccessError("The token names nobody.", remedy="It needs the claim `sub`.")
    role = _role_of(_claim(claims, rules.role_claim), rules)
    dealer = _claim(claims, rules.dealer_claim)
    if role is Role.DEALER:
        if not isinstance(dealer, str) or not DEALER_ID.fullmatch(dealer):
            raise ForbiddenError(
                "The token names no dealer.", remedy=f"With role dealer, {rules.dealer_claim!r} names one."
            )
        return Caller(role=role, key_id=subject_id(rules.issuer, subject), dealer=dealer)
    if dealer is not None:
        raise ForbiddenError(
            f"The token is bound to a dealer, but a caller of role {role} is not.",
            remedy="Your issuer gives role dealer, or no dealer.",
        )
    return Caller(role=role, key_id=subject_id(rules.issuer, subject))


def subject_id(issuer: str, subject: str) -> str:
    """What stands for a subject in logs, audits and judgements: it names nobody, and is always the same."""
    both = f"{len(issuer)}:{issuer}{subject}".encode(
        "utf-8", "surrogatepass"
    )  # JSON may hold half a character
    return "oidc:" + hashlib.sha256(both).hexdigest()[:32]


def _role_of(value: object, rules: OidcRules) -> Role:
    given = cast("list[object]", value) if isinstance(value, list) else [value]
    found = {rules.roles[name] for name in given if isinstance(name, str) and name in rules.roles}
    if len(found) != 1:
        says = "several roles" if found else "no role"
        raise ForbiddenError(
            f"The token gives {says} here.",
            remedy=f"{rules.role_claim!r} names one that GUANXI_OIDC_ROLES maps.",
        )
    return found.pop()


def _claim(claims: Mapping[str, Any], name: str) -> object:
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        value = cast("Mapping[str, object]", value).get(part) if isinstance(value, Mapping) else None
    return value


def _time(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    # The comparison refuses what is no number: JSON as Python reads it has NaN and Infinity.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise AccessError("The token's times are wrong.", remedy=f"{name!r} is a number of seconds.")
    return int(value * SECOND)


def _mapped(name: str) -> Role:
    try:
        role = read_role(name)
    except InputError as error:
        raise _wrong("GUANXI_OIDC_ROLES names a role that cannot be given.", error.remedy) from None
    if role is Role.SOURCE:
        raise _wrong(
            "GUANXI_OIDC_ROLES gives role source.", "Events are sent with a write key, not with a token."
        )
    return role


def _wrong(message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(message, remedy=remedy)
