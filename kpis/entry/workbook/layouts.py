"""From tables to lines: one indicator each, with the cells that speak of the round's year and of other years."""

from __future__ import annotations

from dataclasses import dataclass, field

from goals.importing.reading import Book, Table, place
from goals.notation.years import FiscalYear
from kpis.entry.workbook import headings
from kpis.entry.workbook.headings import Heading

GUIDE_SHEET = "記入のしかた"
ENTERED = ("value", "state", "available_on", "note", "analysis", "next_steps", "self_rating", "self_comment")
_OTHER = ("breaks_series", "committee_rating", "committee_comment", "evidence_url")  # that the list of values exports


@dataclass
class Line:
    """One row of a file about one indicator; cells are (place, text), as they stand in the file."""

    sheet: str
    row: int
    key: tuple[str, str]  # where the code or the name stands
    code: str
    name: str
    version: str | None  # None where the file has no column for it
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    others: list[tuple[int, str, str]] = field(default_factory=list)  # (year, place, text)
    bad_year: str = ""

    @property
    def says_something(self) -> bool:
        return any(text.strip() for _, text in self.cells.values()) or bool(self.bad_year)


def lines_of(book: Book, year: int) -> tuple[list[Line], list[str]]:
    """Return the lines of all tables for the round's year, and sentences on what was not understood."""
    lines: list[Line] = []
    notes = list(book.notes)
    for table in book.tables:
        if table.name == GUIDE_SHEET or not table.rows:
            continue
        found, said = _table(table, year)
        lines += found
        notes += said
    return lines, notes


def _table(table: Table, year: int) -> tuple[list[Line], list[str]]:
    heading = headings.find(table.rows)
    where, wanted = f"「{table.name}」", FiscalYear(year).long()
    if heading is None:
        return [], [f"{where}には、指標のコードか指標名と、実績値か年度の見出しがある表が見つかりませんでした。"]
    notes = []
    if passed := [name for name in _OTHER if name in table.rows[heading.row - 1]]:
        screens = "年度実績入力か「実績値の確認」の画面で入力してください。"
        notes.append(f"{where}の{'、'.join(passed)}の列は、ここでは取り込みません。{screens}")
    if heading.of("year") is None:
        if heading.years and year not in heading.years:
            return [], [f"{where}には{wanted}の列がありません。この評価年度に書き込む値はありません。"]
        if not heading.years and heading.of("value"):
            notes.append(f"{where}には年度の書かれた列がないので、{wanted}の値として読みました。")
    read = (_line(table, heading, number, year) for number in range(heading.row + 1, len(table.rows) + 1))
    return [line for line in read if line], notes


def _line(table: Table, heading: Heading, number: int, year: int) -> Line | None:
    row = table.rows[number - 1]

    def text(column: int | None) -> str:
        return row[column - 1] if column is not None and column <= len(row) else ""

    code, name, version = heading.of("code"), heading.of("name"), heading.of("version")
    if not (text(code).strip() or text(name).strip()):
        filled = [column for column in heading.columns if text(column).strip()]
        if not filled:
            return None
    key = code if code is not None and (text(code).strip() or name is None) else name
    assert key is not None
    line = Line(
        table.name,
        number,
        (place(number, key), text(key).strip()),
        text(code).strip(),
        text(name).strip(),
        text(version).strip() if version is not None else None,
    )
    own = _year_of_row(line, text(heading.of("year"))) if heading.of("year") is not None else year
    for column, meant in heading.columns.items():
        where = place(number, column)
        of = own if meant.year is None else meant.year
        role = "value" if meant.role == "actual" else meant.role
        if role not in ENTERED:
            continue
        if of == year:
            line.cells.setdefault(role, (where, text(column)))
        elif role == "value" and of is not None:
            line.others.append((of, where, text(column)))
    return line


def _year_of_row(line: Line, text: str) -> int | None:
    try:
        return FiscalYear.parse(text).year
    except ValueError as error:
        line.bad_year = str(error) if line.code or line.name else ""
        return None
