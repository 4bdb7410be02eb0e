"""The dashboards of the committee: a published year for everyone, a round under review for members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from goals.accounts.door import members_only
from goals.models import Goal
from goals.publication.version import public
from kanazawa_strategy.committee import dashboard
from kanazawa_strategy.committee.dashboard import Dashboard
from kanazawa_strategy.pages.frame import Crumb
from kpis.models import Round


@dataclass(frozen=True)
class Link:
    """A choice among pages of the same kind."""

    label: str
    url: str
    is_current: bool


@public("edition")
def year(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Show a published year: counts, moves, attention, heat map, three judgements."""
    return _render(request, found(request, fiscal_year), None)


@public("edition")
def goal(request: HttpRequest, fiscal_year: int, number: int) -> HttpResponse:
    """Show one goal of a published year."""
    return _render(request, found(request, fiscal_year), number)


@members_only
def preview(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Show the round under review as it would be published today."""
    return _render(request, found(request, fiscal_year, is_preview=True), None)


@members_only
def preview_goal(request: HttpRequest, fiscal_year: int, number: int) -> HttpResponse:
    """Show one goal of the round under review."""
    return _render(request, found(request, fiscal_year, is_preview=True), number)


def found(request: HttpRequest, fiscal_year: int, *, is_preview: bool = False) -> Dashboard:
    """Find the round that an address names (`edition` tells two of one year apart), or raise Http404."""
    edition = request.GET.get("edition", "")
    load = dashboard.under_review if is_preview else dashboard.published
    try:
        board = load(fiscal_year, int(edition) if edition.isdecimal() and len(edition) < 4 else None)
    except ValidationError as error:
        raise Http404(" ".join(error.messages)) from error
    if board is None:
        raise Http404
    return board


def address(board: Dashboard, page: str = "", **arguments: int) -> str:
    """Return the address of a page of this dashboard: "", "goal", "pack" or "workbook"."""
    name = "-".join(filter(None, ["committee-preview" if board.is_preview else "committee-year", page]))
    query = {"edition": board.round.strategy.edition} if board.has_namesake else None
    return reverse(name, kwargs={"fiscal_year": board.round.fiscal_year, **arguments}, query=query)


def _render(request: HttpRequest, board: Dashboard, number: int | None) -> HttpResponse:
    chosen = next((goal for goal in board.goals if goal.number == number), None)
    if number is not None and chosen is None:
        raise Http404
    ctx: dict[str, Any] = {
        "board": board.of_goal(chosen) if chosen else board,
        "goal": chosen,
        "tabs": _tabs(board, chosen),
        "years": years(board.published, board.round),
        "pack_url": address(board, "pack"),
        "workbook_url": address(board, "workbook"),
        "may_speak": board.is_preview and request.user.has_perm("measures.add_opinion"),
        "crumbs": _crumbs(board, chosen),
    }
    return render(request, "portal/dashboard.html", ctx)


def _tabs(board: Dashboard, chosen: Goal | None) -> list[Link]:
    """Return the whole and each goal."""
    whole = Link("全体", address(board), chosen is None)
    goals = (
        Link(f"基本目標{goal.number}", address(board, "goal", number=goal.number), goal == chosen)
        for goal in board.goals
    )
    return [whole, *goals]


def years(published: list[Round], current: Round | None = None) -> list[Link]:
    """Return links to the published years of every edition, the newest first."""
    links: list[Link] = []
    for row in published:
        url = reverse("committee-year", args=[row.fiscal_year])
        if any(link.url == url for link in links):
            url = f"{url}?edition={row.strategy.edition}"
        links.append(Link(f"{row.year.long(row.strategy.as_of)}（{row.strategy.short_name}）", url, row == current))
    return links


def _crumbs(board: Dashboard, chosen: Goal | None) -> list[Crumb]:
    start = Crumb("委員のページ", reverse("members")) if board.is_preview else Crumb("推進委員会", reverse("committee"))
    if chosen is None:
        return [start, Crumb(board.year_short)]
    return [start, Crumb(board.year_short, address(board)), Crumb(f"基本目標{chosen.number}")]
