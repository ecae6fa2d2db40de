"""Writing the rows of a batch, whoever decided them: ingest, a judgement, an erasure or matching."""

from __future__ import annotations

from graph.db.database import Transaction
from graph.db.feed import Begun
from graph.identity.rules import Rules
from graph.ingest.rows import Rows


async def write_rows(tx: Transaction, begun: Begun, rows: Rows, *, kind: str, rules: Rules) -> None:
    """Write sorted rows and their feed entry of this kind; the last statement but for what its users need."""
    await tx.one(
        "ingest.write_batch",
        position=begun.position,
        recordedAt=begun.recorded_at,
        operationId=begun.operation_id,
        kind=kind,
        rules=rules.version,
        rows=rows,
    )
