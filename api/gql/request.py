"""Requests by the GraphQL-over-HTTP specification: what may be sent, and how it is answered. Pure, but for reading.

Only `application/json` bodies are taken: any web page can make a browser send a form or text/plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request, Response

from api.gql.persisted import read_digest
from graph.errors import InputError, TooLargeError

MAX_BODY: Final = 256 * 1024

JSON: Final = "application/json"
RESPONSE_JSON: Final = "application/graphql-response+json"
EVENT_STREAM: Final = "text/event-stream"


class UnsupportedMediaTypeError(InputError):
    """The body is not JSON in UTF-8."""

    code = "unsupported_media_type"
    status = 415


class NotAcceptableError(InputError):
    """The caller takes no kind of answer that we give."""

    code = "not_acceptable"
    status = 406


class MethodError(InputError):
    """GraphQL is asked by POST."""

    code = "method_not_allowed"
    status = 405


@dataclass(frozen=True, slots=True)
class GqlRequest:
    """The parameters of a request; `digest` is the SHA-256 of a persisted document."""

    query: str | None
    variables: dict[str, Any]
    operation_name: str | None
    digest: str | None = None


def answer_type(accept: str | None) -> str:
    """The media type to answer in. Raises NotAcceptableError."""
    if accept is None or not accept.strip():
        return JSON
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for candidate in ranges:
        if candidate in (JSON, RESPONSE_JSON, EVENT_STREAM):
            return candidate
    if "*/*" in ranges or "application/*" in ranges:
        return JSON
    raise NotAcceptableError(
        "The answer is JSON, which `Accept` does not take.", remedy=f"Send `Accept: {RESPONSE_JSON}, {JSON}`."
    )


def check_content_type(content_type: str | None) -> None:
    """Raises UnsupportedMediaTypeError for anything but JSON in UTF-8."""
    media, _, parameters = (content_type or "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media.strip().lower() != JSON or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise UnsupportedMediaTypeError(
            "The body must be JSON in UTF-8.", remedy=f"Send `Content-Type: {JSON}`."
        )


async def read_body(request: Request) -> bytes:
    """The body; raises TooLargeError as soon as it is over 256 KiB, without reading on."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLargeError(
                f"The request is larger than {MAX_BODY // 1024} KiB.", remedy="Send a smaller document."
            )
    return bytes(body)


def parse_request(body: bytes) -> GqlRequest:
    """The parameters in a body. Raises InputError naming the one that is wrong."""
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"The body is not JSON: line {error.lineno}, column {error.colno}.", remedy="Correct it."
        ) from None
    return read_request(value)


def read_request(value: Any) -> GqlRequest:
    """The parameters in a JSON value. Raises InputError naming the one that is wrong."""
    if not isinstance(value, dict):
        raise InputError(
            "The body is not a JSON object.", remedy='Send {"query": "…"}; batches are not taken.'
        )
    given: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    extensions: Any = given.get("extensions") or {}
    if not isinstance(extensions, dict):
        raise InputError("`extensions` is not an object.", remedy="Send an object, or leave it out.")
    digest = read_digest(extensions)  # pyright: ignore[reportUnknownArgumentType]
    if not (isinstance(query, str) and query.strip()) and not (query is None and digest is not None):
        raise InputError("`query` is missing or no text.", remedy='Send {"query": "{ … }"}.')
    if variables is not None and not isinstance(variables, dict):
        raise InputError("`variables` is not an object.", remedy="Send an object, or leave it out.")
    if name is not None and not isinstance(name, str):
        raise InputError("`operationName` is not a text.", remedy="Send a text, or leave it out.")
    return GqlRequest(query, variables or {}, name, digest)  # pyright: ignore[reportUnknownArgumentType]


def respond(body: dict[str, Any], media: str, headers: Mapping[str, str], *, executed: bool) -> Response:
    """The answer; `executed` says whether the document was run at all."""
    # Before execution the newer type says 400; the older one has always said 200 to whatever is well-formed.
    status = 400 if not executed and media == RESPONSE_JSON else 200
    return Response(
        orjson.dumps(body, default=str),
        status,
        {"Cache-Control": "no-store", **headers},
        media_type=f"{media}; charset=utf-8",
    )
