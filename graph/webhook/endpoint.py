"""An endpoint as the graph holds it: its address and secrets sealed, for an address may hold a token, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.clock import isoformat
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

_SOURCE: Final = "webhook"
_URL: Final = "webhook:url"
_SECRETS: Final = "webhook:secrets"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret, and until when (µs) it signs; None: until it is rotated."""

    text: str
    until: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """What opens an endpoint: never logged, so it has no text."""

    url: str
    secrets: tuple[Secret, ...]

    def good(self, now: int) -> list[str]:
        """The secrets that sign now, the newest first."""
        return [secret.text for secret in self.secrets if secret.until is None or now < secret.until]

    def rotated(self, text: str, *, now: int, until: int) -> Access:
        """With a new secret before those that are still good; these end at `until` at the latest."""
        kept = [
            replace(secret, until=min(until, until if secret.until is None else secret.until))
            for secret in self.secrets
            if secret.until is None or now < secret.until
        ]
        return replace(self, secrets=(Secret(text), *kept))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What may be told of an endpoint. `types` empty: it is told of all; `since` in µs."""

    id: str
    state: str
    host: str
    types: tuple[str, ...]
    since: int


def month_of(now: int) -> str:
    """The month of a time in µs, as the keyring names it."""
    return isoformat(now)[:7]


def seal_url(keyring: Keyring, endpoint_id: str, url: str, *, month: str) -> bytes:
    """The address as the graph holds it."""
    return _sealer(keyring, endpoint_id, month).seal(_URL, url.encode())


def seal_secrets(keyring: Keyring, endpoint_id: str, secrets: Sequence[Secret], *, month: str) -> bytes:
    """The secrets as the graph holds them."""
    values = [[secret.text, secret.until] for secret in secrets]
    return _sealer(keyring, endpoint_id, month).seal_json(_SECRETS, values)


def open_access(keyring: Keyring, endpoint_id: str, *, url: bytes, secrets: bytes, month: str) -> Access:
    """Address and secrets of an endpoint. Raises UnsealError where they were not sealed for it."""
    sealer = _sealer(keyring, endpoint_id, month)
    values: list[list[Any]] = sealer.open_json(_SECRETS, secrets)
    return Access(sealer.open(_URL, url).decode(), tuple(Secret(text, until) for text, until in values))


def _sealer(keyring: Keyring, endpoint_id: str, month: str) -> Sealer:
    return Sealer(keyring.period_key(_SOURCE, month), f"webhook/{endpoint_id}")
