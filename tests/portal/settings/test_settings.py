from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from kanazawa_strategy import checks

ROOT = Path(settings.BASE_DIR)
PRODUCTION = {
    "SECRET_KEY": "x" * 25 + "abcdefghijklmnopqrstuvwxyz0123456789",
    "ALLOWED_HOSTS": "strategy.example.jp",
    "DEBUG": "0",
    "SITE_URL": "https://strategy.example.jp",
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
    assert "kanazawa_strategy.I001" in done.stdout + done.stderr, "Nobody says that there is no mail."


def test_production_without_a_secret_key_does_not_start(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **{**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY is required" in done.stderr


def test_production_without_a_named_host_fails_the_check(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **{**PRODUCTION, "ALLOWED_HOSTS": ""})
    assert done.returncode != 0
    assert "kanazawa_strategy.E001" in done.stderr


POSTGRESQL = {"DATABASE_URL": "postgresql://db.example.jp/portal"}


# Starting a portal takes seconds: each of these says as much as it can.
@pytest.mark.parametrize(
    "more",
    [
        {**POSTGRESQL, "EMAIL_HOST": "mail.example.jp", "EMAIL_FROM": "strategy@example.jp"},
        {**POSTGRESQL, "LOG_FORMAT": "line", "BEHIND_PROXY": "1"},
        {
            **{"BACKUP_KEEP_DAYS": "1", "BACKUP_KEEP_MONTHS": "0"},
            **{"TOTP_REQUIRED": "企画調整課, システム管理", "PASSWORD_MIN_LENGTH": "8"},
        },
    ],
)
def test_good_settings_are_found_good(tmp_path: Path, more: dict[str, str]) -> None:
    done = check_deploy(tmp_path, **PRODUCTION, **more)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("slips", "found"),
    [
        (
            {
                **{"SECRET_KEY": "short", "AUDIT_LOG": "/no/such/place/audit.log", "BACKUP_DIR": "static/backups"},
                **{"BACKUP_KEEP_DAYS": "0", "LOG_FORMAT": "xml", "SITE_URL": "http://strategy.example.jp"},
                **{"EMAIL_HOST": "mail.example.jp", **POSTGRESQL},
            },
            {"security.W009", "E003", "E004", "E005", "E007", "W003", "W004"},
        ),
        (
            {"BACKUP_KEEP_MONTHS": "-1", "SITE_URL": "strategy.example.jp", "PATH": "/nowhere", **POSTGRESQL},
            {"E005", "W003", "W005"},
        ),
    ],
)
def test_slips_in_the_settings_are_found_at_the_start(tmp_path: Path, slips: dict[str, str], found: set[str]) -> None:
    done = check_deploy(tmp_path, **{**PRODUCTION, **slips})
    assert done.returncode != 0
    ids = {name.removeprefix("kanazawa_strategy.") for name in re.findall(r"[\w.]+\.[EW]\d{3}", done.stderr)}
    assert ids == found


def test_a_place_that_can_t_be_written_to_is_an_error(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.AUDIT_LOG = tmp_path, ""  # type: ignore[attr-defined]
    assert checks.places_are_writable(None) == []
    settings.DATA_DIR = tmp_path / "missing"  # type: ignore[attr-defined]
    assert [message.id for message in checks.places_are_writable(None)] == ["kanazawa_strategy.E002"]


def test_missing_plotly_is_a_warning_with_an_id(settings: object, tmp_path: Path) -> None:
    settings.DEBUG, settings.VENDOR_DIR = False, tmp_path  # type: ignore[attr-defined]
    assert [message.id for message in checks.plotly_is_installed(None)] == ["kanazawa_strategy.W001"]
    settings.DEBUG = True  # type: ignore[attr-defined]
    assert checks.plotly_is_installed(None) == []


def test_every_setting_read_from_the_environment_stands_once_in_the_page_of_settings_and_no_other_does() -> None:
    source = (ROOT / "kanazawa_strategy" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source))
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert sorted(rows) == sorted(read)


def test_production_with_limits_of_nothing_or_an_unknown_role_fails_the_check(tmp_path: Path) -> None:
    wrong = {
        "LOGIN_FAILURE_LIMIT": "0",
        "LOGIN_COOLOFF_MINUTES": "-1",
        "SESSION_IDLE_MINUTES": "0",
        "SESSION_HOURS": "0",
        "PASSWORD_MIN_LENGTH": "7",
        "TOTP_REQUIRED": "企画調整課,システム管理者",
    }
    done = check_deploy(tmp_path, **PRODUCTION, **wrong)
    assert done.returncode != 0
    assert set(re.findall(r"kanazawa_strategy\.E01\d", done.stderr)) == {f"kanazawa_strategy.E01{n}" for n in range(6)}
    assert "TOTP_REQUIRED names no role of the portal: システム管理者." in done.stderr


@pytest.mark.parametrize(("https", "secure"), [("1", True), ("0", False)])
def test_cookies_are_secure_but_on_a_lan_without_tls_and_never_for_scripts(
    tmp_path: Path, https: str, secure: bool
) -> None:
    names = "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY"
    show = f"from django.conf import settings; print([getattr(settings, name) for name in {names.split()}], settings.SECURE_HSTS_SECONDS)"
    environment = {**PRODUCTION, "HTTPS": https, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "kanazawa_strategy.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{[secure, secure, secure, True, True]} {31_536_000 if secure else 0}"
