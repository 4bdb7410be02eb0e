"""The yearly sheet of one department (年度実績入力), inside the admin: kpis/admin/sheet.py gives the addresses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from goals.models import Department
from kpis import steps
from kpis.access import Entrant
from kpis.models import Indicator, Round
from kpis.sheet import Outcome, Sheet, save


def sheet_choice(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the one sheet of the user, or let them choose."""
    round_ = _round(request, pk)
    entrant = _entrant(request)
    due = Q(indicators__goal__strategy=round_.strategy, indicators__ended_on__isnull=True)
    filled = due & Q(indicators__values__fiscal_year=round_.fiscal_year)
    departments = list(
        Department.objects.annotate(
            due=Count("indicators", due, distinct=True), filled=Count("indicators", filled, distinct=True)
        ).filter(due__gt=0)
    )
    own = [department for department in departments if entrant.owns(department.pk)]
    if len(own) == 1 and not entrant.runs_rounds:
        return HttpResponseRedirect(_address(round_, own[0]))
    others = [] if entrant.runs_rounds else [department for department in departments if department not in own]
    without = Indicator.objects.of(round_.strategy).filter(department__isnull=True, ended_on__isnull=True).count()
    ctx = {
        **_context(request, round_, f"年度実績入力 {round_}"),
        "groups": [("入力する課を選んでください", own), ("ほかの課（見るだけです）", others)],
        "without": without if entrant.runs_rounds else 0,
    }
    return TemplateResponse(request, "admin/kpis/sheet/choice.html", ctx)


def sheet_page(request: HttpRequest, pk: int, department: str) -> HttpResponse:
    """Show the sheet; a post saves what changed, and hands the sheet in where that was asked."""
    round_ = _round(request, pk)
    sheet = Sheet.read(round_, get_object_or_404(Department, code=department), _entrant(request))
    if request.method != "POST":
        return _page(request, sheet)
    _check_may_enter(request, sheet)
    save(sheet, request.POST)
    if sheet.saved_now:
        messages.success(request, f"{len(sheet.saved_now)}件を保存しました。")
    if sheet.unsaved:
        messages.error(
            request,
            f"{len(sheet.unsaved)}件はまだ保存していません。入力した内容は残っています。下の赤い説明を確かめてください。",
        )
        return _page(request, sheet)
    if request.POST.get("do") != "submit":
        if not sheet.saved_now:
            messages.info(request, sheet.refusal or "変わったところはありません。")
        return HttpResponseRedirect(_address(round_, sheet.department))
    if sheet.blank:
        return _page(request, sheet, asked_to_submit=True)
    return _submit(request, sheet)


def sheet_row(request: HttpRequest, pk: int, department: str, code: str) -> JsonResponse:
    """Save one row and answer with what became of it."""
    if request.method != "POST":
        return JsonResponse({"said": "この住所は、行の保存にだけ使います。"}, status=405)
    round_ = _round(request, pk)
    sheet = Sheet.read(round_, get_object_or_404(Department, code=department), _entrant(request), code=code)
    if not sheet.rows:
        raise Http404
    _check_may_enter(request, sheet)
    (row,) = save(sheet, request.POST).rows
    ctx = {"row": row, "editable": True}
    return JsonResponse(
        {
            "outcome": row.outcome or Outcome.SAME,
            "cells": row.saved_cells,
            "seen": row.seen_now,
            "judgement": render_to_string("admin/kpis/sheet/judgement.html", ctx, request),
            "said": render_to_string("admin/kpis/sheet/said.html", ctx, request),
            "wrong": sorted(row.errors),
        }
    )


def _submit(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    try:
        count = steps.submit(sheet.round, sheet.department, entrant=sheet.entrant)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, f"提出しました（{count}件）。企画調整課が確認します。受付中は、提出したあとも直せます。"
        )
    return HttpResponseRedirect(_address(sheet.round, sheet.department))


def _page(request: HttpRequest, sheet: Sheet, *, asked_to_submit: bool = False) -> HttpResponse:
    today = timezone.localdate()
    refusal = sheet.refusal or ("" if _may_enter(request) else "この画面は見るだけです。入力する権限がありません。")
    ctx = {
        **_context(request, sheet.round, f"年度実績入力 {sheet.department} {sheet.round.year.long()}"),
        "sheet": sheet,
        "refusal": refusal,
        "editable": not refusal,
        "deadline": sheet.deadline(today),
        "asked_to_submit": asked_to_submit,
        "columns": _columns(sheet),
        "key": f"sheet:{request.user.pk}:{sheet.round.pk}:{sheet.department.code}",
    }
    return TemplateResponse(request, "admin/kpis/sheet/page.html", ctx)


def _columns(sheet: Sheet) -> list[str]:
    return [past.year for past in sheet.rows[0].past] if sheet.rows else []


def _context(request: HttpRequest, round_: Round, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": title,
        "opts": Round._meta,
        "round": round_,
        "is_nav_sidebar_enabled": False,  # the table needs the width
    }


def _round(request: HttpRequest, pk: int) -> Round:
    if not request.user.has_perm("kpis.view_yearlyvalue"):
        raise PermissionDenied
    return get_object_or_404(Round.objects.select_related("strategy"), pk=pk)


def _entrant(request: HttpRequest) -> Entrant:
    return Entrant(request.user, timezone.localdate())


def _may_enter(request: HttpRequest) -> bool:
    return request.user.has_perms(["kpis.add_yearlyvalue", "kpis.change_yearlyvalue"])


def _check_may_enter(request: HttpRequest, sheet: Sheet) -> None:
    if not (_may_enter(request) and sheet.entrant.owns(sheet.department.pk)):
        raise PermissionDenied


def _address(round_: Round, department: Department) -> str:
    return reverse("admin:kpis_sheet", args=[round_.pk, department.code])
