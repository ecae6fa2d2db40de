"""The data folder of the embedded server: where everything lies, its password, its port, its configuration.

::

    DATA_DIR/neo4j/         0700
        conf/  data/  logs/     as Neo4j has them
        password                0600, random, made with the store
        port                    the Bolt port, kept from start to start
        supervisor.json         0600, how to reach the supervisor while one lives
        supervisor.lock         held by the living supervisor; start.lock by whoever is starting one
        jvm.pid                 the server's process, for whoever cleans up after a killed supervisor
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import secrets
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import RuntimeProvisionError
from graph.runtime.server_settings import Memory, conf_text, embedded_conf

USERNAME: Final = "neo4j"
DATABASE: Final = "neo4j"

# Below what Linux and macOS hand out to outgoing connections, so that a port stays ours between starts.
_PORTS: Final = range(20_000, 32_000)

_HASH_ROUNDS: Final = 1024


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """One data folder's place for the embedded server; making the object touches no disk."""

    home: Path

    @classmethod
    def of(cls, data_dir: Path) -> StoreFolder:
        """The server's folder in a data folder."""
        return cls(data_dir.expanduser().resolve() / "neo4j")

    @property
    def conf(self) -> Path:
        """Folder of the configuration."""
        return self.home / "conf"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.home / "logs"

    @property
    def output(self) -> Path:
        """What the server printed since its last start; `server.out.1` beside it is of the start before."""
        return self.logs / "server.out"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor itself reports."""
        return self.logs / "supervisor.log"

    @property
    def password_file(self) -> Path:
        """The password's file."""
        return self.home / "password"

    @property
    def port_file(self) -> Path:
        """The kept Bolt port's file."""
        return self.home / "port"

    @property
    def contact_file(self) -> Path:
        """Where a living supervisor says how it is reached."""
        return self.home / "supervisor.json"

    @property
    def pid_file(self) -> Path:
        """The JVM's process id."""
        return self.home / "jvm.pid"

    @property
    def exists(self) -> bool:
        """True once a store was made here."""
        return self.password_file.exists()

    def password(self) -> str:
        """The store's password.

        Raises RuntimeProvisionError when the file is gone though the store is there, or not readable.
        """
        try:
            return self.password_file.read_text(encoding="ascii").strip()
        except OSError as error:
            raise RuntimeProvisionError(
                f"The database's password cannot be read from {self.password_file} ({error.strerror}).",
                remedy="Restore that file from a backup, or use another data folder.",
            ) from error

    def prepare(self, *, memory: Memory, port: int, is_5: bool = False) -> None:
        """Make what a start needs: folders, password, configuration. Safe to repeat; keeps the password."""
        try:
            for folder in (self.home, self.conf, self.home / "data", self.logs):
                private_folder(folder)
                folder.chmod(0o700)
            if not self.password_file.exists():
                self._create_password()
            write_private(
                self.conf / "neo4j.conf", conf_text(embedded_conf(port=port, memory=memory, is_5=is_5))
            )
            write_private(self.conf / "server-logs.xml", _SERVER_LOGS)
            write_private(self.conf / "user-logs.xml", _USER_LOGS)
            write_private(self.port_file, f"{port}\n")
        except OSError as error:
            raise folder_error(self.home, error) from error

    def _create_password(self) -> None:
        if (self.home / "data" / "databases").exists():
            self.password()  # a store without its password: raises
        password = secrets.token_urlsafe(24)
        dbms = self.home / "data" / "dbms"
        dbms.mkdir(mode=0o700, exist_ok=True)
        # What `neo4j-admin dbms set-initial-password` writes, without showing the password in a process list.
        write_private(dbms / "auth.ini", initial_auth(USERNAME, password))
        write_private(self.password_file, password + "\n")

    def choose_port(self, *, avoid: int | None = None) -> int:
        """The kept port when it is free, else a free one; `avoid` is a port that has just proved taken."""
        try:
            kept = int(self.port_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            kept = 0
        if kept in _PORTS and kept != avoid and port_is_free(kept):
            return kept
        for port in random.sample(_PORTS, 200):
            if port != avoid and port_is_free(port):
                return port
        raise RuntimeProvisionError(
            f"No free port between {_PORTS.start} and {_PORTS.stop - 1} for the database.",
            remedy="Close programs that listen there.",
        )

    def last_output(self, lines: int = 15) -> list[str]:
        """The last lines the server printed, warnings of the Java runtime left out."""
        try:
            with self.output.open("rb") as file:
                file.seek(max(0, self.output.stat().st_size - 32_768))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()][-lines:]


def port_is_free(port: int) -> bool:
    """True when a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def initial_auth(username: str, password: str) -> str:
    """Neo4j's `auth.ini` line for a first user, as its admin command writes it: salted SHA-256."""
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(_HASH_ROUNDS - 1):
        digest = hashlib.sha256(digest).digest()
    return f"{username}:SHA-256,{digest.hex()},{salt.hex()},{_HASH_ROUNDS}:\n"


def write_private(path: Path, text: str) -> None:
    """Write a file in one step, readable by its owner only."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def private_folder(path: Path) -> None:
    """Make a folder, and what is missing above it, for the owner only; leaves those that exist alone."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def hold(path: Path) -> int | None:
    """Take a lock between processes; None when another one has it.

    It is given back by closing the handle returned, or by the end of the process, however it ends.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def folder_error(folder: Path, error: OSError) -> RuntimeProvisionError:
    """The clear form of a failed write."""
    if error.errno in (28, 122):  # ENOSPC, EDQUOT
        return RuntimeProvisionError(
            f"The disk is full: {folder} cannot be written.",
            remedy="Free some space there, or choose another folder (GUANXI_DATA_DIR, GUANXI_CACHE_DIR).",
        )
    return RuntimeProvisionError(
        f"The folder {folder} cannot be written ({error.strerror or error}).",
        remedy="Correct its permissions, or choose another one (GUANXI_DATA_DIR, GUANXI_CACHE_DIR).",
    )


_PATTERN: Final = "%d{yyyy-MM-dd HH:mm:ss.SSSZ}{GMT+0} %-5p %m%n"

_SERVER_LOGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Written at every start; edits are lost. Warnings only: debug lines may repeat what clients sent. -->
<Configuration status="ERROR" monitorInterval="0" packages="org.neo4j.logging.log4j">
  <Appenders>
    <RollingRandomAccessFile name="DebugLog" fileName="${config:server.directories.logs}/debug.log"
        filePattern="$${config:server.directories.logs}/debug.log.%02i">
      <Neo4jDebugLogLayout pattern="%d{yyyy-MM-dd HH:mm:ss.SSSZ}{GMT+0} %-5p [%c{1.}] %m%n"/>
      <Policies><SizeBasedTriggeringPolicy size="5 MB"/></Policies>
      <DefaultRolloverStrategy fileIndex="min" max="3"/>
    </RollingRandomAccessFile>
  </Appenders>
  <Loggers>
    <Root level="WARN"><AppenderRef ref="DebugLog"/></Root>
  </Loggers>
</Configuration>
"""

_USER_LOGS: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Written at every start; edits are lost. The supervisor keeps what the server prints. -->
<Configuration status="ERROR" monitorInterval="0" packages="org.neo4j.logging.log4j">
  <Appenders>
    <Console name="Out" target="SYSTEM_OUT"><PatternLayout pattern="{_PATTERN}"/></Console>
  </Appenders>
  <Loggers>
    <Root level="INFO"><AppenderRef ref="Out"/></Root>
  </Loggers>
</Configuration>
"""
