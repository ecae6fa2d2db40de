"""GraphQL over HTTP as the specification's own audit suite sees it."""

from __future__ import annotations

from collections import Counter

from api.app import create_app
from api.wiring import Services
from tests import node
from tests.api.server import listening


async def test_no_must_and_no_should_of_the_audit_suite_fails(
    services: Services, admin: dict[str, str]
) -> None:
    """As an admin: the suite asks `__type`, and others may not look at the schema in production."""
    async with listening(create_app(services, follow=False)) as place:
        found = await node.run("audit.mjs", f"http://{place}/graphql", key=admin["Authorization"].split()[1])
    assert len(found) > 50
    assert [result for result in found if result["status"] in ("error", "warn")] == []
    assert Counter(result["status"] for result in found)["ok"] > 50
