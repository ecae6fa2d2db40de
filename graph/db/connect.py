"""The first connection to a database: wait for it a little, check it, and say clearly what is wrong.

After `connect` the driver's managed transactions do their own retries; nothing here runs again.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final, cast
from urllib.parse import urlsplit

from neo4j import READ_ACCESS, WRITE_ACCESS, AsyncDriver, AsyncGraphDatabase, AsyncSession
from neo4j.exceptions import (
    AuthError,
    DriverError,
    ForbiddenOnReadOnlyDatabase,
    Neo4jError,
    NotALeader,
    UnsupportedServerProduct,
)
from neo4j.exceptions import ConfigurationError as DriverConfigurationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_exponential_jitter

from graph.errors import ConfigurationError, DatabaseError, DatabaseUnavailableError, GuanxiError
from graph.runtime.endpoint import Endpoint

OLDEST_SERVER: Final = (5, 26)

LIVENESS_SECONDS: Final = 15.0
ACQUISITION_SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 15.0
FIRST_RETRY_SECONDS: Final = 0.03  # the driver's own second is far too long for a deadlock; it doubles

_MISSING: Final = "Neo.ClientError.Database.DatabaseNotFound"
_REFUSED: Final = "Neo.ClientError.Security.Forbidden"
_RATE_LIMIT: Final = "Neo.ClientError.Security.AuthenticationRateLimit"
_EXPIRED: Final = "Neo.ClientError.Security.CredentialsExpired"

_UNREADABLE: Final = "NEO4J_URI"

_SCHEMES: Final = frozenset({f"{name}{tls}" for name in ("bolt", "neo4j") for tls in ("", "+s", "+ssc")})

# The driver names these in a private module only.
_NOT_BOLT: Final = frozenset({"BoltHandshakeError", "BoltProtocolError"})


async def connect(endpoint: Endpoint, *, wait_seconds: float = 30) -> AsyncDriver:
    """A driver on a database that was seen to answer and to take writes; the caller closes it.

    A server that does not answer yet is waited for, up to `wait_seconds`. What waiting cannot heal fails at
    once: ConfigurationError for a wrong address, user, password or database, or a server older than 5.26. A
    wrong password is tried once only, for the server locks out who guesses. Raises DatabaseUnavailableError
    when the server stays away, or answers but cannot write (a follower, a read-only database).
    """
    driver = _driver(endpoint)
    attempts = AsyncRetrying(
        retry=retry_if_exception(_may_heal),
        stop=stop_after_delay(wait_seconds),
        wait=wait_exponential_jitter(multiplier=0.1, max=2),
        reraise=True,
    )
    try:
        async with asyncio.timeout(wait_seconds + CONNECT_SECONDS):  # one attempt may hang for longer
            async for attempt in attempts:
                with attempt:
                    await _check(driver, endpoint)
    except (DriverError, Neo4jError, OSError, ValueError) as error:
        await driver.close()
        raise explain(error, endpoint) from error
    except BaseException:
        await driver.close()
        raise
    return driver


def _driver(endpoint: Endpoint) -> AsyncDriver:
    if endpoint.uri.split("://")[0] not in _SCHEMES or _address(endpoint) == _UNREADABLE:
        raise _wrong_address(endpoint)
    try:
        return AsyncGraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]
            endpoint.uri,
            auth=(endpoint.username, endpoint.password.get_secret_value()),
            user_agent=f"guanxi/{_version()}",
            liveness_check_timeout=LIVENESS_SECONDS,
            connection_acquisition_timeout=ACQUISITION_SECONDS,
            connection_timeout=CONNECT_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            initial_retry_delay=FIRST_RETRY_SECONDS,
            # Statements are checked on the shelf; a notification at run time would only cost.
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    except (DriverConfigurationError, ValueError) as error:
        raise _wrong_address(endpoint) from error


def _version() -> str:
    try:
        return version("guanxi")
    except ImportError:  # run from a checkout that was not installed
        return "0"


async def _check(driver: AsyncDriver, endpoint: Endpoint) -> None:
    async with _session(driver, endpoint, READ_ACCESS) as session:
        result = await session.run("RETURN 1 AS one")
        info = (await result.consume()).server
    found = _server_version(info.agent)
    if found is not None and found < OLDEST_SERVER:
        raise ConfigurationError(
            f"The Neo4j server at {_address(endpoint)} is {info.agent}; guanxi needs 5.26 or newer.",
            remedy="Upgrade that server, or unset NEO4J_URI to use the embedded one.",
        )
    async with _session(driver, endpoint, WRITE_ACCESS) as session:
        transaction = await session.begin_transaction()
        async with transaction:
            await (await transaction.run("CREATE ()")).consume()  # only a write shows that writes are taken
            await transaction.rollback()


def _session(driver: AsyncDriver, endpoint: Endpoint, mode: str) -> AsyncSession:
    return driver.session(  # pyright: ignore[reportUnknownMemberType]
        database=endpoint.database, default_access_mode=mode
    )


def _server_version(agent: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)\.(\d+)", agent)
    return (int(found[1]), int(found[2])) if found else None


def _may_heal(error: BaseException) -> bool:
    if isinstance(error, GuanxiError):
        return False
    if _other_encryption(error) or _other_protocol(error):
        return False  # something answers, but not as we asked
    if isinstance(error, (DriverError, Neo4jError)):
        return error.is_retryable()
    return isinstance(error, OSError)


def explain(error: Exception, endpoint: Endpoint) -> GuanxiError:
    """The clear form of a driver's or server's error on the way to this endpoint; holds no secret."""
    where = _address(endpoint)
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    if code == _RATE_LIMIT:
        return DatabaseUnavailableError(
            f"The Neo4j server at {where} refuses sign-ins for a while after too many wrong passwords.",
            remedy="Correct NEO4J_PASSWORD, wait ten seconds and try again.",
        )
    if isinstance(error, AuthError) or code == _EXPIRED:
        return ConfigurationError(
            f"The Neo4j server at {where} does not accept the user name or the password"
            f" of `{endpoint.username}`.",
            remedy="Correct NEO4J_USERNAME and NEO4J_PASSWORD.",
        )
    if code == _MISSING:
        return ConfigurationError(
            f"The Neo4j server at {where} has no database named `{endpoint.database}`.",
            remedy="Correct NEO4J_DATABASE, or create that database.",
        )
    if isinstance(error, (ForbiddenOnReadOnlyDatabase, NotALeader)) or code == _REFUSED:
        return DatabaseUnavailableError(
            f"The database `{endpoint.database}` at {where} takes no writes: it is a read-only replica or"
            " database, or the user may not write.",
            remedy="For a cluster use a neo4j:// address, which finds the leader; else let the user write.",
        )
    return _unreachable(error, endpoint)


def _unreachable(error: Exception, endpoint: Endpoint) -> GuanxiError:
    if _other_encryption(error):
        return ConfigurationError(
            f"The server at {_address(endpoint)} does not speak the encryption asked for.",
            remedy="Use bolt:// or neo4j:// for none, bolt+s:// or neo4j+s:// for a trusted certificate.",
        )
    if _other_protocol(error):
        return ConfigurationError(
            f"What answers at {_address(endpoint)} is no Neo4j Bolt server that guanxi can use.",
            remedy="Correct the port in NEO4J_URI: Bolt is 7687 by default, 7474 is the browser's.",
        )
    if any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
        return DatabaseUnavailableError(
            f"The host name in {_address(endpoint)} is not known here.",
            remedy="Correct the host in NEO4J_URI, or the name service.",
        )
    if isinstance(error, (DriverConfigurationError, ValueError)):
        return _wrong_address(endpoint)
    if isinstance(error, Neo4jError) and not error.is_retryable():
        return DatabaseError(
            f"The Neo4j server at {_address(endpoint)} refuses us with {error.code}.",
            remedy=f"Check the database `{endpoint.database}` and the rights of `{endpoint.username}`.",
        )
    return DatabaseUnavailableError(
        f"The Neo4j server at {_address(endpoint)} cannot be reached.",
        remedy="Check that it runs and that host and port of NEO4J_URI are right, or unset NEO4J_URI"
        " to use the embedded one; `guanxi doctor` tells more.",
    )


def _other_encryption(error: BaseException) -> bool:
    return any(
        isinstance(cause, ssl.SSLError) or type(cause).__name__ == "BoltSecurityError"
        for cause in _causes(error)
    )


def _other_protocol(error: BaseException) -> bool:
    return any(
        isinstance(cause, UnsupportedServerProduct)
        or type(cause).__name__ in _NOT_BOLT
        or "looks like HTTP" in str(cause)
        for cause in _causes(error)
    )


def _wrong_address(endpoint: Endpoint) -> ConfigurationError:
    return ConfigurationError(
        f"{_address(endpoint)} is not the address of a Neo4j server.",
        remedy="Give NEO4J_URI as bolt://HOST:7687, neo4j://HOST:7687 or neo4j+s://HOST:7687, and no more.",
    )


def _address(endpoint: Endpoint) -> str:
    """The address without what else a URI may hold: someone may have put a password into it."""
    try:
        parts = urlsplit(endpoint.uri)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else _UNREADABLE
    except ValueError:
        return _UNREADABLE


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo = [error]
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            todo.extend(cast("BaseExceptionGroup[BaseException]", current).exceptions)
        todo.extend(cause for cause in (current.__cause__, current.__context__) if cause is not None)
