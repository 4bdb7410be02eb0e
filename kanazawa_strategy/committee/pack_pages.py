"""The meeting pack: what the committee has on the table, as A4 print and as Excel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from goals.accounts.door import members_only
from goals.publication.version import public
from kanazawa_strategy import opendata
from kanazawa_strategy.committee import pack_workbook
from kanazawa_strategy.committee.dashboard import Dashboard
from kanazawa_strategy.committee.dashboard_pages import address, found
from kanazawa_strategy.pages.opendata import EXCEL_TYPE, file_response
from kpis.display.standing import Standing


@dataclass(frozen=True)
class Part:
    """One document of the pack, numbered as meetings do (資料1, 資料2 …)."""

    number: int
    kind: str
    title: str
    board: Dashboard | None = None
    standing: Standing | None = None

    @property
    def key(self) -> str:
        return f"part-{self.number}"


@public("edition")
def pack(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Show the pack of a published year, to be printed."""
    return _render(request, found(request, fiscal_year))


@public("edition")
def workbook(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Hand over the pack of a published year as Excel."""
    return _workbook(found(request, fiscal_year))


@members_only
def preview(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Show the pack of the round under review, marked 公表前 on every page."""
    return _render(request, found(request, fiscal_year, is_preview=True))


@members_only
def preview_workbook(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """Hand over the pack of the round under review as Excel, marked 公表前 on every page."""
    return _workbook(found(request, fiscal_year, is_preview=True))


def parts_of(board: Dashboard) -> list[Part]:
    """Return the documents: the whole, a page a goal, a page a 重点 indicator, judgements, opinions."""
    goals = [(f"{tally.label}　{tally.goal.title}", tally.goal) for tally in board.by_goal if tally.goal]
    found = [
        Part(0, "whole", "全体の状況", board),
        *(Part(0, "goal", title, board.of_goal(goal)) for title, goal in goals),
        *(Part(0, "focus", f"重点審査　{row.indicator.name}", standing=row) for row in board.focus),
        Part(0, "judgements", "3つの評価", board),
        Part(0, "opinions", "これまでの意見と市の対応", board),
    ]
    return [replace(part, number=number) for number, part in enumerate(found, 1)]


def _render(request: HttpRequest, board: Dashboard) -> HttpResponse:
    ctx = {
        "board": board,
        "parts": parts_of(board),
        "printed_on": timezone.localdate() if board.is_preview else board.round.published_on,
        "board_url": address(board),
        "workbook_url": address(board, "workbook"),
        "marks": _marks(board),
    }
    return render(request, "portal/pack.html", ctx)


def _marks(board: Dashboard) -> str:
    """Return the name of the printed page whose margins carry what every sheet must say; "" for the plain one."""
    words = ["preview" if board.is_preview else "", "demo" if opendata.current().is_demo else ""]
    return "-".join(["pack", *filter(None, words)]) if any(words) else ""


def _workbook(board: Dashboard) -> HttpResponse:
    release = opendata.current()
    content = pack_workbook.written(board, notice=release.notice)
    name = "-".join(
        filter(None, ["demo" if release.is_demo else "", "preview" if board.is_preview else "", "committee"])
    )
    response = file_response(content, EXCEL_TYPE, f"{name}-{board.round.fiscal_year}.xlsx")
    del response["Access-Control-Allow-Origin"]  # a document for a meeting, no open data
    return response
