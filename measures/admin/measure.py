from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from goals.admin.base import SOURCE_FIELDS, Tabular, TracedAdmin, shortened
from goals.admin.filters import department_filter, goal_filter, strategy_filter
from kpis.models import Indicator
from measures import resources
from measures.models import Measure


class MeasureInline(Tabular):
    """The measures under a heading; themes and links are set on the measure's own page."""

    model = Measure
    fields = ("revision", "number", "code", "text", "tag")
    ordering = ("-revision__number", "number")
    show_change_link = True


class ReprintFilter(admin.SimpleListFilter):
    title = "再掲"
    parameter_name = "reprint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "再掲を除く"), ("1", "再掲だけ")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        value = self.value()
        return queryset.filter(reprint_of__isnull=value == "0") if value in {"0", "1"} else queryset


@admin.register(Measure)
class MeasureAdmin(TracedAdmin):
    resource_classes = [resources.MeasureResource]
    list_display = ["code", "short_text", "heading", "revision", "tag", "theme_labels", "reprint_of", "department"]
    list_display_links = ["code", "short_text"]
    list_filter = [
        strategy_filter("revision__strategy"),
        goal_filter("direction__goal"),
        "tag",
        "themes",
        ReprintFilter,
        department_filter("department"),
    ]
    search_fields = ["code", "text", "detail"]
    filter_horizontal = ["themes", "indicators"]
    fieldsets = [
        (
            None,
            {
                "fields": ("code", "revision", "direction", "number", "text", "detail", "tag", "themes", "department"),
                "description": "コードは、改訂で番号が変わっても同じものを使います。「新」「改」は、選んだ改訂から見たものです。",
            },
        ),
        ("つながり", {"fields": ("reprint_of", "continues", "indicators")}),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(
            "revision__strategy", "direction__goal__strategy", "department", "reprint_of"
        ).prefetch_related("themes")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"reprint_of", "continues"}:
            kwargs["queryset"] = Measure.objects.in_order()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "indicators":
            kwargs["queryset"] = Indicator.objects.in_order()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="取組", ordering="text")
    def short_text(self, obj: Measure) -> str:
        return shortened(obj.text)

    @admin.display(description="施策")
    def heading(self, obj: Measure) -> str:
        return str(obj.direction)

    @admin.display(description="テーマ")
    def theme_labels(self, obj: Measure) -> str:
        return "、".join(theme.label for theme in obj.themes.all())
