"""Sessions on the run's Neo4j: typed into a terminal that is none, and into one that is."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from api.app import create_app
from api.cli.terminal import editor
from api.cli.terminal.doors import LocalDoor, RemoteDoor
from api.cli.terminal.editor import Editor, history_in
from api.cli.terminal.session import Terminal
from api.cli.terminal.shown import Format, Write, shown_by
from api.client import Connection
from api.wiring import Services
from graph.access.roles import Role
from graph.console.model import Ask
from graph.db.database import Database
from graph.errors import InputError
from tests.api.conftest import headers_of
from tests.api.server import listening
from tests.graph.console.conftest import running

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN a"
ENTER, CTRL_C, CTRL_D = "\r", "\x03", "\x04"
SECONDS = 60.0


@pytest.fixture
async def key(services: Services) -> str:
    return (await headers_of(services, Role.ANALYST))["Authorization"].removeprefix("Bearer ")


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    async with listening(create_app(services, follow=False)) as found:
        yield f"http://{found}"


async def typed(services: Services, keys: str, write: Write | None = None) -> str:
    """What the terminal shows when these keys are typed, and then Ctrl-D."""
    door = LocalDoor(services.console, None)
    terminal = Terminal(door)
    shown: list[str] = []
    with create_pipe_input() as source:
        typing = Editor(
            await door.schema(),
            lambda: terminal.parameters,
            InMemoryHistory(),
            source=source,
            screen=DummyOutput(),
        )
        source.send_text(keys + CTRL_D)
        await asyncio.wait_for(terminal.type_in(typing, write or shown.append), SECONDS)
    return "".join(shown)


async def test_a_statement_may_have_several_lines(services: Services) -> None:
    shown = await typed(services, f"RETURN 40{ENTER}+ 2 AS answer;{ENTER}RETURN 1 AS one{ENTER}{ENTER}")
    assert "answer\n------\n42\n1 row in " in shown
    assert "one\n---\n1\n1 row in " in shown


async def test_parameters_are_set_shown_and_forgotten(services: Services) -> None:
    shown = await typed(
        services,
        f":param n 5{ENTER}:param city 上海{ENTER}:params{ENTER}RETURN $n + 1 AS x, $city AS c;{ENTER}"
        f":param n{ENTER}:params{ENTER}",
    )
    assert 'city: "上海"\nn: 5\n' in shown
    assert "x | c\n--+-----\n6 | 上海\n" in shown
    assert shown.endswith('s\ncity: "上海"\n')


async def test_plans_of_the_last_statement_or_of_another(services: Services) -> None:
    shown = await typed(
        services,
        f":explain{ENTER}RETURN 1 AS x;{ENTER}:explain{ENTER}:profile UNWIND [1, 2] AS y{ENTER}RETURN y;{ENTER}",
    )
    assert "There is no statement yet." in shown
    assert shown.count("+ProduceResults") == 2
    assert "rows 2" in shown
    assert "y\n-\n1\n2\n" in shown


async def test_what_is_wrong_has_a_caret_and_ends_nothing(services: Services) -> None:
    shown = await typed(
        services,
        f"MATCH (n){ENTER}RETRUN n;{ENTER}:nothing{ENTER}CREATE (n:X);{ENTER}RETURN 1{CTRL_C}RETURN 7 AS x;{ENTER}",
    )
    assert "(syntax)\n  line 2, column 1:\n  RETRUN n;\n  ^\n" in shown
    assert "There is no command :nothing." in shown
    assert "(writes)" in shown
    assert "x\n-\n7\n" in shown


async def test_long_answers_come_in_pages(services: Services) -> None:
    many = f"UNWIND range(1, 100) AS n RETURN 'row ' + n AS n;{ENTER}"
    height = DummyOutput().get_size().rows - 2
    stopped = await typed(services, f"{many}q")
    assert stopped.count("row ") == height - 2
    assert "100 rows in" in stopped
    assert (await typed(services, f"{many} q")).count("row ") == 2 * height - 2
    assert (await typed(services, f"{many}a")).count("row ") == 100


async def test_the_last_answer_is_exported(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    shown = await typed(
        services, f":export {file}{ENTER}RETURN '=1' AS x;{ENTER}:export {file}{ENTER}:export {file}{ENTER}"
    )
    assert "There is no answer yet." in shown
    assert file.read_text(encoding="utf-8-sig") == "x\n'=1\n"
    assert f"1 row in {file}" in shown
    assert "is there already" in shown


async def test_help_names_every_command_and_quit_leaves(services: Services) -> None:
    shown = await typed(services, f":help{ENTER}:quit{ENTER}RETURN 'never' AS x;{ENTER}")
    assert ":export FILE" in shown
    assert "never" not in shown


async def test_tab_completes_from_the_live_schema(services: Services) -> None:
    shown = await typed(services, f"MATCH (u:Use\t) RETURN count(u) AS people;{ENTER}")
    assert "people\n------\n0\n" in shown


async def test_a_script_runs_to_its_first_error(services: Services) -> None:
    shown: list[str] = []
    terminal = Terminal(LocalDoor(services.console, None))
    script = ":param n 3\nRETURN $n AS n;\n:explain RETURN 7 AS x;\nRETURN 2 AS n; RETRUN 3; RETURN 4 AS n;"
    with pytest.raises(InputError, match="syntax"):
        await terminal.follow(script, shown_by(Format.CSV, shown.append), shown.append)
    rows, _, plan = "".join(shown).partition("+")
    assert rows == "n\r\n3\r\n"
    assert plan.startswith("ProduceResults  x\n")
    assert plan.endswith("\nn\r\n2\r\n")


async def test_the_first_page_is_shown_while_the_rest_comes(services: Services) -> None:
    shown: list[str] = []
    while_it_ran: list[bool] = []

    def write(text: str) -> None:
        shown.append(text)
        while_it_ran.append(bool(services.console._running))

    many = "UNWIND range(1, 20000) AS n RETURN n, 'and' AS more"
    await typed(services, f"{many};{ENTER} q", write)
    pages = [(text, ran) for text, ran in zip(shown, while_it_ran, strict=True) if " | and\n" in text]
    assert [ran for _, ran in pages] == [True, False]
    height = DummyOutput().get_size().rows - 2
    assert [text.count("and\n") for text, _ in pages] == [height - 2, height]
    assert pages[0][0].startswith("n  | more\n---+-----\n1  | and\n2  | and\n")
    assert pages[1][0].startswith(f"{height - 1} | and\n")
    assert "20,000 rows in" in shown[-1]


def test_the_history_keeps_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "MOST_KEPT", 3)
    statements = ["RETURN 0", "RETURN\n# 1", "RETURN '上海'", "", "RETURN 4\n", "# 5"]
    history = history_in(tmp_path)
    for number, text in enumerate(statements):
        history.append_string(text)
        assert list(history_in(tmp_path).load_history_strings()) == statements[: number + 1][-3:][::-1]
    assert [path.name for path in tmp_path.iterdir()] == ["console.history"]
    assert stat.S_IMODE((tmp_path / "console.history").stat().st_mode) == 0o600


def test_history_is_the_owners_alone_and_keeps_no_parameters(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    for text in (":param phone 13800000000", "RETURN $phone"):
        history.append_string(text)
    file = tmp_path / "console.history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text(encoding="utf-8")
    assert "RETURN $phone" in kept
    assert "13800000000" not in kept
    assert list(history_in(tmp_path).load_history_strings()) == ["RETURN $phone"]
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "console.history").symlink_to(file)
    with pytest.raises(InputError):
        history_in(tmp_path / "link")


async def test_a_remote_run_that_is_cancelled_is_gone(address: str, key: str, server: Database) -> None:
    with closing(Connection(address, key)) as connection:
        lines = RemoteDoor(connection).lines(Ask(ENDLESS))
        waiting = asyncio.ensure_future(anext(lines))
        await until(server, 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(server, 0)


async def until(server: Database, count: int) -> None:
    """Until so many statements of the console run."""
    async with asyncio.timeout(SECONDS):
        while await running(server) != count:
            pass


class Pty:
    """A command in a terminal."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self._fd, theirs = pty.openpty()
        take = (
            "import fcntl, os, sys, termios\n"
            "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
            "os.execv(sys.argv[1], sys.argv[1:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", take, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | environment,
        )
        os.close(theirs)
        self._seen = ""

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def until(self, pattern: str) -> str:
        """What came up to this; it is forgotten."""
        end = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self._seen)):
            assert select.select([self._fd], [], [], end - time.monotonic())[0], self._seen
            self._seen += os.read(self._fd, 65536).decode(errors="replace")
            if "\x1b[6n" in self._seen:  # it asks where the cursor is
                self._seen = self._seen.replace("\x1b[6n", "")
                self.type("\x1b[1;1R")
        before, self._seen = self._seen[: found.end()], self._seen[found.end() :]
        return before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


@pytest.fixture
def terminal(address: str, key: str, tmp_path: Path) -> Iterator[Pty]:
    program = str(Path(sys.executable).with_name("guanxi"))
    environment = {"GUANXI_KEY": key, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    opened = Pty([program, "console", "--url", address, "--data-dir", str(tmp_path)], environment)
    yield opened
    opened.close()


async def test_in_a_terminal_ctrl_c_ends_the_run_and_not_the_terminal(
    terminal: Pty, server: Database, tmp_path: Path
) -> None:
    async def until_shown(pattern: str) -> str:
        return await asyncio.to_thread(terminal.until, pattern)

    await until_shown("guanxi>")
    terminal.type(f"RETURN 40 + 2 AS answer;{ENTER}")
    await until_shown(r"\n42\r?\n1 row in ")
    await until_shown("guanxi>")
    terminal.type(f"{ENDLESS};{ENTER}")
    await until(server, 1)
    terminal.type(CTRL_C)
    await until_shown("Cancelled")
    await until(server, 0)
    await until_shown("guanxi>")
    terminal.type(f":quit{ENTER}")
    assert await asyncio.to_thread(terminal.process.wait, SECONDS) == 0
    assert "AS answer" in (tmp_path / "console.history").read_text(encoding="utf-8")
