"""Write columns and rows as CSV, JSON and Excel. Knows no models."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

from goals.notation.spreadsheets import UTF8, encoded, guarded
from kanazawa_strategy.opendata.columns import Cell, Column, Row, plain, tidy


def csv_bytes(columns: Sequence[Column], rows: Iterable[Row], encoding: str = UTF8) -> bytes:
    """Write CSV: header in row 1, CRLF, quotes where needed; UTF-8 with BOM, or cp932."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_csv_text(column, tidy(row[column.name])) for column in columns])
    return encoded(buffer.getvalue(), encoding)


def _csv_text(column: Column, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int() | Decimal():
            return plain(cell)
        case datetime.date():
            return cell.isoformat()
        case list():
            cell = ";".join(cell)
    return guarded(cell) if column.is_text else cell


def json_bytes(columns: Sequence[Column], rows: Iterable[Row], head: Mapping[str, Any]) -> bytes:
    """Write JSON: the head's members, then `rows`, one object a line."""
    objects = ",\n".join(_json(record(columns, row)) for row in rows)
    return f'{_json(head)[:-1]}, "rows": [\n{objects}\n]}}\n'.encode()


def record(columns: Sequence[Column], row: Row) -> dict[str, Cell]:
    """Return a row as JSON has it, in the order of the columns."""
    return {column.name: tidy(row[column.name]) for column in columns}


def _json(value: Any) -> str:
    """Write JSON with Decimals digit by digit: json.dumps would send them through a float."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(name)}: {_json(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(_json(part) for part in value) + "]"
        case Decimal():
            return plain(value)
        case datetime.date():
            return json.dumps(value.isoformat())
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook; the title stands only in the print header."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]


def workbook_bytes(sheets: Iterable[Sheet], properties: Mapping[str, Any], footer: str) -> bytes:
    """Write an Excel workbook: a table a sheet from row 1, numbers and dates as such, text never a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(properties)
        header_format, date_format = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes are text
            page.set_header(f"&L{_print_text(sheet.title)}")
            page.set_footer(f"&L{_print_text(footer)}&R&P / &N")
            for place, column in enumerate(sheet.columns):
                page.write_string(0, place, column.name, header_format)
                page.set_column(place, place, max(10, len(column.name) + 2))
            for line, row in enumerate(sheet.rows, start=1):
                for place, column in enumerate(sheet.columns):
                    _write(page, line, place, tidy(row[column.name]), date_format)
    return buffer.getvalue()


def _write(page: Any, line: int, place: int, cell: Cell, date_format: Any) -> None:
    match cell:
        case None:
            return
        case bool():
            page.write_boolean(line, place, cell)
        case int() | Decimal():
            page.write_number(line, place, cell)
        case datetime.date():
            page.write_datetime(line, place, cell, date_format)
        case list():
            page.write_string(line, place, guarded(";".join(cell)))
        case _:
            page.write_string(line, place, guarded(cell))


def _print_text(text: str) -> str:
    return text.replace("&", "&&")
