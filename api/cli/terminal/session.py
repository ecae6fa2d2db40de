"""The terminal: what is typed, or stands in a script, is run, shown in pages, and can be cancelled."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import typer

from api.cli.terminal.commands import HELP, Command, command_of, parameter_of, statements
from api.cli.terminal.doors import Door
from api.cli.terminal.exporting import export
from api.cli.terminal.shown import Shown, Table, Write, counted, placed, plan_lines, screen_pages, told
from graph.console.errors import ConsoleError
from graph.console.model import Ask, Mode
from graph.errors import GuanxiError, InputError

T = TypeVar("T")


class Screen(Protocol):
    """Where somebody types; see Editor."""

    @property
    def size(self) -> tuple[int, int]: ...
    async def statement(self) -> str: ...
    async def more(self) -> str: ...


@dataclass(slots=True)
class _Answer:
    """An answer, whole: who reads it page by page must not keep a transaction waiting."""

    names: list[str] = field(default_factory=list[str])
    rows: list[list[Any]] = field(default_factory=list[list[Any]])
    summary: dict[str, Any] = field(default_factory=dict[str, Any])

    def columns(self, names: list[str]) -> None:
        self.names = names

    def row(self, values: list[Any]) -> None:
        self.rows.append(values)

    def end(self) -> None:
        """All is kept."""

    def pages(self, screen: Screen) -> Iterator[list[str]]:
        """As a table in pages that fit the screen; the rows of the first say how wide the columns are.

        The first page is the same as soon as there are rows for it, whatever comes behind them.
        """
        return _paged(self._lines(screen.size[1]), screen)

    def fills(self, screen: Screen) -> bool:
        """Whether there are rows enough for a page."""
        return len(self.rows) > screen.size[1]

    def _lines(self, looked_at: int) -> Iterator[str]:
        made: list[str] = []
        table = Table(made.append, looked_at=looked_at)
        table.columns(self.names)
        for row in self.rows:
            table.row(row)
            yield from made
            made.clear()
        table.end()
        yield from made


class _FirstPage:
    """Shows the first page of an answer as soon as it is full, while the rest comes."""

    def __init__(self, screen: Screen, write: Write) -> None:
        self._screen = screen
        self._write = write
        self.shown = 0
        """Pages that were shown: none or one."""

    def show(self, answer: _Answer) -> None:
        """The page, if there are rows enough and it was not shown yet."""
        if not self.shown and answer.fills(self._screen):
            self._write("".join(next(answer.pages(self._screen))))
            self.shown = 1


class Terminal:
    """One session: its parameters, its last statement and answer."""

    def __init__(self, door: Door, *, reveal: tuple[str, ...] = (), parameters: dict[str, Any] | None = None):
        self._door = door
        self._reveal = reveal
        self.parameters = dict(parameters or {})
        self._last = ""
        self._answer: _Answer | None = None

    async def type_in(self, screen: Screen, write: Write) -> None:
        """Run what is typed until `:quit` or Ctrl-D. What is wrong is said, and ends nothing."""
        write("Read statements of Cypher, each to its `;` or an empty line. :help tells more.\n")
        while True:
            try:
                text = await screen.statement()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            try:
                if not await self._typed(text, screen, write):
                    return
            except GuanxiError as error:
                _say(error, write)
            except (asyncio.CancelledError, KeyboardInterrupt):
                write("Cancelled.\n")

    async def follow(self, script: str, shown: Shown, write: Write) -> None:
        """Run what a script holds, to its end or its first error, which is raised."""
        for text in statements(script):
            command = command_of(text)
            if command is not None and command.name == ":quit":
                return
            if command is not None and command.name not in _MODES:
                self._command(command, write)
                continue
            keeping = _Answer()
            statement, mode = self._asked(command, text)
            try:
                async with aclosing(self._lines(statement, mode)) as lines:
                    async for line in lines:
                        keeping.summary = take(line, keeping) or {}
                        if mode is not Mode.EXPLAIN:  # which has no rows
                            take(line, shown)
            finally:
                shown.end()
            self._answer = keeping
            summarise(keeping.summary, write)

    async def _typed(self, text: str, screen: Screen, write: Write) -> bool:
        """Whether the session goes on."""
        if not text.strip():
            return True
        command = command_of(text)
        if command is not None and command.name == ":quit":
            return False
        if command is not None and command.name not in _MODES:
            self._command(command, write)
            return True
        statement, mode = self._asked(command, text)
        first = _FirstPage(screen, write)
        answer = await _unless_interrupted(self._whole(statement, mode, first))
        self._answer = answer
        if mode is not Mode.EXPLAIN:
            await _show(answer.pages(screen), screen, write, shown=first.shown)
        if plan := answer.summary.get("plan"):
            await _show(_paged((f"{line}\n" for line in plan_lines(plan)), screen), screen, write)
        write(f"{told(answer.summary)}\n")
        return True

    def _asked(self, command: Command | None, text: str) -> tuple[str, Mode]:
        if command is None:
            self._last = text
            return text, Mode.RUN
        self._last = command.rest or self._last
        if not self._last:
            raise InputError("There is no statement yet.", remedy=f"Write it behind {command.name}.")
        return self._last, _MODES[command.name]

    async def _whole(self, statement: str, mode: Mode, first: _FirstPage) -> _Answer:
        answer = _Answer()
        async with aclosing(self._lines(statement, mode)) as lines:
            async for line in lines:
                answer.summary = take(line, answer) or {}
                first.show(answer)
        return answer

    async def _lines(self, statement: str, mode: Mode) -> AsyncGenerator[Any]:
        ask = Ask(statement, self.parameters, mode, () if mode is Mode.EXPLAIN else self._reveal)
        try:
            async with aclosing(self._door.lines(ask)) as parts:
                async for lines in parts:
                    for line in lines:
                        yield line
        except ConsoleError as error:
            raise placed(error, statement) from None

    def _command(self, command: Command, write: Write) -> None:
        if command.name == ":help":
            for line, meaning in HELP.items():
                write(f"{line:<20} {meaning}\n")
            write("Alt-Enter runs what is typed as it is; Ctrl-C cancels a run; Tab completes.\n")
        elif command.name == ":params":
            for name, value in sorted(self.parameters.items()):
                write(f"{name}: {json.dumps(value, ensure_ascii=False)}\n")
        elif command.name == ":param":
            name, *value = parameter_of(command.rest)
            if value:
                self.parameters[name] = value[0]
            else:
                self.parameters.pop(name, None)
        else:
            self._export(command.rest, write)

    def _export(self, path: str, write: Write) -> None:
        if self._answer is None:
            raise InputError("There is no answer yet.", remedy="Run a statement, then export it.")
        if not path:
            raise InputError("The file has no name.", remedy="Write :export people.csv.")
        export(Path(path).expanduser(), self._answer.names, self._answer.rows)
        write(f"{counted(len(self._answer.rows))} in {path}\n")


_MODES = {":explain": Mode.EXPLAIN, ":profile": Mode.PROFILE}


def take(line: Any, shown: Shown) -> dict[str, Any] | None:
    """Show one line of an answer; its summary, where it is that."""
    if isinstance(line, list):
        shown.row(cast("list[Any]", line))
    elif "columns" in line:
        shown.columns(line["columns"])
    else:
        shown.end()
        return cast("dict[str, Any]", line["summary"])
    return None


def summarise(summary: dict[str, Any], write: Write) -> None:
    """The plan, where there is one, to what is answered; rows and seconds beside it."""
    for line in plan_lines(summary["plan"]) if summary.get("plan") else ():
        write(f"{line}\n")
    typer.echo(told(summary), err=True)


def _paged(lines: Iterator[str], screen: Screen) -> Iterator[list[str]]:
    width, height = screen.size
    return screen_pages(lines, width=width, height=max(height - 2, 2))


async def _show(pages: Iterator[list[str]], screen: Screen, write: Write, *, shown: int = 0) -> None:
    """Page by page, behind those that were shown before."""
    everything = False
    for number, page in enumerate(pages):
        if number < shown:
            continue
        if number and not everything:
            asked = await screen.more()
            if asked == "stop":
                return
            everything = asked == "all"
        write("".join(page))


async def _unless_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """What work answers; Ctrl-C cancels it, and it alone: then CancelledError is raised."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    with suppress(ValueError, RuntimeError):  # only a main thread is told of signals
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        return await task
    finally:
        with suppress(ValueError, RuntimeError):
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)


def _say(error: GuanxiError, write: Write) -> None:
    write(f"Error: {error.message}\n")
    if error.remedy:
        write(f"{error.remedy}\n")
