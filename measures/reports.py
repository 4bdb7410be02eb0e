"""The yearly reports on measures: handed in, checked, given back, and published along with their round."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from goals.models import Department
from kpis.models import Round, Workflow
from kpis.round.access import Entrant
from kpis.round.steps import confirm, give_back, hand_in, move
from measures.models import Measure, MeasureReport
from measures.models.measure import MeasureQuerySet

__all__ = ["confirm", "due", "give_back", "publish", "submit", "unpublish"]


def due(round_: Round) -> MeasureQuerySet:
    """Return the measures that are reported on in a round: those in force, reprints left out."""
    return Measure.objects.in_force().counted().filter(revision__strategy=round_.strategy_id)


def submit(round_: Round, department: Department, *, entrant: Entrant) -> int:
    """Hand in the department's reports; every measure needs one."""
    return hand_in(round_, department, _reports, entrant=entrant, thing=" 取組報告")


def _reports(round_: Round, department: Department) -> Iterable[MeasureReport]:
    measures = due(round_).filter(department=department).in_order()
    found = MeasureReport.objects.of_round(round_).filter(measure__code__in=measures.order_by().values("code"))
    rows = {row.measure.code: row for row in found.select_related("measure")}
    blank = [row.code for row in measures if row.code not in rows]
    if blank:
        raise ValidationError(f"まだ報告のない取組が{len(blank)}件あります（{'、'.join(blank)}）。")
    return rows.values()


def publish(round_: Round) -> int:
    """Make the confirmed reports of the round public; call it in the transaction of the round."""
    ready = list(MeasureReport.objects.of_round(round_).filter(workflow=Workflow.CONFIRMED))
    move(ready, Workflow.PUBLISHED, "", None, "公表")
    return len(ready)


def unpublish(round_: Round) -> int:
    """Take the reports of a publication back to confirmed; call it in the transaction that takes the round back."""
    published = list(MeasureReport.objects.of_round(round_).public())
    move(published, Workflow.CONFIRMED, "", None, "公表の取消し")
    return len(published)
