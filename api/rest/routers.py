"""The REST doors of all domains."""

from __future__ import annotations

from typing import Final

from api.rest.ledger.routes import router as ledger

ROUTERS: Final = (ledger,)
