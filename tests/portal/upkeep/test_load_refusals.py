from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from goals.models import Department, LoadedRow
from goals.publication import version
from kanazawa_strategy.upkeep import loading
from kanazawa_strategy.upkeep.loading import LoadError
from tests.portal.sources import FIXTURES, fields, rewrite

pytestmark = pytest.mark.once

Change = Callable[[list[dict[str, Any]]], object]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a copy of fixtures/ that a test may change."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


def broken_reference(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-K03")["goal"] = [3, 9]


def forward_reference(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-1-01")["reprint_of"] = ["3-1-1-02", 3, 2]


def no_list_as_reference(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-1-01")["themes"] = "kodomo"


def duplicate_code(rows: list[dict[str, Any]]) -> None:
    rows.append(next(row for row in rows if row["fields"].get("code") == "3-1-1-01"))


def duplicate_number(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-1-02")["number"] = 1


def unknown_field(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-K03")["unti"] = "人"


def invalid_value(rows: list[dict[str, Any]]) -> None:
    fields(rows, indicator=["3-1-K03"])["target"] = "千八百"


def unknown_choice(rows: list[dict[str, Any]]) -> None:
    fields(rows, indicator=["3-1-K03"])["kind"] = "UP"


def contradiction(rows: list[dict[str, Any]]) -> None:
    fields(rows, indicator=["3-1-K03"])["target"] = "1200"


def missing_field(rows: list[dict[str, Any]]) -> None:
    del fields(rows, code="3-1-K03")["goal"]


def null_in_a_text(rows: list[dict[str, Any]]) -> None:
    fields(rows, code="3-1-K03")["unit"] = None


def forbidden_kind(rows: list[dict[str, Any]]) -> None:
    rows.append({"model": "kpis.yearlyvalue", "fields": {"indicator": ["3-1-K03"]}})


def primary_key(rows: list[dict[str, Any]]) -> None:
    rows[0]["pk"] = 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (broken_reference, "指標 3-1-K03）: 「基本目標」（goal）の参照先 3/9 が、この行より前にありません。"),
        (
            forward_reference,
            "取組 3-1-1-01）: 「再掲元」（reprint_of）の参照先 3-1-1-02/3/2 が、この行より前にありません。",
        ),
        (no_list_as_reference, "取組 3-1-1-01）: 「関連計画・テーマ」（themes）の参照先は"),
        (duplicate_code, "取組 3-1-1-01）: 同じコード（番号）の行がもうあります。"),
        (duplicate_number, "取組 3-1-1-02）: この施策には、同じ番号の取組がもうあります。"),
        (unknown_field, "指標 3-1-K03）: 「unti」という項目はありません。"),
        (invalid_value, "基準値・目標値 3-1-K03）: 「目標値」: "),
        (unknown_choice, "基準値・目標値 3-1-K03）: 「目標の型」: "),
        (contradiction, "維持型を選んでください。"),
        (missing_field, "指標 3-1-K03）: 「基本目標」: "),
        (null_in_a_text, "「単位」（unit）の空欄は"),
        (forbidden_kind, "「kpis.yearlyvalue」は、初期データにできない種類です。"),
        (primary_key, "1件目は、"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_nothing_is_written(
    db: None, files: Path, change: Change, sentence: str
) -> None:
    rewrite(files, "third_strategy.json", change)
    with pytest.raises(LoadError) as caught:
        loading.load(files)
    assert str(caught.value).startswith("third_strategy.json の")
    assert sentence in str(caught.value)
    assert not Department.objects.exists()
    assert not LoadedRow.objects.exists()
    assert version.current().number == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[\n  {"model": "goals.theme",\n]', "themes.json の3行目をJSONとして読めません。"),
        ("[ 題 ]".encode("cp932"), "themes.json の文字コードがUTF-8ではありません。"),
        (b'[{"model": "goals.theme", "model": "goals.goal", "fields": {}}]', "同じ項目が1つの行に2回あります: model"),
        (b"{}", "themes.json は、行を [ ] で囲んだ一覧にしてください。"),
        (None, "themes.json が "),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(db: None, files: Path, content: bytes | None, sentence: str) -> None:
    path = files / "themes.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match="何も書き込んでいません。") as caught:
        call_command("load_strategy", directory=files)
    assert sentence in str(caught.value)
    assert not Department.objects.exists()
