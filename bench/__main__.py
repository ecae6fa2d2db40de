"""`python -m bench [NAME…]`: take the figures, append them to bench/results, rewrite docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from bench.growth import growth
from bench.ingest import bulk
from bench.measure import Figure, machine, save
from bench.report import write_report
from bench.setting import Bench, bench
from bench.single import single
from bench.view import view

BENCHES: dict[str, Callable[[Bench], Awaitable[list[Figure]]]] = {
    "ingest": bulk,
    "single": single,
    "view": view,
    "growth": growth,
}


async def run(names: list[str]) -> None:
    """Run the benches named, all without a name."""
    before = machine()
    figures: list[Figure] = []
    for name in names or BENCHES:
        async with bench() as opened:
            for figure in await BENCHES[name](opened):
                print(
                    f"{figure.name:16} {figure.ratio:8.2f}   wanted {figure.pass_at}   {figure.beside}",
                    flush=True,
                )
                figures.append(figure)
    save(figures, before)
    write_report()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
