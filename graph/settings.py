"""Every setting of the product, in one place.

Read from the environment and from `.env`; prefix `GUANXI_`, plus Neo4j's customary four names and its version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.errors import ConfigurationError

_WRITTEN: Final[Mapping[str, str]] = {
    "graphql_origins": '["https://crm.example"]',
    "oidc_algorithms": '["RS256", "ES256"]',
    "oidc_roles": '{"crm-steward": "steward"}',
    "webhook_allow": '["hooks.crm.internal"]',
}
"""How the settings that are lists and maps are written: in JSON."""


class Settings(BaseSettings):
    """What can be set; each field's description is shown by `guanxi doctor`."""

    model_config = SettingsConfigDict(
        env_prefix="GUANXI_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    host: str = Field(
        "127.0.0.1", description="Address the API listens on; loopback unless you say otherwise."
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port of the API; 0 takes a free one."
    )
    data_dir: Path = Field(
        Path(platformdirs.user_data_dir("guanxi", appauthor=False)),
        description="Folder of the embedded database, the keyring and the keys.",
    )
    cache_dir: Path = Field(
        Path(platformdirs.user_cache_dir("guanxi", appauthor=False)),
        description="Folder the Neo4j jars are downloaded into, shared by all data folders.",
    )
    jars_dir: Path | None = Field(
        None, description="Folder with all Neo4j jars, for sites without a network."
    )
    maven_repository: str | None = Field(None, description="Address of another Maven repository (a mirror).")
    env: Literal["production", "development"] = Field(
        "production", description="`development` switches GraphiQL on."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    admin_key: SecretStr | None = Field(None, description="Presets the admin key (containers, tests).")
    master_key: SecretStr | None = Field(
        None,
        description="Master key of the keyring, 32 bytes in base64; else a 0600 file in the data folder.",
    )
    keyring_path: Path | None = Field(
        None, description="The keyring file; else `keyring.sqlite` in the data folder."
    )
    identity_rules: Path | None = Field(
        None, description="An identity.toml to use instead of the built-in one."
    )
    golden_rules: Path | None = Field(None, description="A golden.toml to use instead of the built-in one.")
    fraud_rules: Path | None = Field(
        None, description="A rules.toml of fraud signs to use instead of the built-in one."
    )
    referral_policies: Path | None = Field(
        None, description="A policies.toml of what the law lets be paid, instead of the built-in one."
    )
    heap_mb: Annotated[int, Field(ge=256)] | None = Field(
        None, description="Heap of the embedded Neo4j in MiB; default from the machine's memory."
    )
    page_cache_mb: Annotated[int, Field(ge=64)] | None = Field(
        None, description="Page cache of the embedded Neo4j in MiB; default from the machine's memory."
    )
    short_lived: bool = Field(
        False,
        description="The embedded Neo4j lives for minutes (tests, CI): Java optimises less, and is warm sooner.",
    )

    ingest_rate: Annotated[float, Field(gt=0)] = Field(
        5_000, description="Events a second that one write key may send in the long run."
    )
    ingest_burst: Annotated[float, Field(gt=0)] = Field(
        20_000, description="Events that one write key may send at once after a pause."
    )

    rest_rate: Annotated[float, Field(gt=0)] = Field(
        50, description="Requests a second that one key may send to the REST doors in the long run."
    )
    rest_burst: Annotated[float, Field(gt=0)] = Field(
        500, description="Requests that one key may send to the REST doors at once after a pause."
    )

    console_seconds: Annotated[float, Field(gt=0, le=110)] = Field(
        30.0, description="Seconds that one statement of the console may take."
    )
    console_rows: Annotated[int, Field(ge=1)] = Field(
        100_000, description="Rows that one statement of the console may answer."
    )
    console_result_mb: Annotated[int, Field(ge=1)] = Field(
        64, description="MiB of JSON that one statement of the console may answer."
    )
    console_running: Annotated[int, Field(ge=1)] = Field(
        3, description="Statements of the console that run at once in one process; others wait."
    )

    slow_seconds: Annotated[float, Field(gt=0)] = Field(
        1.0, description="Statements that take longer are logged with their plan."
    )

    graphql_rate: Annotated[float, Field(gt=0)] = Field(
        100_000, description="Points a second that one key may spend on GraphQL in the long run."
    )
    graphql_burst: Annotated[float, Field(gt=0)] = Field(
        500_000, description="Points that one key may spend on GraphQL at once after a pause."
    )
    remember_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        60.0,
        description="For how long a process remembers people as shown, checked against the feed; 0: not.",
    )
    graphql_running: Annotated[int, Field(ge=1)] = Field(
        16, description="GraphQL operations that run at once in one process; others wait."
    )
    graphql_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description='Origins of web pages that may open a socket, as ["https://crm.example"]; its own always may.',
    )
    graphql_documents: Path | None = Field(
        None, description="A manifest of persisted documents (Apollo's format)."
    )
    graphql_only_documents: bool = Field(
        False, description="Answer documents of the manifest only, except to keys of role admin."
    )

    neo4j_version: Literal["2026.08", "5.26"] = Field(
        "2026.08",
        validation_alias=AliasChoices("NEO4J_VERSION", "neo4j_version"),
        description="Which Neo4j is embedded; a data folder goes on to a newer one, never back.",
    )

    oidc_issuer: str | None = Field(
        None, description="The `iss` of tokens that are taken beside keys; unset takes none."
    )
    oidc_audience: str | None = Field(None, description="The `aud` that a token must be made for.")
    oidc_jwks: str | None = Field(
        None, description="Address of the issuer's keys; else its discovery document says it."
    )
    oidc_algorithms: Annotated[tuple[str, ...], NoDecode] = Field(
        ("RS256", "ES256"), description="Algorithms that may have signed a token; asymmetric ones only."
    )
    oidc_role_claim: str = Field("role", description="The claim that says a caller's role, or its path.")
    oidc_dealer_claim: str = Field("dealer", description="The claim that says which dealer it is bound to.")
    oidc_roles: Annotated[dict[str, str], NoDecode] = Field(
        {}, description='What values of the role claim mean, as {"crm-steward": "steward"}.'
    )
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description='Hosts that webhooks may reach in private networks and by http, as ["hooks.crm.internal"].',
    )
    webhook_keep_days: int = Field(
        default=30, ge=1, le=3650, description="Days after which webhooks that were delivered are forgotten."
    )

    neo4j_uri: str | None = Field(
        None,
        validation_alias=AliasChoices("NEO4J_URI", "neo4j_uri"),
        description="A Neo4j of your own (bolt://, neo4j://, neo4j+s://); unset runs the embedded one.",
    )
    neo4j_username: str = Field("neo4j", validation_alias=AliasChoices("NEO4J_USERNAME", "neo4j_username"))
    neo4j_password: SecretStr | None = Field(
        None, validation_alias=AliasChoices("NEO4J_PASSWORD", "neo4j_password")
    )
    neo4j_database: str = Field("neo4j", validation_alias=AliasChoices("NEO4J_DATABASE", "neo4j_database"))

    @field_validator(*_WRITTEN, mode="before")
    @classmethod
    def _read_json(cls, value: object) -> object:
        # Not by pydantic-settings, whose error for what is no JSON names the field alone, in a trace.
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("Input is not JSON") from None

    @property
    def embedded(self) -> bool:
        """True when this program runs its own Neo4j."""
        return not self.neo4j_uri

    @property
    def keyring_file(self) -> Path:
        """Where the keyring lies."""
        return self.keyring_path or self.data_dir / "keyring.sqlite"

    @property
    def audit_file(self) -> Path:
        """Where it is recorded who saw values in the clear: beside the keyring."""
        return self.keyring_file.with_name("audit.sqlite")

    @property
    def results_dir(self) -> Path:
        """Where the files of scheduled queries lie: beside the keyring, which all processes on a graph share."""
        return self.keyring_file.with_name("console-results")


def load_settings(**overrides: object) -> Settings:
    """The settings, with overrides from the command line (None means: not given).

    Raises ConfigurationError naming each wrong setting; values are never repeated, they may be secret.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(_told(e["loc"], e["msg"]) for e in error.errors(include_input=False))
        raise ConfigurationError(
            f"Settings are wrong: {wrong}.", remedy="Correct the environment or .env."
        ) from None


def _told(location: tuple[int | str, ...], message: str) -> str:
    written = _WRITTEN.get(str(location[0])) if location else None
    said = f"{_variable(location)}: {message.removeprefix('Value error, ')}"
    return f"{said}, written as {written}" if written else said


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else "?"
    return name.upper() if name.upper().startswith("NEO4J_") else f"GUANXI_{name.upper()}"
