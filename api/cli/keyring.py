"""`guanxi keyring`: look at the keys of personal values, and rotate their master key."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from graph.privacy.keyring import Keyring, KeyringStatus
from graph.privacy.master import decode_key, read_private
from graph.settings import Settings, load_settings

app = typer.Typer(name="keyring", help="The keys that open personal values.", no_args_is_help=True)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of the database and the keyring.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def status(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show where the keyring lies, its master key's version and how many keys it holds; never a key."""
    with _opened(load_settings(data_dir=data_dir)) as keyring:
        _show(keyring.status(), as_json)


@app.command()
def rotate(
    data_dir: DataDir = None,
    new_key_file: Annotated[
        Path | None,
        typer.Option("--new-key-file", help="File (mode 0600) with the new key: 32 bytes in base64."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a new master key in place of the old one, beside running programs; sealed values stay as they are.

    Without a new key, makes one where the master key lies in a file, or ends a rotation that was cut off.
    Where the master key is set by GUANXI_MASTER_KEY, give the new one by GUANXI_NEW_MASTER_KEY, and set
    GUANXI_MASTER_KEY to it when this is done.
    """
    settings = load_settings(data_dir=data_dir)
    new = _new_key(new_key_file)
    with _opened(settings) as keyring, ExitStack() as shown:
        progress = shown.enter_context(Progress(console=Console(stderr=True), transient=True))
        task = progress.add_task("Re-wrapping keys", total=None)
        keyring.rotate_master(
            new, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
        shown.close()
        _show(keyring.status(), as_json)
    if settings.master_key and not as_json:
        typer.echo("Now set GUANXI_MASTER_KEY to the new key and restart every guanxi.", err=True)


def _opened(settings: Settings) -> Keyring:
    return Keyring.open(settings, create=False)


def _new_key(path: Path | None) -> bytes | None:
    if path is not None:
        held = read_private(path)
        if held is None:
            raise typer.BadParameter(f"there is no file {path}", param_hint="--new-key-file")
        return decode_key(held, str(path))
    # Not an option: what stands on a command line is seen by every user of the machine.
    text = os.environ.get("GUANXI_NEW_MASTER_KEY")
    return decode_key(text, "GUANXI_NEW_MASTER_KEY") if text else None


def _show(status: KeyringStatus, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(asdict(status)).decode())
        return
    rotation = f"unfinished, {status.unrotated} keys to go" if status.rotating else "none under way"
    typer.echo(
        f"keyring     {status.path}\n"
        f"id          {status.id}\n"
        f"master key  {status.master_key}, version {status.key_version}\n"
        f"rotation    {rotation}\n"
        f"profiles    {status.profiles} with a key, {status.shredded} shredded"
    )
