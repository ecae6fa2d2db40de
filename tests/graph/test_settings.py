"""Settings that are wrong are named, with what to write, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from graph.settings import load_settings

ORIGINS = '["https://crm.example"]'
ALGORITHMS = '["RS256", "ES256"]'
ROLES = '{"crm-steward": "steward"}'


@pytest.fixture(autouse=True)
def no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to be in: no `.env` of the machine is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("variable", "value", "says", "written"),
    [
        ("GUANXI_OIDC_ROLES", "crm-secret=steward", "not JSON", ROLES),
        ("GUANXI_OIDC_ROLES", "{'crm-secret': 'steward'}", "not JSON", ROLES),
        ("GUANXI_OIDC_ROLES", '["crm-secret"]', "valid dictionary", ROLES),
        ("GUANXI_OIDC_ROLES", '{"crm": {"secret": 1}}', "valid string", ROLES),
        ("GUANXI_OIDC_ALGORITHMS", "secret", "not JSON", ALGORITHMS),
        ("GUANXI_OIDC_ALGORITHMS", '"secret"', "valid tuple", ALGORITHMS),
        ("GUANXI_GRAPHQL_ORIGINS", "https://secret.example", "not JSON", ORIGINS),
        ("GUANXI_GRAPHQL_ORIGINS", "", "not JSON", ORIGINS),
        ("GUANXI_GRAPHQL_ORIGINS", "null", "valid tuple", ORIGINS),
        ("GUANXI_GRAPHQL_ORIGINS", '["https://secret.example", 7]', "valid string", ORIGINS),
    ],
)
def test_a_wrong_list_or_map_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str, written: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    message = str(refused.value)
    assert f"{variable}: " in message
    assert says in message
    assert f"written as {written}" in message
    assert "secret" not in message


def test_all_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GUANXI_PORT", "GUANXI_OIDC_ROLES", "NEO4J_VERSION"):
        monkeypatch.setenv(variable, "secret")
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    for variable in ("GUANXI_PORT", "GUANXI_OIDC_ROLES", "NEO4J_VERSION"):
        assert f"{variable}: " in str(refused.value)
    assert "secret" not in str(refused.value)


def test_lists_and_maps_are_read_as_written(monkeypatch: pytest.MonkeyPatch, no_file: Path) -> None:
    monkeypatch.setenv("GUANXI_OIDC_ROLES", '{"CRM-Steward": "steward"}')
    (no_file / ".env").write_text(f"GUANXI_GRAPHQL_ORIGINS={ORIGINS}\n", encoding="utf-8")
    settings = load_settings(oidc_algorithms=("ES256",))
    assert settings.oidc_roles == {"CRM-Steward": "steward"}
    assert settings.graphql_origins == ("https://crm.example",)
    assert settings.oidc_algorithms == ("ES256",)


def test_what_is_not_set_has_its_default() -> None:
    settings = load_settings()
    assert (settings.graphql_origins, settings.oidc_roles) == ((), {})
    assert settings.oidc_algorithms == ("RS256", "ES256")


def test_the_examples_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a refusal says to write is not refused."""
    monkeypatch.setenv("GUANXI_OIDC_ROLES", ROLES)
    monkeypatch.setenv("GUANXI_OIDC_ALGORITHMS", ALGORITHMS)
    monkeypatch.setenv("GUANXI_GRAPHQL_ORIGINS", ORIGINS)
    settings = load_settings()
    assert settings.oidc_roles == {"crm-steward": "steward"}
    assert settings.graphql_origins == ("https://crm.example",)
