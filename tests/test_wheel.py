"""What is shipped: every statement, migration, rule and lock, and nothing of tests or benches."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
TREES = ("graph", "api", "cypher", "seed")
DATA = (".cypher", ".toml", ".lock", ".graphql")


def test_the_wheel_holds_the_product_and_nothing_else(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("guanxi-*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for tree in TREES
        for path in (ROOT / tree).rglob("*")
        if path.suffix in (".py", *DATA) and "__pycache__" not in path.parts
    }
    missing = expected - shipped
    assert not missing, missing
    strange = {name for name in shipped - expected if ".dist-info/" not in name}
    assert not strange, strange
