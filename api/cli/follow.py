"""After a command that brought people: what is derived behind the feed catches up before the command ends."""

from __future__ import annotations

from api.cli.progress import counting
from api.wiring import Services
from graph.feed.follow import catch_up


async def follow_feed(found: Services) -> None:
    """Compare people where a matching model is used, then see who lives with whom."""
    for follower in found.followers:
        with counting(follower.name.capitalize(), unit="profiles") as advance:
            await catch_up(follower, advance=advance)
