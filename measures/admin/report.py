from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from goals.admin.base import shortened
from goals.admin.filters import FiscalYearFilter, department_filter, goal_filter
from kpis.admin.version import VersionedForm
from kpis.admin.yearly import YearlyRowAdmin, entrant_of
from measures import resources
from measures.models import Measure, MeasureReport

GUIDE = "1つの取組の、1つの年度の報告です。企画調整課が確認し、年度の評価を公表したときに市民に見えます。"


class MeasureReportForm(VersionedForm):
    """Report on one measure, by those who may, and never over what somebody else has just saved."""

    always_compared = frozenset({"status", "summary"})

    class Meta:
        model = MeasureReport
        fields = ("measure", "fiscal_year", "status", "summary", "budget")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        measure = self.cleaned_data.get("measure") or (self.instance.measure if self.instance.pk else None)
        year = self.cleaned_data.get("fiscal_year") or self.instance.fiscal_year
        if measure and year:
            refusal = self.entrant.refusal(measure.revision.strategy_id, year, measure.department_id)
            if refusal:
                raise ValidationError(refusal, code="refused")
        if self.instance.pk and not self.errors:
            self.check_version()
        return cleaned

    def unit_of(self, name: str) -> str:
        return "千円"


@admin.register(MeasureReport)
class MeasureReportAdmin(YearlyRowAdmin):
    """Reports wait here until their round is published."""

    form = MeasureReportForm
    resource_classes = [resources.MeasureReportResource]
    list_display = ["measure", "year_label", "status", "workflow", "department", "short_summary"]
    list_filter = [
        FiscalYearFilter,
        "workflow",
        "status",
        goal_filter("measure__direction__goal"),
        department_filter("measure__department"),
    ]
    search_fields = ["measure__code", "measure__text", "summary"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        guide = GUIDE if obj is None else self.refusal(request, obj) or GUIDE
        year = "year_label" if obj else "fiscal_year"
        seen = ("seen_version",) if obj and self.has_change_permission(request, obj) else ()
        return [(None, {"fields": ("measure", year, "status", "summary", "budget", *seen), "description": guide})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["measure", "year_label"] if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("measure__revision", "measure__department")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "measure":
            entrant = entrant_of(request)
            own = Measure.objects.counted().in_order().select_related("revision")
            kwargs["queryset"] = own if entrant.runs_rounds else own.filter(department__in=entrant.departments)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def place_of(self, obj: MeasureReport) -> tuple[int, int | None]:
        return obj.measure.revision.strategy_id, obj.measure.department_id

    @admin.display(description="所管課", ordering="measure__department__order")
    def department(self, obj: MeasureReport) -> str:
        return str(obj.measure.department or "（未設定）")

    @admin.display(description="実施状況")
    def short_summary(self, obj: MeasureReport) -> str:
        return shortened(obj.summary)
