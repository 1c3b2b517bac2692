"""Which addresses may be called: those of the public internet, unless the operator allows more.

Who writes an address into a form must not have this house call its neighbours for them: a name is resolved
once, all that it stands for is checked, and the connection goes to what was checked.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

import httpx

from ordertrack.outgoing.failures import AddressRefused, TooSlow, Unreachable

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]

ALLOWED = "ORDERTRACK_OUTGOING_PRIVATE"
LONGEST = 2000  # characters of an address
_PORTS = {"http": 80, "https": 443}
_OWN_PORTS_FROM = 1024  # below are mail, files and the like, to which a request could be a command

# https://www.iana.org/assignments/iana-ipv4-special-registry and its sibling for IPv6, and what stands for
# an IPv4 address in another form.
_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
# Of IPv6 only this is given to anybody: loopback, private, link-local, multicast, IPv4-mapped addresses and
# NAT64 (64:ff9b::/96) are outside of it.
_GIVEN_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


@dataclass(frozen=True)
class Target:
    """Where a call goes: `host` is what it is named, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        named = f"[{self.host}]" if ":" in self.host else self.host
        return named if self.port == _PORTS[self.scheme] else f"{named}:{self.port}"


def read(url: str) -> Target:
    """What an address says; raises AddressRefused if it may not be called, whatever its name stands for."""
    if len(url) > LONGEST:
        raise AddressRefused(f"An address has {LONGEST} characters at most.")
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise AddressRefused("This is no address.") from None
    if parts.scheme not in _PORTS or not parts.host:
        raise AddressRefused("An address begins with https:// or http://, and a name.")
    if parts.userinfo:
        raise AddressRefused("An address must not hold a name and a password.")
    host = parts.raw_host.decode("ascii")
    if "%" in host:
        raise AddressRefused("This is no address.")
    if _is_literal(host) and not is_private_allowed() and not is_public(ip_address(host)):
        raise AddressRefused(f"{host} is no public address.")
    port = parts.port or _PORTS[parts.scheme]
    if not is_private_allowed() and port not in _PORTS.values() and port < _OWN_PORTS_FROM:
        raise AddressRefused(f"The port {port} is for other things than HTTP.")
    return Target(parts.scheme, host, port, parts.raw_path.decode("ascii"))


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_private_allowed() -> bool:
    """Whether the operator allows addresses that are not public."""
    return os.environ.get(ALLOWED, "0") not in ("", "0")


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _GIVEN_6 and not any(address in network for network in _NOT_PUBLIC_6)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses that a name stands for, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def checked(target: Target, seconds: float, resolver: Resolver = look_up) -> list[str]:
    """What its name stands for, asked once, all of it public.

    Raises AddressRefused if one is not: a name with a public and a private address is an attempt.
    """
    if _is_literal(target.host):
        found: Sequence[str] = [target.host]
    else:
        found = _within(seconds, lambda: resolver(target.host, target.port), target.host)
    if not found:
        raise Unreachable(f"The name {target.host} has no address.")
    if not is_private_allowed():
        for each in found:
            if not is_public(ip_address(each)):
                raise AddressRefused(f"{target.host} is {each}, which is no public address.")
    return list(found)


def _within(seconds: float, ask: Callable[[], Sequence[str]], host: str) -> Sequence[str]:
    """The system's resolver has a patience of its own, and no limit that could be passed to it."""
    answered: list[Sequence[str]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            answered.append(ask())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="resolver", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if answered:
        return answered[0]
    if failed:
        if isinstance(failed[0], OSError | UnicodeError):
            raise Unreachable(f"The name {host} is not known.") from failed[0]
        raise failed[0]
    raise TooSlow(f"The name {host} was not resolved in time.")
