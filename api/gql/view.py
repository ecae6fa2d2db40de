"""`POST /graphql`, by the GraphQL-over-HTTP specification; queries are never taken from an address.

Only `application/json` bodies are taken: any web page can make a browser send a form or text/plain.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from fastapi import Request, Response
from graphql import GraphQLError, OperationDefinitionNode, OperationType

from api.errors import masked_message
from api.gql.context import GqlContext
from api.gql.documents import Documents, Prepared
from api.gql.graphiql import PAGE
from api.gql.schema import build_schema
from api.logs import trace_of
from api.wiring import Services
from graph.access.roles import Caller, Permission
from graph.errors import (
    AccessError,
    DatabaseUnavailableError,
    GuanxiError,
    InputError,
    TooLargeError,
)
from graph.ingest.breaker import Breaker

MAX_BODY: Final = 256 * 1024
MAX_SECONDS: Final = 10.0
"""A request that takes longer is given up: its client has, too."""

PATIENCE_SECONDS: Final = 0.5
"""After how long the database is asked whether it is still there."""

JSON: Final = "application/json"
RESPONSE_JSON: Final = "application/graphql-response+json"

_log = structlog.get_logger(__name__)


class UnsupportedMediaTypeError(InputError):
    """The body is not JSON in UTF-8."""

    code = "unsupported_media_type"
    status = 415


class NotAcceptableError(InputError):
    """The caller takes no kind of answer that we give."""

    code = "not_acceptable"
    status = 406


class MethodError(InputError):
    """GraphQL is asked by POST."""

    code = "method_not_allowed"
    status = 405


@dataclass(frozen=True, slots=True)
class GqlRequest:
    """The parameters of a request."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


class GraphQLView:
    """Answers GraphQL requests; one for each process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._development = services.settings.env == "development"
        self._schema = build_schema(suggestions=self._development)
        self._documents = Documents(self._schema.core, suggestions=self._development)
        probe = services.database.statements["ingest.find_head"].text
        # Not a managed transaction: the driver would try again for seconds, and we want to know now.
        self._breaker = Breaker(lambda: services.database.run_schema(probe))

    async def aclose(self) -> None:
        """Stop looking for a database that is away."""
        await self._breaker.aclose()

    async def get(self, request: Request) -> Response:
        """The page to try queries in, in development only; 405 for everything else."""
        if self._development and "text/html" in request.headers.get("accept", ""):
            return Response(PAGE.body, headers=PAGE.headers, media_type="text/html")
        raise MethodError("GraphQL is asked by POST.", remedy="Send a POST with a JSON body.")

    async def post(self, request: Request) -> Response:
        """Answer one request.

        Raises AccessError, ForbiddenError, InputError and its like for what never reaches the document, and
        DatabaseUnavailableError, all answered by the application's error handler.
        """
        media = answer_type(request.headers.get("accept"))
        check_content_type(request.headers.get("content-type"))
        if not self._breaker.closed:
            raise DatabaseUnavailableError("The database is away.")
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return await self._breaker.run(self._handle(request, media), patience=PATIENCE_SECONDS)
        except DatabaseUnavailableError:
            self._breaker.open()  # the next requests are refused at once
            raise
        except TimeoutError:
            raise DatabaseUnavailableError("A request took too long.") from None

    async def _handle(self, request: Request, media: str) -> Response:
        caller = await self.identify(request)
        return await self._answer(parse_request(await read_body(request)), caller, media)

    async def identify(self, request: Request) -> Caller:
        """Who asks, by the Authorization header; raises AccessError and ForbiddenError."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise AccessError(
                "There is no key.",
                remedy="Send `Authorization: Bearer KEY`; an operator makes keys with `guanxi key create`.",
            )
        caller = await self._services.access.verify(key.strip())
        request.state.caller = caller  # for the log
        caller.require(Permission.QUERY)
        return caller

    async def _answer(self, asked: GqlRequest, caller: Caller, media: str) -> Response:
        prepared = self._documents.prepare(asked.query)
        errors = [*prepared.errors, *self._refusals(prepared, asked, caller)]
        if errors or prepared.document is None:
            return _response(None, [told(error) for error in errors], media)
        result = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            operation_name=asked.operation_name,
            context_value=GqlContext(caller, self._services, prepared.document),
        )
        _raise_unavailable(result.errors or [])
        return _response(result.data, [told(error) for error in result.errors or []], media, executed=True)

    def _refusals(self, prepared: Prepared, asked: GqlRequest, caller: Caller) -> list[GraphQLError]:
        """What is wrong with a request whose document is valid."""
        if prepared.errors or prepared.document is None:
            return []
        if prepared.introspects and not self._development and not caller.may(Permission.INTROSPECT):
            return [GraphQLError("Introspection is off; the schema is api/gql/schema.graphql.")]
        operations = [d for d in prepared.document.definitions if isinstance(d, OperationDefinitionNode)]
        names = [operation.name.value if operation.name else None for operation in operations]
        if asked.operation_name is not None and asked.operation_name not in names:
            return [GraphQLError("`operationName` names no operation of the document.")]
        if asked.operation_name is None and len(operations) != 1:
            return [GraphQLError("The document has several operations: name one by `operationName`.")]
        if any(operation.operation is OperationType.SUBSCRIPTION for operation in operations):
            return [GraphQLError("Subscriptions cannot be asked here.")]
        return []


def answer_type(accept: str | None) -> str:
    """The media type to answer in. Raises NotAcceptableError."""
    if accept is None or not accept.strip():
        return JSON
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for candidate in ranges:
        if candidate in (JSON, RESPONSE_JSON):
            return candidate
    if "*/*" in ranges or "application/*" in ranges:
        return JSON
    raise NotAcceptableError(
        "The answer is JSON, which `Accept` does not take.", remedy=f"Send `Accept: {RESPONSE_JSON}, {JSON}`."
    )


def check_content_type(content_type: str | None) -> None:
    """Raises UnsupportedMediaTypeError for anything but JSON in UTF-8."""
    media, _, parameters = (content_type or "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media.strip().lower() != JSON or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise UnsupportedMediaTypeError(
            "The body must be JSON in UTF-8.", remedy=f"Send `Content-Type: {JSON}`."
        )


async def read_body(request: Request) -> bytes:
    """The body; raises TooLargeError as soon as it is over 256 KiB, without reading on."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLargeError(
                f"The request is larger than {MAX_BODY // 1024} KiB.", remedy="Send a smaller document."
            )
    return bytes(body)


def parse_request(body: bytes) -> GqlRequest:
    """The parameters in a body. Raises InputError naming the one that is wrong."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"The body is not JSON: line {error.lineno}, column {error.colno}.", remedy="Correct it."
        ) from None
    if not isinstance(value, dict):
        raise InputError(
            "The body is not a JSON object.", remedy='Send {"query": "…"}; batches are not taken.'
        )
    given: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise InputError("`query` is missing or no text.", remedy='Send {"query": "{ … }"}.')
    if variables is not None and not isinstance(variables, dict):
        raise InputError("`variables` is not an object.", remedy="Send an object, or leave it out.")
    if name is not None and not isinstance(name, str):
        raise InputError("`operationName` is not a text.", remedy="Send a text, or leave it out.")
    if not isinstance(given.get("extensions") or {}, dict):
        raise InputError("`extensions` is not an object.", remedy="Send an object, or leave it out.")
    return GqlRequest(query, variables, name)  # pyright: ignore[reportUnknownArgumentType]


def told(error: GraphQLError) -> dict[str, Any]:
    """An error as a client may see it: ours and GraphQL's own as they are, all others masked and logged."""
    formatted: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        formatted["extensions"] = {"code": "graphql"}
    elif isinstance(cause, GuanxiError) and cause.status < 500:
        formatted["message"] = cause.message
        formatted["extensions"] = {"code": cause.code, "remedy": cause.remedy}
    else:
        _log.error("field.failed", path=error.path, **trace_of(cause))
        message, remedy = masked_message()
        formatted["message"] = message
        formatted["extensions"] = {"code": "internal", "remedy": remedy}
    return formatted


def _raise_unavailable(errors: list[GraphQLError]) -> None:
    for error in errors:
        if isinstance(error.original_error, DatabaseUnavailableError):
            raise error.original_error


def _response(
    data: dict[str, object] | None, errors: list[dict[str, Any]], media: str, *, executed: bool = False
) -> Response:
    body: dict[str, Any] = {"errors": errors} if errors else {}
    if executed:
        body["data"] = data
    # Before execution the newer type says 400; the older one has always said 200 to whatever is well-formed.
    status = 400 if not executed and media == RESPONSE_JSON else 200
    return Response(
        orjson.dumps(body, default=str),
        status,
        {"Cache-Control": "no-store"},
        media_type=f"{media}; charset=utf-8",
    )
