"""Who is locked out after too many wrong passwords (django-axes counts), and how an administrator lets them in again."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from axes.utils import reset
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac

from goals.accounts import audit
from goals.accounts.addresses import client_address
from goals.models.event import AuditAction

if TYPE_CHECKING:
    from django.http import HttpRequest

NEIGHBOURS = 64  # bits of an IPv6 address that one household or office shares, and may change below at will


def name_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the name to count by; one that no account has is hashed, as it may be a password in the wrong box."""
    name = str((credentials or request.POST).get("username") or "")
    if User.objects.filter(username=name).exists():
        return name
    return f"?{salted_hmac('goals.lockout', name, algorithm='sha256').hexdigest()}"


def origin_of(request: HttpRequest) -> str | None:
    """Return the address to count by: of IPv6 the network."""
    address = client_address(request)
    if address is None or ip_address(address).version == 4:
        return address
    return str(IPv6Network((address, NEIGHBOURS), strict=False).network_address)


def lift(user: User, *, how: str = "", request: HttpRequest | None = None) -> bool:
    """Forget the wrong passwords of an account, and write that down where there were any."""
    with transaction.atomic():
        is_lifted = bool(reset(username=user.get_username()))
        if is_lifted:
            audit.record(AuditAction.UNLOCKED, f"利用者「{user}」のログイン停止を解除{how}", request=request)
    return is_lifted
