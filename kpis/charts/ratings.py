"""Ratings by goal: one stacked bar each, as an inline SVG and as the Plotly dict that takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpis.charts.bars import LINE, Field, Head, Label, Rows, upright
from kpis.charts.canvas import SIZE
from kpis.charts.chart import Chart
from kpis.charts.layout import ACTUAL, CONFIG, SURFACE, TEXT, WEAK, Json
from kpis.charts.placing import text_width
from kpis.charts.shapes import Drawing
from kpis.charts.small import RatingBar
from kpis.judging.words import Group

_WIDE = Field(720, left=300, right=70, top=32, thickness=28.0)
_NARROW = Field(320, left=1, right=66, top=32, thickness=28.0, is_narrow=True)
_REACH = 18.0  # half the height of the line of 0 at a bar
_STRIPES: Json = {"shape": "/", "fgcolor": ACTUAL, "bgcolor": SURFACE, "size": 5, "solidity": 0.35}
_DOTS: Json = {"shape": ".", "fgcolor": WEAK, "bgcolor": SURFACE, "size": 6, "solidity": 0.1}
_FILLS: dict[Group, Json] = {
    Group.GOOD: {"color": ACTUAL},
    Group.CLOSE: {"color": SURFACE, "pattern": _STRIPES},
    Group.ATTENTION: {"color": SURFACE},
    Group.UNJUDGED: {"color": SURFACE, "pattern": _DOTS},
}


@dataclass(frozen=True, slots=True)
class GoalRatings:
    """One goal with the counts of its indicators; `bar` is None where it has none."""

    name: str
    title: str
    bar: RatingBar | None


@dataclass(frozen=True, slots=True)
class Ratings:
    """What both drawings show: the goals in their order."""

    year: str
    goals: tuple[GoalRatings, ...]
    name: str = "基本目標ごとの評価"

    @property
    def bars(self) -> list[tuple[GoalRatings, RatingBar]]:
        return [(goal, goal.bar) for goal in self.goals if goal.bar]

    @property
    def most(self) -> int:
        return max((bar.total for _, bar in self.bars), default=0)

    @property
    def legend(self) -> tuple[tuple[str, str, int], ...]:
        """Count every group over all goals."""
        return tuple((group.value, group.label, sum(_count(bar, group) for _, bar in self.bars)) for group in Group)


def ratings_description(ratings: Ratings) -> str:
    """Give the text alternative: kind of chart, and every goal in words."""
    told = "".join(f"{goal.name}は{bar.label}。" for goal, bar in ratings.bars)
    return f"積み上げ横棒グラフ。{ratings.year}の{ratings.name}を、指標の数で示しています。{told}"


def ratings_chart(ratings: Ratings, key: str) -> Chart | None:
    """Make both drawings, the figure and the words; None where nothing is counted."""
    if not ratings.bars:
        return None
    wide, narrow = _rows(ratings, _WIDE), _rows(ratings, _NARROW)
    notes = ["棒の長さは、評価の対象となる指標の数です。"]
    if missing := [goal.name for goal in ratings.goals if not goal.bar]:
        notes.append(f"{'・'.join(missing)}には、掲載している指標がありません。")
    return Chart(
        key=key,
        name=ratings.name,
        unit="件",
        form="指標の数",
        period=ratings.year,
        description=ratings_description(ratings),
        notes=tuple(notes),
        wide=_drawing(ratings, wide),
        narrow=_drawing(ratings, narrow),
        figure={
            "data": list(_traces(ratings, wide)),
            "layout": _layout(ratings, wide),
            "config": CONFIG,
            "narrow": _layout(ratings, narrow),
            "narrowData": list(_traces(ratings, narrow)),
            "title": f"{ratings.name}（{ratings.year}、件）",
            "notes": "　".join(notes),
            "legend": True,
        },
        columns=("基本目標", *(group.label for group in Group), "計"),
        rows=tuple(
            (f"{goal.name}　{goal.title}", *(str(_count(bar, group)) for group in Group), str(bar.total))
            for goal, bar in ratings.bars
        ),
        legend=ratings.legend,
    )


def _count(bar: RatingBar, group: Group) -> int:
    return next((count for name, _, count in bar.legend if name == group.value), 0)


def _rows(ratings: Ratings, field: Field) -> Rows:
    """Lay out the rows; where a count does not fit into its segment, with room for it under the bar."""
    return Rows(
        field,
        tuple(
            Head(goal.title, lead=goal.name, foot=LINE if _beside(ratings, bar, field) else 0.0)
            for goal, bar in ratings.bars
        ),
    )


def _segments(ratings: Ratings, bar: RatingBar) -> Iterator[tuple[Group, int, float, float]]:
    """Give each group with its count, and where it begins and ends as shares of the longest bar."""
    before = 0
    for segment in bar.segments:
        ends = before / ratings.most, (before + segment.count) / ratings.most
        yield Group(segment.group), segment.count, *ends
        before += segment.count


def _has_room(count: int, start: float, end: float, field: Field) -> bool:
    return (end - start) * (field.width - field.left - field.right) >= text_width(str(count), SIZE) + 8


def _beside(ratings: Ratings, bar: RatingBar, field: Field) -> str:
    """Name the counts that don't fit into their segments."""
    return "・".join(
        f"{group.label}{count}"
        for group, count, start, end in _segments(ratings, bar)
        if not _has_room(count, start, end, field)
    )


def _drawing(ratings: Ratings, rows: Rows) -> Drawing:
    shapes = [
        rows.bar(f"rating-fill rating-fill-{group.lower()}", start, end, middle)
        for (_, bar), middle in zip(ratings.bars, rows.middles, strict=True)
        for group, _, start, end in _segments(ratings, bar)
    ]
    grid = [("chart-axis", 0.0, *reach) for reach in rows.reaches(_REACH)]
    return rows.drawing(grid, shapes, [], list(_labels(ratings, rows)))


def _labels(ratings: Ratings, rows: Rows) -> Iterator[Label]:
    yield from rows.names()
    for (_, bar), middle in zip(ratings.bars, rows.middles, strict=True):
        for group, count, start, end in _segments(ratings, bar):
            if _has_room(count, start, end, rows.field):
                css = f"rating-count rating-count-{group.lower()}"
                yield Label(css, "middle", (start + end) / 2, 0.0, middle, 0.0, str(count))
        yield Label("chart-word", "start", bar.total / ratings.most, 8.0, middle, 0.0, f"計{bar.total}件")
        if beside := _beside(ratings, bar, rows.field):
            yield Label("chart-word", "start", 0.0, 0.0, middle, rows.field.thickness / 2 + LINE * 0.7, beside)


def _layout(ratings: Ratings, rows: Rows) -> Json:
    plot, lines = rows.plot, [upright(0.0, *reach) for reach in rows.reaches(_REACH)]
    # A hair more than the longest bar, or Plotly cuts off its right edge.
    most = ratings.most * (1 + 1.5 / (plot.right - plot.left))
    layout = rows.layout(0.0, round(most, 4), list(_labels(ratings, rows)), lines)
    return layout | {"barmode": "stack", "legend": {"orientation": "h", "traceorder": "normal", "itemclick": False}}


def _traces(ratings: Ratings, rows: Rows) -> Iterator[Json]:
    """Give one trace a group, so that the legend of a saved picture names them."""
    for group in Group:
        counts = [_count(bar, group) for _, bar in ratings.bars]
        yield {
            "type": "bar",
            "name": group.label,
            "orientation": "h",
            "x": counts,
            "y": [round(middle, 1) for middle in rows.middles],
            "width": rows.field.thickness,
            "marker": {"line": {"color": TEXT, "width": 1}, **_FILLS[group]},
            "hovertext": [
                f"{goal.name}<br>{group.label} {count}件（計{bar.total}件）"
                for (goal, bar), count in zip(ratings.bars, counts, strict=True)
            ],
            "hoverinfo": "text",
            "textposition": "none",
        }
