"""The picture of the rooms is what the import contracts say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PICTURE, CONTRACTS = "docs/pictures/architecture.svg", "pyproject.toml"


def script(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "architecture.py"), *words]
    return subprocess.run(command, cwd=place, capture_output=True, text=True)


def test_the_picture_is_drawn_from_the_contracts_of_today() -> None:
    done = script(ROOT, "--check")
    assert done.returncode == 0, done.stderr


def test_a_picture_of_other_contracts_is_told_and_drawn_anew(tmp_path: Path) -> None:
    for name in (PICTURE, CONTRACTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    contracts = tmp_path / CONTRACTS
    text = contracts.read_text(encoding="utf-8")
    assert '"charts : models"' in text
    contracts.write_text(text.replace('"charts : models"', '"charts : maps : models"'), encoding="utf-8")
    done = script(tmp_path, "--check")
    assert done.returncode == 1
    assert "make picture" in done.stderr
    assert script(tmp_path).returncode == 0
    assert ">maps</text>" in (tmp_path / PICTURE).read_text(encoding="utf-8")
    assert script(tmp_path, "--check").returncode == 0
