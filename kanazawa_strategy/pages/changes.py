from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from goals.models import Revision
from goals.publication.version import public
from kanazawa_strategy.pages.frame import Crumb
from kanazawa_strategy.sharing.news import News, newest_changes, of_revision
from measures.revisions import compare_all

PER_PAGE = 50


@dataclass(frozen=True)
class Elsewhere:
    """A revision that another page tells of; addresses lead to the first one, wherever it stands by now."""

    revision: Revision
    page: int

    @property
    def url(self) -> str:
        edition, number = self.revision.natural_key()
        return f"{_address(self.page)}#revision-{edition}-{number}"


@public("page")
def changes(request: HttpRequest) -> HttpResponse:
    """List what became public: rounds, amendments and revisions, each revision with what it changed; by pages."""
    paginator = Paginator(_everything(), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    dated = [news for news in page if news.on]
    ctx = {
        "page": page,
        "addresses": [(number, _address(number)) for number in paginator.page_range],
        "newer": _address(page.previous_page_number()) if page.has_previous() else "",
        "older": _address(page.next_page_number()) if page.has_next() else "",
        "years": [(year, list(news)) for year, news in groupby(dated, key=lambda news: news.on.year if news.on else 0)],
        "undated": [news for news in page if news.on is None],
        "continued": _year_before(page),
        "elsewhere": list(_elsewhere(paginator)) if page.number == 1 else [],
        "crumbs": [Crumb("公表と改訂の記録")],
    }
    return render(request, "portal/changes.html", ctx)


def _address(page: int) -> str:
    """Return the address of a page; the first has one only."""
    return reverse("changes") + (f"?page={page}" if page > 1 else "")


def _everything() -> list[News]:
    """Return all changes, the newest first, behind them the revisions whose date nobody knows: 6 queries."""
    revisions = list(Revision.objects.adopted().select_related("strategy"))
    found = compare_all(revisions)
    dated = [
        replace(news, comparison=found.get(news.revision.pk)) if news.revision else news for news in newest_changes()
    ]
    return dated + [of_revision(row, found.get(row.pk)) for row in reversed(revisions) if row.adopted_on is None]


def _year_before(page: Page[News]) -> int | None:
    """Return the year with which the page before ended, to say that it goes on."""
    if not page.has_previous():
        return None
    last = page.paginator.object_list[page.start_index() - 2]
    return last.on.year if last.on else 0


def _elsewhere(paginator: Paginator[News]) -> Iterable[Elsewhere]:
    for place, news in enumerate(paginator.object_list):
        if news.revision and place >= PER_PAGE:
            yield Elsewhere(news.revision, place // PER_PAGE + 1)
