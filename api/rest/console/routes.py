"""`/v1/console`: run a statement, cancel it, and what can be named in one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from api.rest.console.answers import ConsoleRoute, ndjson, unless_gone
from api.rest.console.arrow import arrow_stream
from api.rest.console.shapes import ARROW, NDJSON, CancelledShape, RunInput, SchemaShape, console_errors
from api.rest.door import BEARER, Here, door_of, needs
from graph.access.purpose import read_purpose
from graph.access.roles import Caller, Permission
from graph.console.model import Ask, Asker, Columns

router: Final = APIRouter(prefix="/v1/console", route_class=ConsoleRoute, dependencies=[Depends(BEARER)])

Analyst = Annotated[Caller, Depends(needs(Permission.CONSOLE))]
Purpose = Annotated[
    str | None,
    Header(alias="X-Purpose", description="What values in the clear are seen for; only with `reveal`."),
]

_ANSWERED: Final = {
    200: {
        "description": "JSON lines: first the columns, then an array for each row, last a summary or an error. With "
        f"`Accept: {ARROW}` an Arrow stream, whose last batch has no rows and carries the summary as metadata.",
        "content": {
            NDJSON: {
                "schema": {"type": "string"},
                "example": '{"columns":["people"],"run":"0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"}\n[42]\n'
                '{"summary":{"run":"0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f","rows":1,"seconds":0.004,"truncated":null}}\n',
            },
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "/run",
    tags=["console"],
    summary="Run a read statement",
    response_class=Response,
    responses=_ANSWERED | console_errors(408, 413),
)
async def run(
    request: Request, caller: Analyst, here: Here, body: RunInput, purpose: Purpose = None
) -> Response:
    """Any read statement of Cypher, and nothing else; personal values are hidden, however they are reached.

    It is explained first, and run only if its plan holds nothing but what reads. It ends at its deadline, when it is
    cancelled, and when you go away. An error before the first row has a status of its own; later it is the last line.
    """
    stated = read_purpose(purpose, caller.role) if body.reveal else None
    ask = Ask(body.statement, body.parameters, body.mode, tuple(body.reveal), body.run)
    wants_arrow = ARROW in request.headers.get("accept", "")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(door_of(request).consoles.turn(caller.key_id))
        parts = await stack.enter_async_context(aclosing(here.console.run(ask, Asker(caller, stated))))
        columns = await unless_gone(request, anext(parts))
        if columns is None:
            raise ClientDisconnect
        assert isinstance(columns, Columns)  # noqa: S101 - the first part
        kept = stack.pop_all()
    bytes_ = arrow_stream(columns, parts) if wants_arrow else ndjson(columns, parts)
    return StreamingResponse(
        _held(bytes_, kept),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        media_type=ARROW if wants_arrow else NDJSON,
    )


async def _held(stream: AsyncGenerator[bytes], kept: AsyncExitStack) -> AsyncGenerator[bytes]:
    """The stream; behind it, or when nobody reads on, the run ends and gives its turn away."""
    async with kept, aclosing(stream):
        async for piece in stream:
            yield piece


@router.delete(
    "/runs/{run}",
    tags=["console"],
    summary="Cancel a run",
    response_model=CancelledShape,
    responses=console_errors(404),
)
async def cancel(
    caller: Analyst,
    here: Here,
    run: Annotated[
        str, Path(max_length=64, description="The run's id: the first line of its answer has it.")
    ],
) -> CancelledShape:
    """End a run of your own; with a key of role admin anybody's. Whoever reads it is told `cancelled`."""
    await here.console.cancel(run, caller)
    return CancelledShape(run=run, cancelled=True)


@router.get(
    "/schema",
    tags=["console"],
    summary="What can be named in a statement",
    response_model=SchemaShape,
    responses=console_errors(),
)
async def schema(caller: Analyst, here: Here) -> SchemaShape:
    """Labels, relationship types and properties with what they mean, functions and procedures: for completion."""
    return SchemaShape.of(await here.console.schema(caller))
