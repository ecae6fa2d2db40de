"""Every error this product raises on purpose.

::

    GuanxiError                     code, status, message, remedy
    ├── ConfigurationError          a setting, file or declaration is wrong
    ├── InputError                  what a caller sent cannot be taken as it is
    │   ├── NotFoundError
    │   └── TooLargeError
    ├── AccessError                 no key, a wrong key
    │   └── ForbiddenError          a good key that may not do this
    ├── IssuerUnavailableError      tokens cannot be verified: their issuer is away
    ├── RateLimitedError            too many requests for one key
    ├── OverloadedError             too many requests for this process
    ├── ShelfError                  a .cypher file breaks its contract
    ├── MigrationError              the schema in the database and on the shelf disagree
    ├── DatabaseError
    │   └── DatabaseUnavailableError    Neo4j cannot be reached or cannot write now
    ├── RuntimeProvisionError       the embedded Neo4j cannot be fetched or started
    ├── KeyringError                keys are missing, wrong or cannot be stored
    │   └── UnsealError             a sealed value does not open here
    └── IntegrityError              stored data breaks an invariant

`message` says what is wrong and where, `remedy` what to do about it; neither ever holds a personal value.
"""

from __future__ import annotations

from typing import ClassVar


class GuanxiError(Exception):
    """Base of all our errors; `code` is stable and may be scripted against."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigurationError(GuanxiError):
    """A setting, a declaration file or the environment is wrong; the remedy names the key."""

    code = "configuration"


class InputError(GuanxiError):
    """What a caller sent cannot be taken; nothing was stored."""

    code = "bad_input"
    status = 400


class NotFoundError(InputError):
    """The thing named does not exist, or the caller may not know that it does."""

    code = "not_found"
    status = 404


class TooLargeError(InputError):
    """A request, event or file line is over its limit."""

    code = "too_large"
    status = 413


class AccessError(GuanxiError):
    """No key was given, or it is unknown or revoked."""

    code = "unauthorized"
    status = 401


class ForbiddenError(AccessError):
    """The key is good but its role may not do this."""

    code = "forbidden"
    status = 403


class IssuerUnavailableError(GuanxiError):
    """The keys that verify tokens cannot be fetched from their issuer now; API keys go on working."""

    code = "issuer_unavailable"
    status = 503


class RateLimitedError(GuanxiError):
    """Too many requests for one key; retry after the seconds given."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, remedy: str = "", retry_after: int = 1) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class OverloadedError(GuanxiError):
    """More is asked of this process than it can answer soon; nothing was done."""

    code = "overloaded"
    status = 503


class ShelfError(GuanxiError):
    """A .cypher file breaks its contract; the message names file and line."""

    code = "shelf"


class MigrationError(GuanxiError):
    """The migrations applied in the database and those on the shelf disagree."""

    code = "migration"


class DatabaseError(GuanxiError):
    """Neo4j refused or failed a statement in a way that a retry does not heal."""

    code = "database"


class DatabaseUnavailableError(DatabaseError):
    """Neo4j cannot be reached or cannot write now; callers should retry later."""

    code = "database_unavailable"
    status = 503


class AuditError(GuanxiError):
    """What was seen in the clear cannot be recorded, so it is not shown."""

    code = "audit"
    status = 503


class RuntimeProvisionError(GuanxiError):
    """The embedded Neo4j cannot be fetched, started or kept running."""

    code = "runtime"


class KeyringError(GuanxiError):
    """Keys are missing, wrong, or cannot be stored."""

    code = "keyring"


class UnsealError(KeyringError):
    """A sealed value does not open here: moved, damaged, or its key is gone."""

    code = "unseal"


class IntegrityError(GuanxiError):
    """Stored data breaks an invariant; the message names it."""

    code = "integrity"
