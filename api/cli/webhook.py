"""`guanxi webhook`: where other systems are told what happens, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import services
from graph.clock import isoformat, read_duration, system_clock
from graph.errors import InputError
from graph.settings import load_settings
from graph.webhook.endpoint import Endpoint
from graph.webhook.service import STATES, Delivery, WebhookService

app = typer.Typer(
    name="webhook", help="Tell other systems what happens (docs/webhooks.md).", no_args_is_help=True
)

T = TypeVar("T")

EndpointId = Annotated[str, typer.Argument(help="Id of the endpoint; see `guanxi webhook list`.")]


@app.command()
def add(
    url: Annotated[
        str, typer.Argument(help="An https address; private hosts are named in GUANXI_WEBHOOK_ALLOW.")
    ],
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Tell only of this type of events; may be repeated.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Add an endpoint. Its secret is shown only this once."""
    endpoint, secret = _run(data_dir, lambda webhooks: webhooks.add(url, types=types or ()))
    text = f"{endpoint.id}  {endpoint.host}\nIts secret, shown only this once:\n\n{secret}"
    show({**_endpoint(endpoint), "secret": secret}, text=text, as_json=as_json)


@app.command("list")
def list_endpoints(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List the endpoints."""
    found = _run(data_dir, lambda webhooks: webhooks.endpoints())
    lines = [f"{it.id}  {it.state:8}  {it.host}  {', '.join(it.types) or 'all events'}" for it in found]
    text = "\n".join(lines) or "There is no endpoint."
    show({"endpoints": [_endpoint(it) for it in found]}, text=text, as_json=as_json)


@app.command()
def remove(endpoint_id: EndpointId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Remove an endpoint; what waits for it is not sent."""
    _run(data_dir, lambda webhooks: webhooks.remove(endpoint_id))
    show({"removed": endpoint_id}, text=f"{endpoint_id} is removed.", as_json=as_json)


@app.command()
def rotate(
    endpoint_id: EndpointId,
    grace: Annotated[
        str, typer.Option("--grace", help="For how long the secret before signs, too, as 24h.")
    ] = "1d",
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Give an endpoint a new secret, shown only this once."""
    kept = read_duration(grace)
    secret = _run(data_dir, lambda webhooks: webhooks.rotate(endpoint_id, grace=kept))
    text = f"The new secret, shown only this once; the one before signs for {grace} more:\n\n{secret}"
    show({"id": endpoint_id, "secret": secret}, text=text, as_json=as_json)


@app.command("test")
def ping(endpoint_id: EndpointId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Leave a `webhook.ping` for an endpoint; `guanxi serve` sends it."""
    delivery_id = _run(data_dir, lambda webhooks: webhooks.test(endpoint_id))
    show({"delivery": delivery_id}, text=f"{delivery_id} waits to be sent.", as_json=as_json)


@app.command()
def deliveries(
    endpoint_id: EndpointId,
    state: Annotated[
        str | None, typer.Option("--state", help="pending, delivered or dead; else all.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="Written within this time, as 3d or 12h.")] = "7d",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List what was sent, waits or was given up (dead), newest first."""
    if state is not None and state not in STATES:
        raise InputError(f"--state is none of {', '.join(STATES)}.", remedy="Correct it.")
    after = system_clock() - read_duration(since)
    states = STATES if state is None else (state,)
    found = _run(
        data_dir, lambda webhooks: webhooks.deliveries(endpoint_id, states=states, since=after, limit=limit)
    )
    text = "\n".join(map(_line, found)) or "There is no such delivery."
    show({"deliveries": [_delivery(it) for it in found]}, text=text, as_json=as_json)


@app.command()
def replay(
    delivery_id: Annotated[str | None, typer.Argument(help="Id of the delivery.")] = None,
    endpoint_id: Annotated[
        str | None, typer.Option("--endpoint", help="Instead: all of an endpoint, within --since.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="Written within this time, as 3d or 12h.")] = "3d",
    dead_only: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Send again, under the old webhook-id: a delivery, or what an endpoint was told within a time."""
    if (delivery_id is None) == (endpoint_id is None):
        raise InputError("Give a delivery or --endpoint.", remedy="See `guanxi webhook replay --help`.")
    now = system_clock()
    after = now - read_duration(since)
    states = ("dead",) if dead_only else ("delivered", "dead")

    async def work(webhooks: WebhookService) -> int:
        if delivery_id is not None:
            return int(await webhooks.replay(delivery_id))
        return await webhooks.replay_range(endpoint_id or "", since=after, until=now, states=states)

    count = _run(data_dir, work)
    show({"replayed": count}, text=f"{count} wait to be sent again.", as_json=as_json)


def _run(data_dir: Path | None, work: Callable[[WebhookService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found.webhooks)

    return asyncio.run(run())


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {**asdict(endpoint), "since": isoformat(endpoint.since)}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    times = {
        "recordedAt": delivery.recorded_at,
        "triedAt": delivery.tried_at,
        "nextAt": delivery.next_at,
    }
    return {
        "id": delivery.id,
        "webhookId": delivery.event_id,
        "type": delivery.type,
        "key": delivery.key,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "reason": delivery.reason,
        **{name: None if time is None else isoformat(time) for name, time in times.items()},
    }


def _line(it: Delivery) -> str:
    said = it.reason or ""
    return (
        f"{isoformat(it.recorded_at)}  {it.state:9}  {it.attempts:2}  {it.type:24}  {it.id}  {said}".rstrip()
    )
