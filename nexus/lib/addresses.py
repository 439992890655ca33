"""Where a request comes from."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
IPV6_HOME = 64


def client_ip(request: HttpRequest) -> str | None:
    """Return the visitor's address.

    `X-Forwarded-For` counts only hop by hop from proxies named in settings: anybody can send it.
    """
    address = _client_address(request)
    return None if address is None else str(address)


def client_network(request: HttpRequest) -> str:
    """Return what limits count by: an IPv4 address or an IPv6 network of /64.

    Behind a socket without an address all visitors share one name.
    """
    address = _client_address(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_HOME), strict=False))
    return "unknown" if address is None else str(address)


def _client_address(request: HttpRequest) -> Address | None:
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None or not _is_trusted(peer):
        return peer
    known = peer
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = _parsed(hop)
        if address is None:
            # What stands left of nonsense was not written by a proxy of ours.
            break
        known = address
        if not _is_trusted(address):
            break
    return known


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    # One visitor, one name: a dual-stack socket writes IPv4 in IPv6's manner.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@cache
def _networks(names: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(name) for name in names)
