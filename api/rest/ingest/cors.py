"""Which browser pages may send events: those of the origins that the key's source declares."""

from __future__ import annotations

from typing import Final

from graph.errors import ForbiddenError
from graph.ingest.sources import SourceDeclaration

_ALLOWED_HEADERS: Final = (
    "authorization, content-type, content-encoding, x-retry-count, x-client-request-id, x-request-id"
)


def preflight_headers(origin: str) -> dict[str, str]:
    """The answer to a preflight from an origin that some source allows; the key itself is checked later."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }


def cors_headers(source: SourceDeclaration, origin: str | None) -> dict[str, str]:
    """What lets the page read the answer; nothing for callers that are no browser.

    Raises ForbiddenError for a page of an origin that the source does not declare: a browser would send its
    text/plain events all the same, so hiding the answer alone would not keep them out.
    """
    if origin is None:
        return {}
    if not source.allows_origin(origin):
        raise ForbiddenError(
            "Pages of this origin may not send events for this source.",
            remedy=f"Add it to allowedOrigins of sources.{source.name} in sources.toml, then apply that.",
        )
    return {
        "Access-Control-Allow-Origin": "*" if "*" in source.allowed_origins else origin,
        "Access-Control-Expose-Headers": "Retry-After, X-RateLimit-Reset",
        "Vary": "Origin",
    }
