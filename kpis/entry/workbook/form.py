"""調査票: one workbook per department, prefilled, to be filled in with Excel and brought back (kpis.entry.workbook)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from goals.models import Department
from goals.notation.days import format_day
from goals.notation.numbers import format_decimals
from goals.notation.spreadsheets import guarded, is_exact
from goals.notation.years import FiscalYear
from kpis.display import prefetched
from kpis.entry.workbook.contents import shown
from kpis.judging.evaluation import expected_value
from kpis.judging.words import State
from kpis.models import Indicator, Round, YearlyValue
from kpis.models.value import SELF_RATINGS

SHEET, GUIDE = "調査票", "記入のしかた"
_HEAD = 2  # the row of the headings, from 0
_WIDTHS = (10, 22, 34, 7, 12, 12, 14, 12, 14, 11, 13, 28, 34, 34, 13, 28, 5)
_GUIDE = [
    (
        "この調査票",
        "白い欄に入力し、保存して、管理画面の「調査票の取り込み」から読み込ませてください。灰色の欄は変えられません。",
    ),
    (
        "実績値",
        "「1,234」「△5.2」「12.3%」のように、全角でも半角でも入力できます。0 は値として扱います。単位は変えられません。",
    ),
    ("値がないとき", "実績値を空欄にし、「状態」で 未公表・調査なし・集計中・対象外 のどれかを選んでください。"),
    ("状態", "一覧から選びます。値があって空欄のときは「確定」として扱います。"),
    ("公表予定", "まだ値がないとき、分かる見込みの月を「2025年9月」のように入力してください。"),
    ("備考・要因分析・今後の取組", "公開します。個人の情報や、外に出せない内容は書かないでください。"),
    ("自己評価と、その理由", "自己評価は一覧から選びます。公開します。"),
    ("空欄にしたとき", "入力してあった内容を消して空欄にすると、取り込んだときに、登録してある内容も消えます。"),
    ("版", "ほかの人の入力を上書きしないための番号です。変えないでください。"),
    ("取り込む前に", "取り込むと、まず内容を確かめる画面が出ます。そこで確認するまで、何も書き込まれません。"),
]


def department_workbook(round_: Round, department: Department) -> bytes:
    """Return the 調査票 of a department as .xlsx: 5 queries."""
    indicators = Indicator.objects.of(round_.strategy).filter(department=department, ended_on__isnull=True)
    rows = list(prefetched.for_list(indicators.in_order()))
    years = range(round_.fiscal_year - 2, round_.fiscal_year + 1)
    found = YearlyValue.objects.filter(indicator__in=rows, fiscal_year__in=years)
    values = {(value.indicator_id, value.fiscal_year): value for value in found}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        _guide(book, round_, department)
        _Form(book, round_, department).write(rows, values)
    return buffer.getvalue()


def all_workbooks(round_: Round) -> bytes:
    """Return the 調査票 of every department that has an indicator, zipped."""
    departments = Department.objects.filter(
        indicators__goal__strategy=round_.strategy_id, indicators__ended_on__isnull=True
    ).distinct()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for department in departments:
            archive.writestr(file_name(round_, department), department_workbook(round_, department))
    return buffer.getvalue()


def file_name(round_: Round, department: Department) -> str:
    return f"chosahyo-{round_.fiscal_year}-{department.code}.xlsx"


def headings(round_: Round) -> list[str]:
    """Return the headings of the form in their order."""
    before, last, this = (FiscalYear(round_.fiscal_year - ago).long() for ago in (2, 1, 0))
    return [
        *("コード", "基本目標", "指標名", "単位", f"{before}の実績値", f"{last}の実績値", "目標値"),
        *(f"{this}の目安値", f"{this}の実績値", "状態", "公表予定", "備考", "要因分析", "今後の取組"),
        *("自己評価", "自己評価の理由", "版"),
    ]


def _guide(book: Any, round_: Round, department: Department) -> None:
    sheet = book.add_worksheet(GUIDE)
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 80)
    sheet.write_string(
        0, 0, guarded(f"{round_} 実績値 調査票の記入のしかた"), book.add_format({"bold": True, "font_size": 14})
    )
    due = format_day(round_.due_on) if round_.due_on else "企画調整課からのお知らせのとおり"
    lines = [("課", department.name), ("締切", due), *_GUIDE]
    for number, (name, text) in enumerate(lines, 2):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, guarded(text), wrapped)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


class _Form:
    """The sheet that is filled in."""

    def __init__(self, book: Any, round_: Round, department: Department) -> None:
        self.round = round_
        self.sheet = book.add_worksheet(SHEET)
        base = {"border": 1, "border_color": "#999999", "valign": "top", "text_wrap": True}
        grey = {"bg_color": "#EEEEEE"}
        self.locked = book.add_format({**base, **grey})
        self.locked_number = book.add_format({**base, **grey, "num_format": "#,##0.######"})
        self.open_text = book.add_format({**base, "locked": False, "num_format": "@"})
        self.open_number = book.add_format({**base, "locked": False, "num_format": "General"})
        self.small = book.add_format({**base, **grey, "font_color": "#666666", "font_size": 8})
        self.head = book.add_format({**base, "bold": True, "bg_color": "#D9E2EC", "valign": "vcenter"})
        self.sheet.write_string(
            0, 0, guarded(f"{round_} 実績値 調査票（{department}）"), book.add_format({"bold": True, "font_size": 14})
        )
        self.sheet.write_string(1, 0, "白い欄に入力してください。書き方は「記入のしかた」にあります。")

    def write(self, indicators: Sequence[Indicator], values: Mapping[tuple[int, int], YearlyValue]) -> None:
        for place, (text, width) in enumerate(zip(headings(self.round), _WIDTHS, strict=True)):
            self.sheet.set_column(place, place, width)
            self.sheet.write_string(_HEAD, place, text, self.head)
        for number, indicator in enumerate(indicators, _HEAD + 1):
            year = self.round.fiscal_year
            self._known(number, indicator, [values.get((indicator.pk, year - ago)) for ago in (2, 1)])
            self._entered(number, values.get((indicator.pk, year)))
        self._set_up(_HEAD + max(len(indicators), 1))

    def _known(self, row: int, indicator: Indicator, before: list[YearlyValue | None]) -> None:
        for place, text in enumerate((indicator.code, str(indicator.goal), indicator.name, indicator.unit)):
            self.sheet.write_string(row, place, guarded(text), self.locked)
        for place, value in enumerate(before, 4):
            state = State(value.state).label if value else ""
            self._figure(row, place, value.value if value else None, state, self.locked_number)
        target = indicator.target_in_force
        self._figure(
            row, 6, target.target if target else None, target.target_note if target else "", self.locked_number
        )
        expected = expected_value(indicator.spec_in_force, self.round.fiscal_year)
        # At the indicator's decimals, as on every page
        rounded = (
            None
            if expected is None
            else Decimal(format_decimals(expected, indicator.decimals).replace(",", "").replace("−", "-"))
        )
        self._figure(row, 7, rounded, "", self.locked_number)

    def _entered(self, row: int, value: YearlyValue | None) -> None:
        self._figure(row, 8, value.value if value else None, "", self.open_number)
        names = ("state", "available_on", "note", "analysis", "next_steps", "self_rating", "self_comment")
        for place, name in enumerate(names, 9):
            text = shown(name, getattr(value, name)) if value else ""
            self._text(row, place, text, self.open_text)
        self._figure(row, 16, Decimal(value.version) if value else None, "", self.small)

    def _figure(self, row: int, place: int, number: Decimal | None, otherwise: str, style: Any) -> None:
        """Write a number as a number; as text where Excel would round it."""
        if number is None:
            self._text(row, place, otherwise, style)
        elif not is_exact(number):
            self.sheet.write_string(row, place, format(number, "f"), style)
        else:
            self.sheet.write_number(row, place, number, style)

    def _text(self, row: int, place: int, text: str, style: Any) -> None:
        if text:
            self.sheet.write_string(row, place, guarded(text), style)
        else:
            self.sheet.write_blank(row, place, None, style)

    def _set_up(self, last: int) -> None:
        sheet, first = self.sheet, _HEAD + 1
        for place, labels in ((9, [state.label for state in State]), (14, [label for _, label in SELF_RATINGS])):
            sheet.data_validation(
                *(first, place, last, place),
                {
                    "validate": "list",
                    "source": labels,
                    "error_title": "一覧から選んでください",
                    "error_message": "、".join(labels),
                },
            )
        sheet.freeze_panes(first, 3)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD)
        sheet.set_footer("&C&P / &N ページ")
        sheet.print_area(0, 0, last, len(_WIDTHS) - 1)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.activate()
