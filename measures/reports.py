"""The yearly reports on measures: confirm them, and publish them along with their round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from kpis.models import Round, Workflow
from measures.models import MeasureReport

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def confirm(reports: Iterable[MeasureReport], *, user: User) -> int:
    """Mark reports as checked by 企画調整課. Return how many changed."""
    with transaction.atomic():
        changed = [row for row in reports if row.workflow in {Workflow.DRAFT, Workflow.SUBMITTED}]
        for report in changed:
            report.full_clean()
            report.workflow = Workflow.CONFIRMED
        bulk_update_with_history(changed, MeasureReport, ["workflow"], default_user=user, default_change_reason="確認")
    return len(changed)


def publish(round_: Round) -> int:
    """Make the confirmed reports of the round's strategy and year public; call it in the transaction of the round."""
    rows = MeasureReport.objects.filter(
        measure__revision__strategy=round_.strategy_id,
        fiscal_year=round_.fiscal_year,
        workflow=Workflow.CONFIRMED,
    )
    reports = list(rows)
    for report in reports:
        report.workflow = Workflow.PUBLISHED
    bulk_update_with_history(reports, MeasureReport, ["workflow"], default_change_reason="公表")
    return len(reports)


def unpublish(round_: Round) -> int:
    """Take the reports of a publication back to confirmed; call it in the transaction that takes the round back."""
    reports = list(
        MeasureReport.objects.public().filter(
            measure__revision__strategy=round_.strategy_id, fiscal_year=round_.fiscal_year
        )
    )
    for report in reports:
        report.workflow = Workflow.CONFIRMED
    bulk_update_with_history(reports, MeasureReport, ["workflow"], default_change_reason="公表の取消し")
    return len(reports)
