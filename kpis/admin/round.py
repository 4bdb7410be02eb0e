from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from goals.accounts import audit
from goals.admin.base import PortalAdmin
from goals.admin.filters import FiscalYearFilter, strategy_filter
from goals.models.event import AuditAction
from goals.notation.numbers import whole
from kpis import resources
from kpis.admin import review, sheet, unpublish
from kpis.admin.companion import Companion
from kpis.admin.intake import Intake
from kpis.admin.publish_form import Preview, PublishForm
from kpis.admin.review import ReviewPages
from kpis.entry.sheet.pages import SheetPages
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing, steps

_CONFIRMED = Q(workflow__in=[Workflow.CONFIRMED, Workflow.PUBLISHED])


class RoundAdmin(PortalAdmin):
    """The yearly round: open it, look at what would become public, publish. Registered where measures are known."""

    public = False
    # What the apps above add to a round: sheets and reviews that follow those of the values, and what is published along
    sheets: tuple[SheetPages, ...] = (sheet.VALUES,)
    reviews: tuple[ReviewPages, ...] = (review.REVIEW,)
    companions: tuple[Companion, ...] = ()
    # What follows a publication once it is safe; where it fails, that is logged and the publication stands
    afterwards: tuple[Callable[[Round], None], ...] = ()
    resource_classes = [resources.RoundResource]
    list_display = [
        "__str__",
        "status",
        "entered",
        "confirmed",
        "due_on",
        "published_on",
        "decision_number",
        "yearly_sheet",
    ]
    list_select_related = ["strategy"]
    list_filter = [FiscalYearFilter, "status", strategy_filter("strategy")]
    actions = ["open_entry", "close_entry", "publish"]
    readonly_fields = ["status", "published_on", "decision_number"]
    change_form_template = "admin/kpis/round/change_form.html"
    fieldsets = [
        (
            None,
            {
                "fields": ("strategy", "fiscal_year", "status"),
                "description": "評価年度は、実績値の年度です。令和7年度に集めるのは、ふつう令和6年度の値です。状態は、一覧の操作（受付を開始する、公表する）で変わります。",
            },
        ),
        ("日程", {"fields": ("opens_on", "due_on")}),
        ("公表", {"fields": ("published_on", "decision_number")}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        values = YearlyValue.objects.filter(
            indicator__goal__strategy=OuterRef("strategy"), fiscal_year=OuterRef("fiscal_year")
        )
        indicators = Indicator.objects.filter(goal__strategy=OuterRef("strategy"))
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.annotate(
            values_n=_count(values, "fiscal_year"),
            confirmed_n=_count(values.filter(_CONFIRMED), "fiscal_year"),
            indicators_n=_count(indicators, "goal__strategy"),
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Read a round that is to be saved under its lock: its form writes the whole row, the step too."""
        if request.method == "POST" and connection.in_atomic_block and (key := whole(object_id)):
            Round.objects.select_for_update().filter(pk=key).first()
        return super().get_object(request, object_id, from_field)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        known = ["strategy", "fiscal_year"] if obj else []
        closed = ["opens_on", "due_on"] if obj and obj.is_published else []
        return [*self.readonly_fields, *known, *closed]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.status == RoundStatus.PREPARING)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset.filter(status=RoundStatus.PREPARING))

    # The steps

    @admin.action(description="受付を開始する", permissions=["change"])
    def open_entry(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        step = partial(steps.open_entry, today=timezone.localdate())
        self._take(request, queryset, step, "開始", "受付を開始しました。所管課が実績値を入力できます。")

    @admin.action(description="受付を締め切り、確認に進む", permissions=["change"])
    def close_entry(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        said = "受付を締め切りました。所管課の入力は止まります。"
        self._take(request, queryset, steps.close_entry, "締切", said)

    def _take(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        step: Callable[[Round], None],
        logged: str,
        said: str,
    ) -> None:
        """Take each round the step by itself, and say what became of it."""
        for round_ in queryset:
            try:
                with transaction.atomic():
                    step(round_)
                    audit.record(AuditAction.OPEN, f"{round_}の受付を{logged}", request=request)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, f"{round_}の{said}", messages.SUCCESS)

    @admin.action(description="公表する（確認の画面に進む）", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        if len(queryset) != 1:
            self.message_user(request, "公表する評価年度を、1つだけ選んでください。", messages.ERROR)
            return None
        return HttpResponseRedirect(reverse("admin:kpis_round_publish", args=[queryset[0].pk]))

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        return [
            *(address for pages in self.sheets for address in pages.urls(self.admin_site, self.sheets)),
            *(address for pages in self.reviews for address in pages.urls(self, self.reviews)),
            *Intake(self).urls(),
            path("<int:pk>/publish/", guard(self.publish_view), name="kpis_round_publish"),
            path("<int:pk>/unpublish/", guard(self.unpublish_view), name="kpis_round_unpublish"),
            *super().get_urls(),
        ]

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what would become public, and publish it on the second click: just that, so nobody writes meanwhile."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._publish_page(request, pk)
        with transaction.atomic():
            Round.objects.select_for_update().filter(pk=pk).first()
            return self._publish_page(request, pk)

    def _publish_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
        if not self.has_change_permission(request, round_):
            raise PermissionDenied
        try:
            preview = self._preview(round_)
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
            return HttpResponseRedirect(reverse("admin:kpis_round_changelist"))
        form = PublishForm(request.POST or None, preview=preview, today=timezone.localdate())
        if request.method == "POST" and form.is_valid() and self._publish(request, form):
            return HttpResponseRedirect(reverse("admin:kpis_round_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{round_}を公表する",
            "opts": self.opts,
            "round": round_,
            "preview": preview,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/kpis/round/publish.html", context)

    def _preview(self, round_: Round) -> Preview:
        if round_.is_published:
            raise ValidationError(f"{round_}はもう公表されています。直すときは「公表後の変更」を登録してください。")
        return Preview.of(round_, self.companions)

    def _publish(self, request: HttpRequest, form: PublishForm) -> bool:
        round_ = form.preview.round
        try:
            publishing.publish(
                round_,
                published_on=form.cleaned_data["published_on"],
                decision_number=form.cleaned_data["decision_number"],
                user=request.user,  # type: ignore[arg-type]
                along=[companion.publish for companion in self.companions],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            return False
        for follow in self.afterwards:
            transaction.on_commit(lambda follow=follow: follow(round_), robust=True)  # type: ignore[misc]
        link = format_html('<a href="{}">公開ページを見る</a>', round_.strategy.get_absolute_url())
        self.message_user(request, format_html("{}を公表しました。{}", round_, link), messages.SUCCESS)
        return True

    def unpublish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return unpublish.page(self, request, pk, [companion.unpublish for companion in self.companions])

    # What the list shows

    def get_list_display(self, request: HttpRequest) -> Any:
        """Lead those who run rounds to the review."""
        shown = super().get_list_display(request)
        return [*shown, "to_review"] if self.has_change_permission(request) else shown

    @admin.display(description="実績値の確認")
    def to_review(self, obj: Any) -> str:
        address = reverse("admin:kpis_round_review", args=[obj.pk])
        return format_html('<a href="{}">確認する<span class="visually-hidden">（{}）</span></a>', address, obj)

    @admin.display(description="年度実績入力")
    def yearly_sheet(self, obj: Any) -> str:
        return sheet.link(obj)

    @admin.display(description="入力", ordering="values_n")
    def entered(self, obj: Any) -> str:
        return f"{obj.values_n} / {obj.indicators_n}件"

    @admin.display(description="確認済", ordering="confirmed_n")
    def confirmed(self, obj: Any) -> str:
        return f"{obj.confirmed_n} / {obj.indicators_n}件"


def _count(rows: models.QuerySet[Any], group: str) -> Any:
    """Count the rows of a subquery: one number per row of the list, no query of its own."""
    numbers = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(numbers, output_field=models.IntegerField()), 0)
