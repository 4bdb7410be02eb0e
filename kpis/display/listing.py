"""Indicators as lists show them: a few queries for columns instead of model instances, each figure written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from django.db.models import QuerySet

from goals.models import Goal
from kpis.display.columns import AssessmentColumns, IndicatorColumns, TargetColumns
from kpis.display.summary import Summary
from kpis.models import Assessment, Indicator, Round, Target


def rows_of(indicators: QuerySet[Indicator], *, goals: Iterable[Goal] | None = None) -> list[Summary]:
    """Read indicators for a list, in the order of the queryset: 4 queries whatever the size, 3 if `goals` has theirs."""
    goal_of = {goal.pk: goal for goal in goals or Goal.objects.for_page()}
    targets, years = _targets(indicators), _years(indicators)
    found = indicators.values_list("pk", "code", "name", "level", "unit", "decimals", "goal_id")
    rows = (IndicatorColumns(*row, goal_of[row[-1]], targets[row[0]], years[row[0]]) for row in found)
    # The tuples have the columns that lists ask for under the names of the models; there is nothing else to them.
    return [Summary(cast("Indicator", row)) for row in rows]


def _targets(indicators: QuerySet[Indicator]) -> dict[int, list[TargetColumns]]:
    """Return the adopted targets of each indicator, the one in force first."""
    found = Target.objects.adopted().filter(indicator__in=indicators).order_by("-revision__number")
    targets: dict[int, list[TargetColumns]] = defaultdict(list)
    for row in map(TargetColumns._make, found.values_list(*TargetColumns._fields)):
        targets[row.indicator_id].append(row)
    return targets


def _years(indicators: QuerySet[Indicator]) -> dict[int, list[AssessmentColumns]]:
    """Return the published judgements of each indicator, the newest first."""
    found = Assessment.objects.public().filter(indicator__in=indicators).order_by("-fiscal_year")
    years: dict[int, list[AssessmentColumns]] = defaultdict(list)
    for row in map(AssessmentColumns._make, found.values_list(*AssessmentColumns._fields)):
        years[row.indicator_id].append(row)
    return years


def newest_round(rows: Iterable[Summary]) -> Round | None:
    """Return the newest published round among the rows: 1 query."""
    years = (row.newest.assessment for row in rows if row.newest)
    newest = max(years, key=lambda found: found.fiscal_year, default=None)
    return Round.objects.get(pk=newest.round_id) if newest else None
