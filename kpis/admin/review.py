"""The pages on which 企画調整課 works through a round: confirm one or many, or return them with a note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from kpis.models import Round
from kpis.review import committee_rating
from kpis.review.lists import Review, ReviewList, Show
from kpis.round.settling import VALUES, Settled, Settlement


class ReviewForm(forms.Form):
    """What to do with the rows that were chosen; the buttons say which."""

    CONFIRM, CONFIRM_PLAIN, RETURN = "confirm", "confirm-plain", "return"
    step = forms.ChoiceField(choices=[(CONFIRM, ""), (CONFIRM_PLAIN, ""), (RETURN, "")])
    note = forms.CharField(required=False, max_length=500)

    def settle(self, settlement: Settlement, round_: Round, data: QueryDict, user: Any) -> Settled:
        """Do it. Raises ValidationError with a sentence; then nothing was written."""
        if not self.is_valid():
            raise ValidationError([text for texts in self.errors.values() for text in texts])
        step = self.cleaned_data["step"]
        keys = data.getlist("plain" if step == self.CONFIRM_PLAIN else "chosen")
        return settlement.settle(
            round_, keys, note=self.cleaned_data["note"] if step == self.RETURN else None, user=user
        )


@dataclass(frozen=True)
class ReviewPages:
    """The review list of a table whose rows are handed in with a round."""

    settlement: Settlement
    read: Callable[[Round], ReviewList[Any]]
    name: str  # of the address
    part: str  # of the path
    label: str
    subject: str  # what a line is about
    template: str
    choices: Sequence[Show] = tuple(Show)

    def urls(self, owner: ModelAdmin[Round], reviews: Sequence[ReviewPages]) -> list[Any]:
        """Return the address under /admin/kpis/round/; `reviews` are all that a round has."""
        view = owner.admin_site.admin_view(self.page)
        return [path(f"<int:pk>/{self.part}/", view, {"owner": owner, "reviews": reviews}, name=self.name)]

    def address(self, round_: Round) -> str:
        return reverse(f"admin:{self.name}", args=[round_.pk])

    def page(
        self, request: HttpRequest, pk: int, owner: ModelAdmin[Round], reviews: Sequence[ReviewPages]
    ) -> HttpResponse:
        """Show what was handed in by department; on a post, move those chosen on and show the list again."""
        round_ = get_object_or_404(Round.objects.select_related("strategy"), pk=pk)
        if not owner.has_change_permission(request, round_):
            raise PermissionDenied
        if request.method == "POST":
            try:
                address = self._take(request, round_)
            except ValidationError as error:
                for text in error.messages:
                    messages.error(request, f"まだ何も変えていません。{text}")
            else:
                if address:
                    return HttpResponseRedirect(address)
        tabs = [(pages.label, pages.address(round_), pages is self) for pages in reviews]
        context = {**owner.admin_site.each_context(request), "opts": owner.opts, "tabs": tabs}
        return TemplateResponse(request, self.template, {**context, **self._shown(request, round_)})

    def _take(self, request: HttpRequest, round_: Round) -> str:
        """Do what was asked for, and return where to go on; nowhere, while something typed is not saved.

        Raises ValidationError with a sentence; then nothing was written.
        """
        form = ReviewForm(request.POST)
        settled = form.settle(self.settlement, round_, request.POST, request.user)
        self._tell(request, settled, returned=form.cleaned_data["step"] == form.RETURN)
        return request.get_full_path()

    def _read(self, request: HttpRequest, round_: Round) -> ReviewList[Any]:
        return self.read(round_)

    def _shown(self, request: HttpRequest, round_: Round) -> dict[str, Any]:
        review = self._read(request, round_)
        department, show = request.GET.get("department", ""), request.GET.get("workflow", "")
        shares = review.narrowed(department, show)
        lines = [line for share in shares for line in share.lines]
        return {
            "title": f"{round_}の{self.label}",
            "label": self.label,
            "thing": self.settlement.thing,
            "subject": self.subject,
            "round": round_,
            "review": review,
            "shares": shares,
            "lines": lines,
            "plain": [line for line in lines if line.is_plain],
            "department": department,
            "show": show,
            "choices": [(choice.value, choice.label) for choice in self.choices],
            "chosen": request.POST.getlist("chosen"),
            "note": request.POST.get("note", ""),
        }

    def _tell(self, request: HttpRequest, settled: Settled, *, returned: bool) -> None:
        done = "所管課に差し戻しました" if returned else "確認済にしました"
        if settled.count:
            messages.success(request, f"{settled.count}件を{done}。")
        elif not settled.stale:
            held = "所管課が入力中" if returned else "確認済"
            messages.info(request, f"変えたものはありません。選んだ{self.settlement.thing}は、すでに{held}です。")
        self._tell_stale(request, settled.stale)

    def _tell_stale(self, request: HttpRequest, stale: Sequence[Any]) -> None:
        if stale:
            names = "、".join(self.settlement.name(row) for row in stale)
            messages.warning(
                request,
                f"画面を開いたあとでほかの人が変えたため、{len(stale)}件はそのままにしました（{names}）。"
                f"今の{self.settlement.thing}を見て、もう一度選んでください。",
            )


class ValueReviewPages(ReviewPages):
    """The review of the values, on which the committee's ratings are entered too."""

    def _take(self, request: HttpRequest, round_: Round) -> str:
        typed = request.POST
        if "rate" not in typed:
            address = super()._take(request, round_)
            if committee_rating.typed_in(typed):
                messages.warning(
                    request, "入力した推進委員会の評価は、まだ保存していません。「評価を保存」を押してください。"
                )
                return ""
            return address
        rated = committee_rating.rate(round_, typed, user=request.user)  # type: ignore[arg-type]
        if rated.count:
            messages.success(request, f"推進委員会の評価を{rated.count}件保存しました。")
        elif not rated.stale:
            messages.info(request, "変えた評価はありません。")
        self._tell_stale(request, rated.stale)
        if rated.stale or typed.getlist("chosen") or typed.get("note", "").strip():
            return ""
        return f"{request.get_full_path()}#value-{typed['rate']}"

    def _read(self, request: HttpRequest, round_: Round) -> ReviewList[Any]:
        typed = committee_rating.typed_in(request.POST)
        return Review.of(round_).with_typed({pk: cells for pk, (_, cells) in typed.items()})


REVIEW = ValueReviewPages(
    settlement=VALUES,
    read=Review.of,
    name="kpis_round_review",
    part="review",
    label="実績値の確認",
    subject="指標",
    template="admin/kpis/review/list.html",
)
