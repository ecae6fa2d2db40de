"""`guanxi identity why …`: why people are one or not, in sentences; `--json` gives the facts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer
from pydantic.alias_generators import to_camel

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import services
from graph.clock import isoformat, system_clock
from graph.errors import InputError
from graph.explanation.model import (
    HowView,
    Language,
    PastView,
    RecordView,
    WeakestLinksView,
    WhyNotView,
    WhyView,
)
from graph.explanation.service import Explanations
from graph.ingest.times import parse_time
from graph.settings import load_settings

Lang = Annotated[Language, typer.Option("--lang", help="Language of the sentences.")]
Clear = Annotated[bool, typer.Option("--clear", help="Show personal values whole instead of masked.")]
Who = Annotated[
    str, typer.Argument(help="A oneId, the id of a profile, or source/record id.", show_default=False)
]

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="A time in the past, as 2026-11-22 or 2026-11-22T08:00:00Z.")
]

_TIMES = ("since", "until", "as_of")

T = TypeVar("T")


def why(
    a: Who,
    b: Who,
    lang: Lang = Language.EN,
    clear: Clear = False,
    as_of: AsOf = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell why two records or people are one person, or were: the links between them."""
    at = _past(as_of)
    found = _run(
        data_dir, (a, b), lambda service, refs: service.why(*refs, language=lang, clear=clear, as_of=at)
    )
    show(_values(found), text="\n".join(_why(found)), as_json=as_json)


def why_not(
    a: Who,
    b: Who,
    lang: Lang = Language.EN,
    clear: Clear = False,
    as_of: AsOf = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell why two records or people are not one person, or were not, and what would be needed."""
    at = _past(as_of)
    found = _run(
        data_dir, (a, b), lambda service, refs: service.why_not(*refs, language=lang, clear=clear, as_of=at)
    )
    show(_values(found), text="\n".join(_why_not(found)), as_json=as_json)


def how(
    one_id: Who,
    lang: Lang = Language.EN,
    clear: Clear = False,
    as_of: AsOf = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell how a person came to be: the steps, and the decisions of all times."""
    at = _past(as_of)
    found = _run(
        data_dir, (one_id,), lambda service, refs: service.how(*refs, language=lang, clear=clear, as_of=at)
    )
    show(_values(found), text="\n".join(_how(found)), as_json=as_json)


def weakest_links(
    one_id: Who,
    lang: Lang = Language.EN,
    clear: Clear = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell which single removal of evidence would split a person."""
    found = _run(
        data_dir, (one_id,), lambda service, refs: service.weakest_links(*refs, language=lang, clear=clear)
    )
    show(_values(found), text="\n".join(_weakest(found)), as_json=as_json)


def _run(
    data_dir: Path | None,
    given: tuple[str, ...],
    work: Callable[[Explanations, list[str]], Awaitable[T]],
) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            refs = [await found.explanations.resolve_record(ref) for ref in given]
            return await work(found.explanations, refs)

    return asyncio.run(run())


def _past(as_of: str | None) -> int | None:
    if as_of is None:
        return None
    now = system_clock()
    try:
        at = parse_time(as_of, now=now)
    except InputError as error:
        raise InputError(f"--as-of: {error.message}", remedy=error.remedy) from None
    if at > now:
        raise InputError("--as-of lies in the future.", remedy="Leave it out for what is believed now.")
    return at


def _why(found: WhyView) -> Iterator[str]:
    yield found.sentence
    yield from _numbered(link.sentence for link in found.path)
    yield from _beside(found.past)
    spoken = [found.left, found.right, *(one for link in found.path for one in (link.left, link.right))]
    yield from _records(spoken)


def _why_not(found: WhyNotView) -> Iterator[str]:
    yield found.sentence
    yield from _numbered(one.sentence for one in found.hindrances)
    if found.needed:
        yield ""
        yield from (f"  → {one.sentence}" for one in found.needed)
    yield from _beside(found.past)
    spoken = [found.left, found.right]
    yield from _records([*spoken, *(r for one in (*found.hindrances, *found.needed) for r in one.records)])


def _how(found: HowView) -> Iterator[str]:
    yield found.sentence
    for step in found.steps:
        yield f"  {step.sentence}"
        yield from (f"     {link.sentence}" for link in step.links)
    yield from (f"  ! {no.sentence}" for no in found.refusals)
    yield from (f"  ~ {near.sentence}" for near in found.near)
    if found.history:
        yield ""
        yield from (f"  • {one.sentence}" for one in found.history)
    if found.past:
        yield from _untold(found.past)
    yield from _records([*found.records, *(r for no in found.refusals for r in no.records)])


def _weakest(found: WeakestLinksView) -> Iterator[str]:
    yield found.sentence
    yield from _numbered(link.sentence for link in found.links)
    yield from _records(found.records)


def _beside(past: PastView | None) -> Iterator[str]:
    """The decisions of then, and what cannot be told."""
    if past is None:
        return
    yield ""
    yield from (f"  • {one.sentence}" for one in past.decisions)
    yield from _untold(past)


def _untold(past: PastView) -> Iterator[str]:
    yield from (f"  ? {one.sentence}" for one in past.untold)


def _numbered(sentences: Iterable[str]) -> Iterator[str]:
    return (f"  {number}. {sentence}" for number, sentence in enumerate(sentences, 1))


def _records(spoken: Iterable[RecordView]) -> Iterator[str]:
    """The key to the numbers that sentences call records by."""
    yield ""
    for record in sorted(set(spoken), key=lambda one: int(one.label)):
        shown = "" if record.record_id is None else f"/{record.record_id}"
        yield f"  [{record.label}]  {record.id}  {record.source}{shown}"


def _values(value: Any) -> Any:
    """An answer for programs: names in camelCase, times in RFC 3339."""
    if is_dataclass(value):
        named = {field.name: getattr(value, field.name) for field in fields(value)}
        return {
            to_camel(name): isoformat(part) if name in _TIMES and part is not None else _values(part)
            for name, part in named.items()
        }
    if isinstance(value, tuple):
        return [_values(one) for one in cast("tuple[Any, ...]", value)]
    return value
