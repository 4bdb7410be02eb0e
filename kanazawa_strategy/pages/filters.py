from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery

from goals.models import Department, Strategy, Theme
from goals.publication.filtering import PageFilter
from kpis.display import prefetched
from kpis.judging.words import RATING_ORDER
from kpis.models import Basis, Indicator, Level, Tag, Target
from kpis.models.indicator import IndicatorQuerySet
from measures.models import Measure

SORTS = [("order", "計画の順"), ("attention", "注意が必要な順"), ("name", "名前の順")]


class IndicatorFilter(PageFilter):
    """The filters of /indicators/ and /indicators.csv; without an edition, the current one."""

    main = ("q", "goal", "rating", "sort")
    texts = ("code", "name", "definition")

    # The choices that the plan gives are read in __init__.
    edition = django_filters.ChoiceFilter(
        field_name="goal__strategy__edition", label="総合戦略", empty_label="現行", choices=[]
    )
    goal = django_filters.ChoiceFilter(field_name="goal__number", label="基本目標", empty_label="すべて", choices=[])
    level = django_filters.ChoiceFilter(choices=Level, label="区分", empty_label="すべて")
    basis = django_filters.ChoiceFilter(choices=Basis, label="種類", empty_label="すべて")
    rating = django_filters.ChoiceFilter(
        method="by_rating",
        choices=[(rating.value, rating.label) for rating in RATING_ORDER],
        label="評価",
        empty_label="すべて",
    )
    tag = django_filters.ChoiceFilter(method="by_tag", label="新・改", empty_label="すべて", choices=Tag)
    theme = django_filters.ChoiceFilter(method="by_theme", label="テーマ", empty_label="すべて", choices=[])
    department = django_filters.ChoiceFilter(
        field_name="department__code", label="所管課", empty_label="すべて", choices=[]
    )
    q = django_filters.CharFilter(method="by_words", label="ことば")
    sort = django_filters.ChoiceFilter(method="unsorted", label="並び順", empty_label=None, choices=SORTS)
    view = django_filters.CharFilter(method="unsorted", widget=forms.HiddenInput)

    class Meta:
        model = Indicator
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Set the choices that the plan gives."""
        super().__init__(*args, **kwargs)
        for name, found in choices().items():
            self.filters[name].extra["choices"] = found

    def filter_queryset(self, queryset: QuerySet[Indicator]) -> QuerySet[Indicator]:
        """Filter by what is valid, and take the current edition where none is asked for."""
        rows: QuerySet[Indicator] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("edition") else rows.filter(goal__strategy__is_current=True)

    def by_rating(self, rows: IndicatorQuerySet, name: str, value: str) -> IndicatorQuerySet:
        return prefetched.with_newest_rating(rows).filter(Q(newest_rating=value))

    def by_tag(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        """Keep the rows whose target in force carries the tag."""
        in_force = Target.objects.adopted().filter(indicator=OuterRef("pk")).order_by("-revision__number")
        return rows.annotate(newest_tag=Subquery(in_force.values("tag")[:1])).filter(newest_tag=value)

    def by_theme(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        return rows.filter(pk__in=Measure.objects.in_force().filter(themes__slug=value).values("indicators"))

    def unsorted(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        """Leave the order to the page, which knows the ratings' order."""
        return rows


def choices() -> dict[str, list[tuple[str, str]]]:
    """Read what the plan gives to choose from: 3 queries."""
    plan = list(Strategy.objects.values_list("edition", "name", "goals__number"))
    numbers = sorted({number for _, _, number in plan if number})
    return {
        "edition": list({str(edition): name for edition, name, _ in plan}.items()),
        "goal": [(str(number), f"基本目標{number}") for number in numbers],
        "theme": list(Theme.objects.values_list("slug", "label")),
        "department": list(Department.objects.values_list("code", "name")),
    }
