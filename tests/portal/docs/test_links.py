"""README and docs/ name no file that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = r"goals|kpis|measures|kanazawa_strategy|fixtures|templates|static|tests|docs|benchmarks|requirements|\.ci"
names = [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_path_named_is_there(page: Path) -> None:
    paths = re.findall(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./-]*\w)", page.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []
