"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_what_nobody_asked_for_is_not_said() -> None:
    """Nothing on standard error: some libraries report what is left at the end as leaked."""
    guanxi = Path(sys.executable).with_name("guanxi")
    done = subprocess.run([guanxi, "--help"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "one person" in done.stdout
