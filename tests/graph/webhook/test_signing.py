"""Signatures, against a vector of the convention's reference libraries and a second writing of HMAC."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import AccessError, InputError
from graph.webhook.signing import TOLERANCE_SECONDS, new_secret, read_secret, sign, verify
from tests.laws import examples

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1_614_265_330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC as RFC 2104 writes it, for keys up to a block."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def test_the_reference_vector_is_signed_and_verified() -> None:
    headers = sign([SECRET], webhook_id=ID, timestamp=AT, body=BODY)
    assert headers == {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}
    assert verify([SECRET], headers, BODY, now=AT) == ID


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 10**11))
def test_a_signature_is_hmac_over_id_time_and_body(key: bytes, body: bytes, at: int) -> None:
    secret = "whsec_" + b64encode(key).decode()
    made = sign([secret], webhook_id="a-1_b", timestamp=at, body=body)["webhook-signature"]
    assert b64decode(made.removeprefix("v1,")) == hmac_sha256(key, f"a-1_b.{at}.".encode() + body)


def test_while_a_secret_is_rotated_either_verifies() -> None:
    old, new = new_secret(), new_secret()
    headers = sign([new, old], webhook_id=ID, timestamp=AT, body=BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert verify([old], headers, BODY, now=AT) == verify([new], headers, BODY, now=AT) == ID
    with pytest.raises(AccessError):
        verify([new_secret()], headers, BODY, now=AT)


def test_signatures_of_other_versions_are_passed_over() -> None:
    headers = sign([SECRET], webhook_id=ID, timestamp=AT, body=BODY)
    both = headers | {"webhook-signature": f"v1a,AAAA {SIGNATURE}"}
    assert verify([SECRET], both, BODY, now=AT) == ID
    other = headers | {"webhook-signature": SIGNATURE.replace("v1,", "v2,")}
    with pytest.raises(AccessError):
        verify([SECRET], other, BODY, now=AT)


@pytest.mark.parametrize("late", [TOLERANCE_SECONDS, -TOLERANCE_SECONDS])
def test_the_tolerance_is_kept_on_both_sides(late: int) -> None:
    headers = sign([SECRET], webhook_id=ID, timestamp=AT, body=BODY)
    assert verify([SECRET], headers, BODY, now=AT + late) == ID
    with pytest.raises(AccessError):
        verify([SECRET], headers, BODY, now=AT + late + (1 if late > 0 else -1))


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": SIGNATURE.removeprefix("v1,")},
        {"webhook-signature": SIGNATURE[:-2]},
    ],
)
def test_what_was_changed_does_not_verify(changed: dict[str, str]) -> None:
    headers = sign([SECRET], webhook_id=ID, timestamp=AT, body=BODY)
    with pytest.raises(AccessError):
        verify([SECRET], headers | changed, BODY, now=AT)
    with pytest.raises(AccessError):
        verify([SECRET], headers, BODY + b" ", now=AT)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        SECRET.removeprefix("whsec_"),
        "whsec_",
        "whsec_" + "!" * 32,
        "whsec_" + b64encode(b"x" * 23).decode(),
        "whsec_" + b64encode(b"x" * 65).decode(),
    ],
)
def test_a_wrong_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InputError) as refused:
        read_secret(secret)
    assert len(secret) < 8 or secret not in str(refused.value)


def test_secrets_are_made_of_32_random_bytes() -> None:
    assert len(read_secret(new_secret())) == 32
    assert new_secret() != new_secret()


@pytest.mark.parametrize("webhook_id", ["", "a.b", "a\nb", "x" * 129])
def test_an_id_that_makes_the_signed_text_ambiguous_is_refused(webhook_id: str) -> None:
    with pytest.raises(InputError):
        sign([SECRET], webhook_id=webhook_id, timestamp=AT, body=BODY)
    with pytest.raises(InputError):
        sign([], webhook_id=ID, timestamp=AT, body=BODY)
