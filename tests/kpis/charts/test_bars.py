"""Charts of bars: the progress of many indicators, and the ratings by goal, without a database."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal as D
from itertools import combinations, pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.charts import (
    Chart,
    GoalRatings,
    Progress,
    ProgressRow,
    Ratings,
    progress_chart,
    rating_bar,
    ratings_chart,
)
from kpis.charts.lines import broken
from kpis.charts.placing import text_width
from kpis.charts.shapes import Drawing, Shape
from kpis.judging.words import Kind, Rating

LONG = "職場や家庭において、性別等に関わらず誰もが共に活躍できる環境が整っていると感じる市民の割合"


def make_row(
    name: str, rating: Rating, progress: str | None = None, expected: str | None = None, **more: Any
) -> ProgressRow:
    value = "" if progress is None else "51.5%"
    ratio, share = (None if text is None else D(text) for text in (progress, expected))
    return ProgressRow(name, rating, rating.label, progress=ratio, expected=share, **{"value": value, **more})


GOOD = make_row("児童館数", Rating.ACHIEVED, "1", "0.25")
OVER = make_row("登録者数", Rating.ACHIEVED, "1.504", "0.4")
CLOSE = make_row("市民の割合", Rating.NEARLY, "0.338", "0.4")
ZERO = make_row("実施地区", Rating.BEHIND, "0", "0.25")
BACK = make_row(LONG, Rating.WORSE, "-0.068", "0.4")
FAR_BACK = make_row("生きがい", Rating.WORSE, "-4.92", "0.4")
NO_PATH = make_row("目安のない指標", Rating.BEHIND, "0.5")
EARLY = make_row("速報の指標", Rating.ON_TRACK, "0.5", "0.4", state="速報")
KEPT = make_row("満足度", Rating.KEPT, kind=Kind.KEEP_AT_LEAST, value="95.8%")
RANGED = make_row("範囲の指標", Rating.NOT_KEPT, kind=Kind.RANGE, value="22件")
DONE = make_row("計画", Rating.NOT_DONE, kind=Kind.MILESTONE, value="未完了")
UNSET = make_row("出生率", Rating.NO_TARGET, kind=Kind.UNSET, value="1.31")
ABSENT = make_row("集計中の指標", Rating.NO_VALUE, state="集計中")
BASE = make_row("基準の指標", Rating.BASE_YEAR, value="12件")
ALL = [GOOD, OVER, CLOSE, ZERO, BACK, FAR_BACK, NO_PATH, EARLY, KEPT, RANGED, DONE, UNSET, ABSENT, BASE]


def make_chart(*rows: ProgressRow) -> Chart:
    chart = progress_chart(Progress.of(rows, "令和7年度"), "progress")
    assert chart
    return chart


def make_ratings(*counts: Mapping[str, int]) -> Ratings:
    goals = (
        GoalRatings(
            f"基本目標{number}", "若い世代に優しく、子育ての喜びが実感できるまちをつくる", rating_bar(found.items())
        )
        for number, found in enumerate(counts, 1)
    )
    return Ratings("令和7年度", tuple(goals))


FOUR = make_ratings(
    {"GOOD": 5, "CLOSE": 3, "ATTENTION": 3, "UNJUDGED": 1}, {"GOOD": 2, "UNJUDGED": 1}, {}, {"ATTENTION": 40}
)
UNEVEN = make_ratings({"GOOD": 90, "CLOSE": 1, "ATTENTION": 100, "UNJUDGED": 1})


def make_ratings_chart(ratings: Ratings) -> Chart:
    chart = ratings_chart(ratings, "ratings")
    assert chart
    return chart


CHARTS = [
    make_chart(*ALL),
    make_chart(GOOD),
    make_chart(NO_PATH, KEPT),
    make_chart(FAR_BACK),
    make_ratings_chart(FOUR),
    make_ratings_chart(UNEVEN),
]


def trace(chart: Chart, name: str) -> dict[str, Any]:
    return next(found for found in chart.figure["data"] if found["name"] == name)


def spots(shape: Shape) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", shape.d)]


def spans(drawing: Drawing, css: str) -> list[tuple[float, float]]:
    found = [[x for x, _ in spots(shape)] for shape in drawing.shapes if shape.css.split()[0] == css]
    return [(min(across), max(across)) for across in found]


def zero_of(drawing: Drawing) -> float:
    return min(float(line.x1) for line in drawing.grid)


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    found = []
    for word in drawing.words:
        width, x, y = text_width(word.text, 13), float(word.x), float(word.y)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[word.anchor]
        found.append((left, y - 12, left + width, y + 3))
    return found


@pytest.mark.parametrize("chart", CHARTS)
def test_every_figure_is_one_that_plotly_knows_and_json_holds(chart: Chart) -> None:
    figure = json.loads(json.dumps(chart.figure))
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    go.Figure({"data": figure["narrowData"], "layout": figure["narrow"]})
    assert "template" not in figure["layout"]
    assert figure["layout"]["xaxis"]["fixedrange"]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_nothing_is_drawn_outside_and_no_words_overlap(chart: Chart, size: str) -> None:
    drawing: Drawing = getattr(chart, size)
    for left, top, right, bottom in boxes(drawing):
        assert left >= 0
        assert top >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height
    for shape in (*drawing.shapes, *drawing.marks):
        for x, y in spots(shape):
            assert 0 <= x <= drawing.width
            assert 0 <= y <= drawing.height
    for one, other in combinations(boxes(drawing), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


@pytest.mark.parametrize("chart", CHARTS)
def test_the_figure_says_the_words_of_the_drawing(chart: Chart) -> None:
    for drawing, layout in ((chart.wide, chart.figure["layout"]), (chart.narrow, chart.figure["narrow"])):
        assert [word.text for word in drawing.words] == [word["text"] for word in layout["annotations"]]


def test_rows_stand_by_need_and_what_has_no_progress_stands_in_words() -> None:
    progress = Progress.of(ALL, "令和7年度")
    assert progress.rows == (FAR_BACK, BACK, NO_PATH, ZERO, CLOSE, EARLY, GOOD, OVER)
    assert progress.others == (KEPT, RANGED, DONE, UNSET, ABSENT, BASE)
    notes = make_chart(*ALL).notes
    assert "水準を維持する目標のため、進捗率のない指標：満足度（維持）、範囲の指標（範囲外）" in notes
    assert "完了を目指す目標のため、進捗率のない指標：計画（未完了）" in notes
    assert "目標値が設定されていないため、進捗率のない指標：出生率（目標未設定）" in notes
    assert "この年度の実績値がないため、進捗率のない指標：集計中の指標（集計中）" in notes
    assert "基準年度のため、進捗率のない指標：基準の指標（基準年度）" in notes
    assert "これから変わることのある値によるもの：速報の指標（速報）" in notes


def test_what_has_no_progress_is_never_drawn() -> None:
    chart = make_chart(GOOD, KEPT, UNSET, ABSENT)
    assert trace(chart, "進捗率")["x"] == [100.0]
    for drawing in (chart.wide, chart.narrow):
        assert len(spans(drawing, "chart-rail")) == 1
        assert not {"満足度", "出生率"} & {word.text for word in drawing.words}
    assert progress_chart(Progress.of([KEPT, ABSENT], "令和7年度"), "progress") is None
    assert progress_chart(Progress.of([], "令和7年度"), "progress") is None


@pytest.mark.parametrize(
    ("row", "label", "drawn"),
    [
        (ZERO, "0.0%", 0.0),
        (CLOSE, "33.8%", 33.8),
        (GOOD, "100.0%", 100.0),
        (OVER, "150.4%", 100.0),
        (BACK, "−6.8%", -6.8),
        (FAR_BACK, "−492.0%", -25.0),
    ],
)
def test_the_bar_is_capped_and_the_number_is_not(row: ProgressRow, label: str, drawn: float) -> None:
    chart = make_chart(row)
    assert trace(chart, "進捗率")["x"] == [drawn]
    assert chart.rows[0][2] == label
    for drawing in (chart.wide, chart.narrow):
        assert label in {word.text for word in drawing.words}
        zero, bars = zero_of(drawing), spans(drawing, "chart-bar")
        assert len(bars) == (drawn != 0)
        for left, right in bars:
            assert (right if drawn < 0 else left) == pytest.approx(zero, abs=0.1)
            assert left < right


def test_a_row_without_a_path_has_no_tick() -> None:
    chart = make_chart(NO_PATH)
    assert [found["name"] for found in chart.figure["data"]] == ["進捗率"]
    assert chart.wide.marks == ()
    assert "目安" not in {word.text for word in chart.wide.words}
    assert make_chart(CLOSE).figure["data"][1]["x"] == [40.0]


def test_the_words_of_progress_tell_the_first_and_the_last() -> None:
    assert make_chart(GOOD, BACK, KEPT).description == (
        "横棒グラフ。令和7年度の目標までの進み具合。基準値を0%、目標値を100%とした進捗率を、注意が必要なものから順に2件示しています。"
        f"「{LONG}」は−6.8%（目安40.0%、後退）。「児童館数」は100.0%（目安25.0%、目標達成）。進捗率のない指標が1件あります。"
    )
    assert make_chart(GOOD).description.count("児童館数") == 1


def test_the_table_has_every_indicator() -> None:
    rows = make_chart(*ALL).rows
    assert len(rows) == len(ALL)
    assert ("満足度", "維持", "－", "－", "95.8%") in rows
    assert ("集計中の指標", "未公表", "－", "－", "集計中") in rows
    assert ("速報の指標", "順調", "50.0%", "40.0%", "51.5%（速報）") in rows


def test_names_stand_beside_the_bars_or_above_them() -> None:
    chart = make_chart(BACK)
    first = {size: boxes(drawing)[0] for size, drawing in (("wide", chart.wide), ("narrow", chart.narrow))}
    wide_bar, narrow_bar = (spots(drawing.shapes[-1]) for drawing in (chart.wide, chart.narrow))
    assert first["wide"][2] < min(x for x, _ in wide_bar)
    assert first["narrow"][3] < min(y for _, y in narrow_bar)


def test_ratings_count_every_goal_and_name_the_one_without_any() -> None:
    chart = make_ratings_chart(FOUR)
    assert [found["x"] for found in chart.figure["data"]] == [[5, 2, 0], [3, 0, 0], [3, 0, 40], [1, 1, 0]]
    assert [row[1:] for row in chart.rows] == [
        ("5", "3", "3", "1", "12"),
        ("2", "0", "0", "1", "3"),
        ("0", "0", "40", "0", "40"),
    ]
    assert [count for _, _, count in chart.legend] == [7, 3, 43, 2]
    assert "基本目標3には、掲載している指標がありません。" in chart.notes
    assert "基本目標1は12件中、達成・順調5、あとわずか3、注意が必要3、未判定1。" in chart.description
    assert ratings_chart(make_ratings({}), "ratings") is None


def test_segments_join_without_gaps_and_differ_by_pattern() -> None:
    drawing = make_ratings_chart(FOUR).wide
    first = spans(drawing, "rating-fill")[:4]
    assert [shape.css.split()[1] for shape in drawing.shapes[:4]] == [
        f"rating-fill-{name}" for name in ("good", "close", "attention", "unjudged")
    ]
    assert all(one[1] == pytest.approx(other[0], abs=0.1) for one, other in pairwise(first))
    patterns = [json.dumps(found["marker"]) for found in make_ratings_chart(FOUR).figure["data"]]
    assert len(set(patterns)) == 4


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_count_too_wide_for_its_segment_stands_under_the_bar(size: str) -> None:
    texts = [word.text for word in getattr(make_ratings_chart(UNEVEN), size).words]
    assert {"90", "100", "あとわずか1・未判定1", "計192件"} <= set(texts)
    assert "1" not in texts


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("金沢版子ども宅食の実施地区", 250, ("金沢版子ども宅食の実施地区",)),
        ("子育てアプリのダウンロード数（累計）", 246, ("子育てアプリの", "ダウンロード数（累計）")),
        ("ダウンロード", 42, ("ダウン", "ロード")),
        ("", 100, ("",)),
    ],
)
def test_lines_break_between_words(text: str, room: float, lines: tuple[str, ...]) -> None:
    assert broken(text, 14, room) == lines


@given(st.text(alphabet="子育てのアプリ（累計）、。ー12.5%A b『』・€", max_size=60), st.integers(60, 300))
def test_lines_lose_nothing_and_fit(text: str, room: int) -> None:
    lines = broken(text, 14, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 14) <= room for line in lines)


ratios = st.none() | st.decimals(-5, 5, places=3)
rows = st.builds(
    lambda name, rating, progress, expected: ProgressRow(
        name, rating, rating.label, progress=progress, expected=expected, value="1件"
    ),
    st.text(alphabet="子育て支援のアプリ（累計）", min_size=1, max_size=50),
    st.sampled_from(list(Rating)),
    ratios,
    ratios,
)


@settings(deadline=None, max_examples=40)
@given(st.lists(rows, max_size=8))
def test_whatever_the_progress_nothing_is_drawn_outside(found: list[ProgressRow]) -> None:
    chart = progress_chart(Progress.of(found, "令和7年度"), "progress")
    if chart is None:
        assert all(row.progress is None for row in found)
        return
    for drawing in (chart.wide, chart.narrow):
        for left, _, right, bottom in boxes(drawing):
            assert left >= 0
            assert right <= drawing.width
            assert bottom <= drawing.height
        for shape in (*drawing.shapes, *drawing.marks):
            assert all(0 <= x <= drawing.width for x, _ in spots(shape))
