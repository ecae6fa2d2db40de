"""`guanxi key`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import Services, services
from graph.access.roles import AVAILABLE, read_role
from graph.access.service import ApiKey
from graph.clock import isoformat, read_duration, system_clock
from graph.settings import Settings, load_settings

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Make, list, rotate and revoke the keys that may call the API.")


@app.command()
def create(
    role: Annotated[str, typer.Option("--role", help=f"What the key may do: {', '.join(AVAILABLE)}.")],
    source: Annotated[
        str | None, typer.Option("--source", help="For role source: whose events it brings.")
    ] = None,
    dealer: Annotated[
        str | None, typer.Option("--dealer", help="For role dealer: whose people it sees.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="When it ends by itself, as 90d or 12h; else never.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key and show it, this once: only a digest of it is stored."""
    wanted = read_role(role)
    valid_for = None if expires is None else read_duration(expires)

    async def work(opened: Services) -> dict[str, Any]:
        made = await opened.access.create(wanted, source=source, dealer=dealer, valid_for=valid_for)
        return {"id": made.id, "key": made.key, "role": str(made.role)}

    made = _with_services(load_settings(data_dir=data_dir), work)
    show(
        made,
        text=f"{made['key']}\n\nKeep it: it is not shown again. Its id is {made['id']}.",
        as_json=as_json,
    )


@app.command("list")
def list_(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List all keys, the revoked ones too; never the keys themselves."""

    async def work(opened: Services) -> list[ApiKey]:
        return await opened.access.keys()

    keys = _with_services(load_settings(data_dir=data_dir), work)
    if as_json:
        typer.echo(json.dumps([_facts(key) for key in keys]))
    elif not keys:
        typer.echo("There are no keys. Make one with `guanxi key create --role admin`.")
    for key in [] if as_json else keys:
        over = key.expires_at is not None and key.expires_at <= system_clock()
        state = "revoked" if key.revoked_at else "over" if over else "preset" if key.preset else "active"
        typer.echo(
            f"{key.id}  {key.role:<9} {state:<8} {isoformat(key.created_at)}  {key.source or key.dealer or ''}".rstrip()
        )


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `guanxi key list` shows it.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Revoke a key for good; running servers refuse it within 5 seconds."""

    async def work(opened: Services) -> ApiKey:
        return await opened.access.revoke(key_id)

    key = _with_services(load_settings(data_dir=data_dir), work)
    show(_facts(key), text=f"Key {key.id} is revoked.", as_json=as_json)


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `guanxi key list` shows it.")],
    grace: Annotated[
        str, typer.Option("--grace", help="How long the old key goes on, as 7d or 2h; 0h ends it now.")
    ] = "7d",
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key that may do what another may, show it, this once, and let the other end."""
    goes_on = read_duration(grace)

    async def work(opened: Services) -> dict[str, Any]:
        made = await opened.access.rotate(key_id, grace=goes_on)
        return {"id": made.id, "key": made.key, "role": str(made.role)}

    made = _with_services(load_settings(data_dir=data_dir), work)
    show(
        made,
        text=f"{made['key']}\n\nKeep it: it is not shown again. Its id is {made['id']}. Key {key_id} ends in {grace}.",
        as_json=as_json,
    )


def _facts(key: ApiKey) -> dict[str, Any]:
    times = {
        "createdAt": isoformat(key.created_at),
        "revokedAt": isoformat(key.revoked_at) if key.revoked_at else None,
        "expiresAt": isoformat(key.expires_at) if key.expires_at else None,
    }
    known = {name: value for name, value in asdict(key).items() if not name.endswith("_at")}
    return known | times


def _with_services(settings: Settings, work: Callable[[Services], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(settings) as opened:
            return await work(opened)

    return asyncio.run(run())
