"""Which release of the portal this is: a fingerprint of everything but the data that a public page is made of."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

from django.conf import settings

PARTS = ("goals", "kpis", "measures", "kanazawa_strategy", "templates", "static")
FILES = ("docs/accessibility.json", "requirements/base.txt")
SETTINGS = ("HTTPS", "OPENDATA_LICENSE_NAME", "OPENDATA_LICENSE_URL", "SITE_URL", "STATIC_URL", "TIME_ZONE")


@cache
def fingerprint() -> str:
    """Return 12 hex digits that change with the code, the templates, the assets and the settings of the pages."""
    digest = blake2b(digest_size=6)
    for name in SETTINGS:
        digest.update(f"{name}={getattr(settings, name)}\n".encode())
    for path in sorted(
        path
        for part in PARTS
        for path in (settings.BASE_DIR / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ):
        digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
        digest.update(path.read_bytes())
    for name in FILES:
        path = settings.BASE_DIR / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()
