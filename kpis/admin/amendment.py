from __future__ import annotations

import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from goals.admin.base import ReadOnlyAdmin
from goals.admin.filters import FiscalYearFilter, goal_filter
from goals.notation import forms as notation
from kpis import resources
from kpis.admin.amendment_file import AmendmentFile
from kpis.admin.shown import figure
from kpis.amending import changes
from kpis.amending.changes import Change, check_day
from kpis.judging.words import State
from kpis.models import Amendment, AmendmentKind, Assessment
from kpis.models.value import SELF_RATINGS

_BLANK = [("", "---------")]


class AssessmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        shown = figure(obj.value, obj.indicator) if obj.value is not None else obj.get_state_display() or "値なし"
        return f"{obj.indicator.code} {obj.round.year.long()} {obj.indicator.name}（公表: {shown}）"


class AmendmentForm(forms.Form):
    """A change of one published year, with its reason for citizens."""

    assessment = AssessmentChoice(label="指標と年度", queryset=Assessment.objects.none())
    kind = forms.ChoiceField(
        label="種類",
        choices=[*_BLANK, *AmendmentKind.choices],
        help_text="追加公表: 遅れて分かった値。確定値: 速報や推計が確定した。訂正: 誤りを直す。委員会評価: 推進委員会の評価を載せる。",
    )
    value = notation.NumberField(
        label="新しい値", required=False, help_text="値がないときは空欄にし、下の状態で理由を選びます。"
    )
    state = forms.ChoiceField(label="新しい状態", required=False, choices=[*_BLANK, *State.choices()])
    committee_rating = forms.ChoiceField(label="推進委員会の評価", required=False, choices=[*_BLANK, *SELF_RATINGS])
    committee_comment = forms.CharField(label="推進委員会の意見", required=False, widget=AdminTextareaWidget)
    reason = forms.CharField(
        label="理由（公開）",
        widget=AdminTextareaWidget,
        help_text="市民が読んで分かるように書きます。値の横に載ります。",
    )
    made_on = notation.DayField(label="変更日", widget=AdminDateWidget)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choices: Any = self.fields["assessment"]
        choices.queryset = (
            Assessment.objects.public()
            .select_related("round__strategy", "indicator")
            .order_by("-fiscal_year", "indicator__code")
        )

    def clean_assessment(self) -> Assessment:
        """Know the unit before the number is read: fields are cleaned in their order."""
        assessment: Assessment = self.cleaned_data["assessment"]
        value: Any = self.fields["value"]
        value.unit = assessment.unit
        return assessment

    def clean_made_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["made_on"]
        check_day(day, self.cleaned_data.get("assessment"), today=self.today)
        return day

    @property
    def change(self) -> Change:
        cleaned = self.cleaned_data
        return Change(
            kind=AmendmentKind(cleaned["kind"]),
            reason=cleaned["reason"],
            value=cleaned["value"],
            state=State(cleaned["state"]) if cleaned["state"] else None,
            committee_rating=cleaned["committee_rating"],
            committee_comment=cleaned["committee_comment"],
        )


@admin.register(Amendment)
class AmendmentAdmin(ReadOnlyAdmin):
    """What changed after publication; a new one goes through kpis.amending.changes.amend, and none is edited."""

    resource_classes = [resources.AmendmentResource]
    import_export_change_list_template = "admin/kpis/amendment/change_list.html"
    list_display = ["made_on", "indicator", "year_label", "kind", "before", "after", "reason", "made_by"]
    list_select_related = ["indicator", "made_by"]
    list_filter = ["kind", FiscalYearFilter, goal_filter("indicator__goal")]
    search_fields = ["indicator__code", "indicator__name", "reason"]
    date_hierarchy = "made_on"
    readonly_fields = ["year_label"]
    fieldsets = [
        (None, {"fields": ("indicator", "year_label", "kind", "reason", "made_on", "made_by")}),
        ("前と後", {"fields": (("old_value", "new_value"), ("old_state", "new_state"), ("old_rating", "new_rating"))}),
    ]
    add_fieldsets: list[Any] = [
        (
            None,
            {
                "fields": ("assessment", "kind", "reason", "made_on"),
                "description": "公表した年度の値や評価を、理由とともに改めます。公表したときの目標で評価し直し、前の値と理由も公開されます。登録すると取り消せません。",
            },
        ),
        ("値を改めるとき（追加公表・確定値・訂正）", {"fields": ("value", "state")}),
        ("委員会評価のとき", {"fields": ("committee_rating", "committee_comment")}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("kpis.add_amendment")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("indicator", "made_by")

    def get_urls(self) -> list[Any]:
        return [*AmendmentFile(self).urls(), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        initial = {"made_on": today, "assessment": request.GET.get("assessment")}
        form = AmendmentForm(request.POST or None, initial=initial, today=today)
        if request.method == "POST" and form.is_valid():
            amendment = self._amend(request, form)
            if amendment:
                self.log_addition(request, amendment, [{"added": {}}])
                self.message_user(request, f"公表後の変更「{amendment}」を登録し、公開しました。", messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:kpis_amendment_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "公表後の変更を登録する",
            "opts": self.opts,
            "adminform": helpers.AdminForm(cast("Any", form), self.add_fieldsets, {}, model_admin=self),
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/kpis/amendment/add.html", context)

    def _amend(self, request: HttpRequest, form: AmendmentForm) -> Amendment | None:
        assessment = form.cleaned_data["assessment"]
        try:
            return changes.amend(
                assessment.round,
                assessment.indicator,
                form.change,
                user=request.user,  # type: ignore[arg-type]
                made_on=form.cleaned_data["made_on"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            return None

    @admin.display(description="前")
    def before(self, obj: Amendment) -> str:
        return _side(obj, obj.old_value, obj.get_old_state_display(), obj.get_old_rating_display())

    @admin.display(description="後")
    def after(self, obj: Amendment) -> str:
        return _side(obj, obj.new_value, obj.get_new_state_display(), obj.get_new_rating_display())


def _side(amendment: Amendment, value: Any, state: str, rating: str) -> str:
    shown = figure(value, amendment.indicator) if value is not None else ""
    return " ".join(part for part in (shown, state, rating) if part) or "（なし）"
