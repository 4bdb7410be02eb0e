"""docs/where.md answers questions with one file each."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "where.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| \[`(.+?)`\]\((.+?)\) \|$", PAGE, re.MULTILINE)


def rooms() -> list[str]:
    """Return the folders that the import contracts name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        f"{container}/{room.strip()}"
        for contract in project["tool"]["importlinter"]["contracts"]
        for container in contract.get("containers", [])
        for layer in contract["layers"]
        for room in re.split("[:|]", layer)
    ]
    return [name for name in named if (ROOT / name).is_dir()]


def test_there_are_thirty_questions_and_no_two_are_the_same() -> None:
    questions = [question.casefold() for question, _, _ in ROWS]
    assert len(questions) >= 30
    assert len(set(questions)) == len(questions)


def test_every_row_of_the_tables_is_a_question_with_a_link_to_its_file() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and line != "| question | file |"]
    assert len(ROWS) == len(lines)
    assert all(question.endswith("?") for question, _, _ in ROWS)


@pytest.mark.parametrize(("path", "link"), [row[1:] for row in ROWS], ids=[row[1] for row in ROWS])
def test_the_file_that_answers_is_there_and_where_its_link_leads(path: str, link: str) -> None:
    assert (ROOT / path).is_file()
    assert link == f"../{path}"


def test_every_room_of_the_import_contracts_answers_a_question() -> None:
    named = rooms()
    assert {"goals/notation", "kpis/judging", "kanazawa_strategy/opendata"} <= set(named)
    assert [room for room in named if not any(path.startswith(f"{room}/") for _, path, _ in ROWS)] == []
