"""An OIDC issuer on loopback: real keys, a real server of its documents, tokens good or bad."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from graph.access.oidc import OidcRules
from graph.access.roles import Role
from graph.clock import SECOND, system_clock

AUDIENCE = "guanxi"
SUBJECT = "wang.ming@crm.example"
ROLES = {
    "crm-sales": Role.FRONTEND,
    "crm-steward": Role.STEWARD,
    "crm-dealer": Role.DEALER,
    "ops": Role.MONITOR,
}

Answer = Callable[[], tuple[int, dict[str, str], bytes]]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_RSA = rsa.generate_private_key(65_537, 2_048)
_EC = ec.generate_private_key(ec.SECP256R1())


def public_jwk(key: PrivateKey, key_id: str, **more: Any) -> dict[str, Any]:
    """The public half as an issuer publishes it."""
    public = key.public_key()
    jwk = (
        RSAAlgorithm.to_jwk(public, as_dict=True)
        if isinstance(public, rsa.RSAPublicKey)
        else ECAlgorithm.to_jwk(public, as_dict=True)
    )
    return jwk | {"kid": key_id, "use": "sig"} | more


def pem(key: PrivateKey) -> bytes:
    """The public half as text."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def part(value: object) -> str:
    """One part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Issuer:
    """What it publishes may be changed at any time; `asked` are the paths that were asked for."""

    def __init__(self, place: str) -> None:
        self.url = f"http://{place}"
        self.private: dict[str, PrivateKey] = {"rsa-1": _RSA, "ec-1": _EC}
        self.keys = [public_jwk(_RSA, "rsa-1", alg="RS256"), public_jwk(_EC, "ec-1")]
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {
            "/.well-known/openid-configuration": lambda: self.document(
                {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
            ),
            "/keys": lambda: self.document({"keys": self.keys}),
        }

    @staticmethod
    def document(value: object) -> tuple[int, dict[str, str], bytes]:
        """A JSON answer."""
        return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()

    def rules(self, **changed: Any) -> OidcRules:
        """The rules for its tokens."""
        return OidcRules(**{"issuer": self.url, "audience": AUDIENCE, "roles": ROLES} | changed)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Claims of a good token, changed; None leaves one out."""
        now = system_clock() // SECOND
        good = {
            "iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "role": "crm-sales",
            "iat": now, "nbf": now, "exp": now + 600,
        }  # fmt: skip
        return {name: value for name, value in (good | changed).items() if value is not None}

    def token(
        self,
        key_id: str = "rsa-1",
        *,
        header: dict[str, Any] | None = None,
        typ: Any = "at+jwt",
        **claims: Any,
    ) -> str:
        """A token that it signed."""
        key = self.private[key_id]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return self.signed(
            {"alg": algorithm, "typ": typ, "kid": key_id} | (header or {}),
            self.claims(**claims),
            key,
            algorithm,
        )

    @staticmethod
    def signed(header: dict[str, Any], claims: object, key: Any, algorithm: str) -> str:
        """Signed whatever it says; the library's own encoder refuses much of what is sent here."""
        signing = f"{part({k: v for k, v in header.items() if v is not None})}.{part(claims)}"
        worker = jwt.get_algorithm_by_name(algorithm)
        return f"{signing}.{part(worker.sign(signing.encode(), worker.prepare_key(key)))}"


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            answer = issuer.answers.get(self.path)
            status, headers, body = answer() if answer else (404, {}, b"")
            with suppress(ConnectionError):  # who asked may have given up
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
