"""Running GraphQL operations, over whatever they came: identified, measured, let in, executed, told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    subscribe,  # pyright: ignore[reportUnknownVariableType]
)

from api.bearer import bearer
from api.errors import masked_message
from api.gql.admission import Places, Room, Turns
from api.gql.context import GqlContext
from api.gql.cost import BASE, MAX_COST
from api.gql.documents import Documents, Prepared
from api.gql.guard import Guard
from api.gql.persisted import (
    DocumentNotAllowedError,
    DocumentNotFoundError,
    PersistedDocuments,
    load_manifest,
)
from api.gql.request import GqlRequest
from api.gql.schema import PlannedResult, build_schema
from api.logs import trace_of
from api.rates import Rate, RateLimiter
from api.tracing import operation_span
from api.wiring import Services
from graph.access.audit import Disclosure
from graph.access.purpose import Purpose, read_purpose
from graph.access.roles import Caller, Permission
from graph.errors import (
    AccessError,
    DatabaseUnavailableError,
    ForbiddenError,
    GuanxiError,
    InputError,
    RateLimitedError,
)
from graph.ingest.breaker import Breaker

MAX_SECONDS: Final = 10.0
"""A request that takes longer is given up: its client has, too."""

PATIENCE_SECONDS: Final = 0.5
"""After how long the database is asked whether it is still there."""

MOST_STREAMS: Final = 2_000
"""Subscriptions of this process."""
STREAMS_OF_ONE: Final = 100
"""Subscriptions of one key."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identified:
    """Who asks, and how to ask again whether they still may."""

    caller: Caller
    still_allowed: Callable[[], Awaitable[None]]
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that may be run."""

    text: str
    document: DocumentNode
    asked: GqlRequest
    kind: OperationType
    name: str
    """The field that it asks first: what it goes by where names must be few."""
    cost: int
    personal: tuple[str, ...] = ()
    """The fields it asks that are personal, for the audit."""

    @property
    def streams(self) -> bool:
        """Whether it is a subscription."""
        return self.kind is OperationType.SUBSCRIPTION


@dataclass(frozen=True, slots=True)
class Answer:
    """What a GraphQL response holds; `executed` says whether the document was run at all."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool = True

    def body(self) -> dict[str, Any]:
        """As it is sent."""
        return ({"errors": self.errors} if self.errors else {}) | (
            {"data": self.data} if self.executed else {}
        )


class Engine:
    """Runs operations; one for each process."""

    def __init__(self, services: Services) -> None:
        """Raises ConfigurationError where the manifest of documents is wrong."""
        settings = services.settings
        self._services = services
        self._metrics = services.metrics
        self.development = settings.env == "development"
        self._schema = build_schema(suggestions=self.development)
        self._guard = Guard(self._schema.core)
        self._documents = Documents(self._schema.core, suggestions=self.development)
        manifest = load_manifest(settings.graphql_documents) if settings.graphql_documents else None
        self._persisted = PersistedDocuments(manifest, only=settings.graphql_only_documents)
        rate = Rate(per_second=settings.graphql_rate, burst=settings.graphql_burst)
        self._limiter = RateLimiter(rate, unit="points", clock=services.clock)
        self._turns = Turns(Room(running=settings.graphql_running))
        self._streams = Places(total=MOST_STREAMS, per_caller=STREAMS_OF_ONE)
        probe = services.database.statements["ingest.find_head"].text
        # Not a managed transaction: the driver would try again for seconds, and we want to know now.
        self._breaker = Breaker(lambda: services.database.run_schema(probe))

    async def aclose(self) -> None:
        """Stop looking for a database that is away."""
        await self._breaker.aclose()

    async def in_turn(
        self, caller: str, work: Callable[[], Coroutine[Any, Any, T]], *, gone: Callable[[], bool]
    ) -> T | None:
        """As `guarded`, when it is the caller's turn; a caller is whatever text tells one from another.

        None where they are `gone` by then: after a storm, nothing is done for those who gave up in it. Raises
        RateLimitedError and OverloadedError where too much waits.
        """
        if not self._breaker.closed:  # nobody waits for what is away
            raise DatabaseUnavailableError("The database is away.")
        async with self._turns.turn(caller) as waited:
            return None if waited and gone() else await self.guarded(work)

    async def guarded(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do what needs the database, for 10 s at most; raises DatabaseUnavailableError at once while it is away."""
        if not self._breaker.closed:
            raise DatabaseUnavailableError("The database is away.")
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return await self._breaker.run(work(), patience=PATIENCE_SECONDS)
        except DatabaseUnavailableError:
            self._breaker.open()  # the next requests are refused at once
            raise
        except TimeoutError:
            raise DatabaseUnavailableError("A request took too long.") from None

    async def identify(self, authorization: str, purpose: str | None = None) -> Identified:
        """Who sends this Authorization. Raises AccessError, ForbiddenError, RateLimitedError."""
        key = bearer(authorization)
        caller = await self._services.access.identify(key)
        caller.require(Permission.QUERY)

        async def still_allowed() -> None:
            if await self._services.access.identify(key) != caller:
                raise AccessError("The key may do something else now.", remedy="Connect anew.")

        self._limiter.check(caller.key_id)
        return Identified(caller, still_allowed, read_purpose(purpose, caller.role))

    def headers(self, caller: Caller) -> dict[str, str]:
        """What the caller's key has left."""
        return self._limiter.headers(caller.key_id)

    def prepare(self, asked: GqlRequest, caller: Caller) -> Ready | Answer:
        """The operation that a request means, or why it is not run. Takes what it costs from the key's points.

        Raises InputError for a document that is no text, or not the one that its hash says.
        """
        try:
            text = self._persisted.text_of(asked.query, asked.digest, unlisted=caller.may(Permission.AD_HOC))
        except (DocumentNotFoundError, DocumentNotAllowedError) as error:
            refusal = GraphQLError(error.message, original_error=error)
            self._metrics.refused("document")
            return Answer(None, [told(refusal)], executed=False)
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
            self._metrics.refused("wrong" if prepared.errors else "limit")
            return Answer(None, [told(error) for error in errors], executed=False)
        operation = get_operation_ast(prepared.document, asked.operation_name)
        assert operation is not None  # noqa: S101 - `_refusals` has looked
        name = operation.name.value if operation.name else None
        personal = self._guard.personal(prepared.fields[name])
        return Ready(
            text, prepared.document, asked, operation.operation, _first_field(operation), cost, personal
        )

    async def execute(self, ready: Ready, who: Identified) -> Answer:
        """Run a query or mutation, in a turn. Raises DatabaseUnavailableError."""
        started = time.perf_counter()
        failed = True
        with operation_span(ready.name, ready.kind.value):
            try:
                answer = await self._run(ready, who)
                failed = bool(answer.errors)
            finally:
                spent = time.perf_counter() - started
                self._metrics.operation(ready.name, ready.kind.value, spent, failed=failed)
        return answer

    async def _run(self, ready: Ready, who: Identified) -> Answer:
        context = self._context(ready, who)
        result = await self._schema.execute(
            ready.text,
            variable_values=ready.asked.variables,
            operation_name=ready.asked.operation_name,
            context_value=context,
        )
        self._metrics.answered(planned=isinstance(result, PlannedResult))
        await self._record(ready, context)
        return _answer(cast("ExecutionResult", result))

    async def answers(self, ready: Ready, who: Identified) -> AsyncGenerator[Answer]:
        """The one answer of a query or mutation, those of a subscription as they come; close it to end it."""
        if ready.streams:
            async with aclosing(self._stream(ready, who)) as stream:
                async for answer in stream:
                    yield answer
        else:
            answer = await self.in_turn(
                who.caller.key_id,
                lambda: self.execute(ready, who),
                gone=_stays,  # a stream's end cancels it
            )
            assert answer is not None  # noqa: S101
            yield answer

    async def _stream(self, ready: Ready, who: Identified) -> AsyncGenerator[Answer]:
        """The answers of a subscription.

        Each costs what the operation costs: a key without points waits. Raises AccessError and its like
        once the caller may not ask any more, RateLimitedError and OverloadedError where there are too many.
        """
        async with self._streams.place(who.caller.key_id), self._counted():
            context = self._context(ready, who)
            source = subscribe(
                self._schema.core,
                ready.document,
                context_value=context,
                variable_values=ready.asked.variables,
                operation_name=ready.asked.operation_name,
                hide_suggestions=not self.development,
            )
            results = await source if isinstance(source, Awaitable) else source
            if isinstance(results, ExecutionResult):
                yield _answer(results)
                return
            async with aclosing(cast("AsyncGenerator[ExecutionResult]", results)) as answers:
                try:
                    async for result in answers:
                        await self._record(ready, context)
                        yield _answer(result)
                        await self._pay(ready, who)
                except (InputError, ForbiddenError) as error:  # before the first answer
                    yield Answer(None, [told(GraphQLError(error.message, original_error=error))])

    @asynccontextmanager
    async def _counted(self) -> AsyncGenerator[None]:
        self._metrics.streams(1)
        try:
            yield
        finally:
            self._metrics.streams(-1)

    async def _pay(self, ready: Ready, who: Identified) -> None:
        self._limiter.spend(who.caller.key_id, ready.cost)
        while True:
            try:
                return self._limiter.check(who.caller.key_id)
            except RateLimitedError as error:
                await asyncio.sleep(error.retry_after)

    def _context(self, ready: Ready, who: Identified) -> GqlContext:
        return GqlContext(
            who.caller,
            self._services,
            ready.document,
            still_allowed=who.still_allowed,
            purpose=who.purpose,
        )

    async def _record(self, ready: Ready, context: GqlContext) -> None:
        """Record whom an answer shows in the clear, before it is given. Raises AuditError where that fails.

        Also where it names nobody: a look-up that found nobody was one, and nothing depends on each way of reading
        people to say whom it read.
        """
        if not context.clear or not ready.personal:
            return
        caller, subjects = context.caller, tuple(sorted(context.disclosed))
        context.disclosed.clear()  # of a subscription, the next answer has its own
        await self._services.audit.keep(
            Disclosure(
                at=self._services.clock(),
                key_id=caller.key_id,
                role=str(caller.role),
                purpose=str(context.purpose),
                operation=ready.name,
                fields=ready.personal,
                subjects=subjects,
            )
        )

    def _refusals(self, prepared: Prepared, asked: GqlRequest, caller: Caller) -> list[GraphQLError]:
        """What is wrong with a request whose document is valid."""
        if prepared.errors or prepared.document is None:
            return []
        if prepared.introspects and not self.development and not caller.may(Permission.INTROSPECT):
            return [GraphQLError("Introspection is off; the schema is api/gql/schema.graphql.")]
        operation = get_operation_ast(prepared.document, asked.operation_name)
        if operation is not None:
            name = operation.name.value if operation.name else None
            refusal = self._guard.refusal(caller.role, prepared.fields[name])
            return [refusal] if refusal else []
        if asked.operation_name is not None:
            return [GraphQLError("`operationName` names no operation of the document.")]
        return [GraphQLError("The document has several operations: name one by `operationName`.")]


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


def _stays() -> bool:
    return False


def _first_field(operation: OperationDefinitionNode) -> str:
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else "fragment"


def _answer(result: ExecutionResult) -> Answer:
    for error in result.errors or ():
        if isinstance(error.original_error, DatabaseUnavailableError):
            raise error.original_error
    return Answer(result.data, [told(error) for error in result.errors or ()])
