"""Running statements of the shelf: reads routed to replicas, writes as managed transactions.

The driver's managed transactions retry transient failures (the first wait is set to some milliseconds when the
driver is made, see `graph.db.connect`); nothing here retries on top of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

from neo4j import READ_ACCESS, WRITE_ACCESS, AsyncDriver, AsyncManagedTransaction, AsyncSession, Query
from neo4j.exceptions import (
    ClientError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph.db.observe import Observer, Unobserved, watching
from graph.db.shelf import Shelf, shelf
from graph.errors import DatabaseError, DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

T = TypeVar("T")
Row = dict[str, Any]
Work = Callable[["Transaction"], Awaitable[T]]

_TIMEOUT_SECONDS = 60.0


class Transaction:
    """One transaction; statements are named, values are parameters."""

    def __init__(
        self,
        tx: AsyncManagedTransaction | AsyncSession,
        statements: Shelf,
        observer: Observer,
    ) -> None:
        self._tx = tx
        self._statements = statements
        self._observer = observer

    async def rows(self, name: str, /, **params: object) -> list[Row]:
        """Run a statement and return all its rows."""
        with watching(self._observer, name), _no_retry_of_memory_errors():
            result = await self._tx.run(self._statements[name].text, params)
            return [record.data() async for record in result]

    async def one(self, name: str, /, **params: object) -> list[Any] | None:
        """Run a statement that answers at most one row; its columns in declared order, or None."""
        with watching(self._observer, name), _no_retry_of_memory_errors():
            result = await self._tx.run(self._statements[name].text, params)
            values = [list(record.values()) async for record in result]
        return values[0] if values else None


class Database:
    """A database of one Neo4j server or cluster.

    Raises DatabaseUnavailableError where the server cannot be reached or cannot write (callers answer 503) and
    DatabaseError for what a retry does not heal; a broken uniqueness constraint comes through as the driver's
    ConstraintError, since callers decide anew on it.
    """

    def __init__(
        self,
        driver: AsyncDriver,
        *,
        name: str = "neo4j",
        statements: Shelf | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._driver = driver
        self._name = name
        self._statements = statements or shelf()
        self._observer = observer or Unobserved()

    def observed_by(self, observer: Observer) -> Database:
        """The same database, told to another observer."""
        return Database(self._driver, name=self._name, statements=self._statements, observer=observer)

    @property
    def statements(self) -> Shelf:
        """The shelf this database runs."""
        return self._statements

    async def read(self, name: str, /, **params: object) -> list[Row]:
        """All rows of a read statement, in one managed read transaction."""

        async def work(tx: Transaction) -> list[Row]:
            return await tx.rows(name, **params)

        return await self.in_read(work)

    async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
        """The one row of a read statement by column order, or None.

        Sent by itself, in a third of a managed transaction's round trips; one of those is only begun for what
        the driver then retries.
        """

        async def work(tx: Transaction) -> list[Any] | None:
            return await tx.one(name, **params)

        with suppress(Neo4jError, DriverError):
            async with self._session(READ_ACCESS) as session:
                return await work(Transaction(session, self._statements, self._observer))
        return await self.in_read(work)

    async def write(self, name: str, /, **params: object) -> list[Row]:
        """All rows of a write statement, in one managed write transaction."""

        async def work(tx: Transaction) -> list[Row]:
            return await tx.rows(name, **params)

        return await self.in_write(work)

    async def in_read(self, work: Work[T]) -> T:
        """Run `work` in one read transaction; it may be called again on a transient failure."""
        async with _translated(), self._session(READ_ACCESS) as session:
            return await session.execute_read(self._bind(work))

    async def in_write(self, work: Work[T]) -> T:
        """Run `work` in one write transaction; it may be called again on a transient failure.

        A commit whose outcome is unknown surfaces as DatabaseUnavailableError: give each write an operation
        id, and repeat it.
        """
        async with _translated(), self._session(WRITE_ACCESS) as session:
            return await session.execute_write(self._bind(work))

    async def run_schema(self, text: LiteralString, **params: object) -> list[Row]:
        """Run one statement in a transaction of its own (schema changes, EXPLAIN); for migrations and checks."""
        async with _translated(), self._session(WRITE_ACCESS) as session:
            result = await session.run(Query(text, timeout=_TIMEOUT_SECONDS), params)
            return [record.data() async for record in result]

    async def explain(self, text: LiteralString, **params: object) -> tuple[dict[str, Any], list[str]]:
        """Plan and notification codes of a statement, without running it."""
        async with _translated(), self._session(WRITE_ACCESS) as session:
            result = await session.run(Query(text, timeout=_TIMEOUT_SECONDS), params)
            summary = await result.consume()
            codes = [status.gql_status for status in summary.gql_status_objects if status.is_notification]
            plan: dict[str, Any] = dict(summary.plan or {})  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
            return plan, codes

    def ad_hoc(self, *, fetch_size: int) -> AsyncSession:
        """A read session for statements that are not on the shelf: those of the console, once it has judged them.

        The driver's errors come through as they are, since they are the analyst's to read.
        """
        return self._driver.session(  # pyright: ignore[reportUnknownMemberType]
            database=self._name, default_access_mode=READ_ACCESS, fetch_size=fetch_size
        )

    def _session(self, access: str) -> AsyncSession:
        # The driver leaves its keyword arguments untyped.
        return self._driver.session(database=self._name, default_access_mode=access)  # pyright: ignore[reportUnknownMemberType]

    def _bind(self, work: Work[T]) -> Callable[[AsyncManagedTransaction], Awaitable[T]]:
        async def bound(tx: AsyncManagedTransaction) -> T:
            return await work(Transaction(tx, self._statements, self._observer))

        return bound


@contextmanager
def _no_retry_of_memory_errors() -> Generator[None]:
    """A statement over its memory limit carries a transient code, yet repeating it repeats the harm."""
    try:
        yield
    except TransientError as error:
        if error.code == "Neo.TransientError.General.MemoryPoolOutOfMemoryError":
            raise DatabaseError(
                "A statement needed more memory than one transaction may take.",
                remedy="Ask for less at once, or raise db.memory.transaction.max.",
            ) from error
        raise


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    """Turn the driver's errors into ours, keeping server codes and dropping texts that may hold values."""
    try:
        yield
    except (ServiceUnavailable, SessionExpired, TransientError, OSError) as error:
        raise DatabaseUnavailableError(
            f"Neo4j does not answer or cannot write now ({_code(error)}).",
            remedy="The request can be repeated; see `guanxi doctor`.",
        ) from error
    except ClientError as error:
        if error.code == "Neo.ClientError.Schema.ConstraintValidationFailed":
            raise
        if error.code in _UNAVAILABLE_CODES:
            raise DatabaseUnavailableError(f"Neo4j cannot write now ({error.code}).") from error
        raise DatabaseError(f"Neo4j refused a statement ({_code(error)}).") from error
    except Neo4jError as error:
        raise DatabaseError(f"Neo4j failed a statement ({_code(error)}).") from error
    except DriverError as error:
        raise DatabaseUnavailableError(f"The connection to Neo4j failed ({type(error).__name__}).") from error


_UNAVAILABLE_CODES = frozenset(
    {
        "Neo.ClientError.Cluster.NotALeader",
        "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    }
)


def _code(error: BaseException) -> str:
    return str(getattr(error, "code", None) or type(error).__name__)
