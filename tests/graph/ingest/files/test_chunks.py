"""Chunks: wherever a run stops, the one that goes on there reads the same rows."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.ingest.files.checkpoint import Progress
from graph.ingest.files.chunks import Chunk, Reading, read_on
from graph.ingest.files.mapping import any_people
from graph.ingest.files.records import as_file
from graph.ingest.files.stream import FileFormat
from graph.ingest.sources import default_source
from tests.laws import examples

NOW = 1_790_000_000_000_000
FIELD = st.sampled_from(["C1", "C2", "王", "", '"two\nlines"', '"open', 'quote"inside', "13912345678", " x "])
LINE = st.lists(FIELD, min_size=1, max_size=4).map(",".join)


def reading(path: Path, batch_rows: int, format_: FileFormat = FileFormat.CSV) -> Reading:
    source = as_file(default_source("crm"))
    mapping = any_people() if format_ is FileFormat.CSV else None
    return Reading(path, format_, source, NOW, batch_rows, mapping=mapping)


def rows(chunks: list[Chunk]) -> tuple[list[object], list[bytes], int]:
    messages = [message for chunk in chunks for message in chunk.messages]
    rejected = [line for chunk in chunks for line in chunk.rejected]
    return messages, rejected, sum(chunk.progress.rows for chunk in chunks)


@settings(max_examples=examples(150), deadline=None)
@given(
    lines=st.lists(LINE, max_size=12), batch_rows=st.integers(1, 5), ending=st.sampled_from(["\n", "\r\n"])
)
def test_going_on_after_any_chunk_gives_the_rest(lines: list[str], batch_rows: int, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.csv"
        path.write_text(ending.join(["recordId,name,phone", *lines]), encoding="utf-8", newline="")
        plan = reading(path, batch_rows)
        whole = list(read_on(plan, Progress(place=len("recordId,name,phone" + ending), line=1)))
        assert all(chunk.progress.rows for chunk in whole)
        for done, chunk in enumerate(whole, start=1):
            left = list(read_on(plan, chunk.progress))
            assert rows(left) == rows(whole[done:])
            assert [each.progress for each in left] == [each.progress for each in whole[done:]]


def test_a_chunk_says_how_far_the_file_was_read(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"recordId": n, "note": "x" * 100}) + b"\n" for n in range(9)))
    first, second, last = read_on(reading(path, 4, FileFormat.JSONL), Progress())
    assert (first.progress.rows, second.progress.rows, last.progress.rows) == (4, 4, 1)
    assert [chunk.consumed for chunk in (first, second, last)] == [
        chunk.progress.place for chunk in (first, second, last)
    ]
    assert last.consumed == path.stat().st_size


def test_a_row_nested_too_deep_to_be_written_as_json_is_rejected_as_text(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    deep = '{"recordId":1,"a":' + "[" * 400 + "]" * 400 + "}"
    path.write_text(deep + '\n{"recordId":2}\n')
    (chunk,) = read_on(reading(path, 10, FileFormat.JSONL), Progress())
    assert [message.record_id for message in chunk.messages] == ["2"]
    assert orjson.loads(chunk.rejected[0])["row"] == deep


def test_a_file_that_went_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        next(read_on(reading(tmp_path / "gone.csv", 4), Progress()))
