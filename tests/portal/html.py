"""Hold saved pages to the standard of HTML."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings


def assert_valid(folder: Path) -> None:
    """Run html-validate over the pages in a directory; skip where it is not installed."""
    tool = Path(settings.BASE_DIR, "node_modules", ".bin", "html-validate")
    if not tool.exists() or not shutil.which("node"):
        pytest.skip("html-validate is not installed (make test installs it)")
    rules = Path(settings.BASE_DIR, "tests", "portal", "html-validate.json")
    done = subprocess.run(
        [tool, "--config", rules, "--formatter", "text", *sorted(folder.glob("*.html"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
