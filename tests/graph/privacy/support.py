"""What the keyring tests share: settings of their own, and programs run as other processes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import graph
from graph.settings import Settings

_ROOT = Path(graph.__file__).parents[1]
_PREAMBLE = """
import os, signal, sys
from pathlib import Path
from graph.privacy.keyring import Keyring
from graph.settings import Settings
keyring = Keyring.open(Settings(_env_file=None, data_dir=Path(sys.argv[1])))
"""


def settings_in(folder: Path, **given: object) -> Settings:
    """Settings of a folder, whatever the environment says."""
    given = {"master_key": None, "keyring_path": None} | given
    return Settings(_env_file=None, data_dir=folder, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]


def start(
    program: str, folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Another process with an open `keyring` on the folder, running the program's text."""
    return subprocess.Popen(
        [sys.executable, "-c", _PREAMBLE + textwrap.dedent(program), str(folder), *arguments],
        cwd=_ROOT,
        env={name: value for name, value in os.environ.items() if name[:7] != "GUANXI_"}
        | (environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def remains(folder: Path) -> bytes:
    """Every byte that lies in the folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
