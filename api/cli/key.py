"""`guanxi key`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import Services, services
from graph.access.roles import AVAILABLE, read_role
from graph.access.service import ApiKey, CreatedKey
from graph.access.terms import read_only, stored
from graph.clock import isoformat, read_duration, system_clock
from graph.settings import Settings, load_settings

T = TypeVar("T")

_EXPIRES = "After how long the key ceases to be good, as 90d or 24h."

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
    expires: Annotated[str | None, typer.Option("--expires", help=_EXPIRES)] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Some of what its role may do, as `query`; may be given again."),
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key and show it, this once: only a digest of it is stored."""
    wanted = read_role(role)
    limited = read_only(only or (), wanted)
    valid_for = read_duration(expires) if expires else None

    async def work(opened: Services) -> CreatedKey:
        return await opened.access.create(
            wanted, source=source, dealer=dealer, only=limited, valid_for=valid_for
        )

    _show_made(_with_services(load_settings(data_dir=data_dir), work), as_json=as_json)


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
    now = system_clock()
    for key in [] if as_json else keys:
        typer.echo(
            f"{key.id}  {key.role:<9} {key.state(now):<8} {isoformat(key.created_at)}  {_terms(key)}".rstrip()
        )


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `guanxi key list` shows it.")],
    grace: Annotated[
        str,
        typer.Option(
            "--grace", help="How long the old key stays good beside the new one, as 24h; 0h ends it now."
        ),
    ] = "7d",
    expires: Annotated[
        str | None,
        typer.Option("--expires", help=f"{_EXPIRES} Left out: for as long as the old one was made for."),
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Replace a key by a new one of the same role, source, dealer and limits, and show that, this once."""
    wait = read_duration(grace)
    valid_for = read_duration(expires) if expires else None

    async def work(opened: Services) -> CreatedKey:
        return await opened.access.rotate(key_id, grace=wait, valid_for=valid_for)

    _show_made(_with_services(load_settings(data_dir=data_dir), work), as_json=as_json)


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


def _show_made(made: CreatedKey, *, as_json: bool) -> None:
    expires = {"expiresAt": isoformat(made.expires_at)} if made.expires_at is not None else {}
    until = f" It is good until {expires['expiresAt']}." if expires else ""
    show(
        {"id": made.id, "key": made.key, "role": str(made.role)} | expires,
        text=f"{made.key}\n\nKeep it: it is not shown again. Its id is {made.id}.{until}",
        as_json=as_json,
    )


def _terms(key: ApiKey) -> str:
    """What is particular to a key, in words."""
    return "  ".join(
        word
        for word in (
            key.source,
            key.dealer,
            f"only {', '.join(stored(key.only) or ())}" if key.only is not None else None,
            f"until {isoformat(key.expires_at)}" if key.expires_at is not None else None,
            f"replaced by {key.replaced_by}" if key.replaced_by else None,
        )
        if word
    )


def _facts(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "role": str(key.role),
        "source": key.source,
        "dealer": key.dealer,
        "preset": key.preset,
        "state": key.state(system_clock()),
        "only": stored(key.only),
        "createdAt": isoformat(key.created_at),
        "expiresAt": isoformat(key.expires_at) if key.expires_at is not None else None,
        "replacedBy": key.replaced_by,
        "revokedAt": isoformat(key.revoked_at) if key.revoked_at else None,
    }


def _with_services(settings: Settings, work: Callable[[Services], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(settings) as opened:
            return await work(opened)

    return asyncio.run(run())
