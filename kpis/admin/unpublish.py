"""The page on which a superuser takes a publication back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from kpis.models import Round
from kpis.round import publishing


class UnpublishForm(forms.Form):
    """Why a publication is taken back."""

    reason = forms.CharField(
        label="取り消す理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="操作記録と、値の履歴に残ります。市民には見えません。",
    )


def page(
    table: admin.ModelAdmin, request: HttpRequest, pk: int, along: Iterable[Callable[[Round], object]]
) -> HttpResponse:
    """Ask a superuser for a reason, and take the publication back with what was published along."""
    round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied
    form = UnpublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _unpublish(request, round_, form, along):
        said = f"{round_}の公表を取り消しました。値は「確認済」に戻り、市民には見えません。"
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:kpis_round_changelist"))
    context = {
        **table.admin_site.each_context(request),
        "title": f"{round_}の公表を取り消す",
        "opts": table.opts,
        "round": round_,
        "form": form,
    }
    return TemplateResponse(request, "admin/kpis/round/unpublish.html", context)


def _unpublish(
    request: HttpRequest, round_: Round, form: UnpublishForm, along: Iterable[Callable[[Round], object]]
) -> bool:
    user = request.user
    try:
        publishing.unpublish(round_, reason=form.cleaned_data["reason"], user=user, along=along)  # type: ignore[arg-type]
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True
