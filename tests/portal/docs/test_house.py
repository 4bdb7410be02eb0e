"""The rooms stay small enough to be found and read: rules of docs/contributing.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("goals", "kpis", "measures", "kanazawa_strategy")
FILES = [file.relative_to(ROOT) for app in APPS for file in (ROOT / app).rglob("*.py")]
MODULES = [file for file in FILES if file.parent.name != "migrations"]
LOOSE = {"__init__", "admin", "apps", "checks", "environment", "settings", "urls", "wsgi"}


def test_a_folder_holds_at_most_25_modules() -> None:
    folders = Counter(module.parent.as_posix() for module in MODULES)
    assert {"kpis/charts", "measures/models"} <= set(folders)
    assert {folder: count for folder, count in folders.items() if count > 25} == {}


def test_only_what_the_portal_starts_with_lies_loose_in_it() -> None:
    assert {module.stem for module in MODULES if module.parent.as_posix() == "kanazawa_strategy"} <= LOOSE


def test_a_module_has_at_most_250_lines() -> None:
    lines = {module.as_posix(): (ROOT / module).read_text(encoding="utf-8").count("\n") for module in MODULES}
    assert {module: count for module, count in lines.items() if count > 250} == {}


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1_100
