"""Charts: what the drawings and the figures show, without a database."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from itertools import combinations
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.charts import Mark, Point, Trend, expected_share, rating_bar, sparkline, track, trend_chart
from kpis.charts.axis import value_axis
from kpis.charts.board import Board
from kpis.charts.drawing import NARROW, WIDE, board_for, drawing_on
from kpis.charts.placing import text_width
from kpis.charts.shapes import Drawing
from kpis.charts.trend import expected_path
from kpis.charts.words import trend_description, trend_notes
from kpis.judging.evaluation import expected_value
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Kind, State


def make_spec(**changes: Any) -> TargetSpec:
    spec = TargetSpec(Kind.REACH, D("47.5"), 2023, D(59), 2028, unit="%", decimals=1)
    return replace(spec, **changes)


def make_trend(values: dict[int, str | Point | None], spec: TargetSpec | None = None, **words: Any) -> Trend:
    points = [value if isinstance(value, Point) else make_point(year, value) for year, value in values.items()]
    return Trend.of(spec or make_spec(), "産み育てやすいと感じる市民の割合", points, **words)


def make_point(year: int, value: str | None) -> Point:
    return Point(year, None, State.UNPUBLISHED) if value is None else Point(year, D(value))


SURVEY = make_trend({2024: "49.8", 2025: "51.5"})
GAPPED = make_trend({2022: "45", 2023: "47.5", 2024: None, 2025: "51.5"})
BROKEN = make_trend({2024: "49.8", 2025: Point(2025, D("51.5"), State.FINAL, breaks_series=True), 2026: "52"})
KEPT = make_trend({2023: "95.8", 2024: "94.0"}, make_spec(kind=Kind.KEEP_AT_LEAST, baseline=D("95.3"), target=D(95)))
RANGE = make_spec(kind=Kind.RANGE, baseline=D(14), target=D(10), upper=D(20), unit="件")
RANGED = make_trend({2024: "12", 2025: "22"}, RANGE)
MILESTONE = make_spec(kind=Kind.MILESTONE, baseline=None, target=None)
DONE = make_trend({2024: "0", 2025: None, 2026: "1"}, MILESTONE, target_label="策定完了")
UNSET = make_trend({2024: "1.31"}, TargetSpec(Kind.UNSET, D("1.36"), 2022, None, None))
EMPTY = make_trend({}, TargetSpec(Kind.UNSET, None, None, None, None))
AHEAD = make_trend({}, make_spec(baseline=None, starts_from_zero=True, target=D(12), unit="事業", decimals=0))
BIG = make_trend({2023: "14593", 2024: "18800"}, make_spec(baseline=D(14593), target=D(30000), unit="件", decimals=0))
BELOW_ZERO = make_trend({2024: "-950", 2025: "-120"}, make_spec(baseline=D(-800), target=D(200), unit="人", decimals=0))
PAST = make_trend({2024: "0", 2029: "0"}, make_spec(baseline=D(5), target=D(0), unit="件", decimals=0))
EARLIER = replace(SURVEY, earlier_targets=(Mark(2026, D(55), "55%"),))
ALL = [SURVEY, GAPPED, BROKEN, KEPT, RANGED, DONE, UNSET, EMPTY, AHEAD, BIG, BELOW_ZERO, PAST, EARLIER]


def trend_drawing(trend: Trend, width: int = WIDE[0], height: int = WIDE[1]) -> Drawing:
    return drawing_on(board_for(trend, width, height))


def trend_figure(trend: Trend) -> dict[str, Any]:
    return trend_chart(trend, "trend").figure


def trace(trend: Trend, name: str, mode: str) -> dict[str, Any]:
    return next(data for data in trend_figure(trend)["data"] if data["name"] == name and data["mode"] == mode)


def boxes(drawing: Drawing, size: float) -> list[tuple[float, float, float, float]]:
    found = []
    for word in drawing.words:
        width, x = text_width(word.text, size), float(word.x)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[word.anchor]
        found.append((left, float(word.y) - size, left + width, float(word.y) + size * 0.2))
    return found


def coordinates(drawing: Drawing) -> list[tuple[float, float]]:
    spots = [(float(dot.x), float(dot.y)) for dot in drawing.dots]
    spots += [(float(x), float(y)) for line in drawing.grid for x, y in ((line.x1, line.y1), (line.x2, line.y2))]
    for shape in (*drawing.shapes, *drawing.marks):
        spots += [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", shape.d)]
    for left, top, right, bottom in boxes(drawing, 12.5):
        spots += [(left, top), (right, bottom)]
    return spots


@pytest.mark.parametrize("trend", ALL)
def test_every_figure_is_one_that_plotly_knows_and_json_holds(trend: Trend) -> None:
    figure = json.loads(json.dumps(trend_figure(trend)))
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    go.Figure({"layout": figure["narrow"]})
    assert "template" not in figure["layout"]


def test_a_missing_year_is_a_gap_with_its_reason_and_never_zero() -> None:
    line = trace(GAPPED, "実績", "lines")
    assert line["connectgaps"] is False
    assert line["y"] == [45.0, 47.5, None, 51.5]
    assert 2024 not in trace(GAPPED, "実績", "markers")["x"]
    assert "R6<br>未公表" in trend_figure(GAPPED)["layout"]["xaxis"]["ticktext"]
    assert "未公表" in [word.text for word in trend_drawing(GAPPED).words]
    assert GAPPED.runs == (((2022, D(45)), (2023, D("47.5"))), ((2025, D("51.5")),))


def test_a_reason_given_by_the_page_stands_before_the_word_of_the_state() -> None:
    trend = make_trend({2025: Point(2025, None, State.UNPUBLISHED, gap_reason="集計待ち")})
    assert "R7は集計待ち" in "".join(trend_notes(trend, None))


def test_zero_is_drawn_as_a_value() -> None:
    assert trace(PAST, "実績", "markers")["y"] == [0.0, 0.0]
    assert "0件" in [word.text for word in trend_drawing(PAST).words]
    assert len(trend_drawing(PAST).dots) == 2


def test_a_break_of_the_series_cuts_the_line() -> None:
    assert BROKEN.runs == (((2023, D("47.5")), (2024, D("49.8"))), ((2025, D("51.5")), (2026, D(52))))
    assert len([shape for shape in trend_drawing(BROKEN).shapes if shape.css == "chart-line"]) == 2
    assert any("定義や調査方法が変わった" in note for note in trend_notes(BROKEN, None))


def test_the_line_begins_at_the_baseline_only_where_the_next_year_follows() -> None:
    assert SURVEY.runs[0][0] == (2023, D("47.5"))
    assert make_trend({2025: "51.5"}).runs == (((2025, D("51.5")),),)


def test_provisional_values_are_hollow_and_say_so() -> None:
    trend = make_trend({2024: "49.8", 2025: Point(2025, D("51.5"), State.PRELIMINARY)})
    assert trace(trend, "実績", "markers")["marker"]["color"] == ["var(--chart-actual)", "var(--chart-surface)"]
    assert [dot.css for dot in trend_drawing(trend).dots] == ["chart-dot", "chart-dot-hollow"]
    assert "51.5%（速報）" in [word.text for word in trend_drawing(trend).words]
    assert "白抜きの丸は速報値です。" in trend_notes(trend, None)


def test_the_expected_path_is_what_values_are_judged_by() -> None:
    spec = make_spec(expected={2025: D(50)})
    path = expected_path(spec, 2030)
    assert path == tuple((year, expected_value(spec, year)) for year in range(2023, 2031))
    assert dict(path)[2025] == 50
    assert dict(path)[2030] == 59
    assert trace(make_trend({}, spec), "目安", "lines")["y"][2] == 50.0


def test_a_value_axis_that_begins_above_zero_says_so_and_counts_begin_at_zero() -> None:
    assert "縦軸は45%から始まります。" in trend_chart(SURVEY, "a").notes
    assert not any("縦軸" in note for note in trend_chart(BIG, "a").notes)
    assert value_axis([D(0), D(0)], "件", 0).low == 0
    assert value_axis([D(94), D(100)], "%", 1).high == 100


def test_words_name_the_baseline_the_target_the_path_and_earlier_targets() -> None:
    texts = {word.text for word in trend_drawing(EARLIER).words}
    assert {"基準 47.5%", "目標 59%", "目安", "以前の目標 55%", "51.5%"} <= texts


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("earlier", ["25000", "28000", "30000", "32000"])
def test_an_earlier_target_is_named_however_close_it_is(earlier: str, size: tuple[int, int]) -> None:
    spec = TargetSpec(Kind.REACH, D(19363), 2022, D(33000), 2028, unit="件", decimals=0)
    marks = [Mark(2028, D(earlier), f"{int(earlier):,}件")]
    trend = make_trend({2023: "22840", 2024: "24710", 2025: "31205"}, spec, earlier_targets=marks)
    assert {f"以前の目標 {marks[0].label}", "目安"} <= {word.text for word in trend_drawing(trend, *size).words}


def test_an_earlier_target_stands_below_its_flag_where_the_path_passes_beside_it() -> None:
    trend = make_trend({2024: "49.8"}, make_spec(target=D(62)), earlier_targets=[Mark(2028, D(59), "59%")])
    board = Board(trend, *WIDE)
    (placed,) = [word for word in board.words if word.text.startswith("以前")]
    assert placed.box.top >= board.y(D(59))


@pytest.mark.parametrize(
    ("trend", "words"), [(KEPT, "目標 95%以上を維持"), (RANGED, "目標 10〜20件"), (DONE, "目標 策定完了")]
)
def test_targets_to_keep_and_milestones_are_named_in_words(trend: Trend, words: str) -> None:
    assert words in {word.text for word in trend_drawing(trend).words}
    assert words in {word["text"] for word in trend_figure(trend)["layout"]["annotations"]}


def test_a_target_to_keep_is_a_line_and_a_range_a_band() -> None:
    assert [shape.css for shape in trend_drawing(KEPT).shapes][:1] == ["chart-bound"]
    assert [shape.css for shape in trend_drawing(RANGED).shapes][:3] == ["chart-band", "chart-bound", "chart-bound"]
    assert not [shape for shape in trend_drawing(KEPT).marks if shape.css == "chart-target"]


def test_years_are_named_in_the_era_of_the_strategy() -> None:
    old = make_trend(
        {2015: "1950", 2019: "1700"}, make_spec(baseline_year=2014, target_year=2019), as_of=date(2015, 10, 1)
    )
    assert {"H26", "H31"} <= {word.text for word in trend_drawing(old).words}
    assert "平成31年度" in trend_description(old)


def test_the_description_says_kind_name_values_turn_and_target() -> None:
    assert trend_description(SURVEY) == (
        "折れ線グラフ。産み育てやすいと感じる市民の割合の推移（単位：%）。実績は令和6年度の49.8%から令和7年度の51.5%へ増えています。"
        "基準値は令和5年度の47.5%。目標は59%（令和10年度）。"
    )
    assert "実績値はまだありません" in trend_description(AHEAD)
    assert "目標値は設定されていません" in trend_description(UNSET)
    assert "令和8年度は完了" in trend_description(DONE)


def test_the_track_caps_the_bar_and_not_the_number() -> None:
    full, over, under = track(D(1)), track(D("1.5"), D(1)), track(D("-0.052"), D("0.4"))
    assert full
    assert over
    assert under
    assert (over.bar, over.label) == (full.bar, "150.0%")
    assert (under.is_behind_start, under.label) == (True, "−5.2%")
    assert float(under.bar[1:].split()[0]) < float(under.start)
    assert track(None) is None


def test_the_tick_of_a_track_is_the_share_expected_today() -> None:
    assert expected_share(make_spec(), 2025) == D("0.4")
    assert expected_share(make_spec(kind=Kind.KEEP_AT_LEAST), 2025) is None


def test_a_sparkline_keeps_gaps_and_marks_the_last_value() -> None:
    line = sparkline(GAPPED)
    assert line
    assert (len(line.lines), line.last[0], line.dots) == (1, "91", ())
    assert sparkline(AHEAD) is None


def test_the_rating_bar_fills_its_width_and_names_empty_groups() -> None:
    bar = rating_bar([("GOOD", 7), ("ATTENTION", 2), ("UNJUDGED", 3)])
    assert bar
    assert bar.total == 12
    assert [segment.count for segment in bar.segments] == [7, 2, 3]
    assert sum(float(segment.width) for segment in bar.segments) == pytest.approx(100, abs=0.01)
    assert [count for _, _, count in bar.legend] == [7, 0, 2, 3]
    assert rating_bar([]) is None


numbers = st.decimals(-10_000, 100_000, places=1)
values = st.dictionaries(st.integers(2012, 2030), st.none() | numbers.map(str), max_size=12)
kinds = st.sampled_from([Kind.REACH, Kind.KEEP_AT_LEAST, Kind.KEEP_AT_MOST, Kind.UNSET])


@settings(deadline=None)
@given(values, kinds, numbers, numbers, st.integers(2012, 2024), st.integers(1, 8), st.sampled_from([WIDE, NARROW]))
def test_nothing_is_drawn_outside_and_no_words_overlap(
    values: dict[int, str | Point | None], kind: Kind, base: D, goal: D, first: int, span: int, size: tuple[int, int]
) -> None:
    spec = TargetSpec(kind, base, first, goal, first + span, unit="人", decimals=1)
    if kind is Kind.REACH and base == goal:
        return
    trend = make_trend(values, spec)
    drawing = trend_drawing(trend, *size)
    for x, y in coordinates(drawing):
        assert -0.1 <= x <= drawing.width + 0.1
        assert -0.1 <= y <= drawing.height + 0.1
    for one, other in combinations(Board(trend, *size).words, 2):
        assert not one.box.meets(other.box)


@pytest.mark.parametrize("trend", ALL)
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_no_two_words_of_a_typical_drawing_overlap(trend: Trend, size: tuple[int, int]) -> None:
    for one, other in combinations(boxes(trend_drawing(trend, *size), 12.5), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
