"""`python -m bench.identity`: run the benchmark, append the results, rewrite docs/identity-benchmark.md."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Final

from bench.identity.febrl import febrl
from bench.identity.page import summary, write_page
from bench.identity.results import save
from bench.identity.run import PLAIN_ENGINES, WITH_MODEL, Setting, run, to_dict
from bench.measure import machine
from seed.places import Locale

PEOPLE: Final = 5_000
DEFAULT_SEED: Final = 42
HELD_OUT_SEED: Final = 20_260_801
"""Never looked at while rules are made: the world nobody tuned to."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the options, run every world asked for, and save unless told not to."""
    options = _parser().parse_args(arguments)
    before = machine()
    engines: frozenset[str] = frozenset(options.only or PLAIN_ENGINES)
    if options.model:
        engines |= {WITH_MODEL}
    worlds: list[dict[str, object]] = []
    for locale, seed in product(options.locale or (Locale.CN, Locale.EU), options.seed or SEEDS):
        result = to_dict(run(Setting(options.people, seed, locale, options.rules), engines=engines))
        print(summary(result), flush=True)
        worlds.append(result)
    if not options.dry_run:
        save({"machine": before, "worlds": worlds, "febrl": febrl() if options.febrl else []})
        write_page()


SEEDS: Final = (DEFAULT_SEED, HELD_OUT_SEED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="people in each world")
    parser.add_argument("--seed", type=int, action="append", help="default: 42 and the held-out one")
    parser.add_argument(
        "--locale", type=Locale, action="append", choices=list(Locale), help="default: cn, eu"
    )
    parser.add_argument("--rules", type=Path, help="an identity.toml in place of the packaged ones")
    parser.add_argument(
        "--only", action="append", help="an engine by name, as guanxi; default: all but the model"
    )
    parser.add_argument("--model", action="store_true", help="also with a model trained on each world")
    parser.add_argument("--febrl", action="store_true", help="also Febrl 3 and 4, with the model")
    parser.add_argument("--dry-run", action="store_true", help="print only; save nothing")
    return parser


if __name__ == "__main__":
    main()
