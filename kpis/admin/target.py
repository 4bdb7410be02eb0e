from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from goals.admin.base import SOURCE_FIELDS, PortalAdmin, Tabular, TracedAdmin
from goals.admin.filters import FiscalYearFilter, goal_filter, strategy_filter
from goals.notation.numbers import format_plain
from kpis import resources
from kpis.admin.shown import side
from kpis.models import ExpectedValue, Indicator, Target

GUIDE = (
    "改訂ごとに1つです。目標が変わるときは、前のものを直さず、新しい改訂の目標として追加します。"
    "「維持型」は今の水準を保つ目標、「完了型」は策定や整備の完了、「目標未設定」は再設定のときに選びます。"
)


class ExpectedValueInline(Tabular):
    model = ExpectedValue
    fields = ("fiscal_year", "value")
    verbose_name_plural = "目安値（手で定めるときだけ。なければ基準値から目標値への直線で計算します）"


@admin.register(Target)
class TargetAdmin(TracedAdmin):
    resource_classes = [resources.TargetResource]
    list_display = ["indicator", "revision", "kind", "baseline_shown", "target_shown", "tag"]
    list_select_related = ["indicator__goal__strategy", "revision__strategy"]
    list_filter = [
        strategy_filter("revision__strategy"),
        goal_filter("indicator__goal"),
        "kind",
        "tag",
        "starts_from_zero",
    ]
    search_fields = ["indicator__code", "indicator__name"]
    inlines = [ExpectedValueInline]
    fieldsets = [
        (None, {"fields": ("indicator", "revision", "kind", "tag"), "description": GUIDE}),
        (
            "基準値",
            {
                "fields": ("baseline", "baseline_year", "baseline_note", "starts_from_zero"),
                "description": "資料に書かれたとおりに入力します。「未実施」や「R5年度開始」は基準値を空欄にし、「0から始まる」を選びます。",
            },
        ),
        ("目標値", {"fields": ("target", "target_upper", "target_year", "target_note")}),
        SOURCE_FIELDS,
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            for name in {"baseline", "target", "target_upper"} & set(form.base_fields):
                form.base_fields[name].unit = obj.indicator.unit
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "indicator":
            kwargs["queryset"] = Indicator.objects.in_order()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="基準値")
    def baseline_shown(self, obj: Target) -> str:
        return side(obj.baseline, obj.baseline_year, obj.baseline_note, obj)

    @admin.display(description="目標値")
    def target_shown(self, obj: Target) -> str:
        shown = side(obj.target, obj.target_year, obj.target_note, obj)
        return f"{shown}〜{format_plain(obj.target_upper)}" if obj.target_upper is not None else shown


@admin.register(ExpectedValue)
class ExpectedValueAdmin(PortalAdmin):
    resource_classes = [resources.ExpectedValueResource]
    list_display = ["target", "year_label", "value"]
    list_select_related = ["target__indicator", "target__revision"]
    list_filter = [FiscalYearFilter, goal_filter("target__indicator__goal")]
    search_fields = ["target__indicator__code", "target__indicator__name"]
    fieldsets = [
        (
            None,
            {
                "fields": ("target", "fiscal_year", "value"),
                "description": "市が年度ごとに定めた値があるときだけ入力します。公表済みの年度の評価は変わりません。",
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("target__indicator", "target__revision")
