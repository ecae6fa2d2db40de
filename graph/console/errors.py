"""What the console says of a statement that it does not run, or that failed: one shape, with the place in the text.

::

    ConsoleError                    code, status, message, line, column, hint
    ├── StatementError              400: it is no good Cypher, or fails with these values
    ├── RefusedError                403: it is Cypher, and not allowed here
    ├── TimedOutError               408: it was ended at its deadline
    ├── RunCancelledError           408: it was ended since somebody asked for that
    └── BusyError                   429: too much runs already

Messages are ours or Neo4j's; whatever in one of Neo4j's may be a sealed value or a blind index is masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from neo4j.exceptions import Neo4jError

from graph.console.hidden import mask_text
from graph.errors import GuanxiError


class ConsoleError(GuanxiError):
    """A statement was not run, or not to its end. `line` and `column` count from 1; None where there is no place."""

    code: ClassVar[str] = "statement"
    status: ClassVar[int] = 400

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        line: int | None = None,
        column: int | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message, remedy=hint)
        self.line = line
        self.column = column
        self.reason = reason or self.code
        """The stable code that callers see: `code`, or a more telling one of the same status."""

    @property
    def hint(self) -> str:
        """What to do about it."""
        return self.remedy


class StatementError(ConsoleError):
    """It is no good Cypher, or fails with these values."""


class RefusedError(ConsoleError):
    """It is Cypher, and nothing that the console runs."""

    code = "not_allowed"
    status = 403


class TimedOutError(ConsoleError):
    """It was ended at its deadline; nothing of it runs any more."""

    code = "timed_out"
    status = 408


class RunCancelledError(ConsoleError):
    """It was ended by its owner or by an admin."""

    code = "cancelled"
    status = 408


class BusyError(ConsoleError):
    """The caller, or all callers together, have as many runs as there may be."""

    code = "too_many_runs"
    status = 429


def error_object(error: GuanxiError) -> dict[str, Any]:
    """The error as every door of the console answers it: code, message, line, column, hint."""
    if isinstance(error, ConsoleError):
        code, line, column = error.reason, error.line, error.column
    else:
        code, line, column = error.code, None, None
    return {"code": code, "message": error.message, "line": line, "column": column, "hint": error.remedy}


_PLACE: Final = re.compile(r"\(line (\d+), column (\d+) \(offset: \d+\)\)")
_LONGEST: Final = 600
_TIMED_OUT: Final = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    }
)
_TERMINATED: Final = frozenset(
    {"Neo.ClientError.Transaction.Terminated", "Neo.TransientError.Transaction.Terminated"}
)
_OUT_OF_MEMORY: Final = frozenset(
    {
        "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
        "Neo.TransientError.General.TransactionMemoryLimit",
        "Neo.TransientError.General.OutOfMemoryError",
    }
)
_HINTS: Final[Mapping[str, tuple[str, str]]] = {
    "Neo.ClientError.Statement.SyntaxError": ("syntax", "Correct the statement at the place that is shown."),
    "Neo.ClientError.Statement.SemanticError": ("semantics", "Correct the statement."),
    "Neo.ClientError.Statement.ParameterMissing": (
        "missing_parameter",
        "Give every parameter that the statement names: `parameters` of a request, `--param` of the command.",
    ),
    "Neo.ClientError.Statement.TypeError": (
        "wrong_type",
        "Something is given to a function or operator that does not take it; valueType(x) tells what it is.",
    ),
    "Neo.ClientError.Statement.ArithmeticError": ("arithmetic", "Guard it with CASE WHEN."),
    "Neo.ClientError.Statement.ArgumentError": ("argument", "Correct what the function is given."),
    "Neo.ClientError.Statement.EntityNotFound": ("changed_meanwhile", "Run it again."),
}
_WRITES: Final = frozenset({"Neo.ClientError.Statement.AccessMode", "Neo.ClientError.Security.Forbidden"})
_PROCEDURE: Final = "Neo.ClientError.Procedure."


def timed_out(seconds: float) -> TimedOutError:
    """The error of a run that met its deadline."""
    return TimedOutError(
        f"The statement took longer than {seconds:g} s and was ended.",
        hint="Begin with what an index finds, ask for less (LIMIT), or aggregate earlier.",
    )


def from_neo4j(error: Neo4jError, *, seconds: float) -> ConsoleError | None:
    """What a statement's failure means to who wrote it; None for what is no fault of the statement.

    Lines are those of the statement as it was given: we send it behind a line of our own.
    """
    code = error.code or ""
    if ended := _ended(code, seconds):
        return ended
    if not code.startswith("Neo.ClientError."):
        return None
    line, column = _place(error)
    message = _message(error)
    if code in _WRITES:
        return RefusedError(
            message, hint="The console only reads.", line=line, column=column, reason="writes"
        )
    if code.startswith(_PROCEDURE):
        return RefusedError(
            message, hint="Call only the procedures of docs/console.md.", line=line, column=column
        )
    reason, hint = _HINTS.get(code, ("statement", "Correct the statement."))
    return StatementError(message, hint=hint, line=line, column=column, reason=reason)


def _ended(code: str, seconds: float) -> ConsoleError | None:
    if code in _TIMED_OUT:
        return timed_out(seconds)
    if code in _TERMINATED:
        return RunCancelledError("The statement was ended.", hint="Run it again if you still need it.")
    if code in _OUT_OF_MEMORY:
        return StatementError(
            "The statement needed more memory than one transaction may take.",
            hint="Collect less at once: aggregate before you collect, or add LIMIT.",
            reason="out_of_memory",
        )
    return None


def _place(error: Neo4jError) -> tuple[int | None, int | None]:
    found = _PLACE.search(error.message or "")
    if found:
        return _ours(int(found[1]), int(found[2]))
    position = cast("Mapping[str, int]", error.diagnostic_record.get("_position") or {})
    return _ours(position["line"], position.get("column", 1)) if position.get("line") else (None, None)


def _ours(line: int, column: int) -> tuple[int | None, int | None]:
    return (line - 1, column) if line > 1 else (None, None)


def _message(error: Neo4jError) -> str:
    text = (error.message or "").strip()
    found = _PLACE.search(text)
    text = text[: found.start()].strip() if found else text.partition("\n")[0]
    return mask_text(text)[:_LONGEST] or "Neo4j refused the statement."
