"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """Return the visitor's address.

    `X-Forwarded-For` counts only hop by hop from proxies named in settings: anybody can send it.
    """
    hops = [request.META.get("REMOTE_ADDR", "")]
    hops += reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(","))
    for hop in hops:
        address = _parsed(hop.strip())
        if address is None:
            break
        if not _is_trusted(address):
            return address
    return _parsed(request.META.get("REMOTE_ADDR", ""))


def _parsed(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _is_trusted(address: str) -> bool:
    return any(ip_address(address) in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
