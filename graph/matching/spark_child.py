"""The process that runs Spark for us: `python -m graph.matching.spark_child`, started by `spark.py` alone.

It is told over standard input what to estimate, and answers once over standard output. It works in a folder that
`spark.py` made and removes. It ends when standard input does, so it cannot outlive who started it; the JVM ends with
it. PySpark is loaded by name: it is not there in most installations.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from graph.errors import ConfigurationError
from graph.ingest.files.wire import receive, send
from graph.matching.splink_start import estimate

_SETTINGS: Final = {
    "spark.master": "local[*]",
    "spark.driver.memory": "2g",
    # Some thirty statements over a sample: planning and compiling them is the cost, not the rows.
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.adaptive.enabled": "false",
    # Nobody is listened to but this process, and no port answers without the secret of this run.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    # Also makes PySpark hand the table over by a socket; otherwise it would write it to a file in the clear.
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
    "spark.sql.catalogImplementation": "in-memory",  # no Hive, no metastore
    "spark.eventLog.enabled": "false",
    "spark.log.level": "OFF",
}
_JVM_FLAGS: Final = "-XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:-CreateCoredumpOnCrash"
_FUNCTIONS: Final = {
    "near": "uk.gov.moj.dash.linkage.JaroWinklerSimilarity",
    "edits": "uk.gov.moj.dash.linkage.LevDamerauDistance",
}
"""What `duck.py` defines as macros, from the jar that Splink brings. They count UTF-16 units: no alphabet is needed."""
_OVERLAP: Final = (
    "CREATE TEMPORARY FUNCTION list_has_any(a ARRAY<STRING>, b ARRAY<STRING>)"
    " RETURNS BOOLEAN RETURN arrays_overlap(a, b)"
)


def main() -> None:
    """Estimate what we are told to and answer with it, or with the error that ended it."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library or the JVM prints is no answer
    with suppress(EOFError, BrokenPipeError):  # who started us is gone
        with open(0, "rb", closefd=False) as orders:
            table, fields, rules, seed, records = receive(orders)
        threading.Thread(target=_end_with_our_parent, daemon=True).start()
        try:
            with session(Path.cwd()) as spark:
                answer = estimate(
                    splink_api(spark), spark.createDataFrame(table), fields, rules, seed=seed, records=records
                )
        except Exception as error:  # its text may quote a row: only its kind is told
            answer = ConfigurationError(
                f"Spark failed ({_kind(error)}).", remedy="Train with --engine duckdb."
            )
        send(answers, answer)


@contextmanager
def session(folder: Path) -> Generator[Any]:
    """A Spark of this process, with the functions that our levels use; its files lie in `folder`.

    On leaving its JVM is gone. JAVA_HOME must lead to a whole JDK. There is one in a process.
    """
    jar = import_module("splink.backends.spark").similarity_jar_location()
    context = import_module("pyspark").SparkContext
    double = import_module("pyspark.sql.types").DoubleType()
    builder = import_module("pyspark.sql").SparkSession.builder
    places = {
        "spark.jars": jar,
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.extraJavaOptions": f"{_JVM_FLAGS} -Djava.io.tmpdir={folder}",
    }
    for name, value in {**_SETTINGS, **places}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    jvm = context._gateway.proc  # which PySpark leaves running until Python ends
    try:
        for name, java_class in _FUNCTIONS.items():
            spark.udf.registerJavaFunction(name, java_class, double)
        spark.sql(_OVERLAP)
        yield spark
    finally:
        with suppress(Exception):  # a JVM that died cannot be told to stop
            spark.stop()
        jvm.stdin.close()
        jvm.wait()


def splink_api(spark: Any) -> Any:
    """Splink's door to it; intermediate tables are kept by Spark, encrypted, rather than as files of Parquet."""
    backend: Any = import_module("splink.backends.spark")
    return backend.SparkAPI(spark_session=spark, break_lineage_method="persist")


def _kind(error: Exception) -> str:
    with suppress(Exception):
        condition: Any = getattr(error, "getCondition", lambda: None)()
        java: Any = getattr(error, "java_exception", None)
        if condition or java is not None:
            return str(condition or java.getClass().getName())
    return type(error).__name__


def _end_with_our_parent() -> None:
    os.read(0, 1)  # nothing more is ever sent: this waits for the end
    os._exit(1)


if __name__ == "__main__":
    main()
