from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from goals.admin.filters import FiscalYearFilter, department_filter, goal_filter
from goals.notation.fields import NumberField
from kpis import resources
from kpis.admin.shown import figure, path
from kpis.admin.value_form import YearlyValueForm
from kpis.admin.yearly import YearlyRowAdmin, entrant_of
from kpis.models import Indicator, Round, RoundStatus, Target, YearlyValue
from kpis.review import committee_rating
from kpis.round.doubts import doubts

GUIDE = (
    "全角でも半角でも、「1,234」「△5.2」「12.3%」のように入力できます。"
    "値がまだないときは実績値を空欄にし、「状態」で理由を選びます。0 は値として扱います。"
    "保存した値は、企画調整課が確認し、年度の評価を公表したときに市民に見えます。"
)


@admin.register(YearlyValue)
class YearlyValueAdmin(YearlyRowAdmin):
    """Values wait here until their round is published; then only an amendment changes them."""

    form = YearlyValueForm
    resource_classes = [resources.YearlyValueResource]
    importable = False
    import_export_change_list_template = "admin/kpis/value/change_list.html"
    list_display = ["name", "short_year", "shown", "previous", "state", "workflow", "department", "updated"]
    list_display_links = ["name"]
    list_select_related = ["indicator__department", "indicator__goal__strategy"]
    list_filter = [
        FiscalYearFilter,
        "workflow",
        "state",
        goal_filter("indicator__goal"),
        department_filter("indicator__department"),
    ]
    search_fields = ["indicator__code", "indicator__name"]
    search_help_text = "指標のコードか名前で探します。"
    _new = ("indicator", "fiscal_year", "value", "state", "available_on", "seen_version")
    _known = ("indicator", "year_label", "previous", "target", "value", "state", "available_on", "seen_version")
    _words = (
        "公開する説明",
        {"fields": ("note", "breaks_series", "analysis", "next_steps", "self_rating", "self_comment", "evidence_url")},
    )
    _committee = ("推進委員会", {"fields": committee_rating.NAMES})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": self._new, "description": GUIDE}), self._words]
        if self.has_change_permission(request, obj):
            return [(None, {"fields": self._known, "description": GUIDE}), self._words, self._committee]
        why = self.refusal(request, obj)
        if why and self._is_published(request, obj):
            why = format_html('{} <a href="{}">公表後の変更を登録する</a>', why, reverse("admin:kpis_amendment_add"))
        fields = tuple(name for name in self._known if name != "seen_version")
        return [(None, {"fields": (*fields, "workflow"), "description": why}), self._words, self._committee]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        known = ["indicator", "year_label", "previous", "target", "workflow"]
        return [*known, *committee_rating.NAMES] if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        before = YearlyValue.objects.filter(indicator=OuterRef("indicator"), fiscal_year=OuterRef("fiscal_year") - 1)
        saves = YearlyValue.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.annotate(
            before=Subquery(before.values("value")[:1], output_field=NumberField()),
            saved_at=Subquery(saves.values("history_date")[:1]),
            saved_by=Subquery(saves.values("history_user__last_name")[:1]),
            account=Subquery(saves.values("history_user__username")[:1]),
        ).order_by("-fiscal_year", F("indicator__goal__strategy__edition").desc(), "indicator__code")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "indicator":
            own = Indicator.objects.in_order().filter(ended_on__isnull=True)
            entrant = entrant_of(request)
            kwargs["queryset"] = own if entrant.runs_rounds else own.filter(department__in=entrant.departments)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def place_of(self, obj: YearlyValue) -> tuple[int, int | None]:
        return obj.indicator.goal.strategy_id, obj.indicator.department_id

    def _is_published(self, request: HttpRequest, obj: YearlyValue) -> bool:
        return entrant_of(request).is_published(obj.indicator.goal.strategy_id, obj.fiscal_year)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for doubt in doubts(form.instance):
            messages.warning(request, f"保存しました。ただ、確かめてください: {doubt}")

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Lead to where values come in: the 調査票 of the open round, or the rounds to choose from."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        rounds = Round.objects.filter(status=RoundStatus.OPEN)[:2]
        if len(rounds) == 1:
            return HttpResponseRedirect(reverse("admin:kpis_round_intake", args=[rounds[0].pk]))
        many = "が2つ以上あります" if rounds else "はありません"
        way = "実績値は、評価年度を開き、右上の「調査票（Excel）」から取り込みます。"
        messages.info(request, f"受付中の評価年度{many}。{way}")
        return HttpResponseRedirect(reverse("admin:kpis_round_changelist"))

    # What the list shows

    @admin.display(description="指標", ordering="indicator__code")
    def name(self, obj: YearlyValue) -> str:
        return str(obj.indicator)

    @admin.display(description="年度", ordering="fiscal_year")
    def short_year(self, obj: YearlyValue) -> str:
        return obj.year.short(obj.indicator.goal.strategy.as_of)

    @admin.display(description="実績値", ordering="value")
    def shown(self, obj: YearlyValue) -> str:
        return figure(obj.value, obj.indicator)

    @admin.display(description="前年度")
    def previous(self, obj: Any) -> str:
        return figure(obj.before, obj.indicator)

    @admin.display(description="所管課", ordering="indicator__department__order")
    def department(self, obj: YearlyValue) -> str:
        return str(obj.indicator.department or "（未設定）")

    @admin.display(description="更新", ordering="saved_at")
    def updated(self, obj: Any) -> str:
        if obj.saved_at is None:
            return "-"
        return f"{timezone.localtime(obj.saved_at):%Y-%m-%d %H:%M} {obj.saved_by or obj.account or ''}".strip()

    @admin.display(description="目標（基準→目標）")
    def target(self, obj: YearlyValue) -> str:
        targets = Target.objects.adopted().newest_first().select_related("revision__strategy", "indicator")
        found = targets.filter(indicator=obj.indicator_id).first()
        return path(found) if found else "（なし）"
