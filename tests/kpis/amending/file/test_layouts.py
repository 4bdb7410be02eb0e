"""Files of amendments as they come: every encoding and layout that can be read, and a sentence for the others."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.test import Client

from kpis.amending.file import layout
from kpis.judging.words import State
from kpis.models import Amendment, Assessment, Upload
from tests.kpis.amending.file.test_file import HEAD, WHY, confirm, make_published, reasons, send, sent, told
from tests.kpis.entry.workbook.test_files import ENTITY, bomb, sheet_of, with_part
from tests.kpis.entry.workbook.test_workbook import packed

pytestmark = pytest.mark.django_db

ROW = ["3-1-K01", "R6", "訂正", 13, None, WHY]
TITLES: list[Any] = ["指標コード", "年度", "種類", "値", "状態", "理由"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_in_every_encoding(planner_client: Client, encoding: str) -> None:
    make_published({})
    page = send(planner_client, f"{HEAD}\r\n3-1-K01,令和６年度,訂正,13,,髙い方に直した。,,,\r\n".encode(encoding))
    confirm(planner_client, page)
    assert Amendment.objects.get().reason == "髙い方に直した。"


def test_the_heading_may_stand_lower_and_in_another_order(planner_client: Client) -> None:
    make_published({})
    rows: list[list[Any]] = [
        ["公表後の変更（令和7年10月）"],
        [],
        ["変更の理由（公開）", "種類", "年　度", "コード", "担当", "新しい値"],
        [WHY, "訂正", 2024, "3-1-K01", "山田", 13],
        [],
    ]
    page = send(planner_client, sheet_of(rows), "a.xlsx")
    assert told(page) == [("CHANGE", "D4")]
    assert "「一覧」の「担当」の列は読みませんでした" in page.content.decode()


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("指標コード,年度,種類,値", "「CSV」には、見出しに「理由」の列がありません"),
        ("名前,値", "「指標コード」「年度」「種類」「理由」の列がありません"),
        ("指標コード,年度,種類,値,新しい値,理由", "同じ内容の列が二つ以上あります: 「新しい値」"),
    ],
)
def test_a_file_without_its_columns_is_refused(planner_client: Client, head: str, says: str) -> None:
    make_published({})
    page = send(planner_client, f"{head}\n3-1-K01,R6,訂正,13,14,{WHY}\n")
    assert says in page.context["form"].errors["file"][0]
    assert not Upload.objects.exists()


def test_a_hidden_sheet_is_ignored_and_named(planner_client: Client) -> None:
    make_published({})
    other = [TITLES, ["3-1-K01", "R6", "訂正", 99, None, WHY]]
    book = openpyxl.load_workbook(io.BytesIO(sheet_of([TITLES, ROW], 下書き=other)))
    book["下書き"].sheet_state = "hidden"
    page = send(planner_client, packed(book), "a.xlsx")
    assert "非表示のシート「下書き」は読みませんでした" in page.content.decode()
    confirm(planner_client, page)
    assert Assessment.objects.get().value == 13


def test_two_sheets_are_read_and_a_double_is_found_across_them(planner_client: Client) -> None:
    make_published({}, {})
    second = [TITLES, ["3-1-K02", "R6", "訂正", 14, None, WHY], ROW]
    page = send(planner_client, sheet_of([TITLES, ROW], 追加分=second), "a.xlsx")
    assert [outcome for outcome, _ in told(page)] == ["REJECTED", "CHANGE", "REJECTED"]
    assert "（一覧 2行目、追加分 3行目）" in reasons(page)


def test_formulas_count_by_their_result_and_are_refused_without_one(planner_client: Client) -> None:
    make_published({})
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, TITLES)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 3, "=12+1", None, 13)
    assert told(send(planner_client, buffer.getvalue(), "a.xlsx")) == [("CHANGE", "A2")]
    page = send(planner_client, sheet_of([TITLES, ["3-1-K01", "R6", "訂正", "=12+1", None, '=A1&""']]), "a.xlsx")
    assert told(page) == [("REJECTED", "F2"), ("REJECTED", "D2")]
    assert "計算結果の保存されていない数式" in reasons(page)


def test_cells_of_excel_are_what_they_show(planner_client: Client) -> None:
    make_published({"value": Decimal("47.5")}, unit="%")
    rows = [[*TITLES, "変更日"], ["3-1-K01", 2024, "訂正", 0.498, None, WHY, datetime.datetime(2025, 10, 1)]]
    book = openpyxl.load_workbook(io.BytesIO(sheet_of(rows)))
    book["一覧"].cell(2, 4).number_format = "0.0%"
    page = send(planner_client, packed(book), "a.xlsx")
    assert page.context["plan"].items[0].new == "49.8% 確定"
    confirm(planner_client, page)
    assert Amendment.objects.get().made_on == datetime.date(2025, 10, 1)


def test_a_reason_with_a_formula_or_line_breaks_stays_text(planner_client: Client) -> None:
    make_published({})
    page = sent(planner_client, '3-1-K01,R6,訂正,13,,"\'=SUM\n<b>二行目</b>",,,')
    assert "&lt;b&gt;" in page.content.decode()
    confirm(planner_client, page)
    assert Amendment.objects.get().reason == "=SUM\n<b>二行目</b>"


def test_a_file_of_too_many_lines_is_refused(planner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_published({"state": State.PRELIMINARY})
    monkeypatch.setattr(layout, "MAX_LINES", 2)
    line = f"3-1-K01,R6,確定値,13,,{WHY},,,"
    assert "2行までです" in sent(planner_client, line, line, line).context["form"].errors["file"][0]


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"x" * (11 * 1024 * 1024), "a.xlsx", "10MB"),
        (bomb(), "a.xlsx", "中身が大きすぎます"),
        (with_part("xl/styles.xml", ENTITY), "a.xlsx", "DOCTYPE"),
        (with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "a.xlsx", "壊れている"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.xlsx", "パスワード"),
        (sheet_of([TITLES, ROW])[:-200], "a.xlsx", "壊れている"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)), "a.xlsx", "CSV か Excel のファイルではない"),
        (b'a,"b\n', "a.csv", "引用符"),
        (b"", "a.csv", "空です"),
        ("ただの文章です。".encode(), "a.csv", "列がありません"),
        (f"{HEAD}\n".encode(), "a.csv", "登録する変更が見つかりませんでした"),
        ((f"{HEAD}\n" + ",\n" * 100_001).encode(), "a.csv", "200,000セル"),
    ],
    ids=["11MB", "bomb", "entity", "xml", "encrypted", "cut", "exe", "quote", "empty", "text", "heading", "cells"],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    planner_client: Client, data: bytes, name: str, says: str
) -> None:
    page = send(planner_client, data, name)
    assert says in " ".join(page.context["form"].errors["file"])
    assert "何も書き込んでいません" in page.content.decode()
    assert not Upload.objects.exists()
