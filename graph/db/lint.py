"""Static checks of Cypher against the declared vocabulary: what a syntax check does not see.

A misspelt relationship type fails nothing; new people just have no job. A type without its colon is a variable
and matches any relationship. Its blind spots: maps in RETURN, and properties reached through dynamic keys; both
err towards silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graph.db.shelf import strip_comments, strip_strings
from graph.vocabulary import LABELS, PROPERTIES, TYPES

_RELATIONSHIP = re.compile(r"-\[([^\]]*)\]")
_NAME = re.compile(r"[:|]([A-Za-z_]\w*)")
_COLONLESS = re.compile(r"\s*([A-Z][A-Z_]+)\s*(?:\{|$|\*)")
_LABEL = re.compile(r"(?<=[\w(]):([A-Z]\w*)|(?<=\():([A-Z]\w*)")
_HINT = re.compile(r"USING INDEX(?: SEEK)? \w+:(\w+)\((\w+)\)")
_PROPERTY = re.compile(r"(?<![$\w.])[a-zA-Z_]\w*\.([a-zA-Z_]\w*)\b(?!\s*[.(])")
_PATTERN_MAP = re.compile(r":\w+\s*\{([^{}]*)\}")
_OPTION = re.compile(r"`[\w-]+\.[\w.-]+`")  # a setting of an index
_MAP_KEY = re.compile(r"(?:^|,)\s*(\w+)\s*:")


def lint_file(path: Path) -> list[str]:
    """What is wrong in a file, as `name:line: what`, in order; empty when all is well."""
    body = _OPTION.sub("``", strip_strings(strip_comments(path.read_text(encoding="utf-8"))))
    found = sorted(
        [*_relationships(body), *_hints(body), *_labels(body), *_properties(body), *_map_keys(body)],
        key=lambda item: item[0],
    )
    return [f"{path.name}:{body.count(chr(10), 0, at) + 1}: {what}" for at, what in found]


def _relationships(body: str) -> Iterator[tuple[int, str]]:
    for match in _RELATIONSHIP.finditer(body):
        inside = match.group(1).split("WHERE")[0].split("{")[0]
        bare = _COLONLESS.match(inside)
        if bare and ":" not in inside:
            yield (
                match.start(),
                f"[{bare.group(1)}] has no colon: it is a variable and matches any relationship.",
            )
        for name in _NAME.findall(inside):
            if name not in TYPES:
                yield match.start(), f"{name} is no declared relationship type."


def _hints(body: str) -> Iterator[tuple[int, str]]:
    """An index is named like a node's label, be it of nodes or of relationships."""
    for match in _HINT.finditer(body):
        indexed, name = match.groups()
        if indexed not in LABELS and indexed not in TYPES:
            yield match.start(), f"{indexed} is no declared label or relationship type."
        if name not in PROPERTIES:
            yield match.start(), f"{name} is no declared property."


def _labels(body: str) -> Iterator[tuple[int, str]]:
    blank = body
    for pattern in (_RELATIONSHIP, _HINT):
        blank = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), blank)
    for match in _LABEL.finditer(blank):
        name = match.group(1) or match.group(2)
        if name not in LABELS:
            yield match.start(), f"{name} is no declared label."


def _properties(body: str) -> Iterator[tuple[int, str]]:
    for match in _PROPERTY.finditer(body):
        if match.group(1) not in PROPERTIES:
            yield match.start(), f"{match.group(1)} is no declared property."


def _map_keys(body: str) -> Iterator[tuple[int, str]]:
    for match in _PATTERN_MAP.finditer(body):
        for key in _MAP_KEY.findall(match.group(1)):
            if key not in PROPERTIES:
                yield match.start(), f"{key} is no declared property."
