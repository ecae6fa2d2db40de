"""`python -m graph.db.check`: everything about the shelf that needs no database."""

from __future__ import annotations

import sys

from graph.db.lint import lint_file
from graph.db.migrations import read_migrations
from graph.db.shelf import load_shelf, shelf_root
from graph.errors import GuanxiError


def problems() -> list[str]:
    """What is wrong with statements and migrations; empty when all is well."""
    found: list[str] = []
    try:
        load_shelf(shelf_root())
        read_migrations()
    except GuanxiError as error:
        found.append(str(error))
    return found + [line for file in sorted(shelf_root().rglob("*.cypher")) for line in lint_file(file)]


if __name__ == "__main__":
    lines = problems()
    sys.stdout.write("".join(f"{line}\n" for line in lines) or "The shelf keeps its word.\n")
    sys.exit(1 if lines else 0)
