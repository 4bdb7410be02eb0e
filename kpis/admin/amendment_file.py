"""Amendments from a file, and the template for it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from goals.accounts import audit
from goals.importing.formats import XLSX_TYPE
from goals.models.event import AuditAction
from kpis.admin.upload import UploadPages, download
from kpis.amending.file.template import template
from kpis.amending.file.uploads import AmendmentUploads
from kpis.entry.workbook.item import Outcome


class AmendmentFile(UploadPages):
    """The pages under /admin/kpis/amendment/."""

    route = "import-changes/"
    names = ("kpis_amendment_changes", "kpis_amendment_preview", "kpis_amendment_report")
    templates = "amendment"
    titles = ("公表後の変更をファイルで登録する", "登録する変更の確認")
    outcomes = (Outcome.REJECTED, Outcome.CONFLICT, Outcome.CHANGE, Outcome.SAME)
    report_columns = {
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
    report_name = "amendments-report"
    success = "{}件の公表後の変更を登録し、公開しました。"

    def urls(self) -> list[URLPattern]:
        return [self.path(f"{self.route}template.xlsx", self.template, "kpis_amendment_template"), *super().urls()]

    def uploads(self, request: HttpRequest, pk: int | None = None) -> AmendmentUploads:
        """Let in those who may amend one by one, and nobody else."""
        if not self.owner.has_add_permission(request):
            raise PermissionDenied
        return AmendmentUploads(request.user, timezone.localdate())  # type: ignore[arg-type]

    def template(self, request: HttpRequest) -> HttpResponse:
        """Hand out the file to fill in."""
        today = self.uploads(request).today
        audit.record(AuditAction.EXPORT, "公表後の変更のひな形", request=request)
        return download(template(today), XLSX_TYPE, f"amendments-{today:%Y%m%d}.xlsx")
