"""調査票 out: explained, prefilled, guarded, only the entry cells open."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from kpis.entry.workbook import form as workbook_form
from kpis.judging.words import State
from tests.makers import make_department, make_indicator, make_round, make_target, make_value

pytestmark = pytest.mark.django_db


def form() -> Any:
    """Make 産み育てやすい, 47.5%（R5）→59%（R10), and open its form."""
    department = make_department(code="kodomo", name="こども課")
    indicator = make_indicator(name="=産み育てやすい", unit="%", decimals=1, department=department)
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59))
    make_value(indicator=indicator, fiscal_year=2022, state=State.NOT_SURVEYED)
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal("47.5"))
    make_value(indicator=indicator, value=Decimal(0), note="+メモ")
    make_indicator(department=department, ended_on=datetime.date(2024, 1, 1))
    make_indicator(department=make_department())
    round_ = make_round(due_on=datetime.date(2025, 7, 31))
    return openpyxl.load_workbook(io.BytesIO(workbook_form.department_workbook(round_, department)))


def test_figures_are_numbers_and_texts_are_no_formulas() -> None:
    sheet = form()["調査票"]
    assert [cell.value for cell in sheet[3]][4:9] == [
        *("令和4年度の実績値", "令和5年度の実績値", "目標値", "令和6年度の目安値", "令和6年度の実績値")
    ]
    row = [cell.value for cell in sheet[4]]
    assert (row[0], *row[2:8]) == ("3-1-K01", "'=産み育てやすい", "%", "調査なし", 47.5, 59, 49.8)
    assert row[8:] == [0, "確定", None, "'+メモ", None, None, None, None, 1]
    assert sheet.max_row == 4  # neither what has ended nor another department's


def test_only_the_entry_cells_are_open() -> None:
    sheet = form()["調査票"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    opened = [cell.column for cell in sheet[4] if not cell.protection.locked]
    assert opened == list(range(9, 17))
    assert sheet.freeze_panes == "D4"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$3:$3"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert "未公表" in lists["J4"]
    assert "順調" in lists["O4"]


def test_the_first_sheet_explains_and_nothing_is_hidden() -> None:
    book = form()
    assert book.sheetnames == ["記入のしかた", "調査票"]
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    assert not any(dimension.hidden for dimension in book["調査票"].column_dimensions.values())
    texts = " ".join(str(cell.value) for row in book["記入のしかた"].iter_rows() for cell in row if cell.value)
    assert "2025年7月31日" in texts
    assert "こども課" in texts


def test_a_department_without_indicators_gets_an_empty_form() -> None:
    data = workbook_form.department_workbook(make_round(), make_department())
    assert openpyxl.load_workbook(io.BytesIO(data))["調査票"].max_row >= 3
