"""The truth as a file, for `guanxi check truth`: source, recordId, personId, householdId."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from graph.errors import InputError
from seed.items import Truth, distinct

HEADER: Final = ("source", "recordId", "personId", "householdId")


def write_truth(path: Path, rows: Iterable[Truth]) -> int:
    """Write the rows as CSV (mode 0600, replacing a file that is there), each record once; answers how many.

    Rows may repeat, as `world_with_truth` gives them. Memory does not grow with their number.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    count = 0
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)  # a file that was there keeps its mode otherwise
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in distinct(rows):
            writer.writerow(row)
            count += 1
    return count


def read_truth(path: Path) -> Iterator[Truth]:
    """The rows of a file that `write_truth` wrote. Raises InputError where it is not one, naming the line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != HEADER:
            raise InputError(
                f"{path.name} is no truth file.", remedy=f"Its first line must be {','.join(HEADER)}."
            )
        for row in reader:
            if len(row) != len(HEADER):
                raise InputError(
                    f"{path.name}, line {reader.line_num}: {len(row)} columns where {len(HEADER)} belong.",
                    remedy="Write the file again with `guanxi seed --truth`.",
                )
            yield Truth(*row)
