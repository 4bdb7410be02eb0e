"""The meeting pack as Excel: numbers in number cells, each sheet ready to print on A4."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import xlsxwriter

from kanazawa_strategy.committee.dashboard import Dashboard
from kanazawa_strategy.committee.pack_sheets import Cell, Column, Sheets
from kpis.display.standing import Standing
from kpis.judging.words import Group, Kind

_INDICATORS = [
    Column("コード", 10),
    Column("区分", 9),
    Column("指標", 38),
    Column("単位", 7),
    Column("基準値", 10),
    Column("基準年度", 9),
    Column("前年度の実績値", 12),
    Column("実績値", 10),
    Column("状態", 8),
    Column("目安値", 10),
    Column("目標値", 10),
    Column("目標年度", 9),
    Column("進捗率", 9, is_share=True),
    Column("前年度の評価", 13),
    Column("評価", 13),
    Column("所管課の評価", 12),
    Column("推進委員会の評価", 12),
    Column("所管課", 18),
]
_MOVES = [
    Column("コード", 10),
    Column("指標", 44),
    Column("動き", 10),
    Column("前年度の評価", 16),
    Column("この年度の評価", 16),
    Column("単位", 8),
    Column("前年度の実績値", 14),
    Column("実績値", 12),
]
_ATTENTION = [
    Column("コード", 10),
    Column("指標", 36),
    Column("評価", 14),
    Column("理由", 40),
    Column("所管課の分析", 40),
    Column("今後の取組", 40),
]
_JUDGEMENTS = [
    Column("コード", 10),
    Column("指標", 44),
    Column("ルールによる評価", 16),
    Column("所管課の評価", 16),
    Column("所管課の理由", 36),
    Column("推進委員会の評価", 16),
    Column("推進委員会の意見", 36),
    Column("違い", 10),
]
_OPINIONS = [
    Column("コード", 14),
    Column("基本目標", 9),
    Column("委員", 14),
    Column("意見", 50),
    Column("対応区分", 16),
    Column("市の対応", 50),
    Column("その後", 36),
]
_COUNTS = [
    Column("まとまり", 44),
    Column("指標の数", 10),
    *(Column(group.label, 12) for group in Group),
    Column("内訳", 60),
]


def written(board: Dashboard, notice: str = "") -> bytes:
    """Write the workbook; `notice` (the demo's) and 公表前 stand at the head of every printed page."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    properties: dict[str, Any] = {"title": f"{board.round.strategy.name} {board.year_short} 会議資料"}
    if board.round.published_on:
        # Without it the moment of writing: the same data would give other bytes.
        properties["created"] = datetime.datetime.combine(board.round.published_on, datetime.time())
    book.set_properties(properties)
    sheets = Sheets(book, board, notice)
    sheets.add("全体", _COUNTS, _counts(board))
    for tally in board.by_goal:
        rows = (_indicator(row) for row in tally.rows)
        title = f"{tally.label} {tally.goal.title}" if tally.goal else tally.label
        sheets.add(tally.label, _INDICATORS, rows, title=title)
    sheets.add("重点審査", _INDICATORS, (_indicator(row) for row in board.focus))
    sheets.add("前年度からの動き", _MOVES, _moves(board))
    sheets.add("注意が必要な指標", _ATTENTION, _attention(board))
    sheets.add("3つの評価", _JUDGEMENTS, (_judgement(row) for row in board.judged_by_others))
    sheets.add("意見と対応", _OPINIONS, _opinions(board))
    book.close()
    return buffer.getvalue()


def _counts(board: Dashboard) -> Iterable[list[Cell]]:
    for tally in [board.whole, *board.by_goal, *board.by_level, *board.by_department]:
        groups = [sum(count for rating, count in tally.counts.items() if rating.group is group) for group in Group]
        title = f"{tally.label} {tally.goal.title}" if tally.goal else tally.label
        yield [title, len(tally.rows), *groups, tally.text]


def _indicator(row: Standing) -> list[Cell]:
    judged, before = row.row, row.before
    is_number = judged.kind != Kind.MILESTONE
    return [
        row.indicator.code,
        row.indicator.get_level_display(),
        row.indicator.name,
        judged.unit,
        judged.baseline if judged.baseline is not None else row.baseline_text,
        row.baseline_year,
        before.assessment.value if before and is_number else (before.value_text if before else None),
        judged.value if is_number and judged.value is not None else row.line.value_text,
        row.line.state_label,
        judged.expected,
        judged.target if judged.kind == Kind.REACH and judged.target is not None else row.target_text,
        row.target_year,
        judged.progress,
        before.rating_label if before else None,
        row.rating_label,
        row.line.self_rating_label or None,
        row.line.committee_rating_label or None,
        row.indicator.department.name if row.indicator.department else None,
    ]


def _moves(board: Dashboard) -> Iterable[list[Cell]]:
    words = {1: "上がった", -1: "下がった", 0: "新しく評価"}
    for move in board.moves:
        row = move.standing
        before = row.before.assessment.value if row.before else None
        yield [
            row.indicator.code,
            row.indicator.name,
            words[move.step],
            move.before,
            move.after,
            row.row.unit,
            before,
            row.row.value,
        ]


def _attention(board: Dashboard) -> Iterable[list[Cell]]:
    for item in board.attention:
        row, value = item.standing, item.standing.value
        said = [value.analysis, value.next_steps] if value else ["", ""]
        yield [row.indicator.code, row.indicator.name, row.rating_label, "".join(item.reasons), *said]


def _judgement(row: Standing) -> list[Cell]:
    judged = row.row
    return [
        row.indicator.code,
        row.indicator.name,
        row.rating_label,
        row.line.self_rating_label or None,
        judged.self_comment,
        row.line.committee_rating_label or None,
        judged.committee_comment,
        "あり" if row.judgements_differ else "なし",
    ]


def _opinions(board: Dashboard) -> Iterable[list[Cell]]:
    for opinion in board.opinions:
        yield [
            opinion.code,
            opinion.goal.number,
            opinion.member,
            opinion.text,
            opinion.get_response_class_display(),
            opinion.response,
            opinion.outcome,
        ]
