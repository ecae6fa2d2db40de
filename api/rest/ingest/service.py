"""What happens to a request: who sends it, what is in it, kept or not; the answer as plain values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from api.rates import Rate, RateLimiter
from api.rest.ingest.auth import key_of_body, key_of_header
from api.rest.ingest.batch import Call, Reading, error_of, events_of, read_events
from api.rest.ingest.body import Body, parse_body, read_body, too_large
from api.rest.ingest.cors import cors_headers, preflight_headers
from api.rest.ingest.limits import EVENTS, MAX_BODY_BYTES
from graph.access.roles import Caller, Permission
from graph.clock import Clock
from graph.errors import DatabaseUnavailableError, GuanxiError, RateLimitedError, TooLargeError
from graph.ingest.committer import Committer
from graph.ingest.message import Rejected
from graph.ingest.sources import SourceDeclaration

_INLINE_EVENTS: Final = 20  # reading more than these would hold up the event loop for a millisecond
_BODY_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 2
_RETRY_SPREAD: Final = 4


class Access(Protocol):
    """What verifies keys; see `graph.access.service.AccessService`."""

    async def verify(self, key: str) -> Caller:
        """Who holds this key; raises AccessError."""
        ...


class Sources(Protocol):
    """What knows declared sources; see `graph.ingest.registry.SourceRegistry`."""

    async def get(self, name: str) -> SourceDeclaration:
        """The declaration of a source, or the defaults."""
        ...

    async def allows_origin(self, origin: str) -> bool:
        """Whether any declared source takes events from pages of this origin."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a JSON body (None for none) and headers."""

    status: int
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Sender:
    """Who sends, as far as it is known yet; `headers` go on every answer from then on."""

    caller: Caller | None = None
    source: SourceDeclaration | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


class IngestService:
    """Takes requests of Segment's protocol; one for each process."""

    def __init__(
        self,
        committer: Committer,
        *,
        access: Access,
        sources: Sources,
        clock: Clock,
        rate: Rate | None = None,
    ) -> None:
        self._committer = committer
        self._access = access
        self._sources = sources
        self._clock = clock
        self._limiter = RateLimiter(rate or EVENTS, unit="events", clock=clock)

    async def preflight(self, origin: str | None) -> Reply:
        """The answer to a browser's question whether its page may send events."""
        if origin is None:
            return Reply(204)
        try:
            self._require_database()
            allowed = await self._committer.read(self._sources.allows_origin(origin))
        except GuanxiError as error:
            return self._refusal(error, {})
        return Reply(204, headers=preflight_headers(origin)) if allowed else Reply(403)

    async def accept(self, call: Call, headers: Mapping[str, str], chunks: AsyncIterable[bytes]) -> Reply:
        """Take a request: 200 where anything of it was kept, else the error; nothing is raised for bad input.

        Answered only when every event is committed, or told in `errors` and kept as a dead letter.
        """
        sender = _Sender()
        try:
            return await self._accept(call, headers, chunks, sender)
        except GuanxiError as error:
            return self._refusal(error, sender.headers)
        except TimeoutError:
            return Reply(
                408,
                _failure("timeout", "The body did not arrive in time. Send it again."),
                sender.headers | {"Connection": "close"},
            )

    async def _accept(
        self, call: Call, headers: Mapping[str, str], chunks: AsyncIterable[bytes], sender: _Sender
    ) -> Reply:
        self._require_database()  # before the body is read: with the database away nothing may pile up
        origin = headers.get("origin")
        key = key_of_header(headers.get("authorization"))
        if key is not None:
            await self._identify(sender, key, origin)
        _check_length(headers.get("content-length"))
        async with asyncio.timeout(_BODY_SECONDS):
            raw = await read_body(chunks, encoding=headers.get("content-encoding", ""))
        received_at = self._clock()
        body = parse_body(raw)
        if key is None:
            await self._identify(sender, key_of_body(body.value.get("writeKey")), origin)
        assert sender.caller is not None and sender.source is not None  # noqa: S101, PT018 - _identify sets both
        events = events_of(body, call)
        self._limiter.spend(sender.caller.key_id, len(events))
        reading = await _read(events, body, call, sender.source, received_at)
        return await self._commit(reading, sender.headers)

    async def _identify(self, sender: _Sender, key: str, origin: str | None) -> None:
        """Find out who sends. Raises AccessError, ForbiddenError, RateLimitedError."""
        caller, source = await self._committer.read(self._look_up(key))
        sender.headers = cors_headers(source, origin)
        sender.caller, sender.source = caller, source
        self._limiter.check(caller.key_id)

    async def _look_up(self, key: str) -> tuple[Caller, SourceDeclaration]:
        caller = await self._access.verify(key)
        caller.require(Permission.INGEST)
        return caller, await self._sources.get(caller.source or "")

    def _require_database(self) -> None:
        if not self._committer.available:
            raise DatabaseUnavailableError("The database cannot be reached now.")

    async def _commit(self, reading: Reading, headers: Mapping[str, str]) -> Reply:
        outcomes = await self._committer.submit(
            reading.messages, rejected=[rejected for _, rejected in reading.rejected]
        )
        wrong = reading.rejected + [
            (place, outcome)
            for place, outcome in zip(reading.places, outcomes, strict=True)
            if outcome is not None
        ]
        if not wrong:
            return Reply(200, {"success": True}, headers)
        wrong.sort(key=lambda item: item[0])
        errors = [error_of(index, rejected) for index, rejected in wrong]
        if len(wrong) < reading.events:
            return Reply(200, {"success": True, "errors": errors}, headers)
        return Reply(_status([rejected for _, rejected in wrong]), _none_kept(wrong[0][1], errors), headers)

    def _refusal(self, error: GuanxiError, headers: Mapping[str, str]) -> Reply:
        status = error.status if error.status < 500 else 503
        extra: dict[str, str] = {}
        if isinstance(error, RateLimitedError):
            seconds = str(error.retry_after)
            extra = {"Retry-After": seconds, "X-RateLimit-Reset": seconds}
        elif status == 503:
            # Spread, so that not all clients come back at the same moment.
            extra = {"Retry-After": str(_RETRY_SECONDS + self._clock() // 1000 % _RETRY_SPREAD)}
        elif status == 401:
            extra = {"WWW-Authenticate": 'Basic realm="guanxi"'}
        code = error.code if error.status < 500 else DatabaseUnavailableError.code
        return Reply(status, _failure(code, str(error)), {**headers, **extra})


async def _read(events: Any, body: Body, call: Call, source: SourceDeclaration, received_at: int) -> Reading:
    if len(events) <= _INLINE_EVENTS:
        return read_events(events, body, call, source=source, received_at=received_at)
    return await asyncio.to_thread(read_events, events, body, call, source=source, received_at=received_at)


def _check_length(declared: str | None) -> None:
    if (
        declared is not None
        and declared.isdecimal()
        and len(declared) < 20
        and int(declared) > MAX_BODY_BYTES
    ):
        raise too_large(MAX_BODY_BYTES)


def _status(rejected: list[Rejected]) -> int:
    return 413 if all(item.code == TooLargeError.code for item in rejected) else 400


def _failure(code: str, message: str) -> dict[str, object]:
    return {"success": False, "code": code, "message": message}


def _none_kept(first: Rejected, errors: list[dict[str, object]]) -> dict[str, object]:
    where = f"{first.field}: " if first.field else ""
    return {**_failure(first.code, where + first.message), "errors": errors}
