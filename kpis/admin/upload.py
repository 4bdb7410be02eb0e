"""Files that come in: the form that takes one, and the pages from there to its preview, confirmation and report."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers

from goals.importing.limits import FileRefused
from goals.notation.spreadsheets import UTF8, guarded
from kpis.entry.sheet.check import CONFIRMED
from kpis.entry.workbook.item import Outcome
from kpis.entry.workbook.uploads import NotWritten, Uploads
from kpis.models import Upload

_SHOWN = 200  # items of one page
_ANSWER = 200  # characters, as the field of the value


class UploadForm(forms.Form):
    """The file that somebody filled in."""

    file = forms.FileField(
        label="ファイル",
        help_text="Excel（.xlsx）か CSV。種類と文字コードは自動で見分けます。10MB まで。",
        error_messages={"empty": "ファイルの中身が空です。保存してから選び直してください。"},
    )


class UploadPages:
    """The pages of one kind of file, bound to the admin of its table; `pk` is the round's, for a kind that has one."""

    route: str  # of the page that takes a file, under the table's
    names: Sequence[str]  # of the addresses of upload, preview and report
    templates: str
    titles: Sequence[str]  # of upload and preview
    outcomes: Sequence[Outcome]  # that are counted
    report_columns: Mapping[str, str]  # heading and attribute of an item
    report_name: str
    success: str

    def __init__(self, owner: ModelAdmin[Any]) -> None:
        self.owner, self.site = owner, owner.admin_site

    def uploads(self, request: HttpRequest, pk: int | None) -> Uploads[Any]:
        """Return the files of the user, or raise PermissionDenied."""
        raise NotImplementedError

    def beside(self, uploads: Any) -> dict[str, Any]:
        """Return what else the page that takes a file shows; under "closed", why it takes none."""
        return {}

    def urls(self) -> list[URLPattern]:
        return [
            self.path(self.route, self.upload, self.names[0]),
            self.path(f"{self.route}<int:upload_pk>/", self.preview, self.names[1]),
            self.path(f"{self.route}<int:upload_pk>/report.csv", self.report, self.names[2]),
        ]

    def path(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(route, self.site.admin_view(view), name=name)

    def upload(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Take a file and lead to what it would do."""
        uploads = self.uploads(request, pk)
        form, beside = UploadForm(request.POST or None, request.FILES or None), self.beside(uploads)
        if request.method == "POST" and not beside.get("closed") and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                kept = uploads.receive(file.name, file.read())
            except FileRefused as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(self._url(1, pk=pk, upload_pk=kept.pk))
        return self._page(request, uploads, 0, {"form": form, **beside})

    def preview(self, request: HttpRequest, upload_pk: int, pk: int | None = None) -> HttpResponse:
        """Show what would be written, and write it on the second click."""
        uploads = self.uploads(request, pk)
        kept = self._kept(uploads, upload_pk)
        if request.method == "POST" and self._apply(request, uploads, kept):
            return HttpResponseRedirect(request.path)
        plan, wanted = uploads.plan_of(kept), request.GET.get("kind", "")
        context = {
            "upload": kept,
            "plan": plan,
            "notes": kept.plan["notes"],
            "counts": [(outcome, outcome.label, plan.counts[outcome]) for outcome in self.outcomes],
            "kind": wanted,
            "again": self._url(0, pk=pk),
            "report": self._url(2, pk=pk, upload_pk=upload_pk),
            "page": Paginator(plan.listed(wanted), _SHOWN).get_page(request.GET.get("page")),
        }
        return self._page(request, uploads, 1, context)

    def report(self, request: HttpRequest, upload_pk: int, pk: int | None = None) -> HttpResponse:
        """Hand out all items with what becomes of them."""
        uploads = self.uploads(request, pk)
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(self.report_columns)
        for item in uploads.plan_of(self._kept(uploads, upload_pk)).items:
            rows.writerow([guarded(str(getattr(item, name))) for name in self.report_columns.values()])
        name = f"{self.report_name}-{upload_pk}.csv"
        return download(text.getvalue().encode(UTF8), "text/csv; charset=utf-8", name)

    def _kept(self, uploads: Uploads[Any], pk: int) -> Upload:
        """Return the user's own upload of this round, or of none."""
        return get_object_or_404(Upload, pk=pk, round=uploads.round, user=uploads.user)

    def _apply(self, request: HttpRequest, uploads: Uploads[Any], kept: Upload) -> bool:
        posted = request.POST
        ticked = CONFIRMED if posted.get("checked") == "1" else ""
        answer = posted.get("doubts_answer", "").strip()[:_ANSWER] or ticked
        try:
            leaves_out = posted.get("leave_out") == "1"
            rows = uploads.apply(kept, posted.get("seen", ""), leaves_out=leaves_out, answer=answer)
        except NotWritten as error:
            messages.error(request, str(error))
            return False
        messages.success(request, self.success.format(len(rows)))
        return True

    def _url(self, page: int, **given: int | None) -> str:
        kwargs = {name: number for name, number in given.items() if number is not None}
        return reverse(f"admin:{self.names[page]}", kwargs=kwargs)

    def _page(self, request: HttpRequest, uploads: Uploads[Any], page: int, context: dict[str, Any]) -> HttpResponse:
        every = {**self.site.each_context(request), "opts": self.owner.opts, "round": uploads.round}
        template = f"admin/kpis/{self.templates}/{('upload', 'preview')[page]}.html"
        response = TemplateResponse(request, template, {**every, "title": self.titles[page], **context})
        add_never_cache_headers(response)
        return response


def download(data: bytes, kind: str, name: str) -> HttpResponse:
    """Hand a file out, of its content type, never from a cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    response = HttpResponse(data, content_type=kind, headers=headers)
    add_never_cache_headers(response)
    return response
