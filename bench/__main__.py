"""`python -m bench [NAME…]`: take the figures, append them to bench/results, rewrite docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from bench.chain import chain
from bench.console import console
from bench.contention import contention
from bench.frontend import frontend
from bench.hostile import limits
from bench.ingest import bulk
from bench.matching import matching
from bench.measure import Figure, machine, save
from bench.overload import overload
from bench.referring import referring
from bench.report import write_report
from bench.resolve import resolve
from bench.ring import ring
from bench.search import search
from bench.setting import Bench, bench
from bench.single import single
from bench.split import split
from bench.view import view

BENCHES: dict[str, Callable[[Bench], Awaitable[list[Figure]]]] = {
    "ingest": bulk,
    "single": single,
    "view": view,
    "graphql": frontend,
    "overload": overload,
    "limits": limits,
    "resolve": resolve,
    "split": split,
    "contention": contention,
    "matching": matching,
    "search": search,
    "chain": chain,
    "ring": ring,
    "referral": referring,
    "console": console,
}


async def run(names: list[str]) -> None:
    """Run the benches named, all without a name; what was taken is kept where a later bench fails."""
    before = machine()
    taken: dict[str, list[Figure]] = {}
    try:
        for name in names or BENCHES:
            async with bench() as opened:
                taken[name] = await BENCHES[name](opened)
            for figure in taken[name]:
                print(
                    f"{figure.name:20} {figure.ratio:8.2f}   wanted {figure.pass_at}   {figure.beside}",
                    flush=True,
                )
    finally:
        if taken:
            save(taken, before)
            write_report()


if __name__ == "__main__":
    asked = sys.argv[1:]
    if unknown := [name for name in asked if name not in BENCHES]:
        sys.exit(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.")
    asyncio.run(run(asked))
