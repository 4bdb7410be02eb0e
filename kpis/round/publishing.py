"""Publish a round in one stroke, or take that back; outcomes() judges it beforehand (domain.md §6)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_update_with_history

from goals.accounts import audit
from goals.models import Strategy
from goals.models.event import AuditAction
from goals.publication import version
from kpis.display import prefetched
from kpis.judging.evaluation import judge
from kpis.judging.facts import Judgement, Observation, TargetSpec, Thresholds
from kpis.judging.words import State
from kpis.models import (
    Amendment,
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
    """Judge every indicator of the round's strategy on its confirmed values: 5 queries, nothing written.

    Raises ValidationError, naming the indicator, where a target or value contradicts itself.
    """
    ready = YearlyValue.objects.of_round(round_).filter(workflow__in=[Workflow.CONFIRMED, Workflow.PUBLISHED])
    values = {value.indicator_id: value for value in ready}
    indicators = prefetched.for_list(Indicator.objects.of(round_.strategy).in_order())
    thresholds = thresholds_of(round_.strategy)
    found = []
    for indicator in indicators:
        target, value = indicator.target_in_force, values.get(indicator.pk)
        spec = indicator.spec_in_force
        observation = value.observation if value else _without_a_row(indicator, round_)
        try:
            judgement = judge(spec, observation, thresholds, as_of=round_.strategy.as_of)
        except ValueError as error:
            raise ValidationError(f"{indicator}を評価できません。{error}") from error
        found.append(Outcome(indicator, target, value, spec, judgement))
    return found


def _without_a_row(indicator: Indicator, round_: Round) -> Observation:
    ended = indicator.ended_on and indicator.ended_on < datetime.date(round_.fiscal_year + 1, 4, 1)
    return Observation(round_.fiscal_year, None, State.NOT_APPLICABLE if ended else None)


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
        locked = Round.objects.held(round_)
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
        version.bump()
        audit.record(AuditAction.PUBLISH, f"{locked}を公表（{len(values)}件）決裁番号 {decision_number}", user=user)
    round_.refresh_from_db()
    return rows


def unpublish(round_: Round, *, reason: str, user: User, along: Iterable[Callable[[Round], object]] = ()) -> None:
    """Take a publication back to review: for superusers, with a reason, and never once it was amended in the open."""
    if not user.is_superuser:
        raise ValidationError("公表を取り消せるのは、システムの管理者だけです。")
    if not reason.strip():
        raise ValidationError("公表を取り消す理由を書いてください。操作記録に残ります。")
    with transaction.atomic():
        locked = Round.objects.held(round_)
        if not locked.is_published:
            raise ValidationError("この評価年度は公表されていません。")
        frozen = Assessment.objects.filter(round=locked)
        if Amendment.objects.filter(assessment__in=frozen).exists():
            raise ValidationError("公表後の変更があるため、取り消せません。「公表後の変更」で直してください。")
        frozen.delete()
        values = list(YearlyValue.objects.of_round(locked).public())
        for value in values:
            value.workflow = Workflow.CONFIRMED
        why = f"公表の取消し: {reason.strip()}"[:100]
        bulk_update_with_history(values, YearlyValue, ["workflow"], default_user=user, default_change_reason=why)
        locked.status, locked.published_on, locked.decision_number = RoundStatus.REVIEW, None, ""
        locked.save()
        for also in along:
            also(locked)
        version.bump()
        audit.record(AuditAction.UNPUBLISH, f"{locked} {reason.strip()}", user=user)
    round_.refresh_from_db()


def drafts(round_: Round) -> list[tuple[Outcome, Assessment]]:
    """Return what publication would freeze today, unsaved: 5 queries."""
    return [(outcome, _assessment(round_, outcome)) for outcome in outcomes(round_)]


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
        committee_rating=value.committee_rating if value else "",
        committee_comment=value.committee_comment if value else "",
    )
    row.take(outcome.judgement)
    return row
