"""How a run is answered, whichever route asked for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.rest.console.answers import from_first, lines_of, ndjson, one_by_one, unless_gone
from api.rest.console.arrow import arrow_stream
from api.rest.console.export import make_file
from api.rest.console.shapes import ARROW, NDJSON
from api.rest.door import door_of, needs
from graph.access.purpose import read_purpose
from graph.access.roles import Caller, Permission
from graph.console.model import PARQUET, Ask, Asker, Columns, Format, Mode, Summary
from graph.errors import InputError

Analyst: TypeAlias = Annotated[Caller, Depends(needs(Permission.CONSOLE))]
Purpose: TypeAlias = Annotated[
    str | None,
    Header(alias="X-Purpose", description="What values in the clear are seen for; only with `reveal`."),
]
Wanted: TypeAlias = Annotated[
    Format | None,
    Query(
        alias="format",
        description="Answer a whole file: `csv`, where no cell is a formula, or `parquet`. `X-Rows` tells how many "
        "rows it has, `X-Truncated` is `no`, or which limit cut it off: `rows`, `bytes`. Left out, rows are streamed.",
    ),
]

ANSWERED: Final = {
    200: {
        "description": "JSON lines: first the columns, then an array for each row, last a summary or an error. With "
        f"`Accept: {ARROW}` an Arrow stream, whose last batch has no rows and carries the summary as metadata. With "
        "`format` a file.",
        "content": {
            NDJSON: {
                "schema": {"type": "string"},
                "example": '{"columns":["people"],"run":"0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"}\n[42]\n'
                '{"summary":{"run":"0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f","rows":1,"seconds":0.004,"truncated":null}}\n',
            },
            ARROW: {"schema": {"type": "string", "format": "binary"}},
            "text/csv": {"schema": {"type": "string"}, "example": "people\r\n42\r\n"},
            PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

_PIECE: Final = 256 * 1024


async def answer(
    request: Request, caller: Caller, ask: Ask, *, purpose: str | None, wanted: Format | None
) -> Response:
    """Run it when it is the caller's turn, and answer rows as they come, or a file. Raises what the console raises."""
    if wanted is not None and ask.mode is not Mode.RUN:
        raise InputError("A file has no place for a plan.", remedy="Leave `format` or `mode` out.")
    door = door_of(request)
    stated = read_purpose(purpose, caller.role) if ask.reveal else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(door.consoles.turn(caller.key_id))
        waves = await stack.enter_async_context(
            aclosing(door.services.console.waves(ask, Asker(caller, stated)))
        )
        first = await unless_gone(request, anext(waves))
        columns = first[0]
        assert isinstance(columns, Columns)  # noqa: S101 - the first part
        whole = from_first(first, waves)
        if wanted is not None:
            file = await unless_gone(request, make_file(columns, one_by_one(whole), wanted))
            stream, media_type, headers = _pieces(file.data), wanted.media_type, headers | file.headers
        elif ARROW in request.headers.get("accept", ""):
            stream, media_type = arrow_stream(columns, one_by_one(whole)), ARROW
        elif isinstance(first[-1], Summary):  # all of it: nothing to stream
            return Response(lines_of(first), headers=headers, media_type=NDJSON)
        else:
            stream, media_type = ndjson(whole), NDJSON
        kept = stack.pop_all()
    return StreamingResponse(_held(stream, kept), headers=headers, media_type=media_type)


async def _pieces(data: bytes) -> AsyncGenerator[bytes]:
    for at in range(0, len(data), _PIECE):
        yield data[at : at + _PIECE]


async def _held(stream: AsyncGenerator[bytes], kept: AsyncExitStack) -> AsyncGenerator[bytes]:
    """The stream; behind it, or when nobody reads on, the run ends and gives its turn away."""
    async with kept, aclosing(stream):
        async for piece in stream:
            yield piece
