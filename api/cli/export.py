"""`guanxi export`: what the graph knows, as files."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import services
from graph.errors import InputError
from graph.profile.export import Exported, export_to_file, write_identities
from graph.settings import load_settings

app = typer.Typer(name="export", help="Write what the graph knows to files.", no_args_is_help=True)


@app.callback()
def export() -> None:
    """Write what the graph knows to files."""


@app.command()
def identities(
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write; - is standard output.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Write `source,recordId,oneId` for all current profiles; only you may read the file.

    It holds record ids in the clear: keep it as you keep the sources themselves.
    """
    to_stdout = str(out) == "-"
    if not to_stdout and not out.absolute().parent.is_dir():
        raise InputError(f"There is no folder {out.parent}.", remedy="Make it, or correct --out.")

    async def run() -> Exported:
        async with services(load_settings(data_dir=data_dir)) as found:
            with counting("Exporting", unit="profiles") as advance:
                if to_stdout:
                    return await write_identities(found.database, found.keyring, sys.stdout, advance=advance)
                return await export_to_file(found.database, found.keyring, out, advance=advance)

    exported = asyncio.run(run())
    if to_stdout:
        return
    text = f"Wrote {exported.records:,} profiles to {out}."
    if exported.unreadable:
        text += f" {exported.unreadable:,} were left out: their keys are gone."
    values = {"file": str(out), "records": exported.records, "unreadable": exported.unreadable}
    show(values, text=text, as_json=as_json)
