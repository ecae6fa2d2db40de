"""Where a database is and how to sign in."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One database of a Neo4j server; the password shows neither in `repr` nor in logs."""

    uri: str
    username: str
    password: SecretStr
    database: str
