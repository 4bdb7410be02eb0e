"""Indicators with what a page, a list or a round needs of their targets, values and assessments."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from kpis.judging.words import Rating
from kpis.models import Amendment, Assessment, Target, YearlyValue
from kpis.models.indicator import IndicatorQuerySet


def with_newest_rating(indicators: IndicatorQuerySet) -> IndicatorQuerySet:
    """Add `newest_rating`, that of the newest published year; 未公表 before any."""
    newest = Assessment.objects.public().filter(indicator=OuterRef("pk")).order_by("-fiscal_year")
    rating = Coalesce(Subquery(newest.values("rating")[:1]), Value(Rating.NO_VALUE.value))
    return indicators.annotate(newest_rating=rating)


def with_targets(indicators: IndicatorQuerySet) -> IndicatorQuerySet:
    """Add the targets in force: 3 queries."""
    return indicators.select_related("goal__strategy", "direction", "department").prefetch_related(
        _to("adopted_targets", Target.objects.adopted().newest_first().prefetch_related("expected_values"))
    )


def for_list(indicators: IndicatorQuerySet) -> IndicatorQuerySet:
    """Add the targets in force and the frozen assessments: 4 queries."""
    return with_targets(indicators).prefetch_related(_public_assessments())


def for_round(indicators: IndicatorQuerySet) -> IndicatorQuerySet:
    """Add their targets and the frozen assessments, for what was judged: 3 queries."""
    return indicators.select_related("goal__strategy", "department").prefetch_related(
        adopted_targets(), _public_assessments()
    )


def for_page(indicators: IndicatorQuerySet) -> IndicatorQuerySet:
    """Add all that one indicator's page shows, its values and amendments besides: 6 queries."""
    return for_list(indicators).prefetch_related(
        _to("public_values", YearlyValue.objects.public().order_by("fiscal_year")),
        _to("public_amendments", Amendment.objects.newest_first()),
    )


def adopted_targets() -> Prefetch[Any, Any, Any]:
    """Return what sets `adopted_targets`, the one in force first, without its expected values."""
    return _to("adopted_targets", Target.objects.adopted().newest_first())


def _public_assessments() -> Prefetch[Any, Any, Any]:
    return _to("public_assessments", Assessment.objects.public().newest_first())


def _to(name: str, rows: QuerySet[Any]) -> Prefetch[Any, Any, Any]:
    """Set the related rows under a name of Indicator: adopted_targets from targets."""
    return Prefetch(name.partition("_")[2], rows, to_attr=name)
