"""Changes of a published year, made in the open: 追加, 確定, 訂正, 委員会評価 (domain.md §6)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from goals import audit, publication
from kpis.evaluation import State, judge
from kpis.models import Amendment, AmendmentKind, Assessment, Indicator, Round, Workflow, YearlyValue

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Change:
    """What an amendment sets: a value with its state, or the committee's rating."""

    kind: AmendmentKind
    reason: str
    value: Decimal | None = None
    state: State | None = None
    committee_rating: str = ""
    committee_comment: str = ""
    note: str | None = None  # replaces the public note of the year; None leaves it


def amend(
    round_: Round, indicator: Indicator, change: Change, *, user: User | None, made_on: datetime.date
) -> Amendment:
    """Change one published year in the open: judge it again by the frozen target, and keep what was.

    Raises ValidationError with a sentence where the change does not fit what is published.
    """
    with transaction.atomic():
        row = Assessment.objects.select_for_update(of=("self",)).filter(round=round_, indicator=indicator).first()
        if row is None or not round_.is_published:
            raise ValidationError("この年度はまだ公表されていません。公表前の値は、実績値の画面で直してください。")
        if not change.reason.strip():
            raise ValidationError("変更の理由を書いてください。理由は公開されます。")
        amendment = _rate(row, change) if change.kind == AmendmentKind.COMMITTEE else _replace(row, change, user)
        amendment.made_on, amendment.made_by = made_on, user
        amendment.save()
        publication.bump()
        audit.record(
            audit.AuditAction.AMEND, f"{indicator.code} {round_.year.long()} {amendment.get_kind_display()}", user=user
        )
    return amendment


def _rate(row: Assessment, change: Change) -> Amendment:
    if not change.committee_rating or change.committee_rating == row.committee_rating:
        raise ValidationError("推進委員会の評価を、今と違うものから選んでください。")
    amendment = Amendment(
        indicator_id=row.indicator_id,
        assessment=row,
        fiscal_year=row.fiscal_year,
        kind=change.kind,
        old_value=row.value,
        old_state=row.state,
        new_value=row.value,
        new_state=row.state,
        old_rating=row.committee_rating,
        new_rating=change.committee_rating,
        reason=change.reason,
    )
    row.committee_rating, row.committee_comment = change.committee_rating, change.committee_comment
    row.save()
    return amendment


def _replace(row: Assessment, change: Change, user: User | None) -> Amendment:
    _check_fit(row, change)
    amendment = Amendment(
        indicator_id=row.indicator_id,
        assessment=row,
        fiscal_year=row.fiscal_year,
        kind=change.kind,
        old_value=row.value,
        old_state=row.state,
        new_value=change.value,
        new_state=change.state or "",
        old_rating=row.rating,
        reason=change.reason,
    )
    found = YearlyValue.objects.select_for_update(of=("self",)).filter(
        indicator_id=row.indicator_id, fiscal_year=row.fiscal_year
    )
    value = found.first() or YearlyValue(indicator_id=row.indicator_id, fiscal_year=row.fiscal_year, version=0)
    value.value, value.state, value.workflow = change.value, change.state or "", Workflow.PUBLISHED
    value.version += 1
    if value.value is not None:
        value.available_on = None
    if change.note is not None:
        value.note = change.note
    # Not full_clean(): its clean() refuses published years to everyone but this function.
    value.clean_fields()
    value.check_state()
    value.validate_constraints()
    value._change_reason = change.reason[:100]  # type: ignore[attr-defined]
    value.save()
    row.value, row.state = change.value, change.state or ""
    as_of = row.round.strategy.as_of
    try:
        row.take(judge(row.spec, row.observation, row.thresholds, as_of=as_of))
    except ValueError as error:
        raise ValidationError(str(error)) from error
    row.save()
    amendment.new_rating = row.rating
    return amendment


def _check_fit(row: Assessment, change: Change) -> None:
    """Refuse an amendment whose kind does not agree with what is published."""
    if change.state is None:
        raise ValidationError("状態を選んでください。")
    if (row.value, row.state) == (change.value, change.state):
        raise ValidationError("公表されている値と同じです。変更する値を入れてください。")
    if change.kind == AmendmentKind.ADDITION and row.value is not None:
        raise ValidationError(
            "この年度の値はもう公表されています。直すときは「訂正」、速報の確定は「確定値」を選んでください。"
        )
    if change.kind == AmendmentKind.FINALISATION and (
        row.state not in {State.PRELIMINARY, State.ESTIMATE} or change.state != State.FINAL
    ):
        raise ValidationError("「確定値」は、速報または推計で公表した値を確定するときに選びます。")
    if change.kind == AmendmentKind.CORRECTION and row.value is None:
        raise ValidationError("この年度の値はまだ公表されていません。遅れて分かった値は「追加公表」を選んでください。")
