"""Find the heading of a table as departments draw it: not in the first row, over several rows, years across."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from goals.notation.years import FiscalYear

_SEARCHED = 25  # rows from the top
_DEEP = 3  # rows of one heading
_BLANKS = re.compile(r"\s+")
_ACTUAL = re.compile(r"(?:の?実績値?|の値|\((?:実績値?)\))$")
_NOT_ACTUAL = re.compile(r"目標|目安|基準|計画|見込|予定|前年|差|率の?増減|達成率|進捗")

# What a column may be called, folded and without blanks and brackets.
_WORDS = {
    "code": "コード 指標コード 指標のコード KPIコード 指標番号 code indicator_code",
    "name": "指標名 指標 名称 指標の名称 KPI KPI名 重要業績評価指標 項目 項目名 指標名称 name indicator_name",
    "year": "年度 評価年度 year fiscal_year",
    "value": "実績値 実績 値 数値 今年度の実績値 value",
    "state": "状態 値の状態 state",
    "available_on": "公表予定 公表予定月 公表見込み available_on",
    "note": "備考 注記 note",
    "analysis": "要因分析 要因 分析 analysis",
    "next_steps": "今後の取組 今後の取り組み 今後の対応 next_steps",
    "self_rating": "自己評価 所管課の自己評価 self_rating",
    "self_comment": "自己評価の理由 self_comment",
    "version": "版 version",
}
_ROLES = {word.casefold(): role for role, words in _WORDS.items() for word in words.split()}
_KEYS = {"code", "name"}
_DASHES = str.maketrans(dict.fromkeys("－‐‑–—―−ー", "-"))


@dataclass(frozen=True)
class Column:
    """What a column holds: a role, or the actuals of a year; `title` is its heading as it stands in the file."""

    role: str
    title: str
    year: int | None = None


@dataclass(frozen=True)
class Heading:
    """The last row of a heading (from 1) and its columns by place (from 1)."""

    row: int
    columns: dict[int, Column]

    def of(self, role: str) -> int | None:
        return next((place for place, column in self.columns.items() if column.role == role), None)

    @property
    def weight(self) -> tuple[int, int]:
        """Rank headings: the more columns it explains, and of those the more with their year, the likelier."""
        return len(self.columns), sum(column.year is not None for column in self.columns.values())

    @property
    def years(self) -> set[int]:
        return {column.year for column in self.columns.values() if column.year is not None}


def folded(text: str) -> str:
    """Return a text as headings and names are compared: NFKC, no blanks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def code_of(text: str) -> str:
    """Return a code as it is stored, whatever dashes and widths it was typed with."""
    return folded(text.translate(_DASHES)).upper()


def find(rows: Sequence[Sequence[str]]) -> Heading | None:
    """Return the row that explains most columns, of those that name indicators and something to take."""
    best: Heading | None = None
    for number in range(1, min(len(rows), _SEARCHED) + 1):
        found = _heading(rows, number)
        if found and (best is None or found.weight > best.weight):
            best = found
    return best


def _heading(rows: Sequence[Sequence[str]], number: int) -> Heading | None:
    block = rows[max(0, number - _DEEP) : number]
    groups = [_groups(block[:depth]) for depth in range(len(block))]
    columns: dict[int, Column] = {}
    taken: set[str] = set()
    lowest = False  # whether the last row says anything: else it is a row of the table, under its heading
    for index in range(max((len(row) for row in block), default=0)):
        depths = [depth for depth, row in enumerate(block) if index < len(row) and row[index].strip()]
        column = _column(block[depths[-1]][index], groups[depths[-1]].get(index, "")) if depths else None
        if column and (column.role == "actual" or column.role not in taken):
            columns[index + 1] = column
            taken.add(column.role)
            lowest = lowest or depths[-1] == len(block) - 1
    enough = taken & _KEYS and taken - _KEYS - {"version", "year"}
    return Heading(number, columns) if lowest and enough else None


def _groups(above: Sequence[Sequence[str]]) -> dict[int, str]:
    """Spread the texts of merged cells to the right; a title alone in its row spans nothing."""
    spread: dict[int, str] = {}
    for row in above:
        if sum(1 for text in row if text.strip()) < 2:
            continue
        current = ""
        for index in range(max(len(row), 200)):
            own = row[index] if index < len(row) else ""
            current = own if own.strip() else current
            spread[index] = current
    return spread


def _column(text: str, group: str) -> Column | None:
    own, over = folded(text), folded(group)
    title = f"{group.strip()} {text.strip()}".strip() if group else text.strip()
    title = _BLANKS.sub(" ", title)
    year = _year(own)
    if year is not None:
        return None if _NOT_ACTUAL.search(over) else Column("actual", title, year)
    role = _ROLES.get(re.sub(r"\(.*?\)$", "", own).casefold()) or _ROLES.get(own.casefold())
    if role is None:
        return None
    if (spanning := _year(over)) is not None and role not in _KEYS:
        return Column("actual", title, spanning) if role == "value" else Column(role, title, spanning)
    return Column(role, title)


def _year(text: str) -> int | None:
    if not text or _NOT_ACTUAL.search(text):
        return None
    try:
        return FiscalYear.parse(_ACTUAL.sub("", text)).year
    except ValueError:
        return None
