from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest

from goals.admin.base import SOURCE_FIELDS, Stacked, Tabular, TracedAdmin
from goals.admin.filters import department_filter, goal_filter, strategy_filter
from kpis import resources
from kpis.admin.shown import figure, path
from kpis.admin.value_form import YearlyValueForm
from kpis.admin.yearly import entrant_of
from kpis.models import Indicator, Target, Workflow, YearlyValue


class TargetInline(Stacked):
    model = Target
    show_change_link = True
    fields = (
        "revision",
        "kind",
        ("baseline", "baseline_year", "baseline_note", "starts_from_zero"),
        ("target", "target_upper", "target_year", "target_note"),
        "tag",
    )
    verbose_name_plural = "基準値・目標値（改訂ごと。前の改訂のものは直さず、新しい改訂の目標を追加します）"


class ValueRowForm(YearlyValueForm):
    """A value in the list under its indicator; a published one can be looked at only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # a heading over the column names no box to a screen reader
            field.widget.attrs.setdefault("aria-label", str(field.label or ""))
        if self.instance.workflow == Workflow.PUBLISHED:
            for field in self.fields.values():
                field.disabled = True

    def full_clean(self) -> None:
        if self.instance.indicator_id:  # the parent, known before the first number is read
            self._use_unit(self.instance.indicator)
        super().full_clean()

    def clean(self) -> dict[str, Any] | None:
        return super().clean() if self.has_changed() else self.cleaned_data

    def _post_clean(self) -> None:
        """Leave rows alone that were only shown: those of published years would be refused."""
        if self.has_changed():
            super()._post_clean()  # type: ignore[misc]


class ValueInline(Tabular):
    model = YearlyValue
    form = ValueRowForm
    fields = ("fiscal_year", "value", "state", "note", "workflow_label", "seen_version")
    readonly_fields = ("workflow_label",)
    ordering = ("-fiscal_year",)
    show_change_link = True
    can_delete = False
    verbose_name_plural = "実績値（公表した年度は直せません。「公表後の変更」を使ってください）"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.entrant = entrant_of(request)
        return formset

    @admin.display(description="進み具合")
    def workflow_label(self, obj: YearlyValue) -> str:
        return obj.get_workflow_display() if obj.pk else ""


@admin.register(Indicator)
class IndicatorAdmin(TracedAdmin):
    resource_classes = [resources.IndicatorResource]
    list_display = ["code", "name", "division", "department", "in_force", "latest", "ended"]
    list_display_links = ["code", "name"]
    list_filter = [
        strategy_filter("goal__strategy"),
        goal_filter("goal"),
        "level",
        "basis",
        department_filter("department"),
        "is_cumulative",
        ("ended_on", admin.EmptyFieldListFilter),
    ]
    search_fields = ["code", "name", "definition"]
    inlines = [TargetInline, ValueInline]
    fieldsets = [
        (
            None,
            {
                "fields": ("code", "name", "goal", "direction", "level", "basis", "department", "order"),
                "description": "指標名は、頭の「新」や注番号を除いて、資料の書き方のまま入力します。「新」は下の目標に付けます。",
            },
        ),
        (
            "数え方",
            {
                "fields": (("unit", "decimals"), "is_cumulative", "definition", "source"),
                "description": "定義・算出方法は、市民が読んで何を数えた値か分かるように書きます。",
            },
        ),
        (
            "調査と時期",
            {"fields": ("survey_sample_size", "survey_interval_years", "value_known_month", "ended_on", "note")},
        ),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        targets = Target.objects.adopted().newest_first().select_related("revision__strategy")
        return rows.select_related("goal__strategy", "department").prefetch_related(
            Prefetch("targets", targets, to_attr="listed_targets"),
            Prefetch("values", YearlyValue.objects.order_by("-fiscal_year"), to_attr="listed_values"),
        )

    @admin.display(description="目標（基準→目標）")
    def in_force(self, obj: Any) -> str:
        if not obj.listed_targets:
            return "（なし）"
        target = obj.listed_targets[0]
        target.indicator = obj
        return path(target)

    @admin.display(description="最新の実績値")
    def latest(self, obj: Any) -> str:
        known = next((row for row in obj.listed_values if row.value is not None), None)
        if known is None:
            return "-"
        return (
            f"{figure(known.value, obj)}（{known.year.short(obj.goal.strategy.as_of)}、{known.get_workflow_display()}）"
        )

    @admin.display(description="区分・種類", ordering="-level")
    def division(self, obj: Indicator) -> str:
        return f"{obj.get_level_display()}・{obj.get_basis_display()}"

    @admin.display(description="廃止", ordering="ended_on")
    def ended(self, obj: Indicator) -> str:
        return f"{obj.ended_on:%Y-%m-%d}" if obj.ended_on else ""
