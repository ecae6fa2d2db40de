"""`/v1/console/gallery`: the ready analyses."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Path, Request, Response

from api.rest.console.answers import ConsoleRoute
from api.rest.console.running import ANSWERED, Analyst, Purpose, Wanted, answer
from api.rest.console.saved_shapes import AnalysisShape, GalleryShape, HowToRun
from api.rest.console.shapes import console_errors
from api.rest.door import BEARER
from graph.console.kept import filled
from graph.console.model import Ask
from graph.gallery.reading import analyses, analysis

router: Final = APIRouter(
    prefix="/v1/console/gallery", route_class=ConsoleRoute, dependencies=[Depends(BEARER)]
)

Name: TypeAlias = Annotated[str, Path(max_length=64, description="The analysis' name.")]


@router.get(
    "", tags=["gallery"], summary="The gallery", response_model=GalleryShape, responses=console_errors()
)
async def gallery(_: Analyst) -> GalleryShape:
    """All ready analyses by topic, each with its question, parameters, columns and statement."""
    return GalleryShape(items=[AnalysisShape.of(each) for each in analyses()])


@router.get(
    "/{name}",
    tags=["gallery"],
    summary="An analysis",
    response_model=AnalysisShape,
    responses=console_errors(404),
)
async def one(_: Analyst, name: Name) -> AnalysisShape:
    """One ready analysis; save its statement as a query of yours to change it."""
    return AnalysisShape.of(analysis(name))


@router.post(
    "/{name}/run",
    tags=["gallery"],
    summary="Run an analysis",
    response_class=Response,
    responses=ANSWERED | console_errors(404, 408, 413),
)
async def run(
    request: Request,
    caller: Analyst,
    name: Name,
    body: HowToRun,
    wanted: Wanted = None,
    purpose: Purpose = None,
) -> Response:
    """Run an analysis with its defaults, or with other values; answered as `POST /v1/console/run`."""
    found = analysis(name)
    parameters = filled(body.parameters, defaults=found.defaults, known=found.defaults)
    ask = Ask(found.text, parameters, body.mode, tuple(body.reveal), body.run)
    return await answer(request, caller, ask, purpose=purpose, wanted=wanted)
