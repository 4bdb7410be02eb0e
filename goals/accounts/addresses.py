"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the server sees or, behind the city's proxy, the one that the proxy saw.

    A proxy appends what it saw to X-Forwarded-For; whatever stands before that a client may have made up.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        return _plain(request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1]) or _plain(seen)
    return _plain(seen)


def _plain(text: str) -> str | None:
    """Write an address in the one way in which it is compared and stored; None for what is none."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
