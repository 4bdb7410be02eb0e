"""調査票 out and in, at the round."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from django.utils import timezone

from goals.accounts import audit
from goals.importing.formats import XLSX_TYPE
from goals.models import Department
from goals.models.event import AuditAction
from kpis.admin.upload import UploadPages, download
from kpis.entry.workbook import form as workbook_form
from kpis.entry.workbook.item import ORDER
from kpis.entry.workbook.uploads import WorkbookUploads
from kpis.models import Round
from kpis.round.access import Entrant


class Intake(UploadPages):
    """The pages under /admin/kpis/round/."""

    route = "<int:pk>/intake/"
    names = ("kpis_round_intake", "kpis_round_intake_preview", "kpis_round_intake_report")
    templates = "intake"
    titles = ("調査票の取り込み", "取り込む内容の確認")
    outcomes = ORDER
    report_columns = {
        "区別": "outcome_label",
        "シート": "sheet",
        "行": "row",
        "セル": "place",
        "コード": "code",
        "欄": "label",
        "ファイルの内容": "typed",
        "今の値": "old",
        "新しい値": "new",
        "理由": "reason",
        "注意": "doubt",
    }
    report_name = "chosahyo-report"
    success = "{}件の指標に書き込みました。"

    def urls(self) -> list[URLPattern]:
        return [
            self.path("<int:pk>/workbook/<slug:code>.xlsx", self.workbook, "kpis_round_workbook"),
            self.path("<int:pk>/workbooks.zip", self.workbooks, "kpis_round_workbooks"),
            *super().urls(),
        ]

    def uploads(self, request: HttpRequest, pk: int | None) -> WorkbookUploads:
        """Let in those who may enter values."""
        may_see = self.owner.has_view_permission(request)
        if not (may_see and request.user.has_perms(["kpis.add_yearlyvalue", "kpis.change_yearlyvalue"])):
            raise PermissionDenied
        round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
        return WorkbookUploads(round_, Entrant(request.user, timezone.localdate()))

    def beside(self, uploads: WorkbookUploads) -> dict[str, Any]:
        """Show the departments with indicators in the round whose forms the user may take."""
        round_, entrant = uploads.round, uploads.entrant
        closed = entrant.refusal(round_.strategy_id, round_.fiscal_year, next(iter(entrant.departments), None))
        rows = Department.objects.filter(indicators__goal__strategy=round_.strategy_id).distinct()
        own = rows if entrant.runs_rounds else rows.filter(pk__in=entrant.departments)
        return {"closed": closed, "departments": own, "all": entrant.runs_rounds}

    def workbook(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """Hand out one department's form."""
        uploads = self.uploads(request, pk)
        department = get_object_or_404(Department, code=code)
        if not uploads.entrant.owns(department.pk):
            raise PermissionDenied
        data = workbook_form.department_workbook(uploads.round, department)
        audit.record(AuditAction.EXPORT, f"{uploads.what} {department}", request=request)
        return download(data, XLSX_TYPE, workbook_form.file_name(uploads.round, department))

    def workbooks(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out everybody's forms, zipped."""
        uploads = self.uploads(request, pk)
        if not uploads.entrant.runs_rounds:
            raise PermissionDenied
        data = workbook_form.all_workbooks(uploads.round)
        audit.record(AuditAction.EXPORT, f"{uploads.what} 全課", request=request)
        return download(data, "application/zip", f"chosahyo-{uploads.round.fiscal_year}.zip")
