from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest

from goals.admin.base import SOURCE_FIELDS, Stacked, TracedAdmin
from goals.admin.filters import department_filter, goal_filter
from kpis.models import Indicator
from measures import resources
from measures.models import Measure, Meeting, Opinion, OpinionStatus


class OpinionInline(Stacked):
    model = Opinion
    fields = (("code", "order", "member"), "goal", "text", "response", ("response_class", "department", "status"))
    show_change_link = True
    classes = ("collapse",)


@admin.register(Meeting)
class MeetingAdmin(TracedAdmin):
    resource_classes = [resources.MeetingResource]
    list_display = ["held_on", "title", "place", "is_public", "is_listed", "opinion_count", "unanswered"]
    list_display_links = ["held_on", "title"]
    list_filter = ["is_public", "is_listed"]
    search_fields = ["title", "agenda"]
    date_hierarchy = "held_on"
    filter_horizontal = ["focus_indicators"]
    inlines = [OpinionInline]
    fieldsets = [
        (None, {"fields": ("held_on", "title", "place", "is_public", "agenda", "attendance", "focus_indicators")}),
        ("公開", {"fields": ("is_listed",), "description": "外すと、この会議と意見はサイトに載りません。"}),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.annotate(
            opinions_n=Count("opinions"), unanswered_n=Count("opinions", filter=Q(opinions__response=""))
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Indicator.objects.in_order()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="意見", ordering="opinions_n")
    def opinion_count(self, obj: Any) -> str:
        return f"{obj.opinions_n}件"

    @admin.display(description="対応が未記入", ordering="unanswered_n")
    def unanswered(self, obj: Any) -> str:
        return f"{obj.unanswered_n}件" if obj.unanswered_n else "-"


class AnsweredFilter(admin.SimpleListFilter):
    title = "対応"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "未記入"), ("1", "記入済")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        blank = Q(response="")
        return {"0": queryset.filter(blank), "1": queryset.exclude(blank)}.get(self.value() or "", queryset)


class WordingChoice(forms.ModelChoiceField):
    """A measure as one revision words it: the name of the revision tells equal codes apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.revision}）"


class WordingChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.revision}）"


def _every_wording() -> models.QuerySet[Measure]:
    return Measure.objects.in_order().select_related("revision__strategy")


@admin.register(Opinion)
class OpinionAdmin(TracedAdmin):
    """The office edits all; a member of the committee hands in an own one, and edits it until it is public."""

    resource_classes = [resources.OpinionResource]
    list_display = ["code", "meeting", "goal_number", "member", "short_text", "response_class", "department", "status"]
    list_display_links = ["code", "short_text"]
    list_filter = ["status", AnsweredFilter, "response_class", goal_filter("goal"), department_filter("department")]
    search_fields = ["code", "member", "text", "response"]
    filter_horizontal = ["measures", "indicators"]
    _said = (
        None,
        {
            "fields": ("code", "meeting", "order", "member", "goal", "indicator", "measure", "text"),
            "description": "委員の意見を、公開されている資料の書き方のまま入力します。",
        },
    )
    _answered = (
        "市の対応",
        {"fields": ("response", "response_class", "department", "due_on", "outcome", "measures", "indicators")},
    )
    _state = (
        "公開",
        {"fields": ("status", "author"), "description": "「公開」にしたものだけが、サイトに載ります。"},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if _is_member(request):
            return [self._said]
        return [self._said, self._answered, self._state, SOURCE_FIELDS]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        rows = rows.select_related("meeting", "goal", "department")
        if _is_member(request):
            return rows.filter(Q(status=OpinionStatus.PUBLIC) | Q(author=request.user.pk))
        return rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "measure":
            kwargs |= {"queryset": _every_wording(), "form_class": WordingChoice}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "measures":
            kwargs |= {"queryset": _every_wording(), "form_class": WordingChoices}
        else:
            kwargs["queryset"] = Indicator.objects.in_order()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        own = obj is None or (obj.author_id == request.user.pk and obj.status != OpinionStatus.PUBLIC)
        return own or not _is_member(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return super().has_import_permission(request) and not _is_member(request)

    def save_model(self, request: HttpRequest, obj: Opinion, form: Any, change: bool) -> None:
        if _is_member(request):
            obj.author_id, obj.status = request.user.pk, OpinionStatus.SUBMITTED
        super().save_model(request, obj, form, change)

    @admin.display(description="基本目標", ordering="goal__number")
    def goal_number(self, obj: Opinion) -> str:
        return f"{obj.goal.number} {obj.goal.title}"

    @admin.display(description="意見")
    def short_text(self, obj: Opinion) -> str:
        return obj.text if len(obj.text) <= 40 else f"{obj.text[:40]}…"


def _is_member(request: HttpRequest) -> bool:
    """Tell a member of the committee, who hands opinions in, from staff, who read or keep them all."""
    return request.user.has_perm("measures.add_opinion") and not request.user.has_perm("measures.delete_opinion")
