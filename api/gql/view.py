"""`POST /graphql`, by the GraphQL-over-HTTP specification; queries are never taken from an address."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog
from fastapi import Request, Response
from graphql import GraphQLError, OperationDefinitionNode, OperationType

from api.errors import masked_message
from api.gql.admission import Admission, Room
from api.gql.context import GqlContext
from api.gql.cost import BASE, MAX_COST
from api.gql.documents import Documents, Prepared
from api.gql.graphiql import PAGE
from api.gql.persisted import (
    DocumentNotAllowedError,
    DocumentNotFoundError,
    PersistedDocuments,
    load_manifest,
)
from api.gql.request import (
    GqlRequest,
    MethodError,
    answer_type,
    check_content_type,
    parse_request,
    read_body,
    respond,
)
from api.gql.schema import build_schema
from api.logs import trace_of
from api.rates import Rate, RateLimiter
from api.wiring import Services
from graph.access.roles import Caller, Permission
from graph.errors import AccessError, DatabaseUnavailableError, GuanxiError
from graph.ingest.breaker import Breaker

MAX_SECONDS: Final = 10.0
"""A request that takes longer is given up: its client has, too."""

PATIENCE_SECONDS: Final = 0.5
"""After how long the database is asked whether it is still there."""

_log = structlog.get_logger(__name__)


class GraphQLView:
    """Answers GraphQL requests; one for each process."""

    def __init__(self, services: Services) -> None:
        """Raises ConfigurationError where the manifest of documents is wrong."""
        settings = services.settings
        self._services = services
        self._development = settings.env == "development"
        self._schema = build_schema(suggestions=self._development)
        self._documents = Documents(self._schema.core, suggestions=self._development)
        manifest = load_manifest(settings.graphql_documents) if settings.graphql_documents else None
        self._persisted = PersistedDocuments(manifest, only=settings.graphql_only_documents)
        rate = Rate(per_second=settings.graphql_rate, burst=settings.graphql_burst)
        self._limiter = RateLimiter(rate, unit="points", clock=services.clock)
        self._admission = Admission(Room(running=settings.graphql_running))
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

        Raises AccessError, ForbiddenError, InputError, RateLimitedError and their like for what never reaches the
        document, OverloadedError and DatabaseUnavailableError, all answered by the application's error handler.
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
        self._limiter.check(caller.key_id)
        asked = parse_request(await read_body(request))
        try:
            text = self._persisted.text_of(asked.query, asked.digest, unlisted=caller.may(Permission.AD_HOC))
        except (DocumentNotFoundError, DocumentNotAllowedError) as error:
            refusal = GraphQLError(error.message, original_error=error)
            return respond(None, [told(refusal)], media, self._limiter.headers(caller.key_id))
        return await self._answer(text, asked, caller, media)

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

    async def _answer(self, text: str, asked: GqlRequest, caller: Caller, media: str) -> Response:
        prepared = self._documents.prepare(text)
        errors = [*prepared.errors, *self._refusals(prepared, asked, caller)]
        cost = BASE  # a wrong document is no free one
        if not errors and prepared.cost is not None:
            cost = prepared.cost.of(asked.operation_name, asked.variables)
            if cost > MAX_COST:
                errors = [
                    GraphQLError(f"The request may cost {cost} points; {MAX_COST} is the most. Ask for less.")
                ]
        self._limiter.spend(caller.key_id, BASE if errors else cost)
        if errors or prepared.document is None:
            return respond(
                None, [told(error) for error in errors], media, self._limiter.headers(caller.key_id)
            )
        async with self._admission.admitted(caller.key_id):
            result = await self._schema.execute(
                text,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=GqlContext(caller, self._services, prepared.document),
            )
        _raise_unavailable(result.errors or [])
        headers = {"GraphQL-Cost": str(cost), **self._limiter.headers(caller.key_id)}
        return respond(
            result.data, [told(error) for error in result.errors or []], media, headers, executed=True
        )

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
