"""Say in words what a drawing shows: its text alternative, and the notes under it."""

from __future__ import annotations

from goals.notation.numbers import format_plain, with_unit
from kpis.charts.axis import Axis
from kpis.charts.trend import Point, Trend
from kpis.judging.words import Kind, State


def trend_description(trend: Trend) -> str:
    """Give the text alternative: kind of chart, name, first and last value, direction, gaps, baseline and target."""
    form = "年度ごとの状況を示す図" if trend.kind == Kind.MILESTONE else "折れ線グラフ"
    unit = f"（単位：{trend.unit}）" if trend.unit and trend.kind != Kind.MILESTONE else ""
    return "".join([f"{form}。{trend.name}の推移{unit}。", _course(trend), _gaps(trend), _aims(trend)])


def trend_notes(trend: Trend, axis: Axis | None) -> tuple[str, ...]:
    """Give the sentences that must stand under the drawing: nothing in it is told by looks alone."""
    notes = []
    if axis and axis.is_cut:
        notes.append(f"縦軸は{with_unit(format_plain(axis.low), trend.unit)}から始まります。")
    states = [state for state in (State.PRELIMINARY, State.ESTIMATE) if any(p.state == state for p in trend.points)]
    if states and trend.kind != Kind.MILESTONE:
        notes.append(f"白抜きの丸は{'・'.join(f'{state.label}値' for state in states)}です。")
    if breaks := [trend.short(point.year) for point in trend.points if point.breaks_series]:
        notes.append(f"{'・'.join(breaks)}に定義や調査方法が変わったため、線を切っています。")
    if any(point.amended for point in trend.points):
        notes.append("※は公表後に追加・訂正などをした値です。")
    if trend.gaps:
        years = "、".join(f"{trend.short(point.year)}は{point.reason}" for point in trend.gaps)
        is_line = trend.kind != Kind.MILESTONE
        notes.append(f"値のない年度は線をつないでいません（{years}）。" if is_line else f"{years}です。")
    return tuple(notes)


def _course(trend: Trend) -> str:
    if not trend.valued:
        return "実績値はまだありません。"
    (first, before), (last, after) = trend.valued[0], trend.valued[-1]
    if trend.kind == Kind.MILESTONE:
        return f"{trend.long(last.year)}は{milestone_word(after)}。"
    if first is last:
        return f"実績は{_dated(trend, last)}。"
    if after == before:
        return f"実績は{_dated(trend, first)}、{_dated(trend, last)}で、同じ値です。"
    turn = "増えています" if after > before else "減っています"
    return f"実績は{_dated(trend, first)}から{_dated(trend, last)}へ{turn}。"


def _gaps(trend: Trend) -> str:
    return "".join(f"{trend.long(point.year)}は{point.reason}。" for point in trend.gaps)


def _aims(trend: Trend) -> str:
    parts = [f"基準値は{trend.long(trend.baseline.year)}の{trend.baseline.label}。"] if trend.baseline else []
    if trend.target is None:
        parts.append("目標値は設定されていません。")
    else:
        when = f"（{trend.long(trend.target.year)}）" if trend.target.year else ""
        parts.append(f"目標は{trend.target.label}{when}。")
    if trend.earlier_targets:
        earlier = "、".join(f"{mark.label}（{trend.long(mark.year)}）" for mark in trend.earlier_targets)
        parts.append(f"以前の目標は{earlier}。")
    return "".join(parts)


def milestone_word(value: object) -> str:
    return "完了" if value == 1 else "未完了"


def _dated(trend: Trend, point: Point) -> str:
    state = f"（{State(point.state).label}）" if point.is_provisional else ""
    return f"{trend.long(point.year)}の{point.label}{state}"
