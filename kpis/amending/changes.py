"""Changes of a published year, made in the open: 追加, 確定, 訂正, 委員会評価 (domain.md §6)."""

from __future__ import annotations

import datetime
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.accounts import audit
from goals.models.event import AuditAction
from goals.publication import version
from kpis.judging.evaluation import judge
from kpis.judging.words import State
from kpis.models import Amendment, AmendmentKind, Assessment, Indicator, Round, Workflow, YearlyValue

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOT_PUBLISHED = "この年度はまだ公表されていません。公表前の値は、実績値の画面で直してください。"


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
        # The round first, as in publishing and taking back: nothing of the kind happens meanwhile.
        held = Round.objects.held(round_)
        row = Assessment.objects.select_for_update(of=("self",)).filter(round=held, indicator=indicator).first()
        if row is None:
            raise ValidationError(NOT_PUBLISHED)
        row.round = held
        after = foreseen(row, change)
        by_committee = change.kind == AmendmentKind.COMMITTEE
        if not by_committee:
            _write_value(after, change)
        after.save()
        amendment = Amendment.objects.create(
            indicator=indicator,
            assessment=after,
            fiscal_year=row.fiscal_year,
            kind=change.kind,
            old_value=row.value,
            old_state=row.state,
            new_value=after.value,
            new_state=after.state,
            old_rating=row.committee_rating if by_committee else row.rating,
            new_rating=after.committee_rating if by_committee else after.rating,
            reason=change.reason,
            made_on=made_on,
            made_by=user,
        )
        version.bump()
        audit.record(
            AuditAction.AMEND, f"{indicator.code} {round_.year.long()} {amendment.get_kind_display()}", user=user
        )
    return amendment


def foreseen(row: Assessment, change: Change) -> Assessment:
    """Return the assessment as the change would leave it: nothing written; no query where the round was read along.

    Raises ValidationError with a sentence where the change does not fit what is published.
    """
    if not row.round.is_published:
        raise ValidationError(NOT_PUBLISHED)
    if not change.reason.strip():
        raise ValidationError("変更の理由を書いてください。理由は公開されます。")
    after = copy(row)
    if change.kind == AmendmentKind.COMMITTEE:
        if not change.committee_rating or change.committee_rating == row.committee_rating:
            raise ValidationError("推進委員会の評価を、今と違うものから選んでください。")
        after.committee_rating, after.committee_comment = change.committee_rating, change.committee_comment
        return after
    _check_fit(row, change)
    after.value, after.state = change.value, change.state or ""
    figure = YearlyValue(value=after.value, state=after.state)
    figure.clean_fields(exclude={field.name for field in YearlyValue._meta.fields} - {"value", "state"})
    figure.check_state()
    try:
        after.take(judge(after.spec, after.observation, after.thresholds, as_of=after.round.strategy.as_of))
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return after


def check_day(day: datetime.date, row: Assessment | None, *, today: datetime.date) -> None:
    """Refuse a day to come, and one before the year was published."""
    published_on = row.round.published_on if row else None
    if day > today:
        raise ValidationError("変更日が先の日付です。今日までの日付にしてください。")
    if published_on and day < published_on:
        raise ValidationError(f"変更日が公表日（{published_on:%Y-%m-%d}）より前です。日付を確かめてください。")


def _write_value(after: Assessment, change: Change) -> None:
    """Bring the row of the year to what its assessment says."""
    found = YearlyValue.objects.select_for_update(of=("self",)).filter(
        indicator_id=after.indicator_id, fiscal_year=after.fiscal_year
    )
    value = found.first() or YearlyValue(indicator_id=after.indicator_id, fiscal_year=after.fiscal_year, version=0)
    value.value, value.state, value.workflow = after.value, after.state, Workflow.PUBLISHED
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
