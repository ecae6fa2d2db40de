"""What may be in a statement's plan and text, for each version of Neo4j: the lists of `allowed-*.toml`. Pure.

A list is made from real plans (`python -m tests.graph.console.derive`), not from memory. A server of another version
gets the newest list that is not newer than it: what it has more is refused, and named.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from graph.errors import ConfigurationError

VERSIONS: Final = ("5.26", "2026.08")
"""Those with a list of their own, oldest first."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one version may be asked: operators of plans, procedures by their names, functions in lower case."""

    version: str
    dialects: tuple[str, ...]
    operators: frozenset[str]
    procedures: frozenset[str]
    functions: frozenset[str]


def allowed_for(agent: str) -> Allowed:
    """The lists for a server that calls itself `Neo4j/2026.08.1`. Raises ConfigurationError for an older one."""
    found = re.search(r"(\d+)\.(\d+)", agent)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    fitting = [name for name in VERSIONS if _pair(name) <= version]
    if not fitting:
        raise ConfigurationError(
            f"The console knows no Neo4j as {agent}.", remedy=f"Use {VERSIONS[0]} or a newer one."
        )
    return load_allowed(fitting[-1])


@lru_cache(maxsize=len(VERSIONS))
def load_allowed(version: str) -> Allowed:
    """The lists of one version of `VERSIONS`."""
    path = Path(__file__).with_name(f"allowed-{version}.toml")
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    return Allowed(
        version=version,
        dialects=tuple(lists["dialects"]),
        operators=frozenset(lists["operators"]),
        procedures=frozenset(lists["procedures"]),
        functions=frozenset(name.lower() for name in lists["functions"]),
    )


def _pair(version: str) -> tuple[int, int]:
    year, _, month = version.partition(".")
    return int(year), int(month)
