from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from goals.filtering import PageFilter
from goals.models import Department, Goal, Strategy, Theme
from kpis.evaluation import RATING_ORDER, Rating
from kpis.models import Assessment, Basis, Indicator, Level, Tag, Target
from measures.models import Measure

SORTS = [("order", "計画の順"), ("attention", "注意が必要な順"), ("name", "名前の順")]


class IndicatorFilter(PageFilter):
    """The filters of /indicators/ and /indicators.csv; without an edition, the current one."""

    main = ("q", "goal", "rating", "sort")
    texts = ("code", "name", "definition")

    edition = django_filters.ModelChoiceFilter(
        field_name="goal__strategy",
        queryset=Strategy.objects.all(),
        to_field_name="edition",
        label="総合戦略",
        empty_label="現行",
    )
    goal = django_filters.ChoiceFilter(field_name="goal__number", label="基本目標", empty_label="すべて", choices=[])
    level = django_filters.ChoiceFilter(choices=Level, label="区分", empty_label="すべて")
    basis = django_filters.ChoiceFilter(choices=Basis, label="種類", empty_label="すべて")
    rating = django_filters.ChoiceFilter(
        field_name="newest_rating",
        choices=[(rating.value, rating.label) for rating in RATING_ORDER],
        label="評価",
        empty_label="すべて",
    )
    tag = django_filters.ChoiceFilter(field_name="newest_tag", label="新・改", empty_label="すべて", choices=Tag)
    theme = django_filters.ModelChoiceFilter(
        method="by_theme", queryset=Theme.objects.all(), to_field_name="slug", label="テーマ", empty_label="すべて"
    )
    department = django_filters.ModelChoiceFilter(
        queryset=Department.objects.all(), to_field_name="code", label="所管課", empty_label="すべて"
    )
    q = django_filters.CharFilter(method="by_words", label="ことば")
    sort = django_filters.ChoiceFilter(method="unsorted", label="並び順", empty_label=None, choices=SORTS)
    view = django_filters.CharFilter(method="unsorted", widget=forms.HiddenInput)

    class Meta:
        model = Indicator
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = Goal.objects.values_list("number", flat=True).order_by("number").distinct()
        self.filters["goal"].extra["choices"] = [(str(number), f"基本目標{number}") for number in numbers]

    @staticmethod
    def rows() -> QuerySet[Indicator]:
        """Return indicators with the rating of their newest published year and the tag of the target in force."""
        in_force = Target.objects.adopted().filter(indicator=OuterRef("pk")).order_by("-revision__number")
        newest = Assessment.objects.public().filter(indicator=OuterRef("pk")).order_by("-fiscal_year")
        return Indicator.objects.annotate(
            newest_rating=Coalesce(Subquery(newest.values("rating")[:1]), Value(Rating.NO_VALUE.value)),
            newest_tag=Subquery(in_force.values("tag")[:1]),
        )

    def filter_queryset(self, queryset: QuerySet[Indicator]) -> QuerySet[Indicator]:
        """Filter by what is valid, and take the current edition where none is asked for."""
        rows: QuerySet[Indicator] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("edition") else rows.filter(goal__strategy__is_current=True)

    def by_theme(self, rows: QuerySet[Indicator], name: str, value: Theme) -> QuerySet[Indicator]:
        return rows.filter(measures__in=Measure.objects.in_force().filter(themes=value)).distinct()

    def unsorted(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        """Leave the order to the page, which knows the ratings' order."""
        return rows
