from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from goals.models import Goal, Strategy, Theme
from goals.publication.filtering import PageFilter
from kpis.models import Tag
from measures.models import Measure, Opinion, ResponseClass
from measures.models.committee import UNANSWERED


class MeasureFilter(PageFilter):
    """The filters of /measures/; an unknown value is ignored with a sentence by the form."""

    main = ("q", "goal", "tag", "theme")
    texts = ("code", "text", "detail")

    edition = django_filters.ModelChoiceFilter(
        field_name="revision__strategy",
        queryset=Strategy.objects.all(),
        to_field_name="edition",
        label="総合戦略",
        empty_label="現行",
    )
    goal = django_filters.ChoiceFilter(
        field_name="direction__goal__number", label="基本目標", empty_label="すべて", choices=[]
    )
    direction = django_filters.NumberFilter(field_name="direction__number", label="施策", widget=forms.HiddenInput)
    tag = django_filters.ChoiceFilter(method="by_tag", label="新・改", empty_label="すべて")
    theme = django_filters.ModelChoiceFilter(
        field_name="themes", queryset=Theme.objects.all(), to_field_name="slug", label="テーマ", empty_label="すべて"
    )
    q = django_filters.CharFilter(method="by_words", label="ことば")

    class Meta:
        model = Measure
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["goal"].extra["choices"] = _goals()
        self.filters["tag"].extra["choices"] = [*Tag.choices, ("none", "継続")]

    def filter_queryset(self, queryset: QuerySet[Measure]) -> QuerySet[Measure]:
        """Filter by what is valid, and take the current edition where none is asked for."""
        rows: QuerySet[Measure] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("edition") else rows.filter(revision__strategy__is_current=True)

    def by_tag(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        return rows.filter(tag="" if value == "none" else value)


class OpinionFilter(PageFilter):
    """The filters of /committee/."""

    main = ("q", "goal", "response_class", "answered")
    texts = ("member", "text", "response", "outcome")

    goal = django_filters.ChoiceFilter(field_name="goal__number", label="基本目標", empty_label="すべて", choices=[])
    response_class = django_filters.ChoiceFilter(label="対応区分", empty_label="すべて", choices=ResponseClass.choices)
    answered = django_filters.ChoiceFilter(
        method="by_answer",
        label="市の対応",
        empty_label="すべて",
        choices=[("1", "公表済み"), ("0", "まだ公表していない")],
    )
    q = django_filters.CharFilter(method="by_words", label="ことば")

    class Meta:
        model = Opinion
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["goal"].extra["choices"] = _goals()

    def by_answer(self, rows: QuerySet[Opinion], name: str, value: str) -> QuerySet[Opinion]:
        return rows.filter(UNANSWERED) if value == "0" else rows.exclude(UNANSWERED)


def _goals() -> list[tuple[str, str]]:
    numbers = Goal.objects.values_list("number", flat=True).order_by("number").distinct()
    return [(str(number), f"基本目標{number}") for number in numbers]
