"""What the commands of `guanxi referral` share: arguments, and how they reach the services."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from api.wiring import Services, services
from graph.settings import load_settings

BY: Final = "cli"
"""Who did it, where an operator did at the machine itself."""

T = TypeVar("T")

ProgrammeId = Annotated[str, typer.Argument(help="The programme's id, as two-sided.")]
OneId = Annotated[str, typer.Argument(help="The person's OneID, a former one too.")]
Note = Annotated[str, typer.Option("--note", help="Why; it is stored sealed.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")]
IdempotencyKey = Annotated[str | None, typer.Option("--idempotency-key", help="Makes it safe to ask again.")]


def run_with(data_dir: Path | None, work: Callable[[Services], Awaitable[T]]) -> T:
    """What some work with the services comes to."""

    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found)

    return asyncio.run(run())
