"""Runs a command that must not outlive its parent: `python -I -S guard.py [--watch] PARENT COMMAND…`.

On Linux the kernel is asked to kill the command when the parent dies, and this process becomes the command.
Elsewhere (or with `--watch`) this process stays and watches the parent. Standard library only: it is run by
path, before anything else is imported.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.2


def tie_to_parent(parent: int) -> bool:
    """Ask the kernel to kill this process when `parent` dies; False where the kernel cannot."""
    if not sys.platform.startswith("linux"):
        return False
    if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        return False
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
    return True


def watch(parent: int, command: list[str]) -> int:
    """Run the command, pass our SIGTERM on to it, kill it when `parent` dies; its exit code."""
    child = subprocess.Popen(command)

    def stop(*_: object) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, stop)
    while child.poll() is None:
        if os.getppid() != parent:
            child.kill()
        time.sleep(_WATCH_SECONDS)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def main(arguments: list[str]) -> int:
    """See the module."""
    watching = arguments[0] == "--watch"
    parent, *command = arguments[watching:]
    if not watching and tie_to_parent(int(parent)):
        os.execv(command[0], command)  # noqa: S606 - an argument list, no shell
    return watch(int(parent), command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
