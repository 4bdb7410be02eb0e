"""Read every file that comes in: the visible sheets of a workbook, or a CSV, as rows of text; or refuse the file."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter

from goals.importing import packed
from goals.importing.formulas import formulas_without_result
from goals.importing.limits import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    SAVE_AS,
    TOO_MANY,
    TOO_WIDE,
    FileRefused,
    bounded,
)

_LITERAL = re.compile(r'"[^"]*"|[\\_*].')  # what a format shows as it stands, or leaves room for
# How Excel writes the marks that XML cannot hold (openpyxl leaves them so); NUL is none that anybody keeps.
_CODED = re.compile(r"_x00(0[1-9a-f]|1[0-9a-f])_", re.IGNORECASE)
NO_RESULT = "=（計算結果のない数式）"


@dataclass
class Table:
    """The rows of one sheet from its first row on, each cell as text; `lost` holds formulas without a result."""

    name: str
    rows: list[list[str]]
    lost: set[tuple[int, int]] = field(default_factory=set)  # (row, column), both from 1


@dataclass
class Book:
    """What was read, and sentences on what was not."""

    tables: list[Table]
    notes: list[str] = field(default_factory=list)


def place(row: int, column: int) -> str:
    """Name a cell as Excel does: E12."""
    return f"{get_column_letter(column)}{row}"


def read(data: bytes) -> Book:
    """Read a file of any of the known kinds; raise FileRefused with a sentence."""
    if len(data) > MAX_BYTES:
        raise FileRefused("ファイルが大きすぎます。10MB までのファイルを、課ごとなどに分けて取り込んでください。")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(f"古い形式（.xls）か、パスワードの付いた Excel ファイルです。{SAVE_AS}")
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data)
    return Book([Table("CSV", _csv(data))])


def _csv(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FileRefused(f"文字を読み取れません。CSV か Excel のファイルではないようです。{SAVE_AS}")
    if "\0" in text:
        raise FileRefused(f"CSV か Excel のファイルではないようです。{SAVE_AS}")
    csv.field_size_limit(MAX_TEXT)
    try:
        return _within_limits(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise FileRefused(f'CSV として読み取れません。引用符（"）の数などが崩れています。{SAVE_AS}') from None


def _within_limits(read_rows: Iterable[list[str]]) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for row in read_rows:
        rows.append(row)
        cells += len(row)
        if cells > MAX_CELLS or len(rows) > MAX_ROWS:
            raise FileRefused(TOO_MANY)
        if any(text.strip() for text in row[MAX_COLUMNS:]):
            raise FileRefused(TOO_WIDE)
    return rows


def _workbook(data: bytes) -> Book:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            packed.check(archive)
            return _sheets(data, archive)
    except FileRefused:
        raise
    except Exception as error:  # a broken workbook fails in many ways, deep inside zipfile, XML and openpyxl
        raise FileRefused(f"Excel ファイルとして開けません。ファイルが壊れているようです。{SAVE_AS}") from error


def _sheets(data: bytes, archive: zipfile.ZipFile) -> Book:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        notes = [f"非表示のシート「{name}」は読みませんでした。" for name in hidden]
        tables, percents, budget = [], _Percents(), MAX_CELLS
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = _rows(sheet, percents, budget)
            budget -= sum(map(len, rows))
            lost = formulas_without_result(archive, sheet._worksheet_path)
            tables.append(Table(sheet.title, _marked(rows, lost), lost))
    finally:
        book.close()
    if not tables:
        raise FileRefused("Excel ファイルに、読み取れる（表示されている）表のシートがありません。")
    return Book(tables, notes)


def _rows(sheet: Any, percents: _Percents, budget: int) -> list[list[str]]:
    """Return the rows up to the last one with anything in it, without blank cells at their ends."""
    sheet.reset_dimensions()  # what the file says of its own size is often wrong, and costs memory
    rows: list[list[str]] = []
    for number, cells in enumerate(bounded(sheet.rows), 1):
        row = [percents.text(cell) for cell in cells]
        while row and not row[-1].strip():
            row.pop()
        budget -= len(row)
        if len(row) > MAX_COLUMNS:
            raise FileRefused(TOO_WIDE)
        if budget < 0 or (row and number > MAX_ROWS):
            raise FileRefused(TOO_MANY)
        if row:
            rows += [[] for _ in range(number - 1 - len(rows))]
            rows.append(row)
    return rows


def _marked(rows: list[list[str]], lost: set[tuple[int, int]]) -> list[list[str]]:
    """Put a mark where a formula has no result, so that it is no blank; those outside the table do not matter."""
    for row, column in lost:
        if row <= len(rows):
            cells = rows[row - 1]
            cells += [""] * (column - len(cells))
            cells[column - 1] = NO_RESULT
    return rows


class _Percents:
    """Turn cells into text as Excel shows them: 0.498 in a percentage format is 49.8%."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def text(self, cell: Any) -> str:
        value = cell.value
        if value is None:
            return ""
        if isinstance(value, str):
            return _CODED.sub(lambda found: chr(int(found[1], 16)), value)
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, datetime.datetime):
            return value.date().isoformat()
        if not isinstance(value, int | float):
            return str(value)
        number = Decimal(format(value, ".15g") if isinstance(value, float) else value)  # Excel shows 15 digits
        return f"{number.scaleb(2):f}%" if self._is(cell) else f"{number:f}"

    def _is(self, cell: ReadOnlyCell) -> bool:
        style: int = cell._style_id
        if style not in self._known:
            self._known[style] = "%" in _LITERAL.sub("", cell.number_format)
        return self._known[style]
