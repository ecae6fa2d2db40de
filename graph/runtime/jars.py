"""The lock file: which jars make the embedded Neo4j, with size and hash of each.

One jar a line, `group:artifact:version[:classifier] sha256 size`; lines that begin with `#` are comments. It
names no host: the address of a jar is made from its coordinate and the repository in use.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from graph.errors import RuntimeProvisionError

NEO4J_VERSION: Final = "2026.08.1"
"""What the embedded server is, unless it is told otherwise."""

VERSIONS: Final = MappingProxyType({"2026.08": NEO4J_VERSION, "5.26": "5.26.30"})
"""The servers that can be embedded, by what `NEO4J_VERSION` calls them."""


def lock_file(version: str) -> Path:
    """The lock of a version's jars."""
    return Path(__file__).with_name(f"neo4j-{version}.lock")


LOCK_FILE: Final = lock_file(NEO4J_VERSION)

_LINE: Final = re.compile(
    r"(?P<group>[\w.-]+):(?P<artifact>[\w.-]+):(?P<version>[\w.-]+)(?::(?P<classifier>[\w.-]+))?"
    r" (?P<sha256>[0-9a-f]{64}) (?P<size>[1-9]\d*)"
)


@dataclass(frozen=True, slots=True, order=True)
class Jar:
    """One jar by its coordinate; `size` in bytes, `sha256` in lower-case hex."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size: int

    @property
    def coordinate(self) -> str:
        """As `group:artifact:version[:classifier]`."""
        parts = (self.group, self.artifact, self.version, self.classifier)
        return ":".join(part for part in parts if part)

    @property
    def filename(self) -> str:
        """The jar's name in a repository, and in our folder; unique within a lock."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{tail}.jar"

    @property
    def path(self) -> str:
        """The jar's path under the root of any Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.filename}"


@dataclass(frozen=True, slots=True)
class JarLock:
    """All jars of one server, and `digest`, the hash of what was locked."""

    jars: tuple[Jar, ...]
    digest: str

    @property
    def size(self) -> int:
        """Bytes of all jars together."""
        return sum(jar.size for jar in self.jars)


def parse_lock(text: str, *, name: str = LOCK_FILE.name) -> JarLock:
    """Read a lock file's text.

    Raises RuntimeProvisionError naming the line when one is malformed, doubled, or when there is none.
    """
    jars: list[Jar] = []
    names: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise _damaged(name, f"line {number} is not `coordinate sha256 size`")
        jar = Jar(
            group=match["group"],
            artifact=match["artifact"],
            version=match["version"],
            classifier=match["classifier"] or "",
            sha256=match["sha256"],
            size=int(match["size"]),
        )
        if jar.filename in names:
            raise _damaged(name, f"line {number} names {jar.filename} a second time")
        names.add(jar.filename)
        jars.append(jar)
    if not jars:
        raise _damaged(name, "it names no jar")
    ordered = tuple(sorted(jars))
    return JarLock(ordered, hashlib.sha256(format_lock(ordered).encode()).hexdigest())


def format_lock(jars: tuple[Jar, ...]) -> str:
    """The lines of a lock file for these jars, in their order."""
    return "".join(f"{jar.coordinate} {jar.sha256} {jar.size}\n" for jar in jars)


def load_lock(path: Path = LOCK_FILE) -> JarLock:
    """Read a lock file; raises RuntimeProvisionError when it is missing or damaged."""
    try:
        return parse_lock(path.read_text(encoding="utf-8"), name=path.name)
    except OSError as error:
        raise _damaged(path.name, error.strerror or "it cannot be read") from error


def _damaged(name: str, what: str) -> RuntimeProvisionError:
    return RuntimeProvisionError(
        f"The jar lock {name} is damaged: {what}.",
        remedy="Reinstall guanxi; maintainers regenerate it with `python -m graph.runtime.lock`.",
    )
