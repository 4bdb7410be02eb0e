"""Indicators as lists show them: a few queries for columns instead of model instances, each figure written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, cast

from django.db.models import ExpressionWrapper, F, Field, FloatField, QuerySet
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from goals.among import Among
from goals.memory import remembered
from goals.models import Goal
from kpis.charts import Sparkline, course
from kpis.columns import AssessmentColumns, IndicatorColumns, TargetColumns
from kpis.evaluation import Kind
from kpis.models import Assessment, Indicator, Round, Target
from kpis.summary import Summary

if TYPE_CHECKING:
    from kpis.models.assessment import AssessmentQuerySet

Spot = tuple[int, float, bool]  # year, value, whether the series breaks there
# The adopted targets, the one in force first; the judgements, the newest first; the published values in their order
Figures = tuple[tuple[TargetColumns, ...], tuple[AssessmentColumns, ...], tuple[Spot, ...]]
REMEMBERED = 2_000  # indicators of one public version: a few MB, and many times what a city has
# As the database gives them: they are only drawn, and converting a thousand takes longer than all else here. A field
# of no kind in particular has no conversion.
DRAWN = tuple(ExpressionWrapper(column, Field()) for column in (Cast("value", FloatField()), F("breaks_series")))


class Row(Summary):
    """One indicator of a list; `lines` hold the newest year and the newest with a value, or all where asked for."""

    def __init__(self, indicator: IndicatorColumns, spots: tuple[Spot, ...]) -> None:
        # The tuples have the columns that lists ask for under the names of the models; there is nothing else to them.
        super().__init__(cast("Indicator", indicator))
        self.columns, self.spots = indicator, spots

    @cached_property
    def sparkline(self) -> Sparkline | None:
        return course(*self.course) if self.latest else None

    @property
    def course(self) -> tuple[tuple[Spot, ...], tuple[int, float] | None, bool, date | None]:
        """Return what a sparkline is drawn from, as charts.course() takes it."""
        target, start = cast("TargetColumns | None", self.target), None
        if target and target.start is not None and target.baseline_year is not None and target.kind != Kind.MILESTONE:
            start = (target.baseline_year, float(target.start))
        return self.spots, start, bool(self.latest and self.latest.is_provisional), self.as_of


def rows_of(
    indicators: QuerySet[Indicator], *, goals: Iterable[Goal] | None = None, every_year: bool = False
) -> list[Row]:
    """Read indicators for a list, in the order of the queryset: 5 queries whatever the size, 4 if `goals` has theirs.

    `every_year` gives `lines` all published years, in 1 query less. What is remembered of the public version
    (goals.memory) needs no query.
    """
    found = list(indicators.values_list("pk", "code", "name", "level", "unit", "decimals", "goal_id"))
    goal_of = {goal.pk: goal for goal in goals or remembered("goals", lambda: list(Goal.objects.for_page()))}
    figures = _figures([columns[0] for columns in found], every_year)
    rows = (
        (IndicatorColumns(*columns, goal_of[columns[6]], targets, years), spots)
        for columns in found
        for targets, years, spots in (figures[columns[0]],)
    )
    return [Row(row, spots) for row, spots in rows]


def _figures(owners: Sequence[int], every_year: bool) -> dict[int, Figures]:
    """Return what is published of each indicator, and read of it what is not yet remembered."""
    known: dict[int, Figures] = remembered(f"figures of {'every' if every_year else 'the newest'} year", dict)
    figures = {owner: known[owner] for owner in owners if owner in known}
    if unknown := [owner for owner in owners if owner not in figures]:
        read = _read(unknown, every_year)
        figures |= read
        if len(known) + len(read) <= REMEMBERED:
            known.update(read)
    return figures


def _read(owners: Sequence[int], every_year: bool) -> dict[int, Figures]:
    targets = _targets(owners)
    published = Assessment.objects.public().filter(Among("indicator_id", owners))
    if every_year:
        years = _years(published)
        spots = {
            owner: [_spot(year) for year in reversed(lines) if year.value is not None] for owner, lines in years.items()
        }
    else:
        spots, shown = _courses(published)
        years = _years(Assessment.objects.filter(Among("pk", shown)))
    return {
        owner: (tuple(targets.get(owner, ())), tuple(years.get(owner, ())), tuple(spots.get(owner, ())))
        for owner in owners
    }


def _targets(owners: Sequence[int]) -> dict[int, list[TargetColumns]]:
    """Return the adopted targets of each indicator, the one in force first."""
    found = Target.objects.adopted().filter(Among("indicator_id", owners)).order_by("-revision__number")
    targets: dict[int, list[TargetColumns]] = defaultdict(list)
    for columns in found.values_list(*TargetColumns._fields):
        targets[columns[0]].append(TargetColumns._make(columns))
    return targets


def _spot(year: AssessmentColumns) -> Spot:
    return year.fiscal_year, float(year.value or 0), year.breaks_series


def _courses(published: AssessmentQuerySet) -> tuple[dict[int, list[Spot]], set[int]]:
    """Return the published values of each indicator, and the keys of its newest year and its newest with a value."""
    found = published.order_by("indicator_id", "fiscal_year")  # as an index has them, almost
    spots: dict[int, list[Spot]] = defaultdict(list)
    newest: dict[int, int] = {}
    latest: dict[int, int] = {}
    for pk, owner, year, value, breaks in found.values_list("pk", "indicator_id", "fiscal_year", *DRAWN):
        newest[owner] = pk
        if value is not None:
            latest[owner] = pk
            spots[owner].append((year, value, breaks))
    return spots, {*newest.values(), *latest.values()}


def _years(found: AssessmentQuerySet) -> dict[int, list[AssessmentColumns]]:
    years: dict[int, list[AssessmentColumns]] = defaultdict(list)
    for columns in found.order_by("-fiscal_year").values_list(*AssessmentColumns._fields):
        years[columns[0]].append(AssessmentColumns.of(columns))
    return years


def newest_round(rows: Iterable[Row]) -> Round | None:
    """Return the newest published round among the rows: 1 query."""
    years = (row.newest.assessment for row in rows if row.newest)
    newest = max(years, key=lambda found: found.fiscal_year, default=None)
    return Round.objects.get(pk=newest.round_id) if newest else None
