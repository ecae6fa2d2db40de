"""The way into the REST doors: who asks, how often, how much is read of them, and what they may.

Before anything of a request is parsed its key is looked up and its body is bounded. What a route needs is said beside
it (`needs`), and is tested for each role (`tests/api/rest/test_doors.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.bearer import bearer
from api.gql.admission import Room, Turns
from api.rates import Rate, RateLimiter
from api.rest.ingest.body import read_body
from api.wiring import Services
from graph.access.roles import Caller, Permission
from graph.errors import InputError

MAX_BODY_BYTES: Final = 512_000
_CONSOLES_WAITING: Final = 128
_CONSOLES_WAITING_OF_ONE: Final = 16
MAX_ROWS: Final = 100
"""Of one page."""

BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, or a token of the issuer: `Bearer KEY`. `guanxi key create --role programme` makes one.",
)


@dataclass(frozen=True, slots=True)
class Door:
    """What all routes of one process share."""

    services: Services
    limiter: RateLimiter
    consoles: Turns
    """Of the console's runs: an analyst has two of three places at most, others wait."""

    @classmethod
    def of(cls, services: Services) -> Door:
        """The door of these services."""
        settings = services.settings
        rate = Rate(per_second=settings.rest_rate, burst=settings.rest_burst)
        room = Room(
            running=settings.console_running,
            waiting=_CONSOLES_WAITING,
            per_caller=_CONSOLES_WAITING_OF_ONE,
            patience_seconds=settings.console_seconds,
        )
        return cls(services, RateLimiter(rate, unit="requests", clock=services.clock), Turns(room))

    async def admit(self, request: Request) -> None:
        """Find out who asks. Raises AccessError, IssuerUnavailableError, RateLimitedError."""
        caller = await self.services.access.identify(bearer(request.headers.get("authorization", "")))
        request.state.caller = caller
        self.limiter.check(caller.key_id)
        self.limiter.spend(caller.key_id, 1)


def door_of(request: Request) -> Door:
    """The door that a request came through."""
    return request.app.state.door


def services_of(request: Request) -> Services:
    """What the doors of this process share."""
    return door_of(request).services


class _Bounded(Request):
    """A request whose body is read no further than its limit."""

    _read: bytes | None = None

    async def body(self) -> bytes:
        """The body, unpacked. Raises TooLargeError."""
        if self._read is None:
            encoding = self.headers.get("content-encoding", "")
            self._read = await read_body(self.stream(), encoding=encoding, limit=MAX_BODY_BYTES)
        return self._read


class DoorRoute(APIRoute):
    """A route that admits a request before it reads it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI calls."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            await door_of(request).admit(request)
            bounded = _Bounded(request.scope, request.receive)
            await bounded.body()  # here, since FastAPI makes another error of what its reading raises
            return await answer(bounded)

        return handler


def needs(permission: Permission) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that answers who asks. Raises ForbiddenError where they may not do it."""

    async def check(request: Request) -> Caller:
        caller: Caller = request.state.caller
        caller.require(permission)
        return caller

    return check


def required_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="1 to 128 visible ASCII characters, as a UUID. Sent again by the same API key, the request "
            "writes nothing and is told what was done first.",
            examples=["0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"],
        ),
    ] = None,
) -> str:
    """The request's idempotency key; raises InputError without one, and for one with spaces."""
    if key is None or not key or " " in key:
        raise InputError(
            "There is no Idempotency-Key.", remedy="Send one, as a UUID, and the same when you send it again."
        )
    return key


Reads: TypeAlias = Annotated[Caller, Depends(needs(Permission.READ_LEDGER))]
Manages: TypeAlias = Annotated[Caller, Depends(needs(Permission.MANAGE_PROGRAMMES))]
PaysOut: TypeAlias = Annotated[Caller, Depends(needs(Permission.PAY_OUT))]
IdempotencyKey: TypeAlias = Annotated[str, Depends(required_key)]
Here: TypeAlias = Annotated[Services, Depends(services_of)]
