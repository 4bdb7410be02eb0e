from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest

from goals.admin import resources
from goals.admin.base import SOURCE_FIELDS, PortalAdmin, Stacked
from goals.admin.filters import strategy_filter
from goals.models import RevisionSection, Strategy
from goals.notation import forms


@admin.register(Strategy)
class StrategyAdmin(PortalAdmin):
    resource_classes = [resources.StrategyResource]
    list_display = ["name", "edition", "period", "adopted_on", "is_current", "goal_count", "revision_count"]
    list_filter = ["is_current"]
    search_fields = ["name", "short_name"]
    fieldsets = [
        (
            None,
            {
                "fields": ("edition", "name", "short_name", "is_current", "overview"),
                "description": "総合戦略の1つの版です。新しい版に切り替えるときは、先に今の版の「現行の戦略」を外します。",
            },
        ),
        (
            "期間",
            {
                "fields": ("first_year", "last_year", "adopted_on"),
                "description": "資料に書かれていないものは空欄のままにします。年度は「令和6年度」「R6」「2024」のどれでも入力できます。",
            },
        ),
        (
            "評価の基準",
            {
                "fields": ("near_pace", "survey_tolerance", "rule_version"),
                "description": "評価の方法のページにそのまま載ります。変えても、公表済みの年度の評価は変わりません。",
            },
        ),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.annotate(goals_n=Count("goals", distinct=True), revisions_n=Count("revisions", distinct=True))

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        if db_field.name in {"first_year", "last_year"}:
            return db_field.formfield(form_class=forms.FiscalYearField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="期間")
    def period(self, obj: Strategy) -> str:
        return obj.period_label or "（資料に記載なし）"

    @admin.display(description="基本目標", ordering="goals_n")
    def goal_count(self, obj: Any) -> str:
        return f"{obj.goals_n}件"

    @admin.display(description="改訂", ordering="revisions_n")
    def revision_count(self, obj: Any) -> str:
        return f"{obj.revisions_n}件"


class SectionInline(Stacked):
    model = RevisionSection
    fields = ("order", "heading", "body", "source_place", "source_note")
    verbose_name_plural = "改訂の方針（ページに載る順）"


class RevisionAdmin(PortalAdmin):
    """Registered above (kanazawa_strategy/admin.py), with what the revision changes."""

    resource_classes = [resources.RevisionResource]
    list_display = ["__str__", "strategy", "number", "status", "adopted_on", "section_count"]
    list_select_related = ["strategy"]
    list_filter = [strategy_filter("strategy"), "status"]
    search_fields = ["name", "summary"]
    inlines = [SectionInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(sections_n=Count("sections"))

    @admin.display(description="方針の項目", ordering="sections_n")
    def section_count(self, obj: Any) -> str:
        return f"{obj.sections_n}件"


@admin.register(RevisionSection)
class RevisionSectionAdmin(PortalAdmin):
    resource_classes = [resources.RevisionSectionResource]
    list_display = ["heading", "revision", "order"]
    list_select_related = ["revision__strategy"]
    list_filter = [strategy_filter("revision__strategy")]
    search_fields = ["heading", "body"]
    fieldsets = [(None, {"fields": ("revision", "order", "heading", "body")}), SOURCE_FIELDS]
