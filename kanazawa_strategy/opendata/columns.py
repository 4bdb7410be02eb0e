"""What a dataset is made of: typed columns, rows of cells. Knows no models."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

Cell = str | int | Decimal | bool | datetime.date | list[str] | None
Row = Mapping[str, Cell]

_ENDS_A_SENTENCE = re.compile(r"[。、．，！？：；」』）】〕]$")


class Type(models.TextChoices):
    """The field types of Table Schema that the files use, and what the index calls them."""

    STRING = "string", "文字列"
    INTEGER = "integer", "整数"
    NUMBER = "number", "数値"
    DATE = "date", "日付"
    BOOLEAN = "boolean", "真偽（true / false）"
    LIST = "list", "文字列の並び（; 区切り）"


@dataclass(frozen=True)
class Column:
    """One column: its name in the files, its Japanese title and what a reader must know of it."""

    name: str
    type: Type
    title: str
    description: str = ""
    enum: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def is_text(self) -> bool:
        """Tell whether its cells are text, which a spreadsheet must not take for a formula."""
        return self.type in {Type.STRING, Type.LIST}


@dataclass(frozen=True)
class Reference:
    """Cells of these columns are keys of another dataset."""

    columns: tuple[str, ...]
    dataset: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """One table of the open data (domain.md §7); `mark_column` is the free text that carries the demo's mark."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    count: Callable[[], int]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    mark_column: str = ""


def one_line(text: str) -> str:
    """Join the lines of a text: a space between them, none behind a mark that ends a phrase. Drop control characters."""
    joined = ""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        joined += line if not joined or _ENDS_A_SENTENCE.search(joined) else f" {line}"
    return "".join(mark for mark in joined if mark == "\t" or unicodedata.category(mark) != "Cc").strip()


def tidy(cell: Cell) -> Cell:
    """Return the cell as every file has it: text on one line and None where it is blank. Zero and False stay."""
    if isinstance(cell, str):
        return one_line(cell) or None
    if isinstance(cell, list):
        return [one_line(item).replace(";", "；") for item in cell]
    return cell


def plain(number: int | Decimal) -> str:
    """Write a number bare: no exponent, no trailing zeros, no minus before zero."""
    text = f"{Decimal(number):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
