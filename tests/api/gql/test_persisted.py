"""Persisted documents: by hash, by manifest, and nothing else where the operator says so."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.gql.persisted import (
    LONGEST_REGISTERED,
    REGISTERED,
    DocumentNotAllowedError,
    DocumentNotFoundError,
    PersistedDocuments,
    load_manifest,
    sha256,
)
from api.wiring import Services
from graph.errors import ConfigurationError, InputError
from tests.api.conftest import serving

ASKED = "{ users { edges { cursor } } }"
OTHER = "{ users { pageInfo { hasNextPage } } }"


def by_hash(text: str, *, send: bool = False) -> dict[str, Any]:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}
    return {"extensions": extensions} | ({"query": text} if send else {})


def manifest(folder: Path, *texts: str, **changes: Any) -> Path:
    path = folder / "documents.json"
    operations = [{"id": sha256(t), "name": "Q", "type": "query", "body": t} for t in texts]
    content = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    path.write_text(json.dumps(content | changes))
    return path


class TestAutomatic:
    async def test_unknown_then_registered_then_known(
        self, client: httpx.AsyncClient, frontend: dict[str, str]
    ) -> None:
        async def ask(body: Mapping[str, Any]) -> Any:
            return (await client.post("/graphql", json=body, headers=frontend)).json()

        [unknown] = (await ask(by_hash(ASKED)))["errors"]
        assert (unknown["message"], unknown["extensions"]["code"]) == (
            "PersistedQueryNotFound",
            "PERSISTED_QUERY_NOT_FOUND",
        )
        answer = {"data": {"users": {"edges": []}}}
        assert await ask(by_hash(ASKED, send=True)) == answer
        assert await ask(by_hash(ASKED)) == answer
        assert "errors" in await ask(by_hash(OTHER))

    @pytest.mark.parametrize(
        "given",
        [
            "x",
            {"version": 2, "sha256Hash": sha256(ASKED)},
            {"version": 1, "sha256Hash": "A" * 64},
            {"version": 1},
        ],
    )
    async def test_what_is_no_hash(
        self, client: httpx.AsyncClient, frontend: dict[str, str], given: Any
    ) -> None:
        body = {"query": ASKED, "extensions": {"persistedQuery": given}}
        answer = await client.post("/graphql", json=body, headers=frontend)
        assert answer.status_code == 400
        assert "persistedQuery" in answer.json()["error"]["message"]

    def test_a_text_of_another_hash_is_refused_and_not_kept(self) -> None:
        documents = PersistedDocuments()
        with pytest.raises(InputError, match="not the hash"):
            documents.text_of(OTHER, sha256(ASKED), unlisted=False)
        with pytest.raises(DocumentNotFoundError):
            documents.text_of(None, sha256(ASKED), unlisted=False)

    def test_what_is_kept_is_bounded(self) -> None:
        documents = PersistedDocuments()
        texts = [f"{{ a{n} }}" for n in range(REGISTERED + 1)]
        for text in texts:
            documents.text_of(text, sha256(text), unlisted=False)
        with pytest.raises(DocumentNotFoundError):
            documents.text_of(None, sha256(texts[0]), unlisted=False)
        assert documents.text_of(None, sha256(texts[-1]), unlisted=False) == texts[-1]
        long = "{ a } #" + "x" * LONGEST_REGISTERED
        assert documents.text_of(long, sha256(long), unlisted=False) == long
        with pytest.raises(DocumentNotFoundError):
            documents.text_of(None, sha256(long), unlisted=False)


class TestManifest:
    async def test_listed_documents_only(
        self, services: Services, admin: dict[str, str], frontend: dict[str, str], tmp_path: Path
    ) -> None:
        chosen = services.settings.model_copy(
            update={"graphql_documents": manifest(tmp_path, ASKED), "graphql_only_documents": True}
        )
        async with serving(dataclasses.replace(services, settings=chosen)) as client:

            async def ask(body: Mapping[str, Any], headers: dict[str, str]) -> Any:
                return (await client.post("/graphql", json=body, headers=headers)).json()

            assert "data" in await ask(by_hash(ASKED), frontend)
            assert "data" in await ask({"query": ASKED}, frontend)
            for refused in ({"query": OTHER}, by_hash(OTHER, send=True)):
                [error] = (await ask(refused, frontend))["errors"]
                assert error["extensions"]["code"] == "document_not_allowed"
                assert "GUANXI_GRAPHQL_DOCUMENTS" in error["extensions"]["remedy"]
            assert "errors" in await ask(by_hash(OTHER), frontend), "it must not have been registered"
            assert "data" in await ask({"query": OTHER}, admin)

    def test_unlisted_ones_are_answered_where_the_operator_allows_them(self, tmp_path: Path) -> None:
        documents = PersistedDocuments(load_manifest(manifest(tmp_path, ASKED)))
        assert documents.text_of(None, sha256(ASKED), unlisted=False) == ASKED
        assert documents.text_of(OTHER, None, unlisted=False) == OTHER
        with pytest.raises(DocumentNotAllowedError):
            PersistedDocuments({}, only=True).text_of(OTHER, None, unlisted=False)

    def test_a_wrong_manifest_is_named(self, tmp_path: Path) -> None:
        wrong = [
            (tmp_path / "missing.json", "cannot be read"),
            (manifest(tmp_path, ASKED, version=2), "version"),
        ]
        for path, says in wrong:
            with pytest.raises(ConfigurationError, match=says):
                load_manifest(path)
        path = manifest(tmp_path, operations=[{"id": sha256(ASKED), "body": OTHER}])
        with pytest.raises(ConfigurationError, match="is not the SHA-256"):
            load_manifest(path)
