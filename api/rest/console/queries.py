"""`/v1/console/queries`: queries that analysts keep and share."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.rest.console.answers import ConsoleRoute
from api.rest.console.running import ANSWERED, Analyst, Purpose, Wanted, answer
from api.rest.console.saved_shapes import (
    ChangeInput,
    DeletedShape,
    HowToRun,
    QueryDetailShape,
    QueryInput,
    QueryShape,
    VersionInput,
)
from api.rest.console.shapes import console_errors
from api.rest.door import BEARER, Here, IdempotencyKey
from api.rest.pages import Cursors, page_of
from api.rest.shapes import After, First, Page
from graph.console.kept import Content, filled, parameters_of
from graph.console.model import Ask

router: Final = APIRouter(
    prefix="/v1/console/queries", route_class=ConsoleRoute, dependencies=[Depends(BEARER)]
)

_QUERIES: Final = Cursors("query")
_NEWEST: Final = "Number of a version; left out, the newest."

Id: TypeAlias = Annotated[str, Path(alias="id", max_length=64, description="The query's id.")]
Number: TypeAlias = Annotated[int | None, Query(alias="version", ge=1, le=10_000, description=_NEWEST)]


@router.get(
    "",
    tags=["queries"],
    summary="Saved queries",
    response_model=Page[QueryShape],
    responses=console_errors(),
)
async def queries(caller: Analyst, here: Here, first: First = 50, after: After = None) -> Page[QueryShape]:
    """Yours and those that are shared with the team, oldest first."""
    found = await here.queries.all(caller, after=_QUERIES.key(after) or "", limit=first + 1)
    return page_of(
        found,
        first,
        shape=lambda query: QueryShape.of(query, caller.owner),
        cursor=lambda query: _QUERIES.of(query.id),
    )


@router.post(
    "",
    tags=["queries"],
    summary="Save a query",
    response_model=QueryDetailShape,
    responses=console_errors(408),
)
async def create(caller: Analyst, here: Here, key: IdempotencyKey, body: QueryInput) -> QueryDetailShape:
    """Keep a statement under a name. One that could not be run is refused with the same error, and nothing is kept."""
    made = await here.queries.create(
        body.name,
        Content(body.statement, body.parameters),
        caller=caller,
        description=body.description,
        sharing=body.sharing,
        idempotency_key=key,
    )
    versions = await here.queries.versions(made.query.id, caller=caller)
    return QueryDetailShape.detailed(made, versions, caller.owner)


@router.get(
    "/{id}",
    tags=["queries"],
    summary="A saved query",
    response_model=QueryDetailShape,
    responses=console_errors(404),
)
async def query(caller: Analyst, here: Here, id_: Id, number: Number = None) -> QueryDetailShape:
    """A query with what its newest version says, or another. Private queries of others are not found; an admin's key
    finds all.
    """
    found = await here.queries.get(id_, caller=caller, number=number)
    versions = await here.queries.versions(id_, caller=caller)
    return QueryDetailShape.detailed(found, versions, caller.owner)


@router.patch(
    "/{id}",
    tags=["queries"],
    summary="Rename, describe or share a query",
    response_model=QueryShape,
    responses=console_errors(404),
)
async def change(caller: Analyst, here: Here, id_: Id, body: ChangeInput) -> QueryShape:
    """Change what a query of yours is called or who sees it. Its versions stay as they are."""
    changed = await here.queries.change(
        id_, caller=caller, name=body.name, description=body.description, sharing=body.sharing
    )
    return QueryShape.of(changed, caller.owner)


@router.delete(
    "/{id}",
    tags=["queries"],
    summary="Delete a query",
    response_model=DeletedShape,
    responses=console_errors(404),
)
async def delete(caller: Analyst, here: Here, id_: Id) -> DeletedShape:
    """Take a query of yours away from everybody; with a key of role admin anybody's. It stays stored, unseen."""
    await here.queries.delete(id_, caller=caller)
    return DeletedShape(id=id_, deleted=True)


@router.post(
    "/{id}/versions",
    tags=["queries"],
    summary="Save a new version",
    response_model=QueryDetailShape,
    responses=console_errors(404, 408),
)
async def add_version(
    caller: Analyst, here: Here, key: IdempotencyKey, id_: Id, body: VersionInput
) -> QueryDetailShape:
    """Leave what a query of yours says from now on. Versions before it stay, and can be run."""
    made = await here.queries.add_version(
        id_, Content(body.statement, body.parameters), caller=caller, idempotency_key=key
    )
    versions = await here.queries.versions(id_, caller=caller)
    return QueryDetailShape.detailed(made, versions, caller.owner)


@router.post(
    "/{id}/run",
    tags=["queries"],
    summary="Run a saved query",
    response_class=Response,
    responses=ANSWERED | console_errors(404, 408, 413),
)
async def run(
    request: Request,
    caller: Analyst,
    here: Here,
    id_: Id,
    body: HowToRun,
    number: Number = None,
    wanted: Wanted = None,
    purpose: Purpose = None,
) -> Response:
    """Run a query with its defaults, or with other values. It is judged again; answered as `POST /v1/console/run`."""
    content = (await here.queries.get(id_, caller=caller, number=number)).content
    parameters = filled(body.parameters, defaults=content.parameters, known=parameters_of(content.statement))
    ask = Ask(content.statement, parameters, body.mode, tuple(body.reveal), body.run)
    return await answer(request, caller, ask, purpose=purpose, wanted=wanted)
