"""Reading rows: what people really hand over, and that one bad row never costs another."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.ingest.files.rows import Row, Rows
from graph.ingest.files.stream import open_file
from tests.laws import examples


def read(path: Path, content: bytes, **options: str | None) -> list[Row]:
    path.write_bytes(content)
    delimiter = options.pop("delimiter", None)
    with open_file(path, **options) as file:  # type: ignore[arg-type]
        return list(Rows(file, delimiter=delimiter))


def values(rows: list[Row]) -> list[dict[str, object]]:
    return [row.values for row in rows if not row.problem]


def problems(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.problem) for row in rows if row.problem]


@pytest.mark.parametrize(
    "content",
    [
        "id,name\n1,王建国\n".encode(),
        b"\xef\xbb\xbf" + "id,name\r\n1,王建国\r\n".encode(),
        "id,name\n1,王建国\n".encode("utf-16"),
        b"\xfe\xff" + "id,name\n1,王建国\n".encode("utf-16-be"),
        "id;name\n1;王建国".encode(),
        "id\tname\n1\t王建国\n".encode(),
        "id|name\n1|王建国\n".encode(),
        "sep=;\nid;name\n1;王建国\n".encode(),
        '"id","name"\n\n"1","王建国"\n\n'.encode(),
        "id,name,\n1,王建国,\n".encode(),
        "id , name\n 1 , 王建国\n".encode(),
        "id,name\n1,王建国,,\n".encode(),
    ],
)
def test_the_usual_forms_say_the_same(tmp_path: Path, content: bytes) -> None:
    assert values(read(tmp_path / "p.csv", content)) == [{"id": "1", "name": "王建国"}]


def test_gzip_and_other_encodings_are_taken_off(tmp_path: Path) -> None:
    text = "id,name\n1,王建国\n"
    packed = gzip.compress(text.encode("gb18030"))
    assert values(read(tmp_path / "p.csv.gz", packed, encoding="gb18030")) == [{"id": "1", "name": "王建国"}]


def test_quoted_newlines_keep_line_numbers(tmp_path: Path) -> None:
    rows = read(tmp_path / "p.csv", b'id,note\n1,"a\nb ""c"", d"\n2,x,y\n')
    assert values(rows) == [{"id": "1", "note": 'a\nb "c", d'}]
    assert problems(rows) == [(4, "The row has 3 fields, the header has 2.")]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"2", "has 1 fields, the header has 2"),
        (b"2,x,y", "has 3 fields"),
        (b'2,"x"y', "quotes"),
        (b"2,\xff\xfe", "Byte 2 of the line"),
        (b'2,"' + b"x" * 200_000 + b'"', "131,072"),
        (b"2," + b"x" * 40_000_000, "more than 1,048,576 bytes"),
    ],
)
def test_a_bad_row_is_refused_alone(tmp_path: Path, bad: bytes, says: str) -> None:
    # The bad row stands beyond the beginning of the file, which must be in the file's encoding.
    rows = read(tmp_path / "p.csv", b"id,name\n" + b"1,a\n" * 20_000 + bad + b"\n3,b\n")
    assert len(values(rows)) == 20_001
    assert values(rows)[-1] == {"id": "3", "name": "b"}
    ((line, problem),) = problems(rows)
    assert line == 20_002
    assert says in problem


def test_a_quote_left_open_costs_its_own_line_only(tmp_path: Path) -> None:
    content = b'id,name\n1,"a\n' + b"2,b\n" * 300_000
    rows = read(tmp_path / "p.csv", content)
    assert problems(rows) == [(2, "A quote is opened and never closed.")]
    assert len(values(rows)) == 300_000


def test_nul_bytes_and_carriage_returns_do_not_stop_a_file(tmp_path: Path) -> None:
    rows = read(tmp_path / "p.csv", b"id,name\n1,a\x00b\n2,c\rd\n3,e\n")
    assert values(rows)[0] == {"id": "1", "name": "a\x00b"}
    assert values(rows)[-1] == {"id": "3", "name": "e"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"a": 1},', "ends with a comma"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b"[", "JSON array"),
        (b"[1]", "not a JSON object"),
        (b"3", "not a JSON object"),
        (b"[" * 100_000, "JSON array"),
        (b'{"a": "' + b"x" * 40_000_000 + b'"}', "more than 1,048,576 bytes"),
    ],
)
def test_a_bad_json_line_is_refused_alone(tmp_path: Path, line: bytes, says: str) -> None:
    rows = read(tmp_path / "p.jsonl", b'\xef\xbb\xbf{"a": 0}\n\n' + line + b'\r\n{"a": 2}')
    assert values(rows) == [{"a": 0}, {"a": 2}]
    ((number, problem),) = problems(rows)
    assert number == 3
    assert says in problem


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.csv", b"", "is empty"),
        ("p.csv", b"\n \n", "is empty"),
        ("p.csv", "id,name\n1,王".encode("gb18030"), "not UTF-8 (byte 10)"),
        ("p.csv", "id,name\n".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        ("p.csv", b"id,id\n1,2\n", "two columns of one name"),
        ("p.xlsx", b"PK\x03\x04rest", "spreadsheet"),
        ("p.csv.gz", b"id,name\n1,a\n", "not a whole gzip file"),
        ("p.parquet", b"PAR1rest", "Parquet"),
        ("p.csv", b'"id\n', "header"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_says_why(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / name, content)
    assert says in str(caught.value)
    assert name in str(caught.value)
    assert caught.value.remedy


def test_wrong_options_and_paths_say_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no encoding"):
        read(tmp_path / "p.csv", b"id\n1\n", encoding="utf-99")
    with pytest.raises(InputError, match="no encoding of text"):
        read(tmp_path / "p.csv", b"id\n1\n", encoding="base64")
    with pytest.raises(InputError, match="cannot be read"), open_file(tmp_path / "absent.csv"):
        pass
    with pytest.raises(InputError, match="is a folder"), open_file(tmp_path):
        pass


def test_what_an_encoding_does_not_know_costs_one_row(tmp_path: Path) -> None:
    good = "1,王\n".encode("gb18030")
    content = b"id,name\n" + good * 30_000 + b"2,\xff\xff\n" + good
    rows = read(tmp_path / "p.csv", content, encoding="gb18030")
    assert len(values(rows)) == 30_001
    assert [line for line, _ in problems(rows)] == [30_002]


@pytest.mark.parametrize("packed", [False, True])
def test_reading_goes_on_at_any_row(tmp_path: Path, *, packed: bool) -> None:
    text = "id,note\n" + "".join(f'{n},"a\n{n}"\n' for n in range(50))
    path = tmp_path / ("p.csv.gz" if packed else "p.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    with open_file(path) as file:
        everything = list(Rows(file))
    for place in (0, 17, 49):
        row = everything[place]
        with open_file(path) as file:
            rows = Rows(file)
            rows.skip_to(row.end, row.line + row.lines - 1)
            assert list(rows) == everything[place + 1 :]


_FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)


@settings(max_examples=examples(60), deadline=None)
@given(
    table=st.lists(st.lists(_FIELDS, min_size=3, max_size=3), max_size=8), delimiter=st.sampled_from(",;\t|")
)
def test_every_table_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["a", "b", "c"])
    writer.writerows(table)
    rows = read(tmp_path_factory.mktemp("t") / "p.csv", text.getvalue().encode())
    assert [row.raw for row in rows] == [fields for fields in table if any(fields)]
    assert not problems(rows)


@settings(max_examples=examples(60), deadline=None)
@given(noise=st.binary(max_size=100))
def test_no_bytes_stop_a_file(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    content = b"id,name\n" + b"0,a\n" * 1_000 + noise + b"\n"
    rows = read(tmp_path_factory.mktemp("n") / "p.csv", content)
    assert values(rows)[:1_000] == [{"id": "0", "name": "a"}] * 1_000
    assert all(row.end <= len(content) for row in rows)
