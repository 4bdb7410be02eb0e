"""The yearly round: confirm values, publish them in one stroke, change a published year in the open (domain.md §6)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_update_with_history

from goals import audit, publication
from goals.models import Strategy
from kpis.evaluation import Judgement, Kind, Observation, State, TargetSpec, Thresholds, judge
from kpis.models import (
    Amendment,
    AmendmentKind,
    Assessment,
    Indicator,
    Round,
    RoundStatus,
    Target,
    Workflow,
    YearlyValue,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

UNSET = TargetSpec(kind=Kind.UNSET, baseline=None, baseline_year=None, target=None, target_year=None)


@dataclass(frozen=True)
class Outcome:
    """What publication would say of one indicator."""

    indicator: Indicator
    target: Target | None
    value: YearlyValue | None
    spec: TargetSpec
    judgement: Judgement

    @property
    def observation(self) -> Observation | None:
        return self.value.observation if self.value else None


def thresholds_of(strategy: Strategy) -> Thresholds:
    """Return the thresholds that the strategy is judged by today."""
    return Thresholds(strategy.near_pace, strategy.survey_tolerance, strategy.rule_version)


def outcomes(round_: Round) -> list[Outcome]:
    """Judge every indicator of the round's strategy on its confirmed values: 5 queries, nothing written."""
    ready = YearlyValue.objects.of_round(round_).filter(workflow__in=[Workflow.CONFIRMED, Workflow.PUBLISHED])
    values = {value.indicator_id: value for value in ready}
    indicators = Indicator.objects.of(round_.strategy).in_order().for_list()
    thresholds = thresholds_of(round_.strategy)
    found = []
    for indicator in indicators:
        target, value = indicator.target_in_force, values.get(indicator.pk)
        spec = indicator.spec_in_force or UNSET
        observation = value.observation if value else _without_a_row(indicator, round_)
        found.append(Outcome(indicator, target, value, spec, judge(spec, observation, thresholds)))
    return found


def _without_a_row(indicator: Indicator, round_: Round) -> Observation:
    ended = indicator.ended_on and indicator.ended_on < datetime.date(round_.fiscal_year + 1, 4, 1)
    return Observation(round_.fiscal_year, None, State.NOT_APPLICABLE if ended else None)


def confirm(values: Iterable[YearlyValue], *, user: User) -> int:
    """Mark values as checked by 企画調整課; values of a published year stay as they are. Return how many."""
    with transaction.atomic():
        changed = []
        for value in values:
            if value.workflow in {Workflow.DRAFT, Workflow.SUBMITTED}:
                value.full_clean()
                value.workflow = Workflow.CONFIRMED
                changed.append(value)
        bulk_update_with_history(changed, YearlyValue, ["workflow"], default_user=user, default_change_reason="確認")
    return len(changed)


def publish(
    round_: Round,
    *,
    published_on: datetime.date,
    decision_number: str,
    user: User | None,
    along: Iterable[Callable[[Round], object]] = (),
) -> list[Assessment]:
    """Make the confirmed values public and freeze a judgement for every indicator, all or nothing.

    `along` are called in the same transaction (measure reports, which this app does not know of).
    Raises ValidationError where the round is published already.
    """
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).select_related("strategy").get(pk=round_.pk)
        if locked.is_published:
            raise ValidationError("この評価年度はもう公表されています。直すときは「公表後の変更」を使ってください。")
        found = outcomes(locked)
        values = [outcome.value for outcome in found if outcome.value]
        for value in values:
            value.workflow = Workflow.PUBLISHED
        bulk_update_with_history(values, YearlyValue, ["workflow"], default_user=user, default_change_reason="公表")
        rows = Assessment.objects.bulk_create([_assessment(locked, outcome) for outcome in found])
        locked.status = RoundStatus.PUBLISHED
        locked.published_on, locked.decision_number = published_on, decision_number
        locked.full_clean()
        locked.save()
        for also in along:
            also(locked)
        publication.bump()
        audit.record(
            audit.AuditAction.PUBLISH, f"{locked}を公表（{len(values)}件）決裁番号 {decision_number}", user=user
        )
    round_.refresh_from_db()
    return rows


def _assessment(round_: Round, outcome: Outcome) -> Assessment:
    spec, value = outcome.spec, outcome.value
    strategy = round_.strategy
    row = Assessment(
        round=round_,
        indicator=outcome.indicator,
        target_row=outcome.target,
        fiscal_year=round_.fiscal_year,
        value=value.value if value else None,
        state=value.state if value else (State.NOT_APPLICABLE if outcome.judgement.rating == "ENDED" else ""),
        breaks_series=bool(value and value.breaks_series),
        kind=spec.kind,
        baseline=spec.baseline,
        baseline_year=spec.baseline_year,
        target=spec.target,
        target_upper=spec.upper,
        target_year=spec.target_year,
        starts_from_zero=spec.starts_from_zero,
        expected_by_hand={str(year): str(number) for year, number in spec.expected.items()},
        unit=outcome.indicator.unit,
        decimals=outcome.indicator.decimals,
        survey_tolerance=spec.survey_tolerance,
        near_pace=strategy.near_pace,
        rule_version=strategy.rule_version,
        self_rating=value.self_rating if value else "",
        self_comment=value.self_comment if value else "",
    )
    _write(row, outcome.judgement)
    return row


def _write(row: Assessment, judgement: Judgement) -> None:
    row.expected, row.progress, row.pace = judgement.expected, judgement.progress, judgement.pace
    row.margin, row.rating, row.reason = judgement.margin, judgement.rating, judgement.reason


@dataclass(frozen=True)
class Change:
    """What an amendment sets: a value with its state, or the committee's rating."""

    kind: AmendmentKind
    reason: str
    value: Decimal | None = None
    state: State | None = None
    committee_rating: str = ""
    committee_comment: str = ""


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
    # Not full_clean(): its clean() refuses published years to everyone but this function.
    value.clean_fields()
    value.check_state()
    value.validate_constraints()
    value._change_reason = change.reason[:100]  # type: ignore[attr-defined]
    value.save()
    row.value, row.state = change.value, change.state or ""
    _write(row, judge(row.spec, row.observation, row.thresholds))
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
