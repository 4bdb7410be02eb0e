"""The pages of the committee's members: where they start, and how they hand in an opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from goals.accounts.door import members_only
from kanazawa_strategy.pages.frame import Crumb
from kpis.models import Round, RoundStatus
from measures import handing_in
from measures.handing_in import Closed, Subject
from measures.models import Opinion, OpinionStatus
from measures.opinion_form import OpinionForm, Subjects, is_asking, key_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SENT = "意見を提出しました。ありがとうございます。公開されるまでは、このページから直したり取り下げたりできます。"
CHANGED = "直した意見を提出しました。"
WITHDRAWN = "意見を取り下げました。下書きとして残っていますので、直してもう一度提出できます。"

may_speak = permission_required("measures.add_opinion", raise_exception=True)


@dataclass(frozen=True)
class YearLink:
    """A round, with the address of its dashboard."""

    round: Round
    url: str


@members_only
def start(request: HttpRequest) -> HttpResponse:
    """Show a member the rounds under review, the published years and what they said."""
    rows = list(Round.objects.select_related("strategy").order_by("-fiscal_year", "-strategy__edition"))
    ctx = {
        "waiting": _links(rows, "committee-preview", RoundStatus.OPEN, RoundStatus.REVIEW),
        "published": _links(rows, "committee-year", RoundStatus.PUBLISHED),
        "opinions": Opinion.objects.filter(author=request.user.pk).for_list(),
        "meeting": handing_in.next_meeting(timezone.localdate()),
        "may_speak": request.user.has_perm("measures.add_opinion"),
        "crumbs": [Crumb("委員のページ")],
    }
    return render(request, "portal/members.html", ctx)


@members_only
@may_speak
def opinion_new(request: HttpRequest) -> HttpResponse:
    """Take an opinion for the next meeting."""
    today, subjects = timezone.localdate(), Subjects()
    asked = subjects.asked_for(request.GET)
    form = OpinionForm(_sent(request), subjects=subjects, initial={"about": asked})

    def save() -> str:
        handing_in.hand_in(form.subject, form.cleaned_data["text"], cast("User", request.user), today=today)
        return SENT

    ctx = {
        "meeting": handing_in.next_meeting(today),
        "no_meeting": handing_in.NO_MEETING,
        "is_unknown": is_asking(request.GET) and not asked,
    }
    return _saved(request, form, save) or _form_page(request, "意見の提出", form, ctx)


@members_only
@may_speak
def opinion_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change or withdraw an own opinion that is not public."""
    own = Opinion.objects.filter(author=request.user.pk).exclude(status=OpinionStatus.PUBLIC)
    opinion = get_object_or_404(own.select_related("meeting", "goal__strategy", "indicator", "measure"), code=code)
    now = Subject(opinion.goal, opinion.indicator, opinion.measure)
    initial, subjects = {"about": key_of(now)}, Subjects(also=now)
    form = OpinionForm(_sent(request), instance=opinion, subjects=subjects, initial=initial)

    def save() -> str:
        is_withdrawn = request.POST.get("do") == "withdraw"
        status = OpinionStatus.DRAFT if is_withdrawn else OpinionStatus.SUBMITTED
        handing_in.change(opinion, form.subject, form.cleaned_data["text"], status)
        return WITHDRAWN if is_withdrawn else CHANGED

    ctx = {"meeting": opinion.meeting, "opinion": opinion}
    return _saved(request, form, save) or _form_page(request, "意見を直す", form, ctx)


def _saved(request: HttpRequest, form: OpinionForm, save: Callable[[], str]) -> HttpResponse | None:
    """Save what a valid form says and lead back with the sentence; None where it stays, with the reasons above it."""
    if not form.is_valid():
        return None
    try:
        sentence = save()
    except (Closed, ValidationError) as error:
        for reason in error.messages if isinstance(error, ValidationError) else [str(error)]:
            form.add_error(None, reason)
        return None
    messages.success(request, sentence)
    return redirect("members")


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _form_page(request: HttpRequest, title: str, form: OpinionForm, ctx: dict[str, Any]) -> HttpResponse:
    crumbs = [Crumb("委員のページ", reverse("members")), Crumb(title)]
    return render(request, "portal/opinion_form.html", {"title": title, "form": form, "crumbs": crumbs, **ctx})


def _links(rows: list[Round], name: str, *steps: RoundStatus) -> list[YearLink]:
    """Link the rounds in these steps; of one year the newest edition has the plain address."""
    seen: Counter[int] = Counter()
    links = []
    for row in rows:
        if row.status in steps:
            query = {"edition": row.strategy.edition} if seen[row.fiscal_year] else None
            links.append(YearLink(row, reverse(name, args=[row.fiscal_year], query=query)))
            seen[row.fiscal_year] += 1
    return links
