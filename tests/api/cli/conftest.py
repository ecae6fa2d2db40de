"""Commands run in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from api.cli.main import log_beside


@pytest.fixture(autouse=True)
def logs_stay_beside() -> Iterator[None]:
    """As for a command of its own process: on a slow machine a slow statement is logged, too."""
    structlog.reset_defaults()  # an earlier test may have set processors of another kind
    log_beside()
    yield
    structlog.reset_defaults()
