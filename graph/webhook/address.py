"""Where a webhook may go: what is refused of an address as text, and of each IP address that its name has.

A server that sends where others say can be made to reach into its own network. So an address is checked before it is
stored, its name is looked up before each attempt, every answer is checked, and one of those is connected to: nothing
is looked up again in between.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import urlsplit

from graph.errors import InputError

MAX_LENGTH: Final = 2_048

_PRINTABLE: Final = re.compile(r"[!-~]+")
_NAME: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*"
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_UNICAST: Final = IPv6Network("2000::/3")
_REFUSED: Final = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared between a carrier's customers
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "2001::/23",  # Teredo and others that carry addresses within
        "2001:db8::/32",
        "3fff::/20",
    )
)
"""What `ipaddress` tells differently from one Python to the next."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: `path` is what is asked for, with its query; `private` where the host may be private."""

    secure: bool
    host: str
    port: int
    path: str
    private: bool

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_target(url: str, *, allow: Collection[str] = ()) -> Target:
    """An address taken apart. `allow` names hosts that may be private and may be reached by http.

    Raises InputError, which never repeats the address: for another scheme than https, user or password, a fragment, a
    name that is no host name (others than ASCII in their `xn--` form), over 2,048 characters, or an IP address that is
    not public.
    """
    if len(url) > MAX_LENGTH or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise _refused(f"is not 1 to {MAX_LENGTH} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("cannot be read") from None
    host = (parts.hostname or "").removesuffix(".")
    private = host in {name.lower() for name in allow}
    if parts.scheme != "https" and not (parts.scheme == "http" and private):
        raise _refused("does not begin with https://")
    if "@" in parts.netloc:
        raise _refused("holds a user or password")
    if parts.fragment:
        raise _refused("holds a fragment")
    literal = _literal(host)
    if literal is None and not _NAME.fullmatch(host):
        raise _refused("names no host")
    if literal is not None and not private and not is_public(literal):
        raise _refused("leads into a private network")
    secure = parts.scheme == "https"
    if port == 0:
        raise _refused("has port 0")
    query = f"?{parts.query}" if parts.query else ""
    return Target(secure, host, port or (443 if secure else 80), (parts.path or "/") + query, private)


def check_addresses(target: Target, addresses: Collection[str]) -> str:
    """The IP address to connect to, of those that the host's name has: the first.

    Raises InputError where there is none, and where any of them is not public, unless the host may be private: a name
    with one good and one bad address is an attack, not an accident.
    """
    if not addresses:
        raise _refused("has a host without an IP address")
    if not target.private and not all(is_public(ip_address(address)) for address in addresses):
        raise _refused("leads into a private network")
    return next(iter(addresses))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """True for a unicast address of the public internet; one that carries an IPv4 address is as public as that."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        if address in _SIX_TO_FOUR:
            return is_public(IPv4Address(address.packed[2:6]))
        if address not in _UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address.version == block.version and address in block for block in _REFUSED)
    )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(why: str) -> InputError:
    return InputError(
        f"The webhook's address {why}.",
        remedy="Give an https address of a public host, or name the host in GUANXI_WEBHOOK_ALLOW.",
    )
