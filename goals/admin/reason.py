"""Why a row was changed: asked under its form, kept in its history and in that of the rows under it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

LONGEST = 100  # characters, as the history keeps them


class ReasonField(forms.CharField):
    """The reason by itself is no change."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class AsksWhy:
    """What a ModelAdmin needs to ask for the reason of a change."""

    change_form_template = "admin/history_reason.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            reason = ReasonField(
                label="変更の理由",
                required=False,
                max_length=LONGEST,
                help_text="例: 統計の確定値が出たため。100字まで。変更の履歴に残り、市民には見えません。",
                widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
            )
            form: Any = kwargs.get("form", getattr(self, "form"))  # noqa: B009
            kwargs["form"] = type(form.__name__, (form,), {"change_reason": reason})
        return super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._change_reason = _reason(form)
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.forms:
            row.instance._change_reason = _reason(form)
        super().save_formset(request, form, formset, change)  # type: ignore[misc]


def _reason(form: Any) -> str | None:
    return form.cleaned_data.get("change_reason") or None
