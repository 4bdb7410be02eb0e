"""The pages of the yearly sheets, inside the admin; each sheet says by itself what it asks for (kpis/admin/sheet.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from goals.models import Department
from kpis.entry.sheet import Grid, Outcome, save
from kpis.models import Round
from kpis.round.access import Entrant


@dataclass(frozen=True)
class Tab:
    """One of the sheets that a department fills in, with how far it has come."""

    label: str
    url: str
    due: int
    filled: int
    is_shown: bool


@dataclass(frozen=True)
class SheetPages:
    """Choose a department, see and save its sheet, save one row of it; the same for every table that has a sheet."""

    sheet: type[Grid[Any]]
    table: type[Model]  # whose permissions count
    name: str  # of the addresses
    part: str  # of the path
    label: str
    thing: str  # what a row is about
    things: str  # the list of all of them in the admin, as addresses name it
    templates: str  # the directory of page.html and judgement.html

    def urls(self, site: AdminSite, sheets: Sequence[SheetPages]) -> list[Any]:
        """Return the addresses under /admin/kpis/round/; `sheets` are all that follow one another."""
        base, guard, more = f"<int:pk>/{self.part}/", site.admin_view, {"sheets": sheets}
        return [
            path(base, guard(self.choice), more, name=f"{self.name}s"),
            path(f"{base}<slug:department>/", guard(self.page), more, name=self.name),
            path(f"{base}<slug:department>/rows/<str:code>/", guard(self.row), name=f"{self.name}_row"),
        ]

    def choice(self, request: HttpRequest, pk: int, sheets: Sequence[SheetPages]) -> HttpResponse:
        """Lead to the one sheet of the user, or let them choose."""
        round_, entrant = self._round(request, pk), _entrant(request)
        departments = list(self.sheet.departments(round_))
        own = [department for department in departments if entrant.owns(department.pk)]
        if len(own) == 1 and not entrant.runs_rounds:
            return HttpResponseRedirect(self.address(round_, own[0]))
        others = [] if entrant.runs_rounds else [department for department in departments if department not in own]
        headings = (("入力する課を選んでください", own), ("ほかの課（見るだけです）", others))
        ctx = {
            **self._context(request, round_, f"{self.label} {round_}"),
            "groups": [(heading, [(row, self.address(round_, row)) for row in found]) for heading, found in headings],
            "without": self.sheet.without_department(round_) if entrant.runs_rounds else 0,
        }
        return TemplateResponse(request, "admin/kpis/sheet/choice.html", ctx)

    def page(self, request: HttpRequest, pk: int, department: str, sheets: Sequence[SheetPages]) -> HttpResponse:
        """Show the sheet; a post saves what changed, and hands the sheet in where that was asked."""
        sheet = self._sheet(request, pk, department)
        if request.method != "POST":
            return self._page(request, sheet, sheets)
        self._check_may_enter(request, sheet)
        save(sheet, request.POST)
        if sheet.saved_now:
            messages.success(request, f"{len(sheet.saved_now)}件を保存しました。")
        if sheet.unsaved:
            left = f"{len(sheet.unsaved)}件はまだ保存していません。入力した内容は残っています。"
            messages.error(request, f"{left}下の赤い説明を確かめてください。")
            return self._page(request, sheet, sheets)
        if request.POST.get("do") == "submit":
            if sheet.blank:
                return self._page(request, sheet, sheets, asked_to_submit=True)
            _submit(request, sheet)
        elif not sheet.saved_now:
            messages.info(request, sheet.refusal or "変わったところはありません。")
        return HttpResponseRedirect(self.address(sheet.round, sheet.department))

    def row(self, request: HttpRequest, pk: int, department: str, code: str) -> JsonResponse:
        """Save one row and answer with what became of it."""
        if request.method != "POST":
            return JsonResponse({"said": "この住所は、行の保存にだけ使います。"}, status=405)
        sheet = self._sheet(request, pk, department, code=code)
        if not sheet.rows:
            raise Http404
        self._check_may_enter(request, sheet)
        (row,) = save(sheet, request.POST).rows
        ctx = {"row": row, "editable": True}
        return JsonResponse(
            {
                "outcome": row.outcome or Outcome.SAME,
                "cells": row.saved_cells,
                "seen": row.seen_now,
                "judgement": render_to_string(f"{self.templates}/judgement.html", ctx, request),
                "said": render_to_string("admin/kpis/sheet/said.html", ctx, request),
                "wrong": sorted(row.errors),
            }
        )

    def _page(
        self, request: HttpRequest, sheet: Grid[Any], sheets: Sequence[SheetPages], *, asked_to_submit: bool = False
    ) -> HttpResponse:
        refusal = sheet.refusal
        if not refusal and not self._may_enter(request):
            refusal = "この画面は見るだけです。入力する権限がありません。"
        tabs = self._tabs(sheet, sheets)
        ctx = {
            **self._context(request, sheet.round, f"{self.label} {sheet.department} {sheet.round.year.long()}"),
            "sheet": sheet,
            "department": sheet.department,
            "tabs": tabs,
            "next_tab": next((tab for before, tab in pairwise(tabs) if before.is_shown), None),
            "refusal": refusal,
            "editable": not refusal,
            "deadline": sheet.round.deadline(timezone.localdate()),
            "asked_to_submit": asked_to_submit,
            "key": f"{self.part}:{request.user.pk}:{sheet.round.pk}:{sheet.department.code}",
        }
        return TemplateResponse(request, f"{self.templates}/page.html", ctx)

    def _tabs(self, sheet: Grid[Any], sheets: Sequence[SheetPages]) -> list[Tab]:
        """Return the sheets of the department in their order; only those that have rows, and the one shown."""
        found = []
        for pages in sheets:
            is_shown = pages is self
            counted = pages.sheet.departments(sheet.round).filter(pk=sheet.department.pk).first()
            if is_shown or counted:
                due, filled = (counted.due, counted.filled) if counted else (0, 0)  # type: ignore[attr-defined]
                found.append(Tab(pages.label, pages.address(sheet.round, sheet.department), due, filled, is_shown))
        return found

    def _context(self, request: HttpRequest, round_: Round, title: str) -> dict[str, Any]:
        return {
            **admin.site.each_context(request),
            "title": title,
            "opts": Round._meta,
            "round": round_,
            "label": self.label,
            "thing": self.thing,
            "choice_url": reverse(f"admin:{self.name}s", args=[round_.pk]),
            "list_url": reverse(f"admin:{self.things}_changelist"),
            "is_nav_sidebar_enabled": False,  # the table needs the width
        }

    def _sheet(self, request: HttpRequest, pk: int, department: str, *, code: str = "") -> Grid[Any]:
        found = get_object_or_404(Department, code=department)
        return self.sheet.read(self._round(request, pk), found, _entrant(request), code=code)

    def _round(self, request: HttpRequest, pk: int) -> Round:
        if not request.user.has_perm(self._permission("view")):
            raise PermissionDenied
        return get_object_or_404(Round.objects.select_related("strategy"), pk=pk)

    def _permission(self, action: str) -> str:
        return f"{self.table._meta.app_label}.{action}_{self.table._meta.model_name}"

    def _may_enter(self, request: HttpRequest) -> bool:
        return request.user.has_perms([self._permission("add"), self._permission("change")])

    def _check_may_enter(self, request: HttpRequest, sheet: Grid[Any]) -> None:
        if not (self._may_enter(request) and sheet.entrant.owns(sheet.department.pk)):
            raise PermissionDenied

    def address(self, round_: Round, department: Department) -> str:
        return reverse(f"admin:{self.name}", args=[round_.pk, department.code])


def _submit(request: HttpRequest, sheet: Grid[Any]) -> None:
    try:
        count = sheet.submit()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = f"提出しました（{count}件）。企画調整課が確認します。受付中は、提出したあとも直せます。"
        messages.success(request, said)


def _entrant(request: HttpRequest) -> Entrant:
    return Entrant(request.user, timezone.localdate())
