from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from goals.models import Goal, Revision, Strategy
from goals.publication.version import public
from kanazawa_strategy.pages.frame import Crumb
from kpis.charts import GoalRatings, Ratings, progress_chart, ratings_chart
from kpis.display.heatmap import heat_map
from kpis.display.listing import newest_round, rows_of
from kpis.display.summary import Summary, bar_of, count_by_rating, progress_of
from kpis.judging.sentences import roll_up_sentence
from kpis.judging.words import Rating
from kpis.models import Indicator, Level, Tag
from measures.models import Measure, Opinion


@public()
def strategy_list(request: HttpRequest) -> HttpResponse:
    """Show the editions side by side."""
    strategies = Strategy.objects.prefetch_related("goals")
    indicators = Counter(Indicator.objects.values_list("goal__strategy_id", "level"))
    measures = Counter(Measure.objects.in_force().counted().values_list("revision__strategy_id", flat=True))
    columns = [
        {
            "strategy": strategy,
            "goals": strategy.goals.all(),
            "targets": indicators[strategy.pk, Level.NUMERIC_TARGET],
            "kpis": indicators[strategy.pk, Level.KPI],
            "measures": measures[strategy.pk],
        }
        for strategy in strategies
    ]
    ctx = {"columns": columns, "goals": _goals_side_by_side(columns), "crumbs": [Crumb("総合戦略")]}
    return render(request, "goals/strategy_list.html", ctx)


@dataclass(frozen=True)
class _Beside:
    """A goal of one edition beside that of another: its numeric targets and its measures."""

    strategy: Strategy
    goal: Goal | None
    headline: list[Summary]
    measures: int
    new: int


def _goals_side_by_side(columns: list[dict[str, Any]]) -> list[tuple[int, list[_Beside]]]:
    """Return each number of a goal with what every edition holds under it: 5 queries."""
    targets = rows_of(Indicator.objects.filter(level=Level.NUMERIC_TARGET).in_order())
    rows = Measure.objects.in_force().counted().values_list("direction__goal_id", "tag")
    measures = Counter((goal, tag == Tag.NEW) for goal, tag in rows)
    strategies = [column["strategy"] for column in columns]
    numbers = sorted({goal.number for strategy in strategies for goal in strategy.goals.all()})

    def beside(strategy: Strategy, number: int) -> _Beside:
        goal = next((goal for goal in strategy.goals.all() if goal.number == number), None)
        key = goal.pk if goal else 0
        own = [row for row in targets if row.indicator.goal_id == key]
        return _Beside(strategy, goal, own, measures[key, True] + measures[key, False], measures[key, True])

    return [(number, [beside(strategy, number) for strategy in strategies]) for number in numbers]


@public()
def strategy_page(request: HttpRequest, edition: int) -> HttpResponse:
    """Show one edition: goals, numeric targets, and its policy."""
    strategy = get_object_or_404(Strategy, edition=edition)
    goals = list(Goal.objects.filter(strategy=strategy).for_page().prefetch_related("directions"))
    rows = rows_of(Indicator.objects.of(strategy).in_order(), goals=goals)
    newest = newest_round(rows)
    counted = Counter(
        Measure.objects.in_force()
        .counted()
        .filter(revision__strategy=strategy)
        .values_list("direction__goal_id", flat=True)
    )
    parts = [_GoalPart.of(goal, rows, counted[goal.pk]) for goal in goals]
    ctx = {
        "strategy": strategy,
        "current": None if strategy.is_current else Strategy.objects.current(),
        "revision": _newest_revision(strategy),
        "goals": parts,
        "round": newest,
        "round_year": newest.year.first_mention(strategy.as_of) if newest else "",
        "roll_up": roll_up_sentence(count_by_rating(rows)),
        "bar": bar_of(count_by_rating(rows)),
        "csv_url": reverse("indicator-list-csv", query={"edition": strategy.edition}),
        "ratings": ratings_chart(_ratings(parts, newest.year.long(strategy.as_of)), "ratings") if newest else None,
        "crumbs": [Crumb("総合戦略", "/strategies/"), Crumb(strategy.short_name)],
    }
    return render(request, "goals/strategy_page.html", ctx)


def _ratings(parts: list[_GoalPart], year: str) -> Ratings:
    goals = (GoalRatings(f"基本目標{part.goal.number}", part.goal.title, bar_of(part.counts)) for part in parts)
    return Ratings(year, tuple(goals))


def _newest_revision(strategy: Strategy) -> Revision | None:
    return Revision.objects.adopted().filter(strategy=strategy).order_by("-number").prefetch_related("sections").first()


@dataclass(frozen=True)
class _GoalPart:
    """A goal with its indicators, for the pages of an edition and of a goal."""

    goal: Goal
    headline: list[Summary]
    kpis: list[Summary]
    measure_count: int

    @property
    def counts(self) -> Counter[Rating]:
        return count_by_rating([*self.headline, *self.kpis])

    @property
    def caption(self) -> str:
        return f"基本目標{self.goal.number}の数値目標"

    @classmethod
    def of(cls, goal: Goal, rows: list[Summary], measure_count: int) -> _GoalPart:
        own = [row for row in rows if row.indicator.goal_id == goal.pk]
        headline = [row for row in own if row.indicator.level == Level.NUMERIC_TARGET]
        return cls(goal, headline, [row for row in own if row not in headline], measure_count)


@public()
def goal_page(request: HttpRequest, edition: int, number: int) -> HttpResponse:
    """Show a goal: numeric targets, KPIs, measures under their directions, opinions."""
    goal = get_object_or_404(Goal.objects.for_page(), strategy__edition=edition, number=number)
    rows = rows_of(Indicator.objects.filter(goal=goal).in_order(), goals=[goal])
    measures = list(Measure.objects.in_force().filter(direction__goal=goal).for_list())
    strategy = goal.strategy
    newest = newest_round(rows)
    progress = progress_of(rows, newest)
    ctx = {
        "goal": goal,
        "strategy": strategy,
        "current": None if strategy.is_current else Strategy.objects.current(),
        "part": _GoalPart.of(goal, rows, sum(measure.reprint_of_id is None for measure in measures)),
        "round": newest,
        "round_year": newest.year.first_mention(strategy.as_of) if newest else "",
        "roll_up": roll_up_sentence(count_by_rating(rows)),
        "bar": bar_of(count_by_rating(rows)),
        "csv_url": reverse("indicator-list-csv", query={"edition": edition, "goal": number}),
        "progress": progress_chart(progress, "progress") if progress else None,
        "heat_map": heat_map(rows),
        "directions": [
            (direction, [measure for measure in measures if measure.direction_id == direction.pk])
            for direction in goal.directions.order_by("number")
        ],
        "opinions": Opinion.objects.public().filter(goal=goal).for_list(),
        "crumbs": [
            Crumb("総合戦略", "/strategies/"),
            Crumb(strategy.short_name, strategy.get_absolute_url()),
            Crumb(f"基本目標{goal.number}"),
        ],
    }
    return render(request, "goals/goal_page.html", ctx)
