"""Spark decides as DuckDB does: in `make soak`, where PySpark and a whole JDK are; a minute or two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.errors import ConfigurationError
from graph.matching import spark
from graph.matching.duck import connection
from graph.matching.engine import Engine, find_jdk, pyspark_version
from graph.matching.fields import Bond, Field, Kind
from graph.matching.forms import LONGEST
from graph.matching.score import score_all
from graph.matching.spark_child import session
from graph.matching.train import train
from tests.graph.matching.conftest import Trained, digest
from tests.graph.matching.quality import clusters, quality
from tests.laws import MULTIPLIER, examples

pytestmark = [
    pytest.mark.skipif(MULTIPLIER == 1, reason="Spark takes minutes: it is part of `make soak`"),
    pytest.mark.skipif(pyspark_version() is None, reason="there is no PySpark: `make setup-spark`"),
    pytest.mark.skipif(find_jdk() is None, reason="there is no JDK that Spark runs on: set JAVA_HOME"),
    # PySpark leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

words = st.text("abcdef 王李张жщé", min_size=1, max_size=LONGEST)
texts = st.one_of(st.none(), words)
twins = st.tuples(words, st.integers(0, LONGEST), st.sampled_from("abf李é")).map(
    lambda drawn: (drawn[0], drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] + 1 :])
)
lists = st.one_of(st.none(), st.lists(st.sampled_from("abcd"), max_size=3, unique=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the Spark of this process keeps its files."""
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def here(folder: Path) -> Iterator[Any]:
    """A Spark in this process."""
    with pytest.MonkeyPatch.context() as patched:
        jdk = find_jdk()
        assert jdk is not None
        patched.setenv("JAVA_HOME", str(jdk.home))
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        with session(folder) as found:
            yield found


LEVELS = (
    "coalesce(near(a, b) >= 0.92, false), coalesce(near(a, b) >= 0.8, false), coalesce(edits(a, b) <= 1, false),"
    " coalesce(list_has_any(c, d), false)"
)


@settings(
    max_examples=examples(2),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # to shrink would take a query of Spark a step
)
@given(
    pairs=st.lists(
        st.tuples(st.one_of(st.tuples(texts, texts), twins), lists, lists), min_size=20, max_size=100
    )
)
def test_the_functions_of_both_engines_find_the_same_levels(here: Any, pairs: Any) -> None:
    table: Any = pa.table(
        {
            "row": pa.array(range(len(pairs)), pa.int32()),
            "a": pa.array([one[0][0] for one in pairs], pa.string()),
            "b": pa.array([one[0][1] for one in pairs], pa.string()),
            "c": pa.array([one[1] for one in pairs], pa.list_(pa.string())),
            "d": pa.array([one[2] for one in pairs], pa.list_(pa.string())),
        }
    )
    here.createDataFrame(table).createOrReplaceTempView("pairs")
    of_spark = [tuple(row) for row in here.sql(f"SELECT {LEVELS} FROM pairs ORDER BY row").collect()]
    with connection(threads=1) as database:
        database.register("pairs", table)
        of_duckdb = database.execute(f"SELECT {LEVELS} FROM pairs ORDER BY row").fetchall()
    differ = [
        (pair, left, right)
        for pair, left, right in zip(pairs, of_spark, of_duckdb, strict=True)
        if left != right
    ]
    assert not differ


@pytest.mark.parametrize("name", ["latin", "chinese"])
def test_it_decides_as_duckdb_does(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    by_duckdb: Trained = request.getfixturevalue(name)
    table = by_duckdb.table
    monkeypatch.setattr(spark, "_MEMORY", tmp_path)
    model = train(table.records, digest=digest, engine=Engine.SPARK)
    assert list(tmp_path.iterdir()) == []
    assert model.diagnostics["sessions"] == by_duckdb.model.diagnostics["sessions"]
    f1 = [
        quality(table.truth, clusters(table.truth, score_all(table.records, each, digest=digest))).f1
        for each in (by_duckdb.model, model)
    ]
    assert abs(f1[0] - f1[1]) <= 0.002


def test_what_spark_puts_into_files_cannot_be_read(here: Any, folder: Path) -> None:
    from pyspark import StorageLevel

    canaries: Any = pa.table({"name": [f"Kanarienvogel{at}" for at in range(500)]})
    kept = here.createDataFrame(canaries).repartition(3, "name").persist(StorageLevel.DISK_ONLY)
    assert kept.count() == 500
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".jar"]
    assert sum(map(len, files)) > 10_000
    assert not any(b"Kanarienvogel" in content for content in files)


def test_what_fails_is_told_without_a_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark, "_MEMORY", tmp_path)
    field = Field("city", "city", Kind.CATEGORY, Bond.PLACE)
    table: Any = pa.table({"id": ["a", "b"], "town": ["Musterstadt", "Musterstadt"]})
    with pytest.raises(ConfigurationError, match="Spark failed") as failed:
        spark.estimate_by_spark(table, [field], [], seed=0, records=2)
    assert "Musterstadt" not in str(failed.value)
    assert list(tmp_path.iterdir()) == []
