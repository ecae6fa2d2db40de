"""Answers as server-sent events, by the distinct connections mode of graphql-sse: `next` for each, then `complete`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import orjson

from api.errors import error_body
from api.gql.engine import Answer
from graph.errors import GuanxiError

ALIVE_SECONDS: Final = 12.0
"""How often a silent stream says that it lives, so that nobody between closes it."""

_COMPLETE: Final = b"event: complete\ndata:\n\n"


async def event_stream(answers: AsyncGenerator[Answer]) -> AsyncGenerator[bytes]:
    """The answers as they are sent; what ends them early is told in a last one."""
    async with aclosing(answers):
        try:
            waiting = asyncio.ensure_future(anext(answers))
            try:
                while True:
                    done, _ = await asyncio.wait((waiting,), timeout=ALIVE_SECONDS)
                    if not done:
                        yield b":\n\n"
                        continue
                    yield _event(waiting.result())
                    waiting = asyncio.ensure_future(anext(answers))
            finally:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
        except StopAsyncIteration:
            pass
        except GuanxiError as error:
            yield _event(Answer(None, [error_body(error)]))
        yield _COMPLETE


def _event(answer: Answer) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(answer.body(), default=str) + b"\n\n"
