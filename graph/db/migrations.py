"""Schema migrations: `cypher/migrations/V0001__description.cypher`, in order, once, never changed after.

Why not a library: see docs/adr/0002-migrations.md. Each statement is idempotent (`IF NOT EXISTS`, `MERGE`), so
a process killed in the middle leaves nothing that the next run does not complete.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

from graph.clock import Clock, system_clock
from graph.db.database import Database, Transaction
from graph.db.shelf import shelf_root, strip_comments
from graph.errors import MigrationError

_FILE = re.compile(r"V(\d{4})__([a-z0-9_]+)\.cypher")


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration file; the checksum covers its statements, not its comments."""

    version: int
    name: str
    statements: tuple[LiteralString, ...]
    checksum: str


def read_migrations(folder: Path | None = None) -> list[Migration]:
    """All migrations in order; raises MigrationError for a bad name, a double or a missing number."""
    found = [_read(path) for path in sorted((folder or shelf_root() / "migrations").glob("*.cypher"))]
    for place, migration in enumerate(found, start=1):
        if migration.version != place:
            raise MigrationError(
                f"Migration {migration.name} has number {migration.version}, expected {place}.",
                remedy="Numbers start at 1 and neither repeat nor skip.",
            )
    return found


def _read(path: Path) -> Migration:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"{path.name} is not a migration.", remedy="Name it V0001__what_it_does.cypher.")
    body = strip_comments(path.read_text(encoding="utf-8"))
    statements = tuple(" ".join(part.split()) for part in body.split(";") if part.strip())
    return Migration(
        version=int(match.group(1)),
        name=path.stem,
        statements=tuple(cast("LiteralString", "CYPHER 5 " + statement) for statement in statements),
        checksum=hashlib.sha256("\n".join(statements).encode()).hexdigest(),
    )


def pending(migrations: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """What is still to apply; raises MigrationError where the database and the files disagree."""
    known = {migration.version: migration for migration in migrations}
    for version, checksum in sorted(applied.items()):
        if version not in known:
            raise MigrationError(
                f"The database has migration {version}, which this program does not know.",
                remedy="It was migrated by a newer guanxi; update this one.",
            )
        if known[version].checksum != checksum:
            raise MigrationError(
                f"Migration {known[version].name} was changed after it had been applied.",
                remedy="Restore the file and add a new migration for what you want to change.",
            )
    return [migration for migration in migrations if migration.version not in applied]


async def applied_versions(database: Database) -> dict[int, str]:
    """Version and checksum of what the database has."""
    return {row["version"]: row["checksum"] for row in await database.read("schema.list_migrations")}


async def migrate(
    database: Database,
    *,
    migrations: Sequence[Migration] | None = None,
    clock: Clock = system_clock,
    applied: Callable[[Migration], None] = lambda _: None,
) -> list[Migration]:
    """Apply what is pending and return it; safe to call twice and from several processes at once.

    One process applies, the others wait on a lock in the database and then find nothing to do. `applied` is
    called after each migration.
    """
    ordered = list(read_migrations() if migrations is None else migrations)
    if not pending(ordered, await applied_versions(database)):
        return []
    # The lock's own constraint cannot wait for the lock; IF NOT EXISTS makes the race harmless.
    for label in _BOOTSTRAP:
        await database.run_schema(label)

    async def under_lock(tx: Transaction) -> list[Migration]:
        await tx.rows("schema.lock_migrations", now=clock())
        todo = pending(ordered, await applied_versions(database))
        for migration in todo:
            for statement in migration.statements:
                await database.run_schema(statement)
            await database.write(
                "schema.record_migration",
                version=migration.version,
                name=migration.name,
                checksum=migration.checksum,
                now=clock(),
            )
            applied(migration)
        return todo

    done = await database.in_write(under_lock)
    await database.run_schema("CYPHER 5 CALL db.awaitIndexes(300)")
    return done


_BOOTSTRAP: tuple[LiteralString, ...] = (
    "CYPHER 5 CREATE CONSTRAINT installation_id IF NOT EXISTS FOR (n:Installation) REQUIRE n.id IS UNIQUE",
    "CYPHER 5 CREATE CONSTRAINT migration_version IF NOT EXISTS FOR (n:Migration) REQUIRE n.version IS UNIQUE",
)
