"""Every component of the pages in every state, for those who work on them; there only with DEBUG."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kanazawa_strategy.pages.frame import Crumb
from kpis.charts import (
    Chart,
    GoalRatings,
    Point,
    Progress,
    ProgressRow,
    RatingBar,
    Ratings,
    Track,
    Trend,
    progress_chart,
    rating_bar,
    ratings_chart,
    sparkline,
    track,
    trend_chart,
)
from kpis.judging.facts import TargetSpec
from kpis.judging.words import RATING_ORDER, Group, Kind, Rating, State
from kpis.models import Tag

# name, target, course: values by year, or the state of a year without one
_COURSES: list[tuple[str, TargetSpec, dict[int, Decimal | State]]] = [
    (
        "増やす（途中に調査なし）",
        TargetSpec(Kind.REACH, Decimal("47.5"), 2023, Decimal(59), 2028, unit="%", decimals=1),
        {2023: Decimal("47.5"), 2024: Decimal("49.8"), 2025: State.NOT_SURVEYED, 2026: Decimal("54.1")},
    ),
    (
        "減らす",
        TargetSpec(Kind.REACH, Decimal(2000), 2023, Decimal(1800), 2028, unit="人", decimals=0),
        {2023: Decimal(2000), 2024: Decimal(1930), 2025: Decimal(1950)},
    ),
    (
        "維持する",
        TargetSpec(Kind.KEEP_AT_LEAST, Decimal("95.3"), 2022, Decimal(95), 2028, unit="%", decimals=1),
        {2023: Decimal("94.2"), 2024: Decimal("95.4")},
    ),
    (
        "範囲にとどめる",
        TargetSpec(Kind.RANGE, None, 2023, Decimal(40), 2028, upper=Decimal(60), unit="%", decimals=1),
        {2023: Decimal("38.5"), 2024: Decimal("47.0"), 2025: Decimal("52.5")},
    ),
    (
        "0から始まる",
        TargetSpec(Kind.REACH, None, 2023, Decimal(12), 2028, starts_from_zero=True, unit="件", decimals=0),
        {2024: Decimal(0), 2025: Decimal(3)},
    ),
    (
        "値がまだない",
        TargetSpec(Kind.REACH, Decimal(10), 2023, Decimal(20), 2028, unit="件", decimals=0),
        {},
    ),
]
_PROGRESS = [Decimal("-0.2"), Decimal(0), Decimal("0.45"), Decimal(1), Decimal("1.3")]


def components(request: HttpRequest) -> HttpResponse:
    """Show marks, chips, tables, cards, forms and charts side by side; made-up figures only."""
    if not settings.DEBUG:
        raise Http404
    ctx = {
        "ratings": [(rating, rating.label_in(False), rating.label_in(True)) for rating in RATING_ORDER],
        "tags": [*Tag],
        "goals": ["enji", "ai", "oudo", "kusa", "committee"],
        "tracks": list(_tracks()),
        "charts": list(_charts()),
        "bar": _bar(3, 4, 2, 3),
        "many": [progress_chart(_progress(), "sample-progress"), ratings_chart(_ratings(), "sample-ratings")],
        "crumbs": [Crumb("部品の一覧")],
    }
    return render(request, "portal/components.html", ctx)


def _bar(*counts: int) -> RatingBar | None:
    return rating_bar([(group.value, count) for group, count in zip(Group, counts, strict=True)])


def _ratings() -> Ratings:
    goals = [("基本目標1", _bar(3, 4, 2, 3)), ("基本目標2", _bar(1, 0, 0, 1)), ("基本目標3", None)]
    return Ratings("令和7年度", tuple(GoalRatings(name, "見出しは長くなることがあります", bar) for name, bar in goals))


def _progress() -> Progress:
    ratings = [Rating.WORSE, Rating.BEHIND, Rating.NEARLY, Rating.ACHIEVED, Rating.ACHIEVED]
    rows = [
        ProgressRow(f"見本の指標{number}", rating, rating.label, Kind.REACH, progress, Decimal("0.6"))
        for number, (rating, progress) in enumerate(zip(ratings, _PROGRESS, strict=True), 1)
    ]
    return Progress.of(rows, "令和7年度")


def _tracks() -> Iterator[Track | None]:
    for progress in _PROGRESS:
        yield track(progress, Decimal("0.6"))


def _charts() -> Iterator[tuple[str, Chart, object]]:
    for number, (name, spec, course) in enumerate(_COURSES):
        points = [
            Point(year, found, label="") if isinstance(found, Decimal) else Point(year, None, state=found)
            for year, found in course.items()
        ]
        trend = Trend.of(spec, name, points, decimals=spec.decimals or 0)
        yield name, trend_chart(trend, f"sample-{number}"), sparkline(trend)
