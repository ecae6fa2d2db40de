"""What Neo4j is told, wherever it runs: the one table behind the embedded server and `docker-compose.yml`.

`COMMON` holds in both (a test compares the compose file with it). The embedded server adds its folder, its
port and its memory, which depend on the machine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

TRANSACTION_TIMEOUT_SECONDS: Final = 120
LOCK_TIMEOUT_SECONDS: Final = 10

COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Neither files nor hosts can be reached from Cypher: LOAD CSV is the only door in stock Neo4j.
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
        "dbms.security.auth_enabled": "true",
        # All three default to unlimited; a driver's longer timeout falls back to the server's.
        "db.transaction.timeout": f"{TRANSACTION_TIMEOUT_SECONDS}s",
        "db.lock.acquisition.timeout": f"{LOCK_TIMEOUT_SECONDS}s",
        "db.memory.transaction.max": "256m",
        # Nothing leaves the machine unasked.
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "dbms.fleet_manager.enabled": "false",
        "server.fleet_discovery.enabled": "false",
        # Values never reach a log.
        "db.logs.query.enabled": "OFF",
        "db.logs.query.parameter_logging_enabled": "false",
        "db.logs.query.obfuscate_literals": "true",
        "dbms.logs.http.enabled": "false",
        # Search may lag behind by this; refreshed with every commit, it would cost a small one as much again.
        "db.index.fulltext.eventually_consistent_refresh_interval": "1s",
        # Half a gigabyte would else be set aside for two empty databases.
        "db.tx_log.preallocate": "false",
        "server.config.strict_validation.enabled": "true",
    }
)

NEWER_THAN_5: Final = frozenset({"dbms.fleet_manager.enabled", "server.fleet_discovery.enabled"})
"""Settings that 5.26 refuses to start with: it has nothing that they would switch off."""

JVM_FLAGS: Final = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-XX:+UseG1GC",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+DisableExplicitGC",
    "-XX:+ExitOnOutOfMemoryError",  # the supervisor starts a healthy one; half a server helps nobody
    "-XX:-HeapDumpOnOutOfMemoryError",  # a heap dump would hold what clients sent
    "-Djdk.nio.maxCachedBufferSize=1024",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
)

SHORT_LIVED_FLAGS: Final = ("-XX:TieredStopAtLevel=1",)
"""For a server of minutes: the second compiler costs it more than the faster code gives back."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the server may use, in MiB; resident size stays near `heap_mb + page_cache_mb` + 200 MiB."""

    heap_mb: int
    page_cache_mb: int

    @property
    def transaction_mb(self) -> int:
        """Most that one transaction may hold: a quarter of the heap, within 96 and 256 MiB."""
        return min(max(self.heap_mb // 4, 96), 256)


def choose_memory(
    machine_mb: int | None = None, *, heap_mb: int | None = None, page_cache_mb: int | None = None
) -> Memory:
    """Heap and page cache: as given, else an eighth of the machine's memory each, within 256 and 2048 MiB."""
    share = min(max((machine_mb or machine_memory_mb()) // 8, 256), 2048)
    return Memory(heap_mb or share, page_cache_mb or share)


def machine_memory_mb() -> int:
    """Memory of this machine, or of the container when that has a lower limit, in MiB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(limit).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            total = min(total, int(text))
    return total // 2**20


def embedded_conf(*, port: int, memory: Memory, is_5: bool = False) -> dict[str, str]:
    """The whole `neo4j.conf` of the embedded server: loopback only, Bolt only, on the port given."""
    address = f"127.0.0.1:{port}"
    common = {key: value for key, value in COMMON.items() if not (is_5 and key in NEWER_THAN_5)}
    return {
        **common,
        "db.memory.transaction.max": f"{memory.transaction_mb}m",
        "server.memory.pagecache.size": f"{memory.page_cache_mb}m",
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": address,
        "server.bolt.advertised_address": address,  # else neo4j:// routes to 7687
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        # Connections that are still open when the last lease ends would hold up the stop for 10 s.
        "internal.server.bolt.connection_shutdown_wait_time": "200ms",
        "internal.server.bolt.thread_pool_shutdown_wait_time": "200ms",
    }


def conf_text(values: Mapping[str, str]) -> str:
    """The text of a `neo4j.conf`."""
    lines = [f"{key}={value}" for key, value in values.items()]
    return "\n".join(["# Written at every start of the embedded server; edits are lost.", *lines, ""])


def as_environment(values: Mapping[str, str]) -> dict[str, str]:
    """The same settings as the official Docker image takes them: dots become `_`, underscores `__`."""
    return {f"NEO4J_{key.replace('_', '__').replace('.', '_')}": value for key, value in values.items()}
