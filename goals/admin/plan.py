from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest

from goals.admin import resources
from goals.admin.base import SOURCE_FIELDS, PortalAdmin, Tabular
from goals.admin.filters import goal_filter, strategy_filter
from goals.admin.reason import AsksWhy
from goals.models import Direction, Goal


class DirectionInline(Tabular):
    model = Direction
    fields = ("number", "title")
    show_change_link = True


@admin.register(Goal)
class GoalAdmin(PortalAdmin):
    resource_classes = [resources.GoalResource]
    list_display = ["title", "strategy", "number", "color", "direction_count", "other_kpi_count"]
    list_select_related = ["strategy"]
    list_filter = [strategy_filter("strategy")]
    search_fields = ["title", "alternative_title"]
    inlines = [DirectionInline]
    fieldsets = [
        (
            None,
            {
                "fields": ("strategy", "number", "title", "alternative_title", "color", "other_kpi_count"),
                "description": "題名は、資料の書き方のまま入力します。保存するとすぐに公開されます。",
            },
        ),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(directions_n=Count("directions"))

    @admin.display(description="施策", ordering="directions_n")
    def direction_count(self, obj: Any) -> str:
        return f"{obj.directions_n}件"


class DirectionAdmin(AsksWhy, PortalAdmin):  # type: ignore[misc]
    """The measures under a heading, which keep a history, are edited on its page too."""

    resource_classes = [resources.DirectionResource]
    list_display = ["title", "goal", "number"]
    list_select_related = ["goal__strategy"]
    list_filter = [strategy_filter("goal__strategy"), goal_filter("goal")]
    search_fields = ["title"]
    fieldsets = [
        (
            None,
            {
                "fields": ("goal", "number", "title"),
                "description": "資料の「(1) …」のような番号付きの見出しです。番号のない資料では、並び順を番号にします。",
            },
        ),
        SOURCE_FIELDS,
    ]
