"""The console for notebooks and programs.

::

    from api.client import connect

    with connect("http://127.0.0.1:8000", key) as graph:
        table = graph.run("MATCH (p:Profile {city: $city}) RETURN count(*) AS n", city="上海").arrow()

Statements only read, personal values are hidden, and every run is recorded, as for everybody who asks the console.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self, cast

import orjson
import pyarrow
import requests

from graph.clock import new_id
from graph.console.errors import ConsoleError
from graph.console.model import Ask, Mode
from graph.errors import AccessError, ConfigurationError, DatabaseUnavailableError, InputError

pa: Any = pyarrow  # it has no types

ARROW: Final = "application/vnd.apache.arrow.stream"
NDJSON: Final = "application/x-ndjson"
_SECONDS: Final = (10, 130)
"""To connect, and to wait for a part of an answer: longer than a statement may take."""
_AGAIN_SECONDS: Final = 0.05


def connect(url: str, key: str, *, purpose: str | None = None) -> Connection:
    """A connection to a running guanxi (`http://127.0.0.1:8000`) by an API key of role analyst or admin.

    `purpose` is what values in the clear are seen for, as `support`; only `Connection.reveal` needs it. Nothing is
    sent yet. Raises AccessError where the key is empty.
    """
    return Connection(url, key, purpose=purpose)


class Answer:
    """What a statement answered, whole. `truncated` is `rows` or `bytes` where a limit of the server cut it off."""

    def __init__(self, table: Any, json_columns: frozenset[str], summary: dict[str, Any]) -> None:
        self._table = table
        self._json_columns = json_columns
        self.run: str = summary["run"]
        self.seconds: float = summary["seconds"]
        self.truncated: str | None = summary["truncated"]
        self.plan: dict[str, Any] | None = summary.get("plan")
        """The plan's first step with its `children`; only of `explain` and `profile`."""

    def __len__(self) -> int:
        """How many rows there are."""
        return self._table.num_rows

    def arrow(self) -> Any:
        """A pyarrow.Table. Columns that are not of one scalar type are JSON text: see `rows`."""
        return self._table

    def rows(self) -> list[dict[str, Any]]:
        """A dict for each row; nodes, lists and maps as docs/console.md shows them, times as Python's."""
        rows: list[dict[str, Any]] = self._table.to_pylist()
        for row in rows:
            for name in self._json_columns:
                if row[name] is not None:
                    row[name] = orjson.loads(row[name])
        return rows

    def pandas(self) -> Any:
        """A pandas.DataFrame of `arrow()`. Raises ConfigurationError where there is no pandas: guanxi needs none."""
        try:
            import pandas  # noqa: F401, PLC0415 # pyright: ignore # only who asks for it must have it
        except ImportError:
            raise ConfigurationError(
                "There is no pandas in this environment.",
                remedy="Install it (pip install pandas), or use .arrow() or .rows().",
            ) from None
        return self._table.to_pandas()


class Connection:
    """Asks the console of one server; use it as a context manager, or close it. `cancel` is safe from other threads.

    Methods raise ConsoleError for what is wrong with a statement or may not be run (`message`, `hint`, `reason`, and
    `line` and `column` from 1, or None), InputError for a parameter that is no JSON, DatabaseUnavailableError where the
    server does not answer.
    """

    def __init__(self, url: str, key: str, *, purpose: str | None = None) -> None:
        if not key:
            raise AccessError("There is no key.", remedy="Make one: guanxi key create --role analyst.")
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or .netrc of the environment learns the key
        self._session.headers["Authorization"] = f"Bearer {key}"
        if purpose is not None:
            self._session.headers["X-Purpose"] = purpose
        self._running: set[str] = set()
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what runs, and give the sockets back."""
        self.cancel()
        self._session.close()

    @property
    def runs(self) -> list[str]:
        """The ids of what this connection runs now."""
        with self._changed:
            return list(self._running)

    def run(self, statement: str, /, **parameters: Any) -> Answer:
        """Run a read statement to its end; parameters by name, as `run("RETURN $n", n=1)`."""
        return self._whole(Ask(statement, parameters, run=new_id()))

    def reveal(self, columns: str | Sequence[str], statement: str, /, **parameters: Any) -> Answer:
        """Run it as `run` does, with these columns in the clear, as `reveal("h", "MATCH … RETURN h")`.

        Takes a key of role admin and a connection with a purpose; each part is recorded before it is answered.
        """
        named = (columns,) if isinstance(columns, str) else tuple(columns)
        return self._whole(Ask(statement, parameters, reveal=named, run=new_id()))

    def explain(self, statement: str, /) -> Answer:
        """Its plan, without running it: `.plan`."""
        return self._whole(Ask(statement, mode=Mode.EXPLAIN, run=new_id()))

    def profile(self, statement: str, /, **parameters: Any) -> Answer:
        """Run it; `.plan` says what each step cost."""
        return self._whole(Ask(statement, parameters, mode=Mode.PROFILE, run=new_id()))

    def cancel(self, run: str | None = None) -> None:
        """End one run by its id, or all that this connection runs now; who waits for it gets ConsoleError."""
        runs = [run] if run is not None else self.runs
        for one in runs:
            while not self._ended(one) and not self._gone(one):
                pass  # asked for, but not there yet: it is on its way, or waits for its turn

    def _ended(self, run: str) -> bool:
        """End a run; False where the server knows none of this id."""
        with (
            self._answering(),
            self._session.delete(f"{self.url}/v1/console/runs/{run}", timeout=_SECONDS) as response,
        ):
            if response.status_code == 404:
                return False
            _check(response)
            return True

    def _gone(self, run: str) -> bool:
        """Wait a moment; True where nobody here waits for this run any more."""
        with self._changed:
            return self._changed.wait_for(lambda: run not in self._running, _AGAIN_SECONDS)

    def schema(self) -> dict[str, Any]:
        """What can be named in a statement, as `GET /v1/console/schema` answers it."""
        with (
            self._answering(),
            self._session.get(f"{self.url}/v1/console/schema", timeout=_SECONDS) as response,
        ):
            _check(response)
            return cast("dict[str, Any]", response.json())

    def lines(self, ask: Ask) -> Generator[list[Any]]:
        """The answer as it comes, as lines of JSON: columns, rows, summary; some at a time. An error is raised."""
        rest = b""
        with self.answer(ask, NDJSON) as response:
            for chunk in response.iter_content(None):
                *whole, rest = (rest + chunk).split(b"\n")
                yield [_line(one) for one in whole]
        if rest:
            raise DatabaseUnavailableError("The answer broke off.", remedy="Run it again.")

    @contextmanager
    def answer(self, ask: Ask, accept: str) -> Generator[requests.Response]:
        """The server's answer to a run, in this form. Left early, the run is ended by going away."""
        body = {
            "statement": ask.statement,
            "parameters": dict(ask.parameters),
            "mode": str(ask.mode),
            "reveal": list(ask.reveal),
            "run": ask.run,
        }
        with (
            self._known(ask.run),
            self._answering(),
            self._session.post(
                f"{self.url}/v1/console/run",
                data=_json(body),
                headers={"Accept": accept, "Content-Type": "application/json"},
                stream=True,
                timeout=_SECONDS,
            ) as response,
        ):
            _check(response)
            yield response

    def _whole(self, ask: Ask) -> Answer:
        body = io.BytesIO()
        broken = False
        with self.answer(ask, ARROW) as response:
            try:
                for chunk in response.iter_content(None):
                    body.write(chunk)
            except requests.RequestException:  # so the server ends an answer with an error: it says which
                broken = True
        body.seek(0)
        table, told = _read(body)
        if "error" in told:
            raise error_of(told["error"])
        if broken or "summary" not in told:
            raise DatabaseUnavailableError("The answer broke off.", remedy="Run it again.")
        json_columns = orjson.loads(table.schema.metadata[b"guanxi.json"])
        return Answer(table, frozenset(json_columns), told["summary"])

    @contextmanager
    def _known(self, run: str | None) -> Generator[None]:
        with self._changed:
            self._running.update([run] if run else [])
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(run or "")
                self._changed.notify_all()

    @contextmanager
    def _answering(self) -> Generator[None]:
        try:
            yield
        except (requests.RequestException, ValueError) as error:
            raise DatabaseUnavailableError(
                f"The server at {self.url} does not answer as one ({type(error).__name__}).",
                remedy="Check the address, and that `guanxi serve` runs there.",
            ) from None


def error_of(told: dict[str, Any]) -> ConsoleError:
    """An error as the server told it."""
    return ConsoleError(
        str(told.get("message", "")),
        hint=str(told.get("hint") or told.get("remedy") or ""),
        line=told.get("line"),
        column=told.get("column"),
        reason=str(told.get("code", "")),
    )


def _json(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError as error:
        raise InputError(
            f"A parameter is no JSON: {error}.", remedy="Give texts, numbers, lists or maps."
        ) from None


def _check(response: requests.Response) -> None:
    if response.status_code == 200:
        return
    body: Any = response.json()
    if not isinstance(body, dict) or "error" not in body:
        raise ValueError("no answer of ours")
    raise error_of(cast("dict[str, Any]", body["error"]))


def _line(text: bytes) -> Any:
    line: Any = orjson.loads(text)
    if isinstance(line, dict) and "error" in line:
        raise error_of(cast("dict[str, Any]", line["error"]))
    return cast("Any", line)


def _read(body: io.BytesIO) -> tuple[Any, dict[str, Any]]:
    """The table of a stream, and what its last batch tells; nothing where it broke off before."""
    batches: list[Any] = []
    told: dict[str, Any] = {}
    try:
        reader = pa.ipc.open_stream(body)
        while not told:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
            if metadata is not None and b"guanxi" in metadata:
                told = orjson.loads(metadata[b"guanxi"])
            else:
                batches.append(batch)
    except (StopIteration, OSError, pa.ArrowException):
        return None, told
    return pa.Table.from_batches(batches, schema=reader.schema), told
