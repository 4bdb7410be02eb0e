from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from goals.admin.base import SOURCE_FIELDS, Stacked, TracedAdmin
from goals.admin.filters import FiscalYearFilter
from goals.notation.years import FiscalYear
from kpis.models import Indicator
from measures import focus, resources
from measures.models import Meeting, Opinion

ATTENTION = "_attention"  # the name of the button


class OpinionInline(Stacked):
    model = Opinion
    fields = (("code", "order", "member"), "goal", "text", "response", ("response_class", "department", "status"))
    show_change_link = True
    classes = ("collapse",)


class YearFilter(FiscalYearFilter):
    title = "審議する評価年度"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        years = Meeting.objects.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
        return [(str(year), FiscalYear(year).first_mention()) for year in years if year]


@admin.register(Meeting)
class MeetingAdmin(TracedAdmin):
    resource_classes = [resources.MeetingResource]
    list_display = [
        "held_on",
        "title",
        "reviewed_year",
        "focus_count",
        "opinion_count",
        "unanswered",
        "is_listed",
        "is_public",
        "place",
    ]
    list_display_links = ["held_on", "title"]
    list_filter = [YearFilter, "is_public", "is_listed"]
    search_fields = ["title", "agenda"]
    date_hierarchy = "held_on"
    filter_horizontal = ["focus_indicators"]
    inlines = [OpinionInline]
    fieldsets = [
        (None, {"fields": ("held_on", "title", "place", "is_public", "agenda", "attendance")}),
        (
            "審議する指標",
            {
                "fields": ("fiscal_year", "focus_indicators"),
                "description": "重点審査に選ばなかった指標は、一括審議になります。年度を入れて、いちばん下の「保存して、注意が必要な指標を重点審査に加える」を押すと、評価から選べます。",
            },
        ),
        ("公開", {"fields": ("is_listed",), "description": "外すと、この会議と意見はサイトに載りません。"}),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.annotate(
            opinions_n=Count("opinions", distinct=True),
            unanswered_n=Count("opinions", filter=Q(opinions__response=""), distinct=True),
            focus_n=Count("focus_indicators", distinct=True),
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Indicator.objects.in_order()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if ATTENTION in request.POST:
            self._add_attention(request, form.instance)

    def _add_attention(self, request: HttpRequest, meeting: Meeting) -> None:
        try:
            found = focus.add_attention(meeting)
        except ValidationError as error:
            self.message_user(request, f"保存しました。{' '.join(error.messages)}", messages.WARNING)
            return
        basis = "公表した評価" if found.round.is_published else "確認済の値での評価（見込み）"
        about = f"{found.round}の{basis}で注意が必要な指標は{len(found.found)}件です。"
        if found.added:
            names = "、".join(str(indicator) for indicator in found.added)
            self.note_change(request, f"{meeting}の重点審査に{len(found.added)}件を追加")
            text = f"保存し、重点審査に{len(found.added)}件を加えました（{names}）。{about}"
            self.message_user(request, text, messages.SUCCESS)
        else:
            already = "どれも、すでに重点審査に入っています。" if found.found else ""
            text = f"保存しました。重点審査に加えた指標はありません。{about}{already}"
            self.message_user(request, text, messages.INFO)

    def response_change(self, request: HttpRequest, obj: Meeting) -> HttpResponse:
        """Stay on the form where the choice is to be looked at."""
        if ATTENTION in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    @admin.display(description="審議する評価年度", ordering="fiscal_year")
    def reviewed_year(self, obj: Meeting) -> str:
        return FiscalYear(obj.fiscal_year).long() if obj.fiscal_year else "-"

    @admin.display(description="重点審査", ordering="focus_n")
    def focus_count(self, obj: Any) -> str:
        return f"{obj.focus_n}件" if obj.focus_n else "-"

    @admin.display(description="意見", ordering="opinions_n")
    def opinion_count(self, obj: Any) -> str:
        return f"{obj.opinions_n}件"

    @admin.display(description="対応が未記入", ordering="unanswered_n")
    def unanswered(self, obj: Any) -> str:
        return f"{obj.unanswered_n}件" if obj.unanswered_n else "-"
