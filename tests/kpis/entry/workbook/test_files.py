"""Files as they come in the wild: layouts that are not ours, and files that are refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.test import Client

from goals.importing.limits import MAX_UNPACKED
from kpis.judging.words import State
from kpis.models import Indicator, Round, Upload, YearlyValue
from tests.kpis.entry.workbook.test_workbook import confirm, packed, reasons, said, send
from tests.makers import make_indicator, make_round, make_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(db: None) -> Round:
    first = make_indicator(name="保健室の数", unit="件")
    make_indicator(name="産み育てやすいと感じる市民の割合", unit="%", decimals=1)
    make_indicator(name="髙島屋の来店者", unit="人")
    make_value(indicator=first, fiscal_year=2023, value=Decimal(11))
    return make_round()


def sheet_of(rows: list[list[Any]], **others: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for title, content in {"一覧": rows, **others}.items():
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
    book.remove(book.worksheets[0])
    return packed(book)


def values() -> dict[str, Any]:
    rows = YearlyValue.objects.filter(fiscal_year=2024).select_related("indicator")
    return {row.indicator.code: row.value if row.value is not None else row.state for row in rows}


def test_merged_headings_with_years_across_not_in_the_first_row(planner_client: Client, round_: Round) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [
        ["第3次 金沢版総合戦略　数値目標・ＫＰＩ一覧"],
        [],
        ["コード", "指標名", "実績値", None, None, "目標値", "備考"],
        [None, None, "Ｒ５", "令和６年度", "2025", "R6", None],
        ["基本目標1"],
        ["３－１－Ｋ０１", "保健室の数", "12", "１，２３４", None, 53, "増えた"],
        [None, "産み育てやすいと　感じる市民の割合", 47.5, "△0.5％", None, 59, None],
        ["3-1-K03", None, None, "未公表", None, None, None],
    ]:
        sheet.append(row)
    for cells in ("A1:G1", "C3:E3", "A3:A4", "B3:B4", "G3:G4"):
        sheet.merge_cells(cells)
    page = send(planner_client, round_, packed(book))
    told = said(page)
    assert ("NEW", "D6", "3-1-K01") in told
    assert ("NEW", "G6", "3-1-K01") in told
    assert ("NOT_TAKEN", "C6", "3-1-K01") in told  # 12 in the file, 11 here
    assert [cell for cell in told if cell[0] == "REJECTED"] == []
    confirm(planner_client, page)
    assert values() == {"3-1-K01": 1234, "3-1-K02": Decimal("-0.5"), "3-1-K03": State.UNPUBLISHED}
    assert YearlyValue.objects.get(fiscal_year=2023).value == 11


def test_every_bad_cell_is_named_and_the_rest_is_written(planner_client: Client, round_: Round) -> None:
    rows: list[list[Any]] = [
        ["指標コード", "指標名", "R6"],
        ["3-1-K01", "", 5],
        ["3-1-K02", "", "－"],
        ["3-1-K03", "", 1],
        ["3-1-K03", "", 2],
        ["3-9-K99", "", 3],
        ["3-1-K01", "髙島屋の来店者", 3],
        ["", "知らない指標", 4],
        ["", "", 4],
    ]
    page = send(planner_client, round_, sheet_of(rows))
    rejected = {place for outcome, place, _ in said(page) if outcome == "REJECTED"}
    assert rejected == {"C3", "A4", "A5", "A6", "A7", "B8", "B9"}
    assert "だけでは、値がない理由が分かりません" in reasons(page)
    assert "同じ指標の行が二つ以上あります（一覧 4行目、一覧 5行目）" in reasons(page)
    confirm(planner_client, page, leave_out="1")
    assert values() == {"3-1-K01": 5}


def test_a_hidden_sheet_is_ignored_and_named(planner_client: Client, round_: Round) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(sheet_of([["コード", "R6"], ["3-1-K01", 5]], 下書き=[["コード", "R6"], ["3-1-K01", 6]]))
    )
    book["下書き"].sheet_state = "hidden"
    page = send(planner_client, round_, packed(book))
    assert "非表示のシート「下書き」は読みませんでした" in page.content.decode()
    confirm(planner_client, page)
    assert values() == {"3-1-K01": 5}


def test_formulas_count_by_their_result_and_are_refused_without_one(planner_client: Client, round_: Round) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["コード", "R6"])
        sheet.write_row(1, 0, ["3-1-K01"])
        sheet.write_formula(1, 1, "=2+3", None, 5)
    page = send(planner_client, round_, buffer.getvalue())
    assert page.context["plan"].items[0].new == "5"
    page = send(planner_client, round_, sheet_of([["コード", "R6"], ["3-1-K01", "=2+3"], ["3-1-K02", 4]]))
    assert ("REJECTED", "B2", "3-1-K01") in said(page)
    assert "計算結果の保存されていない数式" in reasons(page)
    confirm(planner_client, page, leave_out="1")
    assert values() == {"3-1-K02": 4}


def test_a_percentage_of_excel_is_the_figure_that_it_shows(planner_client: Client, round_: Round) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet_of([["コード", "R6"], ["3-1-K02", 0.498], ["3-1-K01", 0.5]])))
    for row in (2, 3):
        book["一覧"].cell(row, 2).number_format = "0.0%"
    page = send(planner_client, round_, packed(book))
    assert ("REJECTED", "B3", "3-1-K01") in said(page)  # 50% is no number of 件
    confirm(planner_client, page, leave_out="1")
    assert values() == {"3-1-K02": Decimal("49.8")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_long_csv_in_every_encoding(planner_client: Client, round_: Round, encoding: str) -> None:
    text = (
        "指標名,年度,実績値,状態\r\n保健室の数,R5,12,\r\n保健室の数,令和6年度,0,速報\r\n"
        '髙島屋の来店者,2024,"1,200人",\r\n髙島屋の来店者,へいせい,3,\r\n産み育てやすいと感じる市民の割合,R6,,\r\n'
    )
    page = send(planner_client, round_, text.encode(encoding), "a.csv")
    told = said(page)
    assert ("NOT_TAKEN", "C2", "3-1-K01") in told
    assert "年度として読み取れません" in reasons(page)
    confirm(planner_client, page, leave_out="1")
    assert values() == {"3-1-K01": 0, "3-1-K03": 1200}
    assert YearlyValue.objects.get(fiscal_year=2024, indicator__code="3-1-K01").state == "PRELIMINARY"


def test_the_form_of_another_year_writes_nothing(planner_client: Client, round_: Round) -> None:
    page = send(planner_client, round_, "コード,令和5年度の実績値,備考\n3-1-K01,12,別の年\n", "a.csv")
    assert "令和6年度の列がありません" in page.content.decode()
    assert not Upload.objects.exists()


def test_a_state_against_its_value_is_refused(planner_client: Client, round_: Round) -> None:
    page = send(planner_client, round_, "コード,R6,状態,備考\n3-1-K01,5,未公表,注\n3-1-K02,,よい,\n", "a.csv")
    rejected = {place for outcome, place, _ in said(page) if outcome == "REJECTED"}
    assert {"C2", "C3"} <= rejected
    assert page.context["plan"].written == 0


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * (MAX_UNPACKED + 1))
    return buffer.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """Return a sound workbook in which one part is another."""
    source, buffer = zipfile.ZipFile(io.BytesIO(sheet_of([["コード", "R6"], ["3-1-K01", 5]]))), io.BytesIO()
    with source, zipfile.ZipFile(buffer, "w") as archive:
        for part in source.namelist():
            archive.writestr(part, content if part == name else source.read(part))
    return buffer.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"x" * (11 * 1024 * 1024), "a.xlsx", "10MB"),
        (bomb(), "a.xlsx", "中身が大きすぎます"),
        (with_part("xl/styles.xml", ENTITY), "a.xlsx", "DOCTYPE"),
        (with_part("xl/workbook.xml", ENTITY.decode().encode("utf-16")), "a.xlsx", "DOCTYPE"),
        (with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "a.xlsx", "壊れている"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.xlsx", "パスワード"),
        (sheet_of([["コード", "R6"]])[:-200], "a.xlsx", "壊れている"),
        (b"PK\x03\x04 and nothing else", "a.xlsx", "壊れている"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)), "a.xlsx", "CSV か Excel のファイルではない"),
        (b'a,"b\n', "a.csv", "引用符"),
        (b"", "a.csv", "空です"),
        ("ただの文章です。".encode(), "a.csv", "見つかりませんでした"),
        (("コード,R6\n" + ",\n" * 100_001).encode(), "a.csv", "200,000セル"),
    ],
    ids=["11MB", "bomb", "entity", "utf-16", "xml", "encrypted", "cut", "PK", "exe", "quote", "empty", "text", "cells"],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    planner_client: Client, round_: Round, data: bytes, name: str, says: str
) -> None:
    page = send(planner_client, round_, data, name)
    assert page.status_code == 200
    assert says in " ".join(page.context["form"].errors["file"])
    assert "何も書き込んでいません" in page.content.decode()
    assert not Upload.objects.exists()


def test_two_indicators_of_one_name_need_their_codes(planner_client: Client, round_: Round) -> None:
    make_indicator(name="保健室の数")
    page = send(planner_client, round_, "指標名,R6\n保健室の数,1\n", "a.csv")
    assert "が二つ以上あります。コードの列を加えてください" in reasons(page)
    assert Indicator.objects.count() == 4
