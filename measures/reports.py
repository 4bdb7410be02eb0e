"""The yearly reports on measures: handed in, checked, given back, and published along with their round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_update_with_history

from goals import audit
from goals.models import Department
from kpis.access import Entrant
from kpis.models import Round, Workflow
from measures.models import Measure, MeasureReport
from measures.models.measure import MeasureQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_NAME = "取組報告"


def due(round_: Round) -> MeasureQuerySet:
    """Return the measures that are reported on in a round: those in force, reprints left out."""
    return Measure.objects.in_force().counted().filter(revision__strategy=round_.strategy_id)


def submit(round_: Round, department: Department, *, entrant: Entrant) -> int:
    """Hand in the department's reports; every measure needs one.

    Return how many went on; raises ValidationError that names what is still blank.
    """
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
        entrant.sees(locked)
        said = entrant.refusal(locked.strategy_id, locked.fiscal_year, department.pk)
        if said:
            raise ValidationError(said)
        measures = due(locked).filter(department=department).in_order()
        found = MeasureReport.objects.of_round(locked).filter(measure__code__in=measures.order_by().values("code"))
        rows = {row.measure.code: row for row in found.select_related("measure")}
        blank = [row.code for row in measures if row.code not in rows]
        if blank:
            raise ValidationError(f"まだ報告のない取組が{len(blank)}件あります（{'、'.join(blank)}）。")
        changed = [row for row in rows.values() if row.workflow == Workflow.DRAFT]
        _move(changed, Workflow.SUBMITTED, "", entrant.user, "提出")
        audit.record(audit.AuditAction.SUBMIT, f"{locked} {department} {_NAME}（{len(changed)}件）", user=entrant.user)
    return len(changed)


def confirm(reports: Iterable[MeasureReport], *, user: User) -> int:
    """Mark reports as checked by 企画調整課; what is published stays as it is. Return how many changed."""
    with transaction.atomic():
        changed = [row for row in reports if row.workflow in {Workflow.DRAFT, Workflow.SUBMITTED}]
        for report in changed:
            report.full_clean()
        _move(changed, Workflow.CONFIRMED, "", user, "確認")
        if changed:
            audit.record(audit.AuditAction.CONFIRM, _named(changed), user=user)
    return len(changed)


def give_back(reports: Iterable[MeasureReport], note: str, *, user: User) -> int:
    """Return reports to their departments with what is to be mended (差戻し). Return how many."""
    if not note.strip():
        raise ValidationError("差し戻す理由を書いてください。所管課の入力欄に表示されます。")
    with transaction.atomic():
        changed = [row for row in reports if row.workflow in {Workflow.SUBMITTED, Workflow.CONFIRMED}]
        _move(changed, Workflow.DRAFT, note.strip(), user, f"差戻し: {note.strip()}")
        if changed:
            audit.record(audit.AuditAction.RETURN, f"{_named(changed)} {note.strip()}", user=user)
    return len(changed)


def publish(round_: Round) -> int:
    """Make the confirmed reports of the round public; call it in the transaction of the round."""
    ready = list(MeasureReport.objects.of_round(round_).filter(workflow=Workflow.CONFIRMED))
    _move(ready, Workflow.PUBLISHED, "", None, "公表")
    return len(ready)


def unpublish(round_: Round) -> int:
    """Take the reports of a publication back to confirmed; call it in the transaction that takes the round back."""
    published = list(MeasureReport.objects.of_round(round_).public())
    _move(published, Workflow.CONFIRMED, "", None, "公表の取消し")
    return len(published)


def _move(reports: list[MeasureReport], step: Workflow, note: str, user: Any, why: str) -> None:
    for report in reports:
        report.workflow, report.returned_note = step, note
        report.version += 1
    bulk_update_with_history(
        reports,
        MeasureReport,
        ["workflow", "returned_note", "version"],
        default_user=user,
        default_change_reason=why[:100],
    )


def _named(reports: list[MeasureReport]) -> str:
    shown = "、".join(str(row) for row in reports[:5])
    return f"{_NAME} {shown}" if len(reports) <= 5 else f"{_NAME} {shown} ほか{len(reports) - 5}件"
