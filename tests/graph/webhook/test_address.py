"""Where a webhook may go: every kind of address that is not the public internet is refused."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.webhook.address import check_addresses, is_public, read_target
from tests.laws import examples

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "223.5.5.5",
    "2606:4700:4700::1111",
    "2400:3200::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    target = read_target("https://crm.example/hook")
    with pytest.raises(InputError):
        check_addresses(target, [address])
    with pytest.raises(InputError):
        check_addresses(target, ["8.8.8.8", address])
    with pytest.raises(InputError):
        check_addresses(target, [address, "8.8.8.8"])
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(InputError):
        read_target(f"https://{literal}/")


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_connected_to(address: str) -> None:
    assert is_public(ip_address(address))
    assert check_addresses(read_target("https://crm.example"), [address, "8.8.8.8"]) == address
    literal = f"[{address}]" if ":" in address else address
    assert read_target(f"https://{literal}:8443/a").port == 8443


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_address_within_another_is_as_public_as_that(number: int) -> None:
    plain = is_public(IPv4Address(number))
    mapped = IPv6Address(0xFFFF << 32 | number)
    nat64 = IPv6Address(int(IPv6Address("64:ff9b::")) | number)
    six_to_four = IPv6Address(0x2002 << 112 | number << 80 | 1)
    assert [is_public(mapped), is_public(nat64), is_public(six_to_four)] == [plain] * 3


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 2**128 - 1))
def test_only_global_unicast_is_public_beside_what_carries_ipv4(number: int) -> None:
    address = IPv6Address(number)
    carries = address.ipv4_mapped is not None or address in IPv6Network("64:ff9b::/96")
    if is_public(address) and not carries:
        assert number >> 125 == 0b001
        assert not address.is_private


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://crm.example/",
        "ftp://crm.example/",
        "//crm.example/",
        "https:///path",
        "https://user@crm.example/",
        "https://user:password@crm.example/",
        "https://@crm.example/",
        "https://crm.example/#part",
        "https://crm.example:0/",
        "https://crm.example:99999/",
        "https://crm.example:x/",
        "https://crm .example/",
        "https://crm.example/\r\nHost: other",
        "https://crm.example\\@other.example/",
        "https://领克.example/",
        "https://-crm.example/",
        "https://crm..example/",
        "https://[::1/",
        "https://" + "a" * 64 + ".example/",
        "https://crm.example/" + "a" * 2048,
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError) as refused:
        read_target(url)
    assert not url or url not in str(refused.value)


def test_an_address_is_taken_apart() -> None:
    target = read_target("https://CRM.example./hooks/a%20b?token=1")
    assert (target.secure, target.host, target.port) == (True, "crm.example", 443)
    assert (target.path, target.authority) == ("/hooks/a%20b?token=1", "crm.example")
    assert read_target("https://crm.example:8443").authority == "crm.example:8443"
    assert read_target("https://[2606:4700:4700::1111]:8443").authority == "[2606:4700:4700::1111]:8443"
    assert read_target("https://crm.example").path == "/"


def test_only_a_named_host_may_be_private_or_plain() -> None:
    target = read_target("http://hooks.internal:8080/a", allow=["Hooks.Internal"])
    assert (target.secure, target.authority) == (False, "hooks.internal:8080")
    assert check_addresses(target, ["10.0.0.1"]) == "10.0.0.1"
    for other in ("http://a.hooks.internal/", "http://hooks.internal.example/", "https://127.0.0.1/"):
        with pytest.raises(InputError):
            read_target(other, allow=["hooks.internal"])
    with pytest.raises(InputError):
        check_addresses(read_target("https://crm.example", allow=["hooks.internal"]), ["10.0.0.1"])


def test_a_host_without_addresses_is_refused() -> None:
    with pytest.raises(InputError):
        check_addresses(read_target("https://crm.example"), [])
