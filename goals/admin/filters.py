"""Filters that many lists share; each reads its choices in one query."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from goals.models import Department, Goal, Strategy
from goals.notation.numbers import whole
from goals.notation.years import FiscalYear

NONE = "none"


class FiscalYearFilter(admin.SimpleListFilter):
    """Narrow by the field fiscal_year, with the years that have rows."""

    title = "年度"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        years = model_admin.model.objects.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
        return [(str(year), FiscalYear(year).first_mention()) for year in years]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        year = whole(self.value())
        return queryset if year is None else queryset.filter(fiscal_year=year)


class _RelationFilter(admin.SimpleListFilter):
    path = ""

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        value = self.value()
        if value == NONE:
            return queryset.filter(**{f"{self.path}__isnull": True})
        key = whole(value)
        return queryset if key is None else queryset.filter(**{self.path: key})


def strategy_filter(to: str) -> type[admin.SimpleListFilter]:
    """Make a filter by strategy, over the path to it."""

    class StrategyFilter(_RelationFilter):
        title, parameter_name, path = "総合戦略", "strategy", to

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(str(row.pk), row.short_name) for row in Strategy.objects.all()]

    return StrategyFilter


def goal_filter(to: str) -> type[admin.SimpleListFilter]:
    """Make a filter by goal, over the path to it."""

    class GoalFilter(_RelationFilter):
        title, parameter_name, path = "基本目標", "goal", to

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            goals = Goal.objects.select_related("strategy")
            return [(str(row.pk), f"{row.strategy.short_name} {row.number} {row.title}") for row in goals]

    return GoalFilter


def department_filter(to: str) -> type[admin.SimpleListFilter]:
    """Make a filter by department, over the path to it; without one is a choice of its own."""

    class DepartmentFilter(_RelationFilter):
        title, parameter_name, path = "所管課", "department", to

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [*((str(row.pk), row.name) for row in Department.objects.all()), (NONE, "（未設定）")]

    return DepartmentFilter
