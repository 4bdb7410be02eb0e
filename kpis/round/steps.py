"""The steps before publication: entry opens, a sheet is handed in, checked, given back (domain.md §6).

What is checked and given back may be the row of any table that moves with a round: it has a workflow, a note of return
and a version, and keeps its history.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_update_with_history

from goals.accounts import audit
from goals.models import Department
from goals.models.event import AuditAction
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from kpis.round.access import Entrant

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


def open_entry(round_: Round, *, today: datetime.date) -> None:
    """Let departments enter the values of the round's year; a round in review is opened again."""
    with transaction.atomic():
        _read_locked(round_)
        if round_.is_published:
            raise ValidationError(f"{round_}はもう公表されています。受付は開始できません。")
        if round_.status == RoundStatus.OPEN:
            raise ValidationError(f"{round_}はもう受付中です。")
        round_.status, round_.opens_on = RoundStatus.OPEN, round_.opens_on or today
        round_.full_clean()
        round_.save()


def close_entry(round_: Round) -> None:
    """End the entry of departments; 企画調整課 goes on with the review."""
    with transaction.atomic():
        _read_locked(round_)
        if round_.status != RoundStatus.OPEN:
            raise ValidationError(f"{round_}は受付中ではありません。受付を締め切れるのは、受付中の評価年度だけです。")
        round_.status = RoundStatus.REVIEW
        round_.full_clean()
        round_.save()


def _read_locked(round_: Round) -> None:
    """Read the round again under its lock: whoever published it meanwhile is not overwritten."""
    round_.refresh_from_db(from_queryset=Round.objects.select_for_update(of=("self",)).select_related("strategy"))


def submit(round_: Round, department: Department, *, entrant: Entrant) -> int:
    """Hand the department's sheet in: every indicator needs its value or the state that says why there is none."""
    return hand_in(round_, department, _values, entrant=entrant)


def _values(round_: Round, department: Department) -> Iterable[YearlyValue]:
    due = Indicator.objects.of(round_.strategy).filter(department=department, ended_on__isnull=True).in_order()
    rows = {row.indicator_id: row for row in YearlyValue.objects.of_round(round_).filter(indicator__in=due)}
    blank = [str(indicator) for indicator in due if indicator.pk not in rows]
    if blank:
        raise ValidationError(
            f"まだ入力していない指標が{len(blank)}件あります（{'、'.join(blank)}）。値がないときは、「状態」で理由を選んでください。"
        )
    return rows.values()


def hand_in(
    round_: Round,
    department: Department,
    rows_of: Callable[[Round, Department], Iterable[Any]],
    *,
    entrant: Entrant,
    thing: str = "",
) -> int:
    """Hand in what a department has entered in a table, and return how many rows went on.

    `rows_of` returns the rows, or raises ValidationError that names what is still blank.
    """
    with transaction.atomic():
        locked = Round.objects.held(round_)
        entrant.sees(locked)
        if said := entrant.refusal(locked.strategy_id, locked.fiscal_year, department.pk):
            raise ValidationError(said)
        changed = [row for row in rows_of(locked, department) if row.workflow == Workflow.DRAFT]
        move(changed, Workflow.SUBMITTED, "", entrant.user, "提出")
        audit.record(AuditAction.SUBMIT, f"{locked} {department}{thing}（{len(changed)}件）", user=entrant.user)
    return len(changed)


def confirm(rows: Iterable[Any], *, user: User) -> int:
    """Mark rows as checked by 企画調整課; those of a published year stay as they are. Return how many."""
    with transaction.atomic():
        changed = [row for row in rows if row.workflow in {Workflow.DRAFT, Workflow.SUBMITTED}]
        for row in changed:
            row.full_clean()
        move(changed, Workflow.CONFIRMED, "", user, "確認")
        if changed:
            audit.record(AuditAction.CONFIRM, _named(changed), user=user)
    return len(changed)


def give_back(rows: Iterable[Any], note: str, *, user: User) -> int:
    """Return rows to their departments with what is to be mended (差戻し). Return how many."""
    if not note.strip():
        raise ValidationError("差し戻す理由を書いてください。所管課の入力欄に表示されます。")
    with transaction.atomic():
        changed = [row for row in rows if row.workflow in {Workflow.SUBMITTED, Workflow.CONFIRMED}]
        move(changed, Workflow.DRAFT, note.strip(), user, f"差戻し: {note.strip()}")
        if changed:
            audit.record(AuditAction.RETURN, f"{_named(changed)} {note.strip()}", user=user)
    return len(changed)


def move(rows: Sequence[Any], step: Workflow, note: str, user: User | AnonymousUser | None, why: str) -> None:
    """Take rows of one table to a step, with a line of history each; call it in a transaction."""
    if not rows:
        return
    for row in rows:
        row.workflow, row.returned_note = step, note
        row.version += 1
    bulk_update_with_history(
        rows,
        type(rows[0]),
        ["workflow", "returned_note", "version"],
        default_user=cast("User", user),
        default_change_reason=why[:100],
    )


def _named(rows: Sequence[Any]) -> str:
    shown = "、".join(str(row) for row in rows[:5])
    name = f"{rows[0]._meta.verbose_name} {shown}"
    return name if len(rows) <= 5 else f"{name} ほか{len(rows) - 5}件"
