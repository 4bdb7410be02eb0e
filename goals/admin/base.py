"""The ModelAdmins that all others build on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import Textarea
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from simple_history.admin import SimpleHistoryAdmin

from goals.admin import history
from goals.admin.chosen import ChosenRows
from goals.admin.reason import AsksWhy
from goals.admin.transfer import Transfer
from goals.notation.forms import DayField
from goals.notation.numbers import whole
from goals.notation.years import FiscalYear
from goals.publication import version

NOTATION: Any = {models.DateField: {"form_class": DayField}}
PARAGRAPH: Any = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})}}
SOURCE_FIELDS: Any = (
    "資料（分かる範囲で）",
    {"fields": ("source_place", "source_note"), "classes": ("collapse",)},
)


LONG = 100  # characters from which a line of text gets a wide box


class NamedChoices:
    """Offer rows of other tables with what their names are made of, in one query, and nothing but to choose them."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = widget.can_view_related = False
        elif isinstance(widget, AdminTextInputWidget) and (getattr(db_field, "max_length", 0) or 0) >= LONG:
            widget.attrs["class"] = "vLargeTextField"
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "queryset" not in kwargs:
            kwargs["queryset"] = db_field.remote_field.model._default_manager.select_related()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class Stacked(NamedChoices, admin.StackedInline):
    extra = 0
    formfield_overrides = NOTATION | PARAGRAPH


class Tabular(NamedChoices, admin.TabularInline):
    extra = 0
    formfield_overrides = NOTATION | {models.TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 32})}}


class PortalAdmin(ChosenRows, NamedChoices, Transfer, admin.ModelAdmin):  # type: ignore[misc]
    """A table that staff keep; `public` says that citizens see its rows as soon as they are saved."""

    public = True
    list_per_page = 100
    formfield_overrides = NOTATION | PARAGRAPH

    @admin.display(description="年度", ordering="fiscal_year")
    def year_label(self, obj: Any) -> str:
        """Write the year of a row that has one."""
        return FiscalYear(obj.fiscal_year).long()

    def note_change(self, request: HttpRequest, what: str, saved: Any = None) -> None:
        """Answer for a change, of `saved` or of several rows, in its transaction: count up where citizens see it."""
        if self.public:
            version.bump()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change or form.changed_data or any(formset.has_changed() for formset in formsets):
            what = f"{self.model._meta.verbose_name}「{form.instance}」の{'変更' if change else '追加'}"
            self.note_change(request, what, form.instance)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            name = f"{self.model._meta.verbose_name}「{obj}」の削除"
            super().delete_model(request, obj)
            self.note_change(request, name)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():
            name = f"{self.model._meta.verbose_name}{queryset.count()}件の削除"
            super().delete_queryset(request, queryset)
            self.note_change(request, name)


class TracedAdmin(AsksWhy, SimpleHistoryAdmin, PortalAdmin):  # type: ignore[misc]
    """A table whose rows keep their history: who, when, what, why."""

    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_list.html"

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Compare the records of the page, the last with the first of the next page."""
        page, older = historical_records, None
        if page.has_next():
            older = page.paginator.object_list[page.end_index()]
        history.compare(list(page), older)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody takes a row back to an old state by a button: it would pass by every check of the form."""
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"変更の履歴: {obj}"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self._check_sight(request, unquote(object_id))
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show what a row held at one time: what the history kept, not a form over what the row is linked to today."""
        self._check_sight(request, unquote(object_id))
        model: Any = self.model
        rows = model.history.select_related("history_user")
        record = get_object_or_404(rows, id=unquote(object_id), history_id=whole(version_id) or 0)
        if request.method != "GET" or not self.has_view_history_permission(request, record.instance):
            raise PermissionDenied
        history.compare([record])
        context = {
            **self.admin_site.each_context(request),
            "title": f"この時点の内容: {record.instance}",
            "opts": self.opts,
            "original": record.instance,
            "record": record,
            "contents": history.contents(record),
        }
        return TemplateResponse(request, "admin/history_form.html", context)

    def _check_sight(self, request: HttpRequest, key: str) -> None:
        """Show no history of a row that the list hides from the user; of deleted ones to those who may delete."""
        if whole(key) is None:
            raise Http404
        model: Any = self.model
        if model._base_manager.filter(pk=key).exists():
            may = self.get_queryset(request).filter(pk=key).exists()
        else:
            may = self.has_delete_permission(request)
        if not may:
            raise PermissionDenied


class OnlyShown:
    """What nobody adds, changes or deletes on its own screen."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(OnlyShown, PortalAdmin):  # type: ignore[misc]
    """A table that only the system writes."""

    public = False
    importable = False


def shortened(text: str) -> str:
    """Write a long text as a list shows it."""
    return text if len(text) <= 40 else f"{text[:40]}…"
