"""`guanxi migrate`: bring the database's schema up to this program's."""

from __future__ import annotations

import asyncio

import typer

from api.cli.output import DataDir, JsonFlag, show
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.migrations import migrate as apply_migrations
from graph.runtime import database as runtime_database
from graph.settings import Settings, load_settings


def migrate(as_json: JsonFlag = False, data_dir: DataDir = None) -> None:
    """Apply the migrations the database lacks. Safe to run twice and beside a running server."""
    names = asyncio.run(_migrate(load_settings(data_dir=data_dir)))
    text = "\n".join(f"Applied {name}." for name in names) or "The database is up to date."
    show({"applied": names}, text=text, as_json=as_json)


async def _migrate(settings: Settings) -> list[str]:
    async with runtime_database(settings) as endpoint:
        driver = await connect(endpoint)
        try:
            database = Database(driver, name=endpoint.database)
            done = await apply_migrations(
                database, applied=lambda migration: typer.echo(f"{migration.name} …", err=True)
            )
        finally:
            await driver.close()
    return [migration.name for migration in done]
