"""The write path of the sheet of reports: checked, all or nothing, never over another's save (like kpis/entry.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from kpis.access import Entrant
from kpis.entry import Problem, Refusal, Refused
from kpis.models import Round, Workflow
from measures.models import Measure, MeasureReport

FIELDS = ("status", "summary", "budget")


@dataclass(frozen=True)
class ReportEntry:
    """What somebody wants to report on one measure: cleaned content by field, and the version that they saw."""

    measure: Measure
    changes: Mapping[str, Any]
    seen_version: int | None


def write(round_: Round, entries: Sequence[ReportEntry], *, entrant: Entrant, reason: str) -> list[MeasureReport]:
    """Write the reports of the round's year, all or nothing; return the rows that changed. Raises Refused."""
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).select_related("strategy").get(pk=round_.pk)
        entrant.sees(locked)
        found = MeasureReport.objects.of_round(locked).filter(measure__code__in={row.measure.code for row in entries})
        saved = {row.measure.code: row for row in found.select_related("measure")}
        refusals, new, changed = [], [], []
        for entry in entries:
            current = saved.get(entry.measure.code)
            row = _applied(locked, entry, current)
            refusal = _refusal(locked, entry, current, row, entrant)
            if refusal:
                refusals.append(refusal)
            elif current is None:
                new.append(row)
            elif _differs(row, current):
                row.version += 1
                changed.append(row)
        if refusals:
            raise Refused(refusals)
        for row in (*new, *changed):
            if not entrant.runs_rounds:
                row.workflow = Workflow.DRAFT  # what a department changes waits for confirmation again
        by: dict[str, Any] = {"default_user": entrant.user, "default_change_reason": reason}
        written = list(bulk_create_with_history(new, MeasureReport, **by))
        bulk_update_with_history(changed, MeasureReport, [*FIELDS, "version", "workflow"], **by)
    return [*written, *changed]


def _applied(round_: Round, entry: ReportEntry, current: MeasureReport | None) -> MeasureReport:
    row = copy(current) if current else MeasureReport(measure=entry.measure, fiscal_year=round_.fiscal_year)
    for name, content in entry.changes.items():
        if name not in FIELDS:
            raise ValueError(f"{name} is not reported")
        setattr(row, name, content)
    return row


def _refusal(
    round_: Round, entry: ReportEntry, current: MeasureReport | None, row: MeasureReport, entrant: Entrant
) -> Refusal | None:
    said = entrant.refusal(round_.strategy_id, round_.fiscal_year, entry.measure.department_id)
    if said:
        return Refusal(entry, Problem.REFUSED, {"": [said]})
    if (current.version if current else None) != entry.seen_version and (current is None or _differs(row, current)):
        said = "この行は、画面を開いたあとでほかの人が保存しました。"
        return Refusal(entry, Problem.CONFLICT, {"": [said]}, current)
    try:
        row.clean_fields(exclude=["measure", "fiscal_year"])
        row.clean()
    except ValidationError as error:
        return Refusal(entry, Problem.INVALID, error.message_dict)
    return None


def _differs(row: MeasureReport, current: MeasureReport) -> bool:
    return any(getattr(row, name) != getattr(current, name) for name in FIELDS)
