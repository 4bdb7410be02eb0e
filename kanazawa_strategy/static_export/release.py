"""Which state of the software made something."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_PARTS = (
    "goals/**/*.py",
    "kpis/**/*.py",
    "measures/**/*.py",
    "kanazawa_strategy/**/*.py",
    "templates/**/*.html",
    "static/**/*.*",
)


@lru_cache(maxsize=1)
def release() -> str:
    """Return a short digest of the code, the templates and the static files."""
    digest = hashlib.sha256()
    root = Path(settings.BASE_DIR)
    for path in sorted(path for part in _PARTS for path in root.glob(part) if path.is_file()):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
