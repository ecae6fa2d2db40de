"""`/v1/console`: run a statement, cancel it, what can be named in one, and what was run."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from api.rest.console.answers import ConsoleRoute
from api.rest.console.running import ANSWERED, Analyst, Purpose, Wanted, answer
from api.rest.console.shapes import CancelledShape, PastRunShape, RunInput, SchemaShape, console_errors
from api.rest.door import BEARER, Here
from api.rest.pages import Cursors, page_of
from api.rest.shapes import After, First, Page
from graph.console.model import Ask

router: Final = APIRouter(prefix="/v1/console", route_class=ConsoleRoute, dependencies=[Depends(BEARER)])

_PAST: Final = Cursors("run")


@router.post(
    "/run",
    tags=["console"],
    summary="Run a read statement",
    response_class=Response,
    responses=ANSWERED | console_errors(408, 413),
)
async def run(
    request: Request, caller: Analyst, body: RunInput, wanted: Wanted = None, purpose: Purpose = None
) -> Response:
    """Any read statement of Cypher, and nothing else; personal values are hidden, however they are reached.

    It is explained first, and run only if its plan holds nothing but what reads. It ends at its deadline, when it is
    cancelled, and when you go away. An error before the first row has a status of its own; later it is the last line.
    Of a file, every error has.
    """
    ask = Ask(body.statement, body.parameters, body.mode, tuple(body.reveal), body.run)
    return await answer(request, caller, ask, purpose=purpose, wanted=wanted)


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


@router.get(
    "/history",
    tags=["console"],
    summary="Your last runs",
    response_model=Page[PastRunShape],
    responses=console_errors(),
)
async def history(caller: Analyst, here: Here, first: First = 50, after: After = None) -> Page[PastRunShape]:
    """What your key, and those that it was rotated from, asked, newest first, what was refused too.

    A run is listed a moment after it ended.
    """
    before = _PAST.number(after)
    keys = await here.access.line(caller)
    found = await asyncio.to_thread(here.audit.last_runs, keys, before=before, limit=first + 1)
    return page_of(
        found, first, shape=lambda past: PastRunShape.of(past[1]), cursor=lambda past: _PAST.of(past[0])
    )
