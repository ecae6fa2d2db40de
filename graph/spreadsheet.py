"""Cells of CSV that a spreadsheet opens. Pure."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe is put before it (OWASP's rule)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
