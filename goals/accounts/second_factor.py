"""A second factor at the door: six digits from an app (TOTP), and recovery codes for when the app is lost.

django-otp keeps the devices, slows guesses down and takes no code twice.
"""

from __future__ import annotations

import unicodedata
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from goals.accounts import audit
from goals.accounts.roles import Role, groups_of
from goals.models.event import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

RECOVERY_CODES = 10


def is_required(user: User) -> bool:
    """Tell whether one of the user's roles must have a second factor (TOTP_REQUIRED)."""
    required = set(settings.TOTP_REQUIRED)
    if not required:
        return False
    if user.is_superuser and Role.OFFICER.value in required:
        return True
    return groups_of(user).filter(name__in=required).exists()


def app_of(user: User) -> TOTPDevice | None:
    """Return the app that the user has shown to work."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def newcomer_of(user: User) -> TOTPDevice | None:
    """Return the app that the user is just setting up."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def start(user: User) -> None:
    """Begin to set an app up, with a new secret."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def confirm(user: User, code: str, *, request: HttpRequest) -> list[str]:
    """Take the app that is being set up into use, if its code is right; return new recovery codes, else none."""
    newcomer = newcomer_of(user)
    if newcomer is None or app_of(user) or not verify_token(user, newcomer.persistent_id, plain(code)):
        return []
    with transaction.atomic():
        TOTPDevice.objects.filter(pk=newcomer.pk).update(confirmed=True)
        codes = _new_codes(user)
        summary = f"利用者「{user}」が2段階認証を設定"
        audit.record(AuditAction.SECOND_FACTOR, summary, user=user, request=request)
    return codes


def accepts(user: User, code: str) -> bool:
    """Tell whether it is the code that the app shows now."""
    app = app_of(user)
    return app is not None and verify_token(user, app.persistent_id, plain(code)) is not None


def accepts_recovery(user: User, code: str, *, request: HttpRequest) -> bool:
    """Tell whether it is one of the recovery codes; it is used up then."""
    book = StaticDevice.objects.filter(user=user).first()
    if book is None or verify_token(user, book.persistent_id, plain(code).lower()) is None:
        return False
    summary = f"利用者「{user}」が回復コードを使用（残り{codes_left(user)}個）"
    audit.record(AuditAction.SECOND_FACTOR, summary, user=user, request=request)
    return True


def seconds_to_wait(user: User) -> int:
    """Return how long no code is taken, because of wrong ones."""
    devices = [*TOTPDevice.objects.filter(user=user), *StaticDevice.objects.filter(user=user)]
    until = [(device.verify_is_allowed()[1] or {}).get("locked_until") for device in devices]
    return max([int((moment - timezone.now()).total_seconds()) + 1 for moment in until if moment], default=0)


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def renew_codes(user: User, *, request: HttpRequest) -> list[str]:
    """Make new recovery codes; the old ones open nothing any more."""
    with transaction.atomic():
        codes = _new_codes(user)
        summary = f"利用者「{user}」が回復コードを作り直し"
        audit.record(AuditAction.SECOND_FACTOR, summary, user=user, request=request)
    return codes


def remove(user: User, *, how: str = "", request: HttpRequest | None = None) -> bool:
    """Take app and recovery codes away, and write that down where there was an app."""
    with transaction.atomic():
        had = app_of(user) is not None
        for devices in (TOTPDevice, StaticDevice):
            devices.objects.filter(user=user).delete()
        if had:
            summary = f"利用者「{user}」の2段階認証を解除{how}"
            audit.record(AuditAction.SECOND_FACTOR, summary, request=request)
    return had


def plain(code: str) -> str:
    """Write a code as its device knows it, however it was typed."""
    return "".join(unicodedata.normalize("NFKC", code).replace("-", "").split())


@dataclass(frozen=True)
class Picture:
    """A QR code as one path in a square, with its quiet zone."""

    size: int
    path: str


def picture(device: TOTPDevice) -> Picture:
    """Draw what the app has to read."""
    rows = list(segno.make(device.config_url, micro=False).matrix_iter(border=4))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Picture(len(rows), path)


def secret(device: TOTPDevice) -> str:
    """Write the secret for typing into an app, in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    book = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=book, token=code) for code in codes)
    return codes
