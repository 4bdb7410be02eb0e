"""Import and export in the admin: any table of ours, by codes, with a preview and nothing half-written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.results import RowResult

from goals.accounts import audit
from goals.importing import formats
from goals.importing.limits import FileRefused
from goals.importing.waiting import Waiting
from goals.models.event import AuditAction
from goals.publication import version


class UploadForm(ImportForm):
    """Pick a file; its kind shows by itself."""

    import_file = forms.FileField(
        label="取り込むファイル",
        help_text="CSV（UTF-8、Shift_JIS）か Excel（.xlsx）。10MB まで。次の画面で内容を確かめてから書き込みます。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].label = "種類"


class DownloadForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].label = "ファイルの種類"


class Transfer(ImportExportMixin):
    """What a ModelAdmin needs to let its table go out and come in."""

    import_formats = [formats.AnyTable]
    export_formats = [formats.CSV, formats.Excel, formats.ShiftJIS]
    import_form_class = UploadForm
    export_form_class = DownloadForm
    tmp_storage_class = Waiting
    importable = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        may: Any = self
        return self.importable and may.has_add_permission(request) and may.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        may: Any = self
        return bool(may.has_view_permission(request))

    # Going out

    def export_action(self, request: HttpRequest) -> Any:
        try:
            return self._titled(super().export_action(request), "書き出し")
        except IncorrectLookupParameters:  # the filter of the list that the address brings along
            messages.error(request, "絞り込みの指定を読み取れませんでした。すべての行を書き出す画面です。")
            return HttpResponseRedirect(self._url("export"))

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        if not self.has_export_permission(request):
            raise PermissionDenied
        native = isinstance(file_format, formats.Excel)
        data = self.get_data_for_export(request, queryset, force_native_type=native, **kwargs)
        audit.record(
            AuditAction.EXPORT,
            f"{self._name}を書き出し（{len(data)}件、{file_format.get_extension()}）",
            request=request,
        )
        return file_format.export_data(data)

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:  # type: ignore[override]
        kind = "-sjis" if isinstance(file_format, formats.ShiftJIS) else ""
        demo = "demo-" if version.current().is_demo else ""
        return f"{demo}{self.model._meta.model_name}-{timezone.localdate():%Y%m%d}{kind}.{file_format.get_extension()}"

    # Coming in

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        response = self._titled(super().import_action(request, **kwargs), "取り込み")
        context = getattr(response, "context_data", None)
        if context is not None:
            layout: Any = self.get_import_resource_classes(request)[0]
            context["columns"] = layout.columns()
            if "confirm_form" not in context:
                _forget(context["form"])
        return response

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        known = isinstance(e, FileRefused)
        form.add_error("import_file", str(e) if known else "ファイルを読み取れません。別の名前で保存し直してください。")

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except (OSError, IndexError, ValueError):
            # What waited between preview and confirmation is gone, or the form was tampered with.
            messages.error(
                request, "確認のあいだに、送ったファイルの期限が切れました。もう一度ファイルを選んでください。"
            )
            return HttpResponseRedirect(self._url("import"))

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Write the file whole or not at all; what is public is counted up in the same transaction."""
        with transaction.atomic():
            result = super().process_dataset(dataset, form, request, rollback_on_validation_errors=True, **kwargs)
            changed = sum(result.totals[kind] for kind in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE))
            if changed and not result.has_errors() and not result.has_validation_errors():
                admin: Any = self
                admin.note_change(request, f"{self._name}の取り込み（{changed}件）")
                audit.record(
                    AuditAction.IMPORT,
                    f"{self._name}を取り込み（{changed}件）{form.cleaned_data.get('original_file_name', '')}",
                    request=request,
                )
        return result

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                "確認のあいだに内容が変わり、取り込めない行ができました。何も書き込んでいません。もう一度取り込んでください。",
            )
            return HttpResponseRedirect(self._url("import"))
        return super().process_result(result, request)

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        for kind, flag in ((RowResult.IMPORT_TYPE_NEW, ADDITION), (RowResult.IMPORT_TYPE_UPDATE, CHANGE)):
            rows = [row.instance for row in result if row.import_type == kind and row.instance is not None]
            log: Any = LogEntry.objects
            if rows:
                log.log_actions(
                    request.user.pk, rows, flag, change_message="ファイルの取り込み", single_object=len(rows) == 1
                )

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        totals = result.totals
        messages.success(
            request,
            f"{self._name}を取り込みました。新規 {totals['new']}件、変更 {totals['update']}件、同じ {totals['skip']}件。",
        )

    @property
    def _name(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def _url(self, page: str) -> str:
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), page))

    def _titled(self, response: HttpResponse, what: str) -> HttpResponse:
        context = getattr(response, "context_data", None)
        if context is not None:
            context["title"] = f"{self._name}の{what}"
        return response


def _forget(form: Any) -> None:
    """Remove a file that was refused: nobody will confirm it."""
    name = getattr(form.files.get("import_file"), "tmp_storage_name", "")
    if name:
        Waiting(name=name).remove()
