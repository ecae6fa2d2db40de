"""The compose file: its form by a hand-checked subset of the Compose specification, its settings by ours.

Containers are not started here, and the documents claim no more than this test shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from graph.runtime.jars import NEO4J_VERSION
from graph.runtime.server_settings import COMMON, as_environment

ROOT = Path(__file__).parents[1]

TEXTS = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
DURATION = {"type": "string", "pattern": r"^(\d+(us|ms|s|m|h))+$"}
NAME = r"^[a-zA-Z0-9._-]+$"

# What the file uses of the specification, closed against everything else.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9_-]*$"},
        "volumes": {"patternProperties": {NAME: {"type": ["object", "null"]}}, "additionalProperties": False},
        "services": {
            "additionalProperties": False,
            "patternProperties": {
                NAME: {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "image": {"type": "string"},
                        "build": {
                            "type": "object",
                            "required": ["context"],
                            "additionalProperties": False,
                            "properties": {
                                "context": {"type": "string"},
                                "dockerfile_inline": {"type": "string"},
                            },
                        },
                        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
                        "ports": TEXTS,
                        "environment": {
                            "type": "object",
                            "patternProperties": {".+": {"type": ["string", "number", "boolean", "null"]}},
                        },
                        "volumes": TEXTS,
                        "depends_on": {
                            "patternProperties": {
                                NAME: {
                                    "type": "object",
                                    "required": ["condition"],
                                    "properties": {
                                        "condition": {
                                            "enum": [
                                                "service_started",
                                                "service_healthy",
                                                "service_completed_successfully",
                                            ]
                                        }
                                    },
                                }
                            }
                        },
                        "healthcheck": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["test"],
                            "properties": {
                                "test": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                                "interval": DURATION,
                                "timeout": DURATION,
                                "start_period": DURATION,
                                "retries": {"type": "number"},
                            },
                        },
                        "cap_drop": TEXTS,
                        "security_opt": TEXTS,
                        "read_only": {"type": "boolean"},
                        "tmpfs": TEXTS,
                        "stop_grace_period": DURATION,
                    },
                }
            },
        },
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_form(compose: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(compose, SCHEMA)
    named = {
        volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]
    }
    assert named == set(compose["volumes"])


def test_schema_notices_a_misspelt_key(compose: dict[str, Any]) -> None:
    wrong = {**compose, "services": {"api": {"imagee": "x"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_server_settings_are_those_of_the_embedded_server(compose: dict[str, Any]) -> None:
    environment = compose["services"]["neo4j"]["environment"]
    common = as_environment(COMMON)
    assert {key: environment.get(key) for key in common} == common
    others = set(environment) - set(common) - {"NEO4J_AUTH"}
    assert all(
        key.startswith(("NEO4J_server_memory_", "NEO4J_server_http", "NEO4J_server_bolt_")) for key in others
    )


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["neo4j"]["image"] == f"neo4j:{NEO4J_VERSION}-community"
    assert re.search(r"^FROM python:3\.\d+-", services["api"]["build"]["dockerfile_inline"], re.MULTILINE)
    assert "--require-hashes" in services["api"]["build"]["dockerfile_inline"]


def test_nothing_is_reachable_from_outside_and_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        for key, value in service["environment"].items():
            if key in {"NEO4J_AUTH", "NEO4J_PASSWORD", "GUANXI_ADMIN_KEY"}:
                assert re.fullmatch(r"(neo4j/)?\$\{\w+:\?[^}]+\}", value), key
    assert compose["services"]["api"]["depends_on"]["neo4j"]["condition"] == "service_healthy"


def test_image_copies_all_that_the_wheel_needs(compose: dict[str, Any]) -> None:
    copied = re.findall(
        r"^COPY (.+) \S+$", compose["services"]["api"]["build"]["dockerfile_inline"], re.MULTILINE
    )
    names = {name for line in copied for name in line.split()}
    assert {
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "graph",
        "api",
        "cypher",
        "seed",
    } == names
    assert all((ROOT / name).exists() for name in names)
