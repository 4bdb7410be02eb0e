from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from goals.admin.base import ReadOnlyAdmin
from goals.admin.filters import FiscalYearFilter, goal_filter, strategy_filter
from kpis import resources
from kpis.admin.shown import figure
from kpis.models import Assessment


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """What publication froze; it changes by an amendment only."""

    resource_classes = [resources.AssessmentResource]
    list_display = ["indicator", "year_label", "shown", "state", "rating", "self_rating", "committee_rating", "amend"]
    list_select_related = ["indicator"]
    list_filter = [
        FiscalYearFilter,
        "rating",
        strategy_filter("round__strategy"),
        goal_filter("indicator__goal"),
    ]
    search_fields = ["indicator__code", "indicator__name"]
    fieldsets = [
        (
            None,
            {
                "fields": ("indicator", "round", "value", "state", "rating", "reason"),
                "description": "公表のときに固定した評価です。ここでは変えられません。直すときは「公表後の変更」を登録します。",
            },
        ),
        ("計算の結果", {"fields": ("expected", "progress", "pace", "margin")}),
        (
            "評価に使った目標",
            {
                "fields": (
                    "kind",
                    ("baseline", "baseline_year"),
                    ("target", "target_upper", "target_year"),
                    "starts_from_zero",
                    "expected_by_hand",
                    "near_pace",
                    "survey_tolerance",
                    "rule_version",
                )
            },
        ),
        ("三つの評価", {"fields": ("self_rating", "self_comment", "committee_rating", "committee_comment")}),
    ]

    def get_list_display(self, request: HttpRequest) -> Any:
        may_amend = request.user.has_perm("kpis.add_amendment")
        return [name for name in self.list_display if may_amend or name != "amend"]

    @admin.display(description="実績値", ordering="value")
    def shown(self, obj: Assessment) -> str:
        return figure(obj.value, obj.indicator)

    @admin.display(description="公表後の変更")
    def amend(self, obj: Assessment) -> str:
        return format_html('<a href="{}?assessment={}">登録する</a>', reverse("admin:kpis_amendment_add"), obj.pk)
