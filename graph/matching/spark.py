"""Splink's estimate by Spark, in a process of its own: its JVM, its environment and its folder end with it.

What of the table Spark puts into files is encrypted under a key that is nowhere but in its memory
(`spark_child.py`), in a folder that only we may read, of memory where the system has one (`/dev/shm`), and that
is removed behind it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, cast

import graph
from graph.errors import ConfigurationError
from graph.ingest.files.wire import receive, send
from graph.matching.engine import jdk_for_spark
from graph.matching.fields import Field
from graph.runtime.jvm import clean_environment

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
_FOREIGN: Final = ("SPARK_", "PYSPARK_", "HADOOP_", "YARN_", "DATABRICKS_", "LOCAL_DIRS")
"""Variables that lead Spark to other folders and settings than ours."""


def estimate_by_spark(
    table: Any, fields: Sequence[Field], rules: Sequence[tuple[str, ...]], *, seed: int, records: int
) -> Any:
    """What `splink_start.estimate` answers of an Arrow table, computed by Spark on this machine's cores.

    Nothing is left behind. Raises ConfigurationError where PySpark or a JDK is missing, or where Spark fails;
    that says what failed, never a value.
    """
    jdk = jdk_for_spark()
    place = _MEMORY if _MEMORY.is_dir() else None
    # A JVM whose process was killed removes its own files as it ends, perhaps while we do.
    with tempfile.TemporaryDirectory(prefix="guanxi-spark-", dir=place, ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "graph.matching.spark_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a JVM reports may quote a row
            cwd=folder,
            env=_environment(jdk.home, folder),
            umask=0o077,
        )
        orders, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            with suppress(BrokenPipeError):
                send(orders, (table, list(fields), list(rules), seed, records))
            answer = receive(answers)
            process.wait()  # it ends when its JVM has
        except EOFError:
            raise ConfigurationError(
                f"The process that runs Spark ended early (status {process.wait()}).",
                remedy="Perhaps memory ran out; train with --engine duckdb.",
            ) from None
        finally:
            process.kill()
            process.wait()
            for pipe in (orders, answers):
                with suppress(BrokenPipeError):
                    pipe.close()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _environment(java_home: Path, folder: str) -> dict[str, str]:
    ours = {name: value for name, value in clean_environment().items() if not name.startswith(_FOREIGN)}
    return ours | {
        "JAVA_HOME": str(java_home),
        "PYTHONPATH": str(Path(graph.__file__).parents[1]),
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TMPDIR": folder,
    }
