"""`POST /graphql`, by the GraphQL-over-HTTP specification; queries are never taken from an address.

With `Accept: text/event-stream` the answer is a stream of events, by the distinct connections mode of graphql-sse.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import error_response
from api.gql.engine import Answer, Engine, Identified, Ready
from api.gql.events import event_stream
from api.gql.graphiql import PAGE
from api.gql.request import (
    EVENT_STREAM,
    JSON,
    MethodError,
    NotAcceptableError,
    answer_type,
    check_content_type,
    parse_request,
    read_body,
    respond,
)
from graph.errors import GuanxiError

PATH: Final = "/graphql"


@dataclass(frozen=True, slots=True)
class Route:
    """The address, as the log names it."""

    path: str = PATH


ROUTE: Final = Route()


class GraphQLView:
    """ASGI middleware: answers GraphQL requests itself, and leaves everything else to the application; one a process.

    Before the framework's router: what that costs a request is a fifth of what a remembered person does.
    """

    def __init__(self, app: ASGIApp, *, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        scope["route"] = ROUTE
        request = Request(scope, receive)
        try:
            response = await (
                self._post(request, receive) if request.method == "POST" else self._other(request)
            )
        except GuanxiError as error:
            response = error_response(error)
        except ClientDisconnect:
            return  # nobody is there to read an answer
        await response(scope, receive, send)

    async def _other(self, request: Request) -> Response:
        """The page to try queries in, in development only; 405 for everything else."""
        if (
            request.method == "GET"
            and self._engine.development
            and "text/html" in request.headers.get("accept", "")
        ):
            return Response(PAGE.body, headers=PAGE.headers, media_type="text/html")
        raise MethodError("GraphQL is asked by POST.", remedy="Send a POST with a JSON body.")

    async def _post(self, request: Request, receive: Receive) -> Response:
        """Answer one request.

        Raises AccessError, ForbiddenError, InputError, RateLimitedError and their like for what never reaches the
        document, OverloadedError and DatabaseUnavailableError.
        """
        media = answer_type(request.headers.get("accept"))
        check_content_type(request.headers.get("content-type"))
        body = await read_body(request)  # before its turn: a slow sender keeps nobody waiting
        response = await self._engine.in_turn(
            request.headers.get("authorization", ""),
            lambda: self._handle(request, body, media),
            gone=lambda: has_gone(receive),
        )
        if response is None:
            raise ClientDisconnect
        return response

    async def _handle(self, request: Request, body: bytes, media: str) -> Response:
        headers = request.headers
        who = await self._engine.identify(headers.get("authorization", ""), headers.get("x-purpose"))
        request.state.caller = who.caller  # for the log
        ready = self._engine.prepare(parse_request(body), who.caller)
        if isinstance(ready, Answer):
            refused_as = JSON if media == EVENT_STREAM else media
            return respond(ready.body(), refused_as, self._engine.headers(who.caller), executed=False)
        if media == EVENT_STREAM:
            return self._stream(ready, who)
        if ready.streams:
            raise NotAcceptableError(
                "A subscription is answered by a stream.",
                remedy=f"Send `Accept: {EVENT_STREAM}`, or ask by a web socket.",
            )
        answer = await self._engine.execute(ready, who)
        headers = {"GraphQL-Cost": str(ready.cost), **self._engine.headers(who.caller)}
        return respond(answer.body(), media, headers, executed=True)

    def _stream(self, ready: Ready, who: Identified) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        events = event_stream(self._engine.answers(ready, who))
        return StreamingResponse(events, headers=headers, media_type=EVENT_STREAM)


def has_gone(receive: Receive) -> bool:
    """Whether a client whose request was read whole is gone; waits for nothing.

    Starlette's `is_disconnected` begins to receive and cancels that, by way of the event loop: a tenth of what a
    remembered person costs, in the very moment when there is nothing to spare. Here the receiving is begun, and left
    at the first thing it waits for.
    """
    receiving = cast("Coroutine[Any, Any, Message]", receive())
    try:
        receiving.send(None)
    except StopIteration as received:
        return received.value["type"] == "http.disconnect"
    receiving.close()
    return False
