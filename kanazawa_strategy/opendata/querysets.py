"""What is public, in the order of the files: oldest edition first, then as the document goes, then by year."""

from __future__ import annotations

import datetime
from typing import Any, TypedDict

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from goals.models import Goal
from kpis.display import prefetched
from kpis.models import Amendment, AmendmentKind, Assessment, Indicator, Round, YearlyValue
from measures.models import Measure, Opinion


class Listed(TypedDict):
    """What goals() adds to a goal."""

    listed: int


class Dates(TypedDict):
    """What values() adds to a value."""

    round_published_on: datetime.date | None
    added_on: datetime.date | None
    amended_on: datetime.date | None


_ORDER = ("goal__strategy__edition", "goal__number", "-level", "order", "code")


def _behind_indicator() -> list[str]:
    return [f"-indicator__{path[1:]}" if path.startswith("-") else f"indicator__{path}" for path in _ORDER]


def goals() -> QuerySet[Any]:
    """Return the goals with the number of their indicators: 1 query."""
    return Goal.objects.for_page().annotate(listed=Count("indicators")).order_by("strategy__edition", "number")


def indicators() -> QuerySet[Indicator]:
    """Return the indicators with the adopted targets, the one in force first: 2 queries."""
    found = Indicator.objects.select_related("goal__strategy", "direction", "department")
    return found.prefetch_related(prefetched.adopted_targets()).order_by(*_ORDER)


def values() -> QuerySet[Any]:
    """Return the public values with the dates on which they came out and changed: 1 query."""
    rounds = Round.objects.published().filter(
        strategy=OuterRef("indicator__goal__strategy"), fiscal_year=OuterRef("fiscal_year")
    )
    # The committee's rating is no change of the value.
    changes = (
        Amendment.objects.filter(indicator=OuterRef("indicator"), fiscal_year=OuterRef("fiscal_year"))
        .exclude(kind=AmendmentKind.COMMITTEE)
        .newest_first()
        .values("made_on")
    )
    return (
        YearlyValue.objects.public()
        .select_related("indicator__goal__strategy")
        .annotate(
            round_published_on=Subquery(rounds.values("published_on")[:1]),
            added_on=Subquery(changes.filter(kind=AmendmentKind.ADDITION)[:1]),
            amended_on=Subquery(changes[:1]),
        )
        .order_by(*_behind_indicator(), "fiscal_year")
    )


def assessments() -> QuerySet[Assessment]:
    """Return the judgements of published rounds: 1 query."""
    found = Assessment.objects.public().select_related("indicator__goal__strategy", "round")
    return found.order_by(*_behind_indicator(), "fiscal_year")


def measures() -> QuerySet[Measure]:
    """Return the measures of every adopted revision: 2 queries."""
    return (
        Measure.objects.public()
        .for_list()
        .select_related("continues__revision")
        .order_by(
            "revision__strategy__edition",
            "revision__number",
            "direction__goal__number",
            "direction__number",
            "number",
            "code",
        )
    )


def opinions() -> QuerySet[Opinion]:
    """Return the public opinions with what is public of their links: 3 queries."""
    return (
        Opinion.objects.public()
        .select_related("meeting", "goal", "indicator", "measure__revision")
        .prefetch_related(Prefetch("measures", Measure.objects.public()), "indicators")
        .order_by("meeting__held_on", "order", "code")
    )
