"""The columns of a file of amendments, and its lines: one change each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from goals.importing.limits import FileRefused
from goals.importing.reading import Book, Table, place
from kpis.entry.workbook.headings import folded
from kpis.entry.workbook.layouts import GUIDE_SHEET

MAX_LINES = 300  # each is registered as if by hand, in one request
_SEARCHED = 25  # rows from the top

# The columns by their role, as the template titles them.
TITLES = {
    "code": "指標コード",
    "year": "年度",
    "name": "指標名",
    "unit": "単位",
    "was_value": "公表中の値",
    "was_state": "公表中の状態",
    "known_on": "公表予定",
    "kind": "種類",
    "value": "値",
    "state": "状態",
    "reason": "理由",
    "made_on": "変更日",
    "committee_rating": "委員会評価",
    "committee_comment": "委員会の意見",
}
_ALSO = {
    "code": "コード code indicator indicator_code",
    "year": "評価年度 year fiscal_year",
    "name": "指標 name",
    "unit": "unit",
    "kind": "変更の種類 kind",
    "value": "新しい値 実績値 変更後の値 value new_value",
    "state": "新しい状態 値の状態 変更後の状態 state new_state",
    "reason": "変更の理由 理由(公開) reason",
    "made_on": "変更した日 made_on",
    "committee_rating": "委員会の評価 推進委員会の評価 committee_rating",
    "committee_comment": "推進委員会の意見 committee_comment",
}
_ROLES = {folded(title): role for role, title in TITLES.items()} | {
    word.casefold(): role for role, words in _ALSO.items() for word in words.split()
}
_NEEDED = ("code", "year", "kind", "reason")
ENTERED = ("value", "state", "reason", "made_on", "committee_rating", "committee_comment")


@dataclass
class Line:
    """One row of a file; cells are (place, text) by role, as they stand in the file."""

    sheet: str
    row: int
    cells: dict[str, tuple[str, str]]

    def text(self, role: str) -> str:
        return self.cells.get(role, ("", ""))[1]

    def at(self, role: str) -> tuple[str, str]:
        """Return the place of a cell and what stands there; that of the code, where there is no such column."""
        return self.cells.get(role) or self.cells["code"]

    @property
    def says_something(self) -> bool:
        """Tell whether anything was filled in beside what the template holds already."""
        return any(self.text(role).strip() for role in ENTERED)


def lines_of(book: Book) -> tuple[list[Line], list[str]]:
    """Return the filled lines of all tables, and sentences on what was not read; raise FileRefused."""
    lines: list[Line] = []
    notes = list(book.notes)
    for table in book.tables:
        if table.name == GUIDE_SHEET or not table.rows:
            continue
        found, said = _table(table)
        lines += found
        notes += said
    if len(lines) > MAX_LINES:
        raise FileRefused(f"行が多すぎます。1つのファイルで登録できるのは{MAX_LINES:,}行までです。分けてください。")
    return lines, notes


def _table(table: Table) -> tuple[list[Line], list[str]]:
    head, columns = _heading(table.rows)
    missing = [TITLES[role] for role in _NEEDED if role not in columns]
    if missing:
        return [], [
            f"「{table.name}」には、見出しに{_named(missing)}の列がありません。ひな形の見出しに合わせてください。"
        ]
    notes = []
    titles = enumerate(table.rows[head - 1], 1)
    unknown = [text.strip() for column, text in titles if text.strip() and column not in columns.values()]
    if unknown:
        notes.append(f"「{table.name}」の{_named(unknown)}の列は読みませんでした。")
    lines, blank = [], []
    for number in range(head + 1, len(table.rows) + 1):
        line = _line(table, number, columns)
        if line.says_something:
            lines.append(line)
        elif any(text.strip() for _, text in line.cells.values()):
            blank.append(number)
    if blank:
        shown = "、".join(str(number) for number in blank[:10]) + (" など" if len(blank) > 10 else "")
        notes.append(
            f"「{table.name}」の{len(blank)}行（{shown}行目）は、値も理由も空欄なので読みませんでした。何も変わりません。"
        )
    return lines, notes


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the number of the row that names most columns, from 1, and its columns by role."""
    head, columns, twice = 0, dict[str, int](), list[str]()
    for number, row in enumerate(rows[:_SEARCHED], 1):
        roles = [(_role(text), text.strip(), column) for column, text in enumerate(row, 1)]
        found = {role: column for role, _, column in reversed(roles) if role}
        if len(found) > len(columns):
            head, columns = number, found
            twice = [text for role, text, column in roles if role and found[role] != column]
    if twice:
        raise FileRefused(f"同じ内容の列が二つ以上あります: {_named(twice)}。どちらかを消してください。")
    return head, columns


def _role(text: str) -> str | None:
    own = folded(text).casefold()
    return _ROLES.get(own) or _ROLES.get(re.sub(r"\(.*?\)$", "", own))


def _line(table: Table, number: int, columns: dict[str, int]) -> Line:
    row = table.rows[number - 1]
    cells = {
        role: (place(number, column), row[column - 1] if column <= len(row) else "") for role, column in columns.items()
    }
    return Line(table.name, number, cells)


def _named(titles: Sequence[str]) -> str:
    return "".join(f"「{title}」" for title in titles)
