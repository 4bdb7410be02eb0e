"""The page on which 企画調整課 works through a round: confirm one or many, or return them with a note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from kpis.models import Round
from kpis.review import Review, Settled, Show, settle


class ReviewForm(forms.Form):
    """What to do with the values that were chosen; the buttons say which."""

    CONFIRM, CONFIRM_PLAIN, RETURN = "confirm", "confirm-plain", "return"
    step = forms.ChoiceField(choices=[(CONFIRM, ""), (CONFIRM_PLAIN, ""), (RETURN, "")])
    note = forms.CharField(required=False, max_length=500)

    def settle(self, round_: Round, data: QueryDict, user: Any) -> Settled:
        """Do it. Raises ValidationError with a sentence; then nothing was written."""
        if not self.is_valid():
            raise ValidationError([text for texts in self.errors.values() for text in texts])
        step = self.cleaned_data["step"]
        keys = data.getlist("plain" if step == self.CONFIRM_PLAIN else "chosen")
        return settle(round_, keys, note=self.cleaned_data["note"] if step == self.RETURN else None, user=user)


def page(table: admin.ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the round's values by department; on a post, move those chosen on and show the list again."""
    round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
    if not table.has_change_permission(request, round_):
        raise PermissionDenied
    if request.method == "POST":
        form = ReviewForm(request.POST)
        try:
            settled = form.settle(round_, request.POST, request.user)
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, f"まだ何も変えていません。{text}")
        else:
            _tell(request, settled, returned=form.cleaned_data["step"] == form.RETURN)
            return HttpResponseRedirect(request.get_full_path())
    context = {**table.admin_site.each_context(request), "opts": table.opts, **_shown(request, round_)}
    return TemplateResponse(request, "admin/kpis/review/list.html", context)


def _shown(request: HttpRequest, round_: Round) -> dict[str, Any]:
    review = Review.of(round_)
    department, show = request.GET.get("department", ""), request.GET.get("workflow", "")
    shares = review.narrowed(department, show)
    lines = [line for share in shares for line in share.lines]
    return {
        "title": f"{round_}の実績値の確認",
        "round": round_,
        "review": review,
        "shares": shares,
        "lines": lines,
        "plain": [line for line in lines if line.is_plain],
        "department": department,
        "show": show,
        "choices": Show.choices,
        "chosen": request.POST.getlist("chosen"),
        "note": request.POST.get("note", ""),
    }


def _tell(request: HttpRequest, settled: Settled, *, returned: bool) -> None:
    done = "所管課に差し戻しました" if returned else "確認済にしました"
    if settled.count:
        messages.success(request, f"{settled.count}件を{done}。")
    elif not settled.stale:
        held = "所管課が入力中" if returned else "確認済"
        messages.info(request, f"変えたものはありません。選んだ値は、すでに{held}です。")
    if settled.stale:
        names = "、".join(str(row.indicator) for row in settled.stale)
        messages.warning(
            request,
            f"画面を開いたあとでほかの人が変えたため、{len(settled.stale)}件はそのままにしました（{names}）。"
            "今の値を見て、もう一度選んでください。",
        )
