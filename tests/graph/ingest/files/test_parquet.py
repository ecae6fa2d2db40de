"""Parquet files: the same rows as CSV and JSON Lines give, and what is wrong with a file said once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.db.database import Database
from graph.errors import InputError
from graph.ingest.files.load import FileLoader, FileOptions, Loaded
from graph.ingest.files.mapping import parse_mapping
from graph.ingest.files.rows import Row, Rows
from graph.ingest.files.stream import FileFormat, open_file
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.export import export_identities


def write(path: Path, table: dict[str, Any] | pa.Table, **options: Any) -> Path:
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
    return path


def rows_of(path: Path) -> list[Row]:
    with open_file(path) as file:
        return list(Rows(file))


def test_values_come_as_what_they_say(tmp_path: Path) -> None:
    file = write(
        tmp_path / "people.parquet",
        {
            "id": [9_007_199_254_740_993, 2],
            "phone": [13_912_345_678.0, None],
            "born": [date(1980, 5, 17), None],
            "seen": pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns", "UTC")),
            "local": [datetime(2026, 1, 2, 3, 4, 5), None],  # noqa: DTZ001 - a column without a zone
            "paid": [Decimal("12345678901234567890.12"), None],
            "share": [float("nan"), 0.5],
            "city": pa.array(["上海", "上海"]).dictionary_encode(),
        },
    )
    first, second = rows_of(file)
    assert first.values == {
        "id": 9_007_199_254_740_993,
        "phone": 13_912_345_678,
        "born": "1980-05-17",
        "seen": datetime(2023, 11, 14, 22, 13, 20, 123_456, tzinfo=UTC).isoformat(),
        "local": "2026-01-02T03:04:05",
        "paid": "12345678901234567890.12",
        "city": "上海",
    }
    assert (second.line, second.values) == (2, {"id": 2, "share": 0.5, "city": "上海"})


def test_memory_is_bounded_by_batches_and_no_row_is_lost(tmp_path: Path) -> None:
    file = write(tmp_path / "many", {"id": list(range(25_000))}, row_group_size=7_000)
    with open_file(file) as opened:
        assert [row.values["id"] for row in Rows(opened)] == list(range(25_000))


@pytest.mark.parametrize("part", [slice(0, 200), slice(0, -4)], ids=["cut off", "no footer"])
def test_a_damaged_file_is_told(tmp_path: Path, part: slice) -> None:
    file = write(tmp_path / "people.parquet", {"id": list(range(1_000))})
    file.write_bytes(file.read_bytes()[part])
    with pytest.raises(InputError, match="not a whole Parquet file"):
        rows_of(file)


def test_what_cannot_be_text_is_told_by_its_column(tmp_path: Path) -> None:
    file = write(tmp_path / "people.parquet", {"id": [1], "photo": [b"\x00"]})
    with pytest.raises(InputError, match="Column photo"):
        rows_of(file)


def test_a_csv_is_not_taken_for_parquet(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id\n1\n")
    with (
        pytest.raises(InputError, match="not a whole Parquet file"),
        open_file(file, format_=FileFormat.PARQUET),
    ):
        pass


async def test_a_file_is_loaded_once_and_its_bad_rows_are_set_apart(
    database: Database, writer: Writer, keyring: Keyring, blind: BlindIndex, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "people.parquet",
        {"no": ["a", "b", None, "c"], "name": ["王伟"] * 4, "tel": ["13912345678", "13912345678", "x", None]},
    )
    loader = FileLoader(writer, default_source("crm"), keyring=keyring, blind=blind)
    mapping = parse_mapping(b'[people]\nrecordId = "no"\nphone = "tel"\n', where="m.toml")

    async def load() -> Loaded:
        return await loader.load(file, FileOptions(mapping=mapping), watcher=Quiet())

    loaded = await load()
    assert (loaded.progress.stored, loaded.progress.rejected) == (3, 1)
    assert loaded.rejected_file == tmp_path / "people.parquet.rejected.jsonl"
    assert b'"rejectedLine":3' in loaded.rejected_file.read_bytes()
    assert (await load()).progress.stored == 0
    people = {
        record: one_id async for page in export_identities(database, keyring) for _, record, one_id in page
    }
    assert people["a"] == people["b"] != people["c"]


class Quiet:
    """Nobody looks."""

    def begin(self, name: str, size: int | None) -> None: ...

    def advance(self, consumed: int, rows: int) -> None: ...

    def waiting(self, reason: str) -> None: ...
