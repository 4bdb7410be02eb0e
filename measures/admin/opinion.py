from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from goals.accounts import audit
from goals.admin.base import SOURCE_FIELDS, TracedAdmin, shortened
from goals.admin.filters import department_filter, goal_filter
from goals.models.event import AuditAction
from kpis.models import Indicator
from measures import resources
from measures.models import Measure, Opinion, OpinionStatus
from measures.models.committee import UNANSWERED


class AnsweredFilter(admin.SimpleListFilter):
    title = "対応"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "未記入"), ("1", "記入済")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        chosen = {"0": queryset.filter(UNANSWERED), "1": queryset.exclude(UNANSWERED)}
        return chosen.get(self.value() or "", queryset)


class OverdueFilter(admin.SimpleListFilter):
    title = "対応の期限"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "期限超過（未記入）"), ("0", "期限内（未記入）"), ("none", "期限なし（未記入）")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today, open_ = timezone.localdate(), queryset.unanswered()
        chosen = {
            "1": queryset.overdue(today),
            "0": open_.filter(due_on__gte=today),
            "none": open_.filter(due_on=None),
        }
        return chosen.get(self.value() or "", queryset)


class WordingChoice(forms.ModelChoiceField):
    """A measure as one revision words it: the name of the revision tells equal codes apart."""

    def label_from_instance(self, obj: Any) -> str:
        return _wording(obj)


class WordingChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _wording(obj)


def _wording(measure: Measure) -> str:
    return f"{measure.code}（{measure.revision}）{measure.text[:30]}"


def _every_wording() -> models.QuerySet[Measure]:
    return Measure.objects.in_order().select_related("revision__strategy")


@admin.register(Opinion)
class OpinionAdmin(TracedAdmin):
    """The office edits all; a member of the committee hands in an own one, and edits it until it is public."""

    resource_classes = [resources.OpinionResource]
    list_display = [
        "code",
        "short_text",
        "member",
        "answered",
        "due",
        "department",
        "status",
        "goal_number",
        "met_on",
    ]
    list_display_links = ["code", "short_text"]
    list_filter = [
        AnsweredFilter,
        OverdueFilter,
        "response_class",
        department_filter("department"),
        goal_filter("goal"),
        "status",
        "meeting",
    ]
    # What waits for an answer first
    ordering: ClassVar[Any] = (
        Case(When(UNANSWERED, then=Value(0)), default=Value(1)),
        "-meeting__held_on",
        "order",
    )
    actions = ["publish"]
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

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and not _is_member(request)

    @admin.action(description="公開する", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        try:
            done = self._publish(request, queryset)
        except ValidationError as error:
            self.message_user(request, f"まだ何も公開していません。{' '.join(error.messages)}", messages.ERROR)
            return
        if not done:
            self.message_user(request, "選んだ意見は、すでに公開しています。", messages.INFO)
            return
        self.message_user(request, f"{len(done)}件の意見を公開しました。", messages.SUCCESS)
        unanswered = sum(not row.response for row in done)
        if unanswered:
            self.message_user(request, f"そのうち{unanswered}件は、市の対応が未記入です。", messages.WARNING)
        hidden = sum(not row.meeting.is_listed for row in done)
        if hidden:
            text = f"そのうち{hidden}件は、会議をサイトに載せていないため、まだ市民には見えません。"
            self.message_user(request, text, messages.WARNING)

    def _publish(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[Opinion]:
        """Make the opinions public, all or none. Raises ValidationError that names what can't be."""
        with transaction.atomic():
            chosen = Opinion.objects.filter(pk__in=queryset.order_by().values("pk")).select_related("meeting")
            rows = list(chosen.select_for_update(of=("self",)).order_by("code"))
            waiting = [row for row in rows if row.status != OpinionStatus.PUBLIC]
            for row in waiting:
                if not row.text.strip():
                    raise ValidationError(f"{row}には、意見の本文がありません。")
                if row.status == OpinionStatus.DRAFT and row.author_id:
                    raise ValidationError(f"{row}は、委員が下書きに戻しています。提出されるまで公開できません。")
                row.status = OpinionStatus.PUBLIC
                row._change_reason = "公開"  # type: ignore[attr-defined]
                row.save()
                self.log_change(request, row, "公開しました。")
            if waiting:
                names = "、".join(row.code for row in waiting)
                self.note_change(request, f"意見の公開（{names}）")
                audit.record(AuditAction.PUBLISH, f"委員の意見 {names}（{len(waiting)}件）", request=request)
        return waiting

    def save_model(self, request: HttpRequest, obj: Opinion, form: Any, change: bool) -> None:
        if _is_member(request):
            obj.author_id, obj.status = request.user.pk, OpinionStatus.SUBMITTED
        obj.was_public = _is_seen(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def note_change(self, request: HttpRequest, what: str, saved: Any = None) -> None:
        """Leave the public version alone where citizens see nothing of an opinion, before and after."""
        if saved is None or saved.was_public or _is_seen(saved):
            super().note_change(request, what, saved)

    @admin.display(description="基本目標", ordering="goal__number")
    def goal_number(self, obj: Opinion) -> str:
        return str(obj.goal.number)

    @admin.display(description="会議", ordering="meeting__held_on")
    def met_on(self, obj: Opinion) -> str:
        return f"{obj.meeting.held_on:%Y-%m-%d}"

    @admin.display(description="意見")
    def short_text(self, obj: Opinion) -> str:
        return shortened(obj.text)

    @admin.display(description="市の対応", ordering="response_class")
    def answered(self, obj: Opinion) -> str:
        if not obj.response:
            return "未記入"
        return f"記入済（{obj.get_response_class_display()}）" if obj.response_class else "記入済"

    @admin.display(description="対応の期限", ordering="due_on")
    def due(self, obj: Opinion) -> str:
        if obj.due_on is None:
            return "-"
        day = f"{obj.due_on:%Y-%m-%d}"
        return format_html("{}<br><strong>期限超過</strong>", day) if obj.is_overdue(timezone.localdate()) else day


def _is_seen(opinion: Opinion) -> bool:
    return Opinion.objects.public().filter(pk=opinion.pk).exists()


def _is_member(request: HttpRequest) -> bool:
    """Tell a member of the committee, who hands opinions in, from staff, who read or keep them all."""
    return request.user.has_perm("measures.add_opinion") and not request.user.has_perm("measures.delete_opinion")
