"""Security headers of every answer: a browser that is led to one shows nothing of it, frames nothing, guesses nothing.

`Strict-Transport-Security` is whose TLS it is to send (docs/security.md).
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class SecurityHeaders:
    """ASGI middleware: adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own: list[tuple[bytes, bytes]] = list(message["headers"])
                said = {name.lower() for name, _ in own}
                message = {**message, "headers": own + [h for h in HEADERS if h[0] not in said]}
            await send(message)

        await self._app(scope, receive, sending)
