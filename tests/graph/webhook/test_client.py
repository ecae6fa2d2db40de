"""One POST against receivers that fail, hang, redirect, talk too much, or are somebody else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from graph.webhook.address import Target, read_target
from graph.webhook.client import MAX_HEAD, Answer, post
from tests.graph.webhook.receiver import Receiver, receiving, status

HOST = "hooks.example"


class Names:
    """A resolver that answers as it is told, in turn, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def target(receiver: Receiver, *, scheme: str = "http") -> Target:
    return read_target(f"{scheme}://{HOST}:{receiver.port}/hook?a=1", allow=[HOST])


async def sent(receiver: Receiver, *, seconds: float = 5.0) -> Answer:
    return await post(target(receiver), b"{}", {"x-a": "1"}, resolve=Names(["127.0.0.1"]), seconds=seconds)


async def test_what_is_sent_names_host_path_and_length(receiver: Receiver) -> None:
    assert (await sent(receiver)).accepted
    (request,) = receiver.requests
    assert request.line == "POST /hook?a=1 HTTP/1.1"
    assert request.headers["host"] == f"{HOST}:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-a"], request.body) == ("1", b"{}")


@pytest.mark.parametrize("code", [200, 201, 204, 299])
async def test_only_2xx_is_accepted(receiver: Receiver, code: int) -> None:
    receiver.otherwise = status(code)
    assert await sent(receiver) == Answer(code)


@pytest.mark.parametrize("code", [300, 304, 400, 404, 410, 429, 500, 503])
async def test_other_statuses_are_told(receiver: Receiver, code: int) -> None:
    receiver.otherwise = status(code, "Retry-After: 7")
    answer = await sent(receiver)
    assert not answer.accepted
    assert answer == Answer(code, f"status {code}", 7)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.otherwise = status(307, f"Location: {other.url}")
        assert (await sent(receiver)).status == 307
        assert other.requests == []
    assert len(receiver.requests) == 1


async def test_interim_answers_are_passed_over(receiver: Receiver) -> None:
    receiver.otherwise = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + status(200)
    assert await sent(receiver) == Answer(200)


async def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.otherwise = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * 100_000
    assert await sent(receiver) == Answer(200)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * (2 * MAX_HEAD) + b"\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_told_as_none(receiver: Receiver, said: bytes) -> None:
    receiver.otherwise = said
    assert await sent(receiver) == Answer(None, "no answer")


async def test_who_never_answers_is_given_up_in_time(receiver: Receiver) -> None:
    receiver.otherwise = None
    assert await sent(receiver, seconds=0.2) == Answer(None, "timeout")


async def test_who_does_not_listen_is_no_answer(receiver: Receiver) -> None:
    gone = Receiver(port=1)
    assert await sent(gone) == Answer(None, "no answer")


async def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(receiver: Receiver) -> None:
    rebinding = Names(["8.8.8.8", "127.0.0.1"], ["127.0.0.1"])
    public = read_target(f"https://{HOST}:{receiver.port}/")
    assert await post(public, b"", {}, resolve=rebinding) == Answer(None, "address refused")
    assert (rebinding.asked, receiver.requests) == ([HOST], [])
    good = Names(["127.0.0.1"], ["10.0.0.1"])
    assert (await post(target(receiver), b"", {}, resolve=good)).accepted
    assert good.asked == [HOST]


async def test_tls_asks_for_the_host_by_name_at_the_checked_address(tmp_path: Path) -> None:
    serving, trusting = contexts(tmp_path, HOST)
    names: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: names.append(name)
    async with receiving(serving) as receiver:
        there = Names(["127.0.0.1"])
        secure = target(receiver, scheme="https")
        assert (await post(secure, b"{}", {}, resolve=there, context=trusting)).accepted
        assert names == [HOST]
        assert receiver.requests[0].headers["host"] == f"{HOST}:{receiver.port}"


async def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    serving, trusting = contexts(tmp_path, "other.example")
    async with receiving(serving) as receiver:
        secure = target(receiver, scheme="https")
        for context in (trusting, None):
            answer = await post(secure, b"{}", {}, resolve=Names(["127.0.0.1"]), context=context)
            assert answer == Answer(None, "certificate refused")
        assert receiver.requests == []


def contexts(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for a host, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = folder / "certificate.pem"
    certificate.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    return serving, ssl.create_default_context(cafile=str(certificate))
