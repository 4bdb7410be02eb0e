"""docs/deploy.md and its files agree with each other and with the portal; `make rehearse` tries the commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "docs" / "deploy"
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")


def names_of_settings() -> set[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))


@pytest.mark.parametrize("file", sorted(file.name for file in DEPLOY.rglob("*") if file.is_file()))
def test_every_file_to_copy_is_named_on_the_page_or_by_another(file: str) -> None:
    others = [each.read_text(encoding="utf-8") for each in DEPLOY.rglob("*") if each.is_file() and each.name != file]
    patterns = ["portal-*.timer"] if file.endswith(".timer") else [file]
    assert any(pattern in text for pattern in patterns for text in (PAGE, *others))


def test_the_settings_to_copy_are_settings() -> None:
    example = (DEPLOY / "portal.env.example").read_text(encoding="utf-8")
    lines = [line for line in example.splitlines() if line and not line.startswith("#")]
    assert len(lines) > 5
    for line in lines:
        assert re.fullmatch(r"[A-Z_]+='[^']*'", line), f"systemd and the shell would read this differently: {line}"
    assert {line.partition("=")[0] for line in lines} <= names_of_settings()


def test_every_timer_starts_a_task_that_the_portal_has() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in DEPLOY.glob("*.timer")}
    tasks = {name: re.findall(r"^Unit=portal-task@(\w+)\.service$", text, re.M)[0] for name, text in texts.items()}
    assert set(tasks) == {
        "portal-backup.timer",
        "portal-check-data.timer",
        "portal-clearsessions.timer",
        "portal-reminders.timer",
    }
    assert set(tasks.values()) <= {*get_commands()}


def test_the_commands_on_the_page_are_the_portal_s() -> None:
    commands = set(re.findall(r"portal-manage (\w+)", PAGE))
    assert {"migrate", "collectstatic", "createsuperuser"} <= commands
    assert commands <= {*get_commands()}


@pytest.mark.parametrize("file", sorted(file.name for file in (DEPLOY / "nginx").glob("*.html")))
def test_the_pages_of_nginx_need_nothing_else(file: str) -> None:
    page = (DEPLOY / "nginx" / file).read_text(encoding="utf-8")
    assert 'lang="ja"' in page
    assert not re.search(r"<(script|link|img)|url\(", page)


def test_nginx_knows_who_is_signed_in_and_lets_every_file_through_that_the_portal_takes() -> None:
    locations = (DEPLOY / "nginx" / "portal-locations.conf").read_text(encoding="utf-8")
    for directive in ("proxy_no_cache", "proxy_cache_bypass"):
        assert re.search(rf"{directive} [^;]*\$cookie_{settings.SESSION_COOKIE_NAME}\b", locations)
    limit = re.search(r"client_max_body_size (\d+)m;", locations)
    assert limit
    assert int(limit[1]) * 1024 * 1024 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def licences(place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "licenses.py"), "check"], cwd=place, capture_output=True, text=True
    )


def test_the_list_of_licences_is_that_of_the_lock_files() -> None:
    done = licences(ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("| django | ", "| django | 1.", "is not in docs/licenses.md"),
        ("| whitenoise | ", "| blacknoise | ", "whitenoise 6"),
        ("| plotly.js-basic-dist-min（npm） | ", "| plotly.js-basic-dist-min（npm） | 1.", "plotly.js-basic-dist-min"),
    ],
)
def test_a_list_of_other_packages_is_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    for name in ("requirements/base.txt", "package-lock.json", "docs/licenses.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    file = tmp_path / "docs" / "licenses.md"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    done = licences(tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
