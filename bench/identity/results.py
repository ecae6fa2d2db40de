"""Results as JSON under bench/results/identity, one file a run; nothing is ever overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bench.measure import RESULTS

FOLDER: Final = RESULTS / "identity"


def save(run: dict[str, Any]) -> Path:
    """Append a run, named by its machine's time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{run['machine']['at'].replace(':', '')}.json"
    path.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def newest(part: str = "worlds") -> dict[str, Any] | None:
    """The last run that has something of that part (worlds, febrl), if any."""
    for path in sorted(FOLDER.glob("*.json"), reverse=True):
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if run[part]:
            return run
    return None
