from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from kanazawa_strategy import checks

ROOT = Path(settings.BASE_DIR)
PRODUCTION = {
    "SECRET_KEY": "x" * 25 + "abcdefghijklmnopqrstuvwxyz0123456789",
    "ALLOWED_HOSTS": "strategy.example.jp",
    "DEBUG": "0",
}


def check_deploy(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py check --deploy` as production would."""
    vendor = tmp_path / "vendor" / "plotly"
    vendor.mkdir(parents=True)
    (vendor / "plotly-basic.min.js").touch()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_django_s_own_checks(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_production_with_a_replica_passes_them_too(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, DATABASE_REPLICA_URL="postgresql://db2.example.jp/portal", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_production_whose_replica_is_the_database_itself_is_warned(tmp_path: Path) -> None:
    url = "postgresql:///portal?host=/run/postgresql"
    done = check_deploy(tmp_path, DATABASE_URL=url, DATABASE_REPLICA_URL=url, **PRODUCTION)
    assert done.returncode != 0
    assert "kanazawa_strategy.W020" in done.stderr


def test_production_without_a_secret_key_does_not_start(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **{**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY is required" in done.stderr


def test_production_without_a_named_host_fails_the_check(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **{**PRODUCTION, "ALLOWED_HOSTS": ""})
    assert done.returncode != 0
    assert "kanazawa_strategy.E001" in done.stderr


def test_missing_plotly_is_a_warning_with_an_id(settings: object, tmp_path: Path) -> None:
    settings.DEBUG, settings.VENDOR_DIR = False, tmp_path  # type: ignore[attr-defined]
    assert [message.id for message in checks.plotly_is_installed(None)] == ["kanazawa_strategy.W001"]
    settings.DEBUG = True  # type: ignore[attr-defined]
    assert checks.plotly_is_installed(None) == []


def test_every_setting_read_from_the_environment_stands_in_the_readme() -> None:
    source = (ROOT / "kanazawa_strategy" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert read <= table, f"not in the README: {sorted(read - table)}"
