"""The file to fill in: what was published without being final stands in it, and the columns are explained."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from goals.notation.spreadsheets import guarded, is_exact
from goals.notation.years import FiscalYear
from kpis.amending.file.layout import TITLES
from kpis.amending.file.line_plan import NO_VALUE
from kpis.entry.workbook.contents import shown
from kpis.entry.workbook.layouts import GUIDE_SHEET
from kpis.judging.words import State
from kpis.models import AmendmentKind, Assessment, YearlyValue
from kpis.models.value import SELF_RATINGS

SHEET = "公表後の変更"
_SPARE = 200  # rows below for what is added by hand
_DUE = [State.PRELIMINARY, State.ESTIMATE, State.UNPUBLISHED, State.COLLECTING, ""]
_TOLD = ("code", "year", "name", "unit", "was_value", "was_state", "known_on")  # what the system knows already
_WIDTHS = (11, 13, 36, 8, 13, 13, 13, 12, 13, 11, 40, 13, 13, 34)
_GUIDE = [
    ("このファイル", "公表した年度の値を、あとから追加・確定・訂正するときに使います。1行が1件の変更です。"),
    (
        "入っている行",
        "速報・推計・未公表・集計中で公表した指標と年度です。何も書かない行は読まず、何も変わりません。消しても、下に行を足してもかまいません。",
    ),
    (
        "指標コード・年度",
        "どの指標の、どの年度かを書きます（必須）。年度は「令和6年度」「R6」「2024」のどれでもかまいません。",
    ),
    (
        "公表中の値・状態",
        "このファイルを作ったときに公表されていた内容です。変えないでください。取り込むときに違っていたら、その行は受け付けません。",
    ),
    (
        "種類",
        "追加公表（遅れて分かった値）、確定値（速報や推計が確定した）、訂正（誤りを直す）、委員会評価（推進委員会の評価を載せる）のどれかです（必須）。",
    ),
    (
        "値",
        "「1,234」「△5.2」「12.3%」のように、その指標の単位で入力します。0 は値として扱います。速報と同じ値で確定したときも、値を書きます。",
    ),
    (
        "状態",
        "空欄なら、追加公表と確定値は「確定」、訂正は公表中の状態のままです。値がないときは値を空欄にし、未公表・調査なし・集計中・対象外のどれかを選びます。",
    ),
    ("理由", "値の横に公開します（必須）。市民が読んで分かるように書いてください。"),
    ("変更日", "2025-10-01 や 令和7年10月1日 のように書きます。空欄なら取り込む日です。"),
    ("委員会評価・委員会の意見", "種類が「委員会評価」の行にだけ書きます。評価は一覧から選びます。"),
    (
        "取り込む前に",
        "取り込むと、まず1行ずつ、今の内容と変更後の内容を確かめる画面が出ます。そこで登録を押すまで、何も変わりません。",
    ),
]


def template(made_on: datetime.date) -> bytes:
    """Return the file as .xlsx: 2 queries."""
    due = Assessment.objects.public().filter(state__in=_DUE).select_related("indicator__goal__strategy")
    order = ("-fiscal_year", "-indicator__goal__strategy__edition", "indicator__goal__number", "-indicator__level")
    rows = list(due.order_by(*order, "indicator__order", "indicator__code"))
    values = YearlyValue.objects.filter(available_on__isnull=False)
    known_on = {(row.indicator_id, row.fiscal_year): row.available_on for row in values}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        form = _Form(book)
        for number, row in enumerate(rows, 1):
            form.write(number, row, known_on.get((row.indicator_id, row.fiscal_year)))
        form.set_up(len(rows) + _SPARE)
        _guide(book, made_on)
    return buffer.getvalue()


def _guide(book: Any, made_on: datetime.date) -> None:
    sheet = book.add_worksheet(GUIDE_SHEET)
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, "公表後の変更 記入のしかた", book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, f"{made_on:%Y-%m-%d} 現在")
    for number, (name, text) in enumerate(_GUIDE, 3):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, text, wrapped)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


class _Form:
    """The sheet that is filled in; nothing is locked, as rows are added by hand."""

    def __init__(self, book: Any) -> None:
        self.sheet = book.add_worksheet(SHEET)
        base = {"border": 1, "border_color": "#999999", "valign": "top", "text_wrap": True}
        grey = {"bg_color": "#EEEEEE"}
        self.told = book.add_format({**base, **grey})
        self.number = book.add_format({**base, **grey, "num_format": "#,##0.######"})
        self.open = book.add_format(base)
        head = book.add_format({**base, "bold": True, "bg_color": "#D9E2EC", "valign": "vcenter"})
        for place, (title, width) in enumerate(zip(TITLES.values(), _WIDTHS, strict=True)):
            self.sheet.set_column(place, place, width)
            self.sheet.write_string(0, place, title, head)

    def write(self, number: int, row: Assessment, known_on: datetime.date | None) -> None:
        cells = {
            "code": row.indicator.code,
            "year": FiscalYear(row.fiscal_year).long(row.indicator.goal.strategy.as_of),
            "name": row.indicator.name,
            "unit": row.unit,
            "was_value": row.value,
            "was_state": row.get_state_display() or NO_VALUE,
            "known_on": shown("available_on", known_on),
            "kind": (AmendmentKind.ADDITION if row.value is None else AmendmentKind.FINALISATION).label,
        }
        for place, role in enumerate(TITLES):
            self._cell(number, place, cells.get(role), self.told if role in _TOLD else self.open)

    def _cell(self, number: int, place: int, content: str | Decimal | None, style: Any) -> None:
        """Write a number as a number; as text where Excel would round it."""
        if content is None or content == "":
            self.sheet.write_blank(number, place, None, style)
        elif isinstance(content, str):
            self.sheet.write_string(number, place, guarded(content), style)
        elif not is_exact(content):
            self.sheet.write_string(number, place, format(content, "f"), style)
        else:
            self.sheet.write_number(number, place, content, self.number)

    def set_up(self, last: int) -> None:
        lists: Sequence[tuple[str, list[str]]] = [
            ("kind", [str(label) for label in AmendmentKind.labels]),
            ("state", [state.label for state in State]),
            ("committee_rating", [label for _, label in SELF_RATINGS]),
        ]
        for role, labels in lists:
            place = list(TITLES).index(role)
            rule = {"validate": "list", "source": labels, "error_title": "一覧から選んでください"}
            self.sheet.data_validation(1, place, last, place, rule)
        self.sheet.freeze_panes(1, 3)
        self.sheet.set_landscape()
        self.sheet.set_paper(8)  # A3
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
