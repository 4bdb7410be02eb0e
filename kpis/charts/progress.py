"""The progress of many indicators in one year: a row each, and in words those that have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from goals.notation.numbers import format_percent
from kpis.judging.words import RATING_ORDER, Kind, Rating

_REASONS = {
    Kind.KEEP_AT_LEAST: "水準を維持する目標のため",
    Kind.KEEP_AT_MOST: "水準を維持する目標のため",
    Kind.RANGE: "水準を維持する目標のため",
    Kind.MILESTONE: "完了を目指す目標のため",
    Kind.UNSET: "目標値が設定されていないため",
}
_BASE_YEAR = "基準年度のため"
_NO_VALUE = "この年度の実績値がないため"
LEAST = Decimal("-0.25")  # as far as a bar goes to the left of 0


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One indicator: ratios (0.2 is 20 %) from the baseline to the target; `word` is the rating as pages print it."""

    name: str
    rating: Rating
    word: str
    kind: Kind = Kind.REACH
    progress: Decimal | None = None
    expected: Decimal | None = None
    value: str = ""
    state: str = ""  # of a value that may still change, or why there is none

    @property
    def label(self) -> str:
        return "" if self.progress is None else format_percent(self.progress)

    @property
    def expected_label(self) -> str:
        return "" if self.expected is None else format_percent(self.expected)

    @property
    def capped(self) -> Decimal:
        """Give the length that is drawn; the label tells the true one."""
        return min(max(self.progress or Decimal(0), LEAST), Decimal(1))

    @property
    def tick(self) -> Decimal | None:
        return None if self.expected is None else min(max(self.expected, Decimal(0)), Decimal(1))

    @property
    def reason(self) -> str:
        """Say why there is no progress to draw."""
        if not self.value and self.kind is not Kind.UNSET:
            return _NO_VALUE
        return _REASONS.get(self.kind, _BASE_YEAR)

    @property
    def value_text(self) -> str:
        if not self.value:
            return self.state or self.word
        return f"{self.value}（{self.state}）" if self.state else self.value


@dataclass(frozen=True)
class Progress:
    """What both drawings show: rows by need, attention first."""

    name: str
    year: str
    rows: tuple[ProgressRow, ...]
    others: tuple[ProgressRow, ...]  # without a computable progress

    @classmethod
    def of(cls, rows: Iterable[ProgressRow], year: str, name: str = "目標までの進み具合") -> Progress:
        given = list(rows)
        shown = sorted((row for row in given if row.progress is not None), key=_need)
        return cls(name, year, tuple(shown), tuple(row for row in given if row.progress is None))

    @cached_property
    def low(self) -> Decimal:
        """Give where the axis begins: at 0, or left of it for the furthest bar that is drawn."""
        least = min((row.capped for row in self.rows), default=Decimal(0))
        return min(least - Decimal("0.02"), Decimal(0)) if least < 0 else Decimal(0)


def _need(row: ProgressRow) -> tuple[int, Decimal]:
    """Sort by the order of attention, then by how far behind what was expected."""
    assert row.progress is not None
    return RATING_ORDER.index(row.rating), row.progress - (Decimal(1) if row.expected is None else row.expected)


def progress_description(progress: Progress) -> str:
    """Give the text alternative: kind of chart, scale, how many rows, the first and the last."""
    rows = progress.rows
    parts = [
        f"横棒グラフ。{progress.year}の{progress.name}。基準値を0%、目標値を100%とした進捗率を、"
        f"注意が必要なものから順に{len(rows)}件示しています。",
    ]
    parts += [_told(row) for row in dict.fromkeys((*rows[:1], *rows[-1:]))]
    if progress.others:
        parts.append(f"進捗率のない指標が{len(progress.others)}件あります。")
    return "".join(parts)


def _told(row: ProgressRow) -> str:
    expected = f"目安{row.expected_label}、" if row.expected_label else ""
    return f"「{row.name}」は{row.label}（{expected}{row.word}）。"


def progress_notes(progress: Progress) -> tuple[str, ...]:
    """Give the sentences under the drawing: how to read it, and the indicators that it can't show."""
    rows, notes = progress.rows, ["基準値を0%、目標値を100%とし、注意が必要なものから順に並べています。"]
    if any(row.tick is not None for row in rows):
        notes.append("縦の線は、その年度に見込んでいた目安です。")
    if any(row.progress is not None and row.progress > 1 for row in rows):
        notes.append("100%を超えた分は、棒を伸ばさず数字で示しています。")
    if any(row.progress is not None and row.progress < 0 for row in rows):
        less = "（−25%まで）" if any(row.progress is not None and row.progress < LEAST for row in rows) else ""
        notes.append(f"基準値より後退したものは、0%の左へ棒を伸ばしています{less}。")
    if early := [f"{row.name}（{row.state}）" for row in rows if row.state]:
        notes.append(f"これから変わることのある値によるもの：{'、'.join(early)}")
    by_reason: dict[str, list[str]] = {}
    for row in progress.others:
        word = row.value_text if row.reason == _NO_VALUE else row.word
        by_reason.setdefault(row.reason, []).append(f"{row.name}（{word}）")
    notes += [f"{reason}、進捗率のない指標：{'、'.join(names)}" for reason, names in by_reason.items()]
    return tuple(notes)


COLUMNS = ("指標", "評価", "進捗率", "目安", "実績値")


def progress_table(progress: Progress) -> tuple[tuple[str, ...], ...]:
    """Give every indicator as a row of the table, those without a progress last."""
    return tuple(
        (row.name, row.word, row.label or "－", row.expected_label or "－", row.value_text)
        for row in (*progress.rows, *progress.others)
    )
