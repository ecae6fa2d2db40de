"""Where statements are typed: several lines, coloured, completed, remembered."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import Output
from pygments.lexers.graph import CypherLexer

from api.cli.terminal.commands import is_ready
from api.cli.terminal.completion import choices
from api.rest.console.shapes import SchemaShape
from graph.errors import InputError

_PROMPT: Final = "guanxi> "
_MORE: Final = "     -> "
_MODE: Final = 0o600
MOST_KEPT: Final = 10_000
"""Statements that the history keeps; older ones go when a session begins."""
_NOT_KEPT: Final = ":param "
"""Values of parameters are people's, more often than not."""


class _Completer(Completer):
    def __init__(self, schema: SchemaShape, parameters: Callable[[], Iterable[str]]) -> None:
        self._schema = schema
        self._parameters = parameters

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor."""
        del complete_event
        for choice in choices(document.text_before_cursor, self._schema, self._parameters()):
            yield Completion(choice.text, -choice.replaces, display_meta=choice.meaning)


class _KeptHistory(FileHistory):
    """Statements of earlier sessions, but for values of parameters."""

    def store_string(self, string: str) -> None:
        if not string.startswith(_NOT_KEPT):
            super().store_string(string)


def history_in(folder: Path) -> History:
    """The history in a data folder: the last `MOST_KEPT` statements, in a file of mode 0600.

    In memory only where there is no folder yet. Raises InputError where the file cannot be opened, or is a link.
    """
    if not folder.is_dir():
        return InMemoryHistory()
    path = folder / "console.history"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, _MODE)
        try:
            os.fchmod(handle, _MODE)
        finally:
            os.close(handle)
        _trim(path)
    except OSError as error:
        raise InputError(
            f"The history {path} cannot be opened: {error.strerror}.", remedy="Remove the file."
        ) from None
    return _KeptHistory(str(path))


def _trim(path: Path) -> None:
    """Leave the newest statements; another session that begins now leaves the same."""
    # Each entry begins with a line that has its time.
    _, *entries = re.split(rb"^# ", path.read_bytes(), flags=re.MULTILINE)
    if len(entries) <= MOST_KEPT:
        return
    handle, trimmed = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(b"\n# " + entry.strip(b"\n") + b"\n" for entry in entries[-MOST_KEPT:])
        Path(trimmed).replace(path)
    except BaseException:
        Path(trimmed).unlink()
        raise


class Editor:
    """Asks for the next statement, and whether to show more. Raises EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""

    def __init__(
        self,
        schema: SchemaShape,
        parameters: Callable[[], Iterable[str]],
        history: History,
        *,
        source: Input | None = None,
        screen: Output | None = None,
    ) -> None:
        """`source` and `screen` instead of the terminal are for tests."""
        self._session: PromptSession[str] = PromptSession(
            _PROMPT,
            multiline=True,
            prompt_continuation=_MORE,
            lexer=PygmentsLexer(CypherLexer),
            completer=_Completer(schema, parameters),
            complete_in_thread=False,
            history=history,
            key_bindings=_keys(),
            input=source,
            output=screen,
        )
        self._pager: PromptSession[str] = PromptSession(
            key_bindings=_pager_keys(), erase_when_done=True, input=source, output=screen
        )

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the screen."""
        size = self._session.output.get_size()
        return size.columns, size.rows

    async def statement(self) -> str:
        """What was typed, once it is ready to be run."""
        return await self._session.prompt_async()

    async def more(self) -> str:
        """What is to become of the pages that are left: `next`, `all` or `stop`."""
        try:
            return await self._pager.prompt_async("-- space: more, a: all, q: stop -- ")
        except (EOFError, KeyboardInterrupt):
            return "stop"


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~completion_is_selected)
    def _(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        buffer = event.current_buffer
        if buffer.document.is_cursor_at_the_end and is_ready(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    @keys.add("enter", filter=completion_is_selected)
    def _(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        event.current_buffer.complete_state = None

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        event.current_buffer.validate_and_handle()

    return keys


def _pager_keys() -> KeyBindings:
    keys = KeyBindings()
    for pressed, meaning in (
        (" ", "next"),
        ("enter", "next"),
        ("a", "all"),
        ("q", "stop"),
    ):

        def _(event: KeyPressEvent, meaning: str = meaning) -> None:
            event.app.exit(result=meaning)

        keys.add(pressed)(_)
    return keys
