"""調査票 out and in, at the round: workbooks, upload, preview by cell, confirmation, report."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
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
from goals.models import Department
from goals.spreadsheets import UTF8, guarded
from kpis import workbook
from kpis.access import Entrant
from kpis.admin.upload_form import UploadForm, download
from kpis.intake import uploads
from kpis.intake.item import ORDER
from kpis.models import Round, Upload
from kpis.sheet.check import CONFIRMED

_SHOWN = 200  # cells of one page
_ANSWER = 200  # characters, as the field of the value
_HEADINGS = ("区別", "シート", "行", "セル", "コード", "欄", "ファイルの内容", "今の値", "新しい値", "理由", "注意")


class Intake:
    """The views, bound to the admin of rounds."""

    def __init__(self, owner: ModelAdmin[Round]) -> None:
        self.owner, self.site = owner, owner.admin_site

    def urls(self) -> list[Any]:
        """Return the addresses under /admin/kpis/round/."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<int:pk>/workbook/<slug:code>.xlsx", self.workbook, "workbook"),
            ("<int:pk>/workbooks.zip", self.workbooks, "workbooks"),
            ("<int:pk>/intake/", self.upload, "intake"),
            ("<int:pk>/intake/<int:upload_pk>/", self.preview, "intake_preview"),
            ("<int:pk>/intake/<int:upload_pk>/report.csv", self.report, "intake_report"),
        ]
        return [path(route, self.site.admin_view(view), name=f"kpis_round_{name}") for route, view, name in pages]

    # Out

    def workbook(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """Hand out one department's form."""
        round_, entrant = self._open(request, pk)
        department = get_object_or_404(Department, code=code)
        if not entrant.owns(department.pk):
            raise PermissionDenied
        data = workbook.department_workbook(round_, department)
        audit.record(audit.AuditAction.EXPORT, f"{round_} 調査票 {department}", request=request)
        return download(data, XLSX_TYPE, workbook.file_name(round_, department))

    def workbooks(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out everybody's forms, zipped."""
        round_, entrant = self._open(request, pk)
        if not entrant.runs_rounds:
            raise PermissionDenied
        data = workbook.all_workbooks(round_)
        audit.record(audit.AuditAction.EXPORT, f"{round_} 調査票 全課", request=request)
        return download(data, "application/zip", f"chosahyo-{round_.fiscal_year}.zip")

    # In

    def upload(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a file and lead to what it would do."""
        round_, entrant = self._open(request, pk)
        closed = entrant.refusal(round_.strategy_id, round_.fiscal_year, next(iter(entrant.departments), None))
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and not closed and form.is_valid():
            file, user = form.cleaned_data["file"], request.user
            try:
                kept = uploads.receive(round_, user, file.name, file.read())  # type: ignore[arg-type]
            except FileRefused as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:kpis_round_intake_preview", args=[pk, kept.pk]))
        departments = _departments(round_, entrant)
        context = {"form": form, "closed": closed, "departments": departments, "all": entrant.runs_rounds}
        return self._page(request, round_, "upload", "調査票の取り込み", context)

    def preview(self, request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
        """Show by cell what would be written, and write it on the second click."""
        round_, entrant = self._open(request, pk)
        kept = self._kept(request, round_, upload_pk)
        if request.method == "POST" and self._apply(request, kept, entrant):
            return HttpResponseRedirect(request.path)
        plan = uploads.plan_of(kept, entrant)
        wanted = request.GET.get("kind", "")
        context = {
            "upload": kept,
            "plan": plan,
            "notes": uploads.notes_of(kept),
            "counts": [(outcome, outcome.label, plan.counts[outcome]) for outcome in ORDER],
            "kind": wanted,
            "report": reverse("admin:kpis_round_intake_report", args=[pk, kept.pk]),
            "page": Paginator(plan.listed(wanted), _SHOWN).get_page(request.GET.get("page")),
        }
        return self._page(request, round_, "preview", "取り込む内容の確認", context)

    def report(self, request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
        """Hand out all cells with what becomes of them."""
        round_, entrant = self._open(request, pk)
        kept = self._kept(request, round_, upload_pk)
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(_HEADINGS)
        for item in uploads.plan_of(kept, entrant).items:
            where = [item.sheet, str(item.row), item.place, item.code, item.label]
            texts = [item.typed, item.old, item.new, item.reason, item.doubt]
            rows.writerow([item.outcome_label, *map(guarded, where + texts)])
        return download(text.getvalue().encode(UTF8), "text/csv; charset=utf-8", f"chosahyo-report-{kept.pk}.csv")

    # What they share

    def _open(self, request: HttpRequest, pk: int) -> tuple[Round, Entrant]:
        """Return the round and who enters; only those who may enter values get in."""
        may_see = self.owner.has_view_permission(request)
        if not (may_see and request.user.has_perms(["kpis.add_yearlyvalue", "kpis.change_yearlyvalue"])):
            raise PermissionDenied
        round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
        return round_, Entrant(request.user, timezone.localdate())

    def _kept(self, request: HttpRequest, round_: Round, pk: int) -> Upload:
        """Return the user's own upload of this round."""
        rows = Upload.objects.select_related("round__strategy")
        return get_object_or_404(rows, pk=pk, round=round_, user=request.user)

    def _apply(self, request: HttpRequest, kept: Upload, entrant: Entrant) -> bool:
        posted = request.POST
        ticked = CONFIRMED if posted.get("checked") == "1" else ""
        try:
            count = uploads.apply(
                kept,
                posted.get("seen", ""),
                leaves_out=posted.get("leave_out") == "1",
                answer=posted.get("doubts_answer", "").strip()[:_ANSWER] or ticked,
                entrant=entrant,
            )
        except uploads.NotWritten as error:
            messages.error(request, str(error))
            return False
        messages.success(request, f"{count}件の指標に書き込みました。")
        return True

    def _page(
        self, request: HttpRequest, round_: Round, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        every = {**self.site.each_context(request), "opts": self.owner.opts, "round": round_, "title": title}
        response = TemplateResponse(request, f"admin/kpis/intake/{name}.html", {**every, **context})
        add_never_cache_headers(response)
        return response


def _departments(round_: Round, entrant: Entrant) -> list[Department]:
    """Return the departments with indicators in the round whose forms the user may take."""
    rows = Department.objects.filter(indicators__goal__strategy=round_.strategy_id).distinct()
    return list(rows if entrant.runs_rounds else rows.filter(pk__in=entrant.departments))
