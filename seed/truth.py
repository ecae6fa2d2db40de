"""The truth as files: whose each record is, for `guanxi check truth`; and what is hard about each person."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from graph.errors import InputError
from seed.items import Truth, distinct
from seed.kinds import household_kind, kinds_of
from seed.world import Scene

HEADER: Final = ("source", "recordId", "personId", "householdId")
DETAIL_HEADER: Final = ("personId", "householdId", "householdKind", "kinds")


def write_truth(path: Path, rows: Iterable[Truth]) -> int:
    """Write the rows as CSV (mode 0600, replacing a file that is there), each record once; answers how many.

    Rows may repeat, as `world_with_truth` gives them. Memory does not grow with their number.
    """
    return _write(path, HEADER, distinct(rows))


def write_details(path: Path, scenes: Iterable[Scene]) -> int:
    """Write each person's household, its kind and what is hard about them (`;` between), as `write_truth` writes.

    Nobody's records (tablets, companies, strangers' forms) have no line.
    """
    return _write(path, DETAIL_HEADER, (row for scene in scenes for row in _details(scene)))


def _details(scene: Scene) -> Iterator[tuple[str, ...]]:
    kind = household_kind(scene.household)
    for person, kinds in kinds_of(scene).items():
        yield person, scene.household.id, kind, ";".join(sorted(kinds))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    count = 0
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)  # a file that was there keeps its mode otherwise
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
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
