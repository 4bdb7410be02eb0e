"""The formats of import and export: any table that comes in; CSV and Excel that go out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import tablib
import xlsxwriter
from import_export.formats.base_formats import Format

from goals.importing import reading
from goals.importing.limits import MAX_CELLS, TOO_MANY, FileRefused
from goals.notation.spreadsheets import GETA, is_exact

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(data: bytes) -> tablib.Dataset:
    """Return the first visible sheet or the CSV; `notes` are sentences on what was not read. Raise FileRefused."""
    book = reading.read(data)
    first, *others = book.tables
    if first.lost:
        row, column = min(first.lost)
        raise FileRefused(
            f"{row}行目に、計算結果の保存されていない数式（{reading.place(row, column)}）があります。"
            "Excel で開いて保存し直すか、値だけを貼り付けてください。"
        )
    dataset = _dataset(first.rows)
    more = "シート「{}」は読みませんでした。取り込むのは、最初のシートだけです。"
    dataset.notes = [*book.notes, *(more.format(other.name) for other in others if other.rows)]
    return dataset


def _dataset(rows: list[list[str]]) -> tablib.Dataset:
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    headers = [cell.strip() for cell in rows[0]] if rows else []
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
        if any(cell.strip() for cell in row[len(headers) :]):
            raise FileRefused(f"{number}行目に、見出しのない列の値があります。列がずれていないか確かめてください。")
        dataset.append([*row, *[""] * len(headers)][: len(headers)])
    return dataset


class AnyTable(Format):
    """What may be uploaded: which kind it is shows in its first bytes, so a clerk need not know."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:  # type: ignore[override]
        return "CSV または Excel（種類と文字コードは自動で見分けます）"

    def create_dataset(self, in_stream: Any) -> tablib.Dataset:
        return table(in_stream)

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
    """A workbook with one sheet; numbers that it can hold are numbers, everything else is text."""

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
                    elif not is_exact(Decimal(value)):
                        sheet.write_string(line, place, f"{Decimal(value):f}", text)
                    else:
                        sheet.write_number(line, place, value)
        return buffer.getvalue()


def _lines(dataset: tablib.Dataset) -> Iterable[Iterable[Any]]:
    yield dataset.headers or []
    yield from dataset
