"""`guanxi source`: declare the systems that people's records come from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import services
from graph.errors import NotFoundError
from graph.ingest.normalise.namespaces import Namespace
from graph.ingest.registry import SourceRegistry
from graph.ingest.sources import SourceDeclaration, load_sources
from graph.settings import load_settings

app = typer.Typer(name="source", help="Declare the systems that records come from.", no_args_is_help=True)

T = TypeVar("T")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="A sources.toml; see docs/sources.md.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Declare the sources of a file; sources that it does not name stay as they are.

    Running servers follow within five seconds. What came in before keeps its grade and scope.
    """
    declared = load_sources(file)  # before the database is started: most mistakes are in the file
    changes = _run(data_dir, lambda sources: sources.apply(declared.values()))
    text = "\n".join(f"{name}: {change}" for name, change in changes.items()) or "The file names no source."
    show({"sources": changes}, text=text, as_json=as_json)


@app.command("list")
def list_sources(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List the declared sources."""
    declared = _run(data_dir, lambda sources: sources.all())
    lines = [f"{source.name:24} {source.kind:12} {_summary(source)}".rstrip() for source in declared]
    text = "\n".join(lines) or "No source is declared; every source has the defaults."
    show({"sources": [_as_values(source) for source in declared]}, text=text, as_json=as_json)


@app.command("show")
def show_source(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what holds for a source: scope and grade of every kind of identifier."""

    async def read(sources: SourceRegistry) -> SourceDeclaration:
        if not await sources.is_declared(name):
            raise NotFoundError(
                f"No source {name} is declared; it has the defaults.",
                remedy="See `guanxi source list`.",
            )
        return await sources.get(name)

    source = _run(data_dir, read)
    effective = {
        str(namespace): {
            "scope": source.scope(namespace),
            "http": str(source.grade(namespace, via="http")),
            "file": str(source.grade(namespace, via="file")),
        }
        for namespace in Namespace
    }
    rows = [f"{'identifier':16} {'scope':24} {'over HTTP':10} from files"]
    rows += [f"{key:16} {it['scope']:24} {it['http']:10} {it['file']}" for key, it in effective.items()]
    text = f"{source.name} ({source.kind}) {_summary(source)}".rstrip() + "\n\n" + "\n".join(rows)
    show({**_as_values(source), "identifiers": effective}, text=text, as_json=as_json)


def _run(data_dir: Path | None, work: Callable[[SourceRegistry], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found.sources)

    return asyncio.run(run())


def _summary(source: SourceDeclaration) -> str:
    parts = {"dealer": source.dealer, "ids": source.id_space, "origins": ", ".join(source.allowed_origins)}
    return "  ".join(f"{name} {value}" for name, value in parts.items() if value)


def _as_values(source: SourceDeclaration) -> dict[str, Any]:
    return orjson.loads(source.to_json())
