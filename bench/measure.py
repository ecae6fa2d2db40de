"""Taking ratios: two things in turn, several times, on one machine in one run; the median is what is told."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ELSEWHERE = os.environ.get("GUANXI_BENCH_RESULTS")
RESULTS = Path(_ELSEWHERE) if _ELSEWHERE else Path(__file__).parent / "results"
PAGE = RESULTS / "benchmarks.md" if _ELSEWHERE else Path(__file__).parent.parent / "docs" / "benchmarks.md"
"""Where figures are kept and shown; a folder of one's own for a try at a small size."""
ROUNDS = int(os.environ.get("GUANXI_BENCH_ROUNDS", "5"))


@dataclass(slots=True)
class Figure:
    """One ratio: what was measured against what, the rounds, and what would be good enough."""

    name: str
    meaning: str
    peer: str
    pass_at: str
    ours: list[float] = field(default_factory=list[float])
    theirs: list[float] = field(default_factory=list[float])
    higher_is_better: bool = True
    beside: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def ratio(self) -> float:
        """Median of the rounds' ratios, ours to the peer's."""
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """The figure for the results file."""
        ratios = [a / b for a, b in zip(self.ours, self.theirs, strict=True)]
        return {
            "name": self.name,
            "meaning": self.meaning,
            "peer": self.peer,
            "passAt": self.pass_at,
            "ratio": round(self.ratio, 3),
            "ratios": [round(r, 3) for r in ratios],
            "ours": [round(v, 3) for v in self.ours],
            "theirs": [round(v, 3) for v in self.theirs],
            "beside": self.beside,
        }


async def interleaved(
    figure: Figure,
    ours: Callable[[], Awaitable[float]],
    theirs: Callable[[], Awaitable[float]],
    *,
    rounds: int = ROUNDS,
) -> Figure:
    """Measure both in turn, ours first in even rounds and last in odd ones."""
    for number in range(rounds):
        pair = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        first, second = await pair[0](), await pair[1]()
        figure.ours.append(first if number % 2 == 0 else second)
        figure.theirs.append(second if number % 2 == 0 else first)
    return figure


async def in_turn(
    figure: Figure,
    ours: Callable[[], Awaitable[float]],
    theirs: Callable[[], Awaitable[float]],
    times: int,
    *,
    of: Callable[[Sequence[float]], float] = statistics.median,
) -> Figure:
    """Of rounds of `times` pairs of waits in seconds, what `of` says of each side, in milliseconds.

    Both sides find the machine as the other left it, so what falls on it at times, such as the server's garbage
    collection, falls on both. The first round, in which all is compiled, is not counted.
    """
    for round_ in range(ROUNDS + 1):
        waits = [(await ours(), await theirs()) for _ in range(times)]
        if round_:
            for side, waited in zip((figure.ours, figure.theirs), zip(*waits, strict=True), strict=True):
                side.append(1000 * of(waited))
    return figure


def slowest(waits: Sequence[float]) -> float:
    """The 99th percentile of these."""
    return statistics.quantiles(waits, n=100)[98]


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    return {
        "cpus": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.system(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def save(taken: Mapping[str, Sequence[Figure]], before: dict[str, Any]) -> Path:
    """Append this run, its figures by bench, to the results."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    figures = [{"bench": name, **figure.to_dict()} for name, found in taken.items() for figure in found]
    run = {"machineBefore": before, "machineAfter": machine(), "figures": figures}
    path = RESULTS / f"{before['at'].replace(':', '')}.json"
    path.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
