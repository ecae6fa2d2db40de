"""Persisted documents: known by their SHA-256, so that a client need not send them, or may send no others.

Two ways: a client registers a document by sending it once with its hash (Apollo's automatic persisted queries); an
operator gives a manifest (Apollo's format), whose documents are known from the start, and may refuse all others.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from graph.errors import ConfigurationError, InputError

REGISTERED: Final = 1_000
"""Documents that clients have registered and that are kept, the most recently used."""

LONGEST_REGISTERED: Final = 16_384
"""In characters: a longer document is answered, and not kept."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")


class DocumentNotFoundError(InputError):
    """No document of this hash is known here; a client sends it once more, with its text."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class DocumentNotAllowedError(InputError):
    """The document is not among those that this server answers."""

    code = "document_not_allowed"
    status = 403


class _Operation(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    body: str


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal["apollo-persisted-query-manifest"]
    version: Literal[1]
    operations: tuple[_Operation, ...]


class PersistedDocuments:
    """Documents by their hash; for one event loop."""

    def __init__(self, manifest: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        """`only` refuses what is not in the manifest."""
        self._manifest = dict(manifest or {})
        self._only = only
        self._registered: OrderedDict[str, str] = OrderedDict()

    def text_of(self, query: str | None, digest: str | None, *, unlisted: bool) -> str:
        """The document that a request means; `unlisted`: the caller may ask what the manifest lacks.

        Raises DocumentNotFoundError for an unknown hash, InputError for a text of another hash or no text at all,
        and DocumentNotAllowedError. Registers a text that comes with its hash; doing so again is harmless.
        """
        if query is None:
            return self._known(digest)
        found = sha256(query) if digest is not None or (self._only and not unlisted) else None
        if digest is not None and digest != found:
            raise InputError(
                "`sha256Hash` is not the hash of `query`.", remedy="Hash the text as it is sent, in UTF-8."
            )
        if self._only and not unlisted and found not in self._manifest:
            raise DocumentNotAllowedError(
                "This server answers listed documents only.",
                remedy="Ask your operator to add the document to the manifest that GUANXI_GRAPHQL_DOCUMENTS names.",
            )
        if digest is not None:
            self._register(digest, query)
        return query

    def _known(self, digest: str | None) -> str:
        if digest is None:
            raise InputError("`query` is missing or no text.", remedy='Send {"query": "{ … }"}.')
        text = self._manifest.get(digest)
        if text is None and not self._only:
            text = self._registered.get(digest)
        if text is None:
            raise DocumentNotFoundError(
                "PersistedQueryNotFound", remedy="Send the request once with `query` beside its hash."
            )
        if digest in self._registered:
            self._registered.move_to_end(digest)
        return text

    def _register(self, digest: str, query: str) -> None:
        if digest in self._manifest or self._only or len(query) > LONGEST_REGISTERED:
            return
        self._registered[digest] = query
        self._registered.move_to_end(digest)
        if len(self._registered) > REGISTERED:
            self._registered.popitem(last=False)


def sha256(text: str) -> str:
    """The hash by which a document is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_digest(extensions: Mapping[str, Any]) -> str | None:
    """The hash in a request's `extensions`, None where it has none. Raises InputError for one that cannot be."""
    given = extensions.get("persistedQuery")
    if given is None:
        return None
    if isinstance(given, dict):
        asked: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType]
        digest = asked.get("sha256Hash")
        if asked.get("version") == 1 and isinstance(digest, str) and _HASH.fullmatch(digest):
            return digest
    raise InputError(
        "`extensions.persistedQuery` is none.",
        remedy='Send {"version": 1, "sha256Hash": "64 hexadecimal digits"}.',
    )


def load_manifest(path: Path) -> dict[str, str]:
    """The documents of a manifest by their hash. Raises ConfigurationError naming what is wrong with it."""
    try:
        manifest = _Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"The documents in {path} cannot be read: {error.strerror}.",
            remedy="Correct GUANXI_GRAPHQL_DOCUMENTS.",
        ) from None
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])
        raise ConfigurationError(
            f"{path} is no manifest of persisted queries: {place or 'the file'}: {wrong['msg']}.",
            remedy="Make it with Apollo's `generate-persisted-query-manifest`, or in its format.",
        ) from None
    for operation in manifest.operations:
        if operation.id != sha256(operation.body):
            raise ConfigurationError(
                f"In {path} the id {operation.id[:12]}… is not the SHA-256 of its document.",
                remedy="Make the manifest again.",
            )
    return {operation.id: operation.body for operation in manifest.operations}
