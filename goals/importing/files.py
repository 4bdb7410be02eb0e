"""Files that come in and go out: CSV in the encodings of Japanese offices, and Excel workbooks."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import openpyxl
import tablib
import xlsxwriter
from import_export.formats.base_formats import Format

from goals.importing import packed
from goals.importing.cells import plain
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
from goals.spreadsheets import GETA

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(data: bytes) -> tablib.Dataset:
    """Return the first sheet or the CSV as a dataset; raise FileRefused with a sentence."""
    if len(data) > MAX_BYTES:
        raise FileRefused("ファイルが大きすぎます。10MB までのファイルを、年度や課で分けて取り込んでください。")
    if data.startswith(b"PK\x03\x04"):
        rows = _workbook_rows(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(f"古い形式（.xls）か、パスワードの付いた Excel ファイルです。{SAVE_AS}")
    else:
        rows = csv_rows(data)
    return _dataset(rows)


def csv_rows(data: bytes) -> list[list[str]]:
    """Read a CSV in whichever encoding it is; raise FileRefused with a sentence."""
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


def _workbook_rows(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            packed.check(archive)
        rows = _sheet_rows(data, values=True)
        formulas = _sheet_rows(data, values=False)
    except FileRefused:
        raise
    except Exception as error:  # a broken workbook fails in many ways, deep inside zipfile, XML and openpyxl
        raise FileRefused(f"Excel ファイルとして開けません。ファイルが壊れているようです。{SAVE_AS}") from error
    nothing: list[Any] = []
    for number, (row, typed) in enumerate(zip_longest(rows, formulas, fillvalue=nothing), 1):
        for value, cell in zip_longest(row, typed):
            if value is None and isinstance(cell, str) and cell.startswith("="):
                raise FileRefused(
                    f"{number}行目に、計算結果の保存されていない数式「{cell[:40]}」があります。"
                    "Excel で開いて保存し直すか、値だけを貼り付けてください。"
                )
    return rows


def _sheet_rows(data: bytes, *, values: bool) -> list[list[Any]]:
    """Return the rows up to the last one with anything in it; `values` gives results, else the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    try:
        if not book.worksheets:
            raise FileRefused("Excel ファイルに表のシートがありません。")
        rows: list[list[Any]] = []
        blanks, cells = 0, 0
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is often wrong, and costs memory
        for found in bounded(sheet.iter_rows(values_only=True)):
            row = [_unescaped(value) for value in found[: _filled(found)]]
            if not row:
                blanks += 1
                continue
            cells += len(row)
            if len(row) > MAX_COLUMNS:
                raise FileRefused(TOO_WIDE)
            if cells > MAX_CELLS or len(rows) + blanks >= MAX_ROWS:
                raise FileRefused(TOO_MANY)
            rows += [[] for _ in range(blanks)]
            rows.append(row)
            blanks = 0
        return rows
    finally:
        book.close()


def _filled(row: Sequence[Any]) -> int:
    """Return how many cells there are up to the last with anything in it."""
    return next((place for place in range(len(row), 0, -1) if row[place - 1] is not None), 0)


def _unescaped(value: Any) -> Any:
    """Put back the carriage returns that XML cannot hold (openpyxl leaves them as they are written)."""
    return value.replace("_x000D_", "\r") if isinstance(value, str) else value


def _dataset(rows: list[list[Any]]) -> tablib.Dataset:
    while rows and not any(plain(cell).strip() for cell in rows[-1]):
        rows.pop()
    headers = [plain(cell).strip() for cell in rows[0]] if rows else []
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise FileRefused("ファイルの1行目に見出しがありません。1行目に列の名前、2行目から内容を入れてください。")
    if len(rows) < 2:
        raise FileRefused("見出しだけで、内容の行がありません。2行目から内容を入れてください。")
    twice = sorted(header for header, times in Counter(headers).items() if header and times > 1)
    if twice:
        raise FileRefused(f"同じ見出しの列が二つ以上あります: {'、'.join(twice)}。どちらかを消してください。")
    if len(rows) * len(headers) > MAX_CELLS:
        raise FileRefused(TOO_MANY)
    dataset = tablib.Dataset(headers=headers)
    for number, row in enumerate(rows[1:], 2):
        if any(plain(cell).strip() for cell in row[len(headers) :]):
            raise FileRefused(f"{number}行目に、見出しのない列の値があります。列がずれていないか確かめてください。")
        dataset.append([*row, *[None] * len(headers)][: len(headers)])
    return dataset


class AnyTable(Format):
    """What may be uploaded: which kind it is shows in its first bytes, so a clerk need not know."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:  # type: ignore[override]
        return "CSV または Excel（種類と文字コードは自動で見分けます）"

    def create_dataset(self, in_stream: Any) -> tablib.Dataset:
        return read(in_stream)

    def can_import(self) -> bool:
        return True


class _Download(Format):
    def can_export(self) -> bool:
        return True


class CSV(_Download):
    """CSV that Excel opens by a double click: UTF-8 with BOM."""

    title = "CSV（UTF-8）"
    encoding, errors = "utf-8-sig", "strict"

    def get_title(self) -> str:  # type: ignore[override]
        return self.title

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(_lines(dataset))
        return text.getvalue().encode(self.encoding, self.errors)


class ShiftJIS(CSV):
    """CSV for older software: cp932, which lacks some characters."""

    title = f"CSV（Shift_JIS。表せない文字は{GETA}になります）"
    encoding, errors = "cp932", "geta"


class Excel(_Download):
    """A workbook with one sheet; numbers are numbers, everything else is text."""

    def get_title(self) -> str:  # type: ignore[override]
        return "Excel（.xlsx）"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return XLSX_TYPE

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            sheet = book.add_worksheet("データ")
            heading, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
            sheet.freeze_panes(1, 0)
            for line, row in enumerate(_lines(dataset)):
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(line, place, value, text if line else heading)
                    elif value is not None:
                        sheet.write_number(line, place, value)
        return buffer.getvalue()


def _lines(dataset: tablib.Dataset) -> Iterable[Iterable[Any]]:
    yield dataset.headers or []
    yield from dataset
