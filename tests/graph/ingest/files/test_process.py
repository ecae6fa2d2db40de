"""Reading in a process beside us: the same chunks, the same errors, and nothing of it stays."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import GuanxiError, InputError
from graph.ingest.files.chunks import Chunk, Reading
from graph.ingest.files.mapping import default_mapping
from graph.ingest.files.process import open_chunks
from graph.ingest.files.records import as_file
from graph.ingest.files.rows import Rows
from graph.ingest.files.stream import open_file
from graph.ingest.sources import default_source
from tests.graph.runtime.conftest import gone

ROWS = 60
HERE, BESIDE = sys.maxsize, 0


@contextmanager
def chunks(
    path: Path, large: int, *, encoding: str | None = None, batch_rows: int = 7
) -> Iterator[Iterator[Chunk]]:
    """The chunks of a file as the loader asks for them."""
    with open_file(path, encoding=encoding) as file:
        rows = Rows(file)
        mapping = default_mapping(rows.columns, file=file.label) if rows.columns else None
        reading = Reading(
            path, file.format, as_file(default_source("crm")), 1_790_000_000_000_000, batch_rows,
            encoding=encoding, mapping=mapping,
        )  # fmt: skip
        with open_chunks(file, rows, reading, large=large) as found:
            yield found


def children() -> list[psutil.Process]:
    own = psutil.Process().children()
    return [each for each in own if "graph.ingest.files.child" in each.cmdline()]


def csv_text() -> str:
    rows = [f"C{n},王建国,139123456{n:02d}" for n in range(ROWS)]
    rows[9] = ",no id,1"
    rows[30] = "C30,short"
    rows[44] = 'C44,"open quote,13912345678'
    return "\n".join(["recordId,name,phone", *rows, ""])


def json_lines() -> bytes:
    rows = [orjson.dumps({"recordId": n, "phone": f"139123456{n:02d}"}) for n in range(ROWS)]
    rows[20] = b"nonsense"
    rows[33] = b'{"type": "track", "event": "Store Visit", "userId": "u1"}'
    rows[34] = b'{"type": "track", "userId": "u1"}'
    return b"\n".join(rows)


def parquet(path: Path) -> None:
    ids = [None if n == 11 else f"C{n}" for n in range(ROWS)]
    pq.write_table(pa.table({"recordId": ids, "phone": ["13912345678"] * ROWS}), path)


FILES: dict[str, tuple[Callable[[Path], object], str | None]] = {
    "p.csv": (lambda path: path.write_text(csv_text(), encoding="utf-8-sig"), None),
    "wide.csv": (lambda path: path.write_text(csv_text(), encoding="utf-16"), None),
    "chinese.csv": (lambda path: path.write_text(csv_text(), encoding="gb18030"), "gb18030"),
    "p.csv.gz": (lambda path: path.write_bytes(gzip.compress(csv_text().encode())), None),
    "p.jsonl": (lambda path: path.write_bytes(json_lines()), None),
    "p.jsonl.gz": (lambda path: path.write_bytes(gzip.compress(json_lines())), None),
    "p.parquet": (parquet, None),
}


@pytest.mark.parametrize("name", FILES)
def test_the_chunks_are_the_same(tmp_path: Path, name: str) -> None:
    write, encoding = FILES[name]
    write(tmp_path / name)
    with chunks(tmp_path / name, HERE, encoding=encoding) as found:
        here = list(found)
        assert children() == []
    with chunks(tmp_path / name, BESIDE, encoding=encoding) as found:
        beside = [next(found)]
        assert len(children()) == 1
        beside += list(found)
    assert children() == []
    assert len(here) == -(-ROWS // 7)
    assert sum(chunk.progress.rejected for chunk in here) >= 1
    # A packed file that is opened anew is read in other blocks.
    assert [replace(each, consumed=0) for each in beside] == [replace(each, consumed=0) for each in here]
    assert beside[-1].consumed == here[-1].consumed


def noise(count: int) -> bytes:
    """Lines that gzip cannot make much smaller."""
    return b"".join(
        orjson.dumps({"recordId": n, "note": os.urandom(300).hex()}) + b"\n" for n in range(count)
    )


def error_of(path: Path, large: int) -> tuple[type[BaseException], str, int]:
    """What ends the reading, and after how many rows."""
    read: list[Chunk] = []
    with chunks(path, large) as found, pytest.raises(GuanxiError) as caught:
        read.extend(found)
    return caught.type, str(caught.value), sum(chunk.progress.rows for chunk in read)


def test_a_broken_gzip_is_told_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl.gz"
    packed = gzip.compress(noise(2_000))
    path.write_bytes(packed[: len(packed) // 2])
    told = error_of(path, BESIDE)
    assert told == error_of(path, HERE)
    assert told[0] is InputError
    assert "is not a whole gzip file" in told[1]
    assert told[2] > 7


def test_a_parquet_damaged_in_the_middle_is_told_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    table = pa.table({"recordId": [f"C{n}" for n in range(9_000)]})
    pq.write_table(table, path, row_group_size=3_000, compression="NONE", use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = b"\xff" * 20_000
    path.write_bytes(content)
    told = error_of(path, BESIDE)
    assert told == error_of(path, HERE)
    assert "is not a whole Parquet file" in told[1]
    assert told[2] > 7


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(50))
    with chunks(path, BESIDE) as found:
        next(found)
        path.unlink()
        with pytest.raises(InputError, match="cannot be read: No such file"):
            next(found)


def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(5_000))
    read: list[Chunk] = []
    with chunks(path, BESIDE) as found:
        read += [next(found), next(found)]
        (process,) = children()
        process.kill()
        with pytest.raises(GuanxiError, match=r"killed by signal 9.*the same command goes on there"):
            read.extend(found)
    assert sum(chunk.progress.rows for chunk in read) < 5_000
    assert not process.is_running()


def test_who_waits_for_a_chunk_is_let_go(tmp_path: Path) -> None:
    """A thread that reads cannot be cancelled: the end of the process must end it."""
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(50))
    caught: list[BaseException] = []

    def wait(found: Iterator[Chunk]) -> None:
        try:
            list(found)
        except GuanxiError as error:
            caught.append(error)

    with chunks(path, BESIDE) as found:
        next(found)
        (process,) = children()
        process.suspend()
        waiting = threading.Thread(target=wait, args=(found,))
        waiting.start()
    waiting.join(30)
    assert not waiting.is_alive()
    assert len(caught) == 1


def test_it_gets_no_secret_and_does_not_look_in_our_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(5_000))
    (tmp_path / "orjson.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANXI_MASTER_KEY", "secret-of-ours")
    with chunks(Path("p.jsonl"), BESIDE) as found:
        assert [next(found).progress.rows for _ in range(3)] == [7, 7, 7]
        (process,) = children()
        assert "secret-of-ours" not in str(process.environ())
        assert "p.jsonl" not in str(process.cmdline())


def test_where_no_process_can_be_had_we_read_ourselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(20))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with chunks(path, BESIDE) as found:
        assert sum(chunk.progress.rows for chunk in found) == 20


def test_a_pipe_is_read_by_us(tmp_path: Path) -> None:
    """What can be read once only is read once."""
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    content = noise(20)
    writing = threading.Thread(target=path.write_bytes, args=(content,))
    writing.start()
    with chunks(path, BESIDE) as found:
        assert sum(chunk.progress.rows for chunk in found) == 20
        assert children() == []
    writing.join()


def test_a_descriptor_of_ours_is_read_by_us(tmp_path: Path) -> None:
    """`guanxi ingest /dev/stdin < FILE` is a regular file, but another process has another standard input."""
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(20))
    with (
        path.open("rb") as opened,
        chunks(Path(f"/dev/fd/{opened.fileno()}"), BESIDE) as found,
    ):
        assert sum(chunk.progress.rows for chunk in found) == 20


# A program that reads beside itself, tells who reads, and goes on until it is stopped.
PARENT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, as CI may be, ignores it
import tests.graph.ingest.files.test_process as test
with test.chunks(Path(sys.argv[1]), 0) as found:
    next(found), next(found)
    try:
        print(test.children()[0].pid, flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_it_does_not_outlive_us(tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(noise(5_000))
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    os.killpg(parent.pid, how)  # as a terminal does
    out, err = await asyncio.wait_for(parent.communicate(), 60)
    assert (out, err) == (b"stopped\n" if how is signal.SIGINT else b"", b"")
    assert await gone(pid)
