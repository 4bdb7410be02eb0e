"""Amendments from a file: the template out, upload, preview line by line, confirmation, report."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from goals import audit
from goals.importing.formats import XLSX_TYPE
from goals.importing.limits import FileRefused
from goals.spreadsheets import UTF8, guarded
from kpis.admin.upload_form import UploadForm, download
from kpis.amendment_file import uploads
from kpis.amendment_file.template import template
from kpis.intake.item import Outcome
from kpis.intake.uploads import NotWritten, notes_of
from kpis.models import Amendment, Upload

_SHOWN = 200  # lines of one page
_ORDER = [Outcome.REJECTED, Outcome.CONFLICT, Outcome.CHANGE, Outcome.SAME]
_REPORT = {
    "区別": "outcome_label",
    "シート": "sheet",
    "行": "row",
    "セル": "place",
    "指標コード": "code",
    "指標名": "name",
    "年度": "year",
    "種類または列": "label",
    "ファイルの内容": "typed",
    "公表中": "old",
    "公表中の評価": "old_rating",
    "変更後": "new",
    "変更後の評価": "new_rating",
    "理由（公開）": "public_reason",
    "変更日": "made_on",
    "受け付けられない理由": "reason",
    "注意": "doubt",
}


class AmendmentFile:
    """The views, bound to the admin of amendments."""

    def __init__(self, owner: ModelAdmin[Amendment]) -> None:
        self.owner, self.site = owner, owner.admin_site

    def urls(self) -> list[Any]:
        """Return the addresses under /admin/kpis/amendment/."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("", self.upload, "changes"),
            ("template.xlsx", self.template, "template"),
            ("<int:pk>/", self.preview, "preview"),
            ("<int:pk>/report.csv", self.report, "report"),
        ]
        return [
            path(f"import-changes/{route}", self.site.admin_view(self._guarded(view)), name=f"kpis_amendment_{name}")
            for route, view, name in pages
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file and lead to what it would change."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file, user = form.cleaned_data["file"], request.user
            try:
                kept = uploads.receive(user, file.name, file.read())  # type: ignore[arg-type]
            except FileRefused as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:kpis_amendment_preview", args=[kept.pk]))
        return self._page(request, "upload", "公表後の変更をファイルで登録する", {"form": form})

    def template(self, request: HttpRequest) -> HttpResponse:
        """Hand out the file to fill in."""
        today = timezone.localdate()
        audit.record(audit.AuditAction.EXPORT, "公表後の変更のひな形", request=request)
        return download(template(today), XLSX_TYPE, f"amendments-{today:%Y%m%d}.xlsx")

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show line by line what would change, and register it on the second click."""
        kept = self._kept(request, pk)
        if request.method == "POST" and self._apply(request, kept):
            return HttpResponseRedirect(request.path)
        plan = uploads.plan_of(kept, today=timezone.localdate())
        wanted = request.GET.get("kind", "")
        context = {
            "upload": kept,
            "plan": plan,
            "notes": notes_of(kept),
            "counts": [(outcome, outcome.label, plan.counts[outcome]) for outcome in _ORDER],
            "kind": wanted,
            "report": reverse("admin:kpis_amendment_report", args=[pk]),
            "page": Paginator(plan.listed(wanted), _SHOWN).get_page(request.GET.get("page")),
        }
        return self._page(request, "preview", "登録する変更の確認", context)

    def report(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out all lines with what becomes of them."""
        kept = self._kept(request, pk)
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(_REPORT)
        for item in uploads.plan_of(kept, today=timezone.localdate()).items:
            rows.writerow([guarded(str(getattr(item, name))) for name in _REPORT.values()])
        return download(text.getvalue().encode(UTF8), "text/csv; charset=utf-8", f"amendments-report-{pk}.csv")

    # What they share

    def _guarded(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Let in those who may amend one by one, and nobody else."""

        def guarded_view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.owner.has_add_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return guarded_view

    def _kept(self, request: HttpRequest, pk: int) -> Upload:
        """Return the user's own upload."""
        return get_object_or_404(Upload, pk=pk, round=None, user=request.user)

    def _apply(self, request: HttpRequest, kept: Upload) -> bool:
        try:
            made = uploads.apply(
                kept,
                request.POST.get("seen", ""),
                leaves_out=request.POST.get("leave_out") == "1",
                user=request.user,  # type: ignore[arg-type]
                today=timezone.localdate(),
            )
        except NotWritten as error:
            messages.error(request, str(error))
            return False
        log: Any = LogEntry.objects
        log.log_actions(request.user.pk, made, ADDITION, change_message=f"ファイル「{kept}」による登録")
        messages.success(request, f"{len(made)}件の公表後の変更を登録し、公開しました。")
        return True

    def _page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        every = {**self.site.each_context(request), "opts": self.owner.opts, "title": title}
        response = TemplateResponse(request, f"admin/kpis/amendment/{name}.html", {**every, **context})
        add_never_cache_headers(response)
        return response
