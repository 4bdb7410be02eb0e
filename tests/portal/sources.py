"""The real data for tests: the rows of fixtures/, and the documents they were typed from where these are at hand."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from kanazawa_strategy.upkeep.fixture_files import read

FIXTURES = Path(settings.FIXTURE_DIRS[0])
SEEDS = Path(settings.BASE_DIR).parent / "shared" / "seeds"
THIRD, FIRST = "第3次金沢版総合戦略の改訂について", "金沢版総合戦略の概要"
DOCUMENTS = {THIRD: "third-strategy-revision.txt", FIRST: "first-strategy-overview.txt"}

needs_the_documents = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the source documents are not at {SEEDS}")


@cache
def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the fields of every row of fixtures/ by kind."""
    found = defaultdict(list)
    for row in read(FIXTURES):
        found[row.label].append(row.fields)
    return dict(found)


def of_edition(label: str, edition: int) -> list[dict[str, Any]]:
    """Return the indicators or measures whose code starts with the edition."""
    return [row for row in rows()[label] if row["code"].startswith(f"{edition}-")]


@cache
def document(name: str) -> str:
    """Return a source as one normal line, with the two slips of its extraction repaired."""
    text = (SEEDS / DOCUMENTS[name]).read_text(encoding="utf-8")
    return normal(text.replace("まちなり", "まちのり").replace("增", "増"))


def normal(text: str) -> str:
    """Unify width, and drop blanks, mark-up, bullets and circled numbers: what is left must agree to the letter."""
    text = re.sub(r"<[^>]*>", "\n", re.sub(r"[①-⑳【】]|\*\*", "", text))
    lines = (line.lstrip("#-・●■◆○※ \t") for line in unicodedata.normalize("NFKC", text).splitlines())
    return re.sub(r"\s", "", "".join(lines))


def rewrite(directory: Path, name: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the rows of one file in a copy of fixtures/."""
    path = directory / name
    changed = json.loads(path.read_text(encoding="utf-8"))
    change(changed)
    path.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")


def fields(found: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """Return the fields of the one row that has these."""
    (only,) = [row["fields"] for row in found if wanted.items() <= row["fields"].items()]
    assert isinstance(only, dict)
    return only
