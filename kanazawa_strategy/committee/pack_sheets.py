"""Sheets of the meeting pack that look and print alike: headings, cells by their kind, what repeats on each page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goals.notation.days import format_day
from goals.notation.spreadsheets import guarded
from kanazawa_strategy.committee.dashboard import Dashboard

Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Column:
    """A column of a sheet: heading, width in characters, and whether it holds shares (0.2 is 20 %)."""

    heading: str
    width: int
    is_share: bool = False


class Sheets:
    """A workbook whose sheets look and print alike."""

    def __init__(self, book: Any, board: Dashboard, notice: str) -> None:
        self.book, self.board, self.notice = book, board, notice
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E4EEF4", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.numbers: dict[str, Any] = {}

    def add(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str = "") -> None:
        """Write a title, a line about the 時点, the headings and the rows; set the print area and what repeats."""
        sheet = self.book.add_worksheet(name)
        heading = f"{title or name}　{self.board.round.strategy.name}　{self.board.year_short}"
        sheet.write_string(0, 0, guarded(heading), self.title)
        sheet.write_string(1, 0, self._as_of())
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            sheet.write_string(3, number, column.heading, self.head)
        last = 3
        for last, row in enumerate(rows, 4):
            for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
                self._write(sheet, last, number, column, cell)
        sheet.freeze_panes(4, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)
        sheet.print_area(0, 0, last, len(columns) - 1)
        sheet.set_header(f"&L{self._mark()}&R{self.board.year_short}")
        sheet.set_footer("&C&P / &N")

    def _as_of(self) -> str:
        board = self.board
        if board.is_preview:
            return f"{self._mark()}　確認が済んだ値を、いま公表したときの評価です。"
        day = board.round.published_on
        return f"{format_day(day)}公表　{self._mark()}".strip() if day else self._mark()

    def _mark(self) -> str:
        return "　".join(filter(None, ["公表前" if self.board.is_preview else "", self.notice]))

    def _write(self, sheet: Any, row: int, number: int, column: Column, cell: Cell) -> None:
        if cell is None:
            sheet.write_blank(row, number, None, self.text)
        elif isinstance(cell, str):
            sheet.write_string(row, number, guarded(cell), self.text)
        else:
            sheet.write_number(row, number, float(cell), self._number(cell, is_share=column.is_share))

    def _number(self, cell: int | Decimal, *, is_share: bool) -> Any:
        """Return the format that shows all digits of a number, or a share as a percentage."""
        exponent = Decimal(cell).normalize().as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        pattern = "0.0%" if is_share else "#,##0" + ("." + "0" * places if places else "")
        if pattern not in self.numbers:
            self.numbers[pattern] = self.book.add_format({"border": 1, "valign": "top", "num_format": pattern})
        return self.numbers[pattern]
