"""`/v1/console/queries/{query}/schedule` and `/results`: queries that run by themselves, and what they came to."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.responses import FileResponse

from api.rest.console.answers import ConsoleRoute
from api.rest.console.running import Analyst
from api.rest.console.schedule_shapes import (
    DeletedScheduleShape,
    ResultShape,
    ScheduleInput,
    ScheduleShape,
)
from api.rest.console.shapes import console_errors
from api.rest.door import BEARER, Here
from api.rest.pages import Cursors, page_of
from api.rest.shapes import After, First, Page
from graph.console.model import PARQUET
from graph.console.schedule import Result

router: Final = APIRouter(
    prefix="/v1/console/queries/{query}", route_class=ConsoleRoute, dependencies=[Depends(BEARER)]
)

_RESULTS: Final = Cursors("result")

QueryId: TypeAlias = Annotated[str, Path(alias="query", max_length=64, description="The query's id.")]
ResultId: TypeAlias = Annotated[str, Path(alias="id", max_length=64, description="The result's id.")]
Held: TypeAlias = Annotated[
    str | None,
    Header(
        alias="If-None-Match", description="`ETag` of a file that you have: answers 304 if it is this one."
    ),
]

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, with `ETag`; `X-Rows` and `X-Truncated` as for a run with `format`.",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "people\r\n42\r\n"},
            PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    304: {"description": "You have it: `If-None-Match` names this file."},
}


@router.get(
    "/schedule",
    tags=["schedules"],
    summary="A query's schedule",
    response_model=ScheduleShape,
    responses=console_errors(404),
)
async def schedule(caller: Analyst, here: Here, query: QueryId) -> ScheduleShape:
    """When a query that you may see runs by itself, when next, and why not if it is paused."""
    return ScheduleShape.of(await here.schedules.get(query, caller=caller))


@router.put(
    "/schedule",
    tags=["schedules"],
    summary="Set a query's schedule",
    response_model=ScheduleShape,
    responses=console_errors(404),
)
async def set_schedule(caller: Analyst, here: Here, query: QueryId, body: ScheduleInput) -> ScheduleShape:
    """Have a query of yours run by itself, as your API key, with what the newest version says then.

    It replaces the schedule before, and a run of that one is not kept. Sent again it changes nothing, but what was
    paused goes on.
    """
    made = await here.schedules.set(query, body.terms(), caller=caller, paused=body.paused)
    return ScheduleShape.of(made)


@router.delete(
    "/schedule",
    tags=["schedules"],
    summary="Take a query's schedule away",
    response_model=DeletedScheduleShape,
    responses=console_errors(404),
)
async def delete_schedule(caller: Analyst, here: Here, query: QueryId) -> DeletedScheduleShape:
    """Have a query of yours run by itself no more; with a key of role admin anybody's. Its results stay."""
    await here.schedules.delete(query, caller=caller)
    return DeletedScheduleShape(query=query, deleted=True)


@router.get(
    "/results",
    tags=["schedules"],
    summary="What a schedule's runs came to",
    response_model=Page[ResultShape],
    responses=console_errors(404),
)
async def results(
    caller: Analyst, here: Here, query: QueryId, first: First = 50, after: After = None
) -> Page[ResultShape]:
    """The results that are kept of a query that you may see, newest first; failures with what was wrong."""
    found = await here.schedules.results(query, caller=caller, before=_RESULTS.key(after), limit=first + 1)
    return page_of(found, first, shape=ResultShape.of, cursor=lambda result: _RESULTS.of(result.id))


@router.get(
    "/results/{id}",
    tags=["schedules"],
    summary="The file of a result",
    response_class=Response,
    responses=_FILE | console_errors(404),
)
async def result(caller: Analyst, here: Here, query: QueryId, id_: ResultId, held: Held = None) -> Response:
    """The rows as CSV or Parquet, as the schedule says; personal values are hidden, as in all that the console answers.

    404 also where the run failed, and where the file lies on another machine.
    """
    found, path = await here.schedules.result(query, id_, caller=caller)
    headers = _headers(found)
    if held is not None and {headers["ETag"], "*"} & {
        one.strip().removeprefix("W/") for one in held.split(",")
    }:
        return Response(status_code=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    return FileResponse(path, headers=headers, media_type=found.format.media_type)


def _headers(result: Result) -> dict[str, str]:
    return {
        "ETag": f'"{result.digest}"',
        "Cache-Control": "private, no-cache",  # the key may be revoked, the query taken back
        "Content-Disposition": f'attachment; filename="guanxi-{result.file}"',
        "X-Run": result.id,
        "X-Rows": str(result.rows),
        "X-Truncated": result.truncated or "no",
    }
