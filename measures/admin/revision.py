"""Start a revision, look at what it changes as citizens will, adopt it or give it up. Registered above, in place of the plain one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from goals.admin import RevisionAdmin
from goals.admin.base import SOURCE_FIELDS
from goals.models import Revision, Strategy
from goals.notation.years import FiscalYear
from kpis.models import Tag
from measures import revisions
from measures.admin.revision_form import AdoptForm, RevisionForm
from measures.comparison import Comparison


class RevisionWithChangesAdmin(RevisionAdmin):
    """A draft becomes public by 改訂を決定する alone and goes by 取りやめる alone, never by its form."""

    form = RevisionForm
    actions = ["start_revision"]
    change_form_template = "admin/measures/revision/change_form.html"
    fieldsets = [
        (
            None,
            {
                "fields": ("strategy", "number", "name", "status", "adopted_on", "summary"),
                "description": "状態が「案」のあいだ、この改訂の目標と取組は公開されません。新しい改訂は、一覧で今の改訂を選んで「この改訂をもとに新しい改訂を始める」と、取組の写しから始められます。取組と目標が整ったら、「違いを見る」で確かめて「改訂を決定する」に進みます。",
            },
        ),
        SOURCE_FIELDS,
    ]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return [*shown, "changes_link"] if self.has_change_permission(request) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the place of an adopted revision, by which it is in force; only its date may be put right."""
        return ["status", "adopted_on"] if obj is None or obj.is_draft else ["status", "strategy", "number"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete nothing in passing: a draft goes with its measures by discard_view, an adopted one never."""
        return False

    def has_discard_permission(self, request: HttpRequest) -> bool:
        return super().has_delete_permission(request)

    def save_model(self, request: HttpRequest, obj: Revision, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "adopted_on" in form.changed_data:
            revisions.log_date(obj, form.initial["adopted_on"], request.user)  # type: ignore[arg-type]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["has_discard_permission"] = self.has_discard_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="違い")
    def changes_link(self, obj: Revision) -> str:
        address = reverse("admin:goals_revision_changes", args=[obj.pk])
        return format_html('<a href="{}">見る<span class="visually-hidden">：{}</span></a>', address, obj)

    @admin.action(description="この改訂をもとに新しい改訂を始める", permissions=["add"])
    def start_revision(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        if len(queryset) != 1:
            self.message_user(request, "もとにする改訂を、1つだけ選んでください。", messages.ERROR)
            return None
        source = queryset[0]
        try:
            with transaction.atomic():
                draft = revisions.copy_revision(source, _free_name(source.strategy), request.user)  # type: ignore[arg-type]
                self.log_addition(request, draft, f"「{source}」をもとに始めました。")
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return None
        text = f"「{source}」の取組を写して、新しい改訂の案を始めました。名称と概要を確かめてください。"
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:goals_revision_change", args=[draft.pk]))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/changes/", view(self.changes_view), name="goals_revision_changes"),
            path("<int:pk>/adopt/", view(self.adopt_view), name="goals_revision_adopt"),
            path("<int:pk>/discard/", view(self.discard_view), name="goals_revision_discard"),
            *super().get_urls(),
        ]

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a revision changes, as citizens see it or will."""
        revision = self._revision(request, pk)
        context = self._context(request, revision, f"{revision}の違い")
        return TemplateResponse(request, "admin/measures/revision/changes.html", context)

    def adopt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what would become public, and adopt it on the second click."""
        revision = self._revision(request, pk)
        if not revision.is_draft:
            messages.error(request, f"{revision}はもう決定されています。")
            return HttpResponseRedirect(reverse("admin:goals_revision_changelist"))
        form = AdoptForm(request.POST or None, today=timezone.localdate())
        if request.method == "POST" and form.is_valid() and self._adopt(request, revision, form):
            return HttpResponseRedirect(reverse("admin:goals_revision_changelist"))
        context = self._context(request, revision, f"{revision}を決定する")
        context |= {"form": form, "media": self.media + form.media}
        return TemplateResponse(request, "admin/measures/revision/adopt.html", context)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what goes with a draft, and delete it on the second click."""
        revision = self._revision(request, pk)
        if not self.has_discard_permission(request):
            raise PermissionDenied
        back = reverse("admin:goals_revision_change", args=[pk])
        if not revision.is_draft:
            messages.error(request, f"{revision}は決定されています。決定した改訂は取りやめられません。")
            return HttpResponseRedirect(back)
        if request.method == "POST":
            done = self._discard(request, revision)
            return HttpResponseRedirect(reverse("admin:goals_revision_changelist") if done else back)
        context = self._context(request, revision, f"{revision}の案を取りやめる")
        context["contents"] = revisions.contents(revision)
        return TemplateResponse(request, "admin/measures/revision/discard.html", context)

    def _revision(self, request: HttpRequest, pk: int) -> Revision:
        revision = get_object_or_404(Revision.objects.select_related("strategy"), pk=pk)
        if not self.has_change_permission(request, revision):
            raise PermissionDenied
        return revision

    def _context(self, request: HttpRequest, revision: Revision, title: str) -> dict[str, Any]:
        before = revisions.earlier(revision)
        comparison = revisions.compare(before, revision) if before else None
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "revision": revision,
            "before": before,
            "comparison": comparison,
            "untagged": _untagged(comparison) if comparison and revision.is_draft else [],
            "objections": revisions.objections(revision) if revision.is_draft else [],
        }

    def _adopt(self, request: HttpRequest, revision: Revision, form: AdoptForm) -> bool:
        try:
            with transaction.atomic():
                revisions.adopt(revision, form.cleaned_data["adopted_on"], request.user)  # type: ignore[arg-type]
                self.log_change(request, revision, "決定しました。")
        except ValidationError as error:
            form.add_error(None, error.messages)
            return False
        link = format_html('<a href="{}">公開ページを見る</a>', reverse("changes"))
        self.message_user(request, format_html("{}を決定しました。{}", revision, link), messages.SUCCESS)
        return True

    def _discard(self, request: HttpRequest, revision: Revision) -> bool:
        name = str(revision)
        try:
            with transaction.atomic():
                self.log_deletions(request, Revision.objects.filter(pk=revision.pk))
                gone = revisions.discard(revision, request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return False
        self.message_user(request, f"{name}の案を取りやめました（{gone}）。", messages.SUCCESS)
        return True


def _free_name(strategy: Strategy) -> str:
    """Return 令和8年度改訂, or with a number behind it where that stands already."""
    name = f"{FiscalYear.of(timezone.localdate()).long()}改訂"
    taken = set(strategy.revisions.values_list("name", flat=True))
    names = [name, *(f"{name}（{number}）" for number in range(2, len(taken) + 3))]
    return next(each for each in names if each not in taken)


def _untagged(comparison: Comparison) -> list[str]:
    """Say which measures lack the 新 or 改 that the differences suggest."""
    new = [f"{row.code} に「新」" for row in comparison.added if row.tag != Tag.NEW]
    return new + [f"{row.after.code} に「改」" for row in comparison.revised if row.after.tag != Tag.REVISED]
