"""Opening, confirming, publishing and amending a year: all of it or nothing, and never twice."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from goals.models.event import AuditAction, AuditEvent
from goals.publication import version
from kpis.amending import changes
from kpis.amending.changes import Change
from kpis.judging.words import Kind, Rating, State
from kpis.models import (
    Amendment,
    AmendmentKind,
    Assessment,
    Basis,
    Indicator,
    Round,
    RoundStatus,
    Workflow,
    YearlyValue,
)
from kpis.round import publishing, steps
from tests.makers import make_indicator, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 9, 1)


def publish(round_: Round, **kwargs: Any) -> list[Assessment]:
    return publishing.publish(
        round_, published_on=DAY, decision_number="企画第1号", user=kwargs.pop("user", None), **kwargs
    )


def published_value(**kwargs: Any) -> YearlyValue:
    """Publish one value of 産み育てやすい: 47.5（R5）→59（R10）, of FY2024."""
    indicator = make_indicator(unit="%", decimals=1, basis=Basis.SURVEY)
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59))
    value = make_value(indicator=indicator, workflow=Workflow.CONFIRMED, **kwargs)
    publish(make_round())
    value.refresh_from_db()
    return value


def amend(indicator: Indicator, change: Change) -> Amendment:
    return changes.amend(Round.objects.get(), indicator, change, user=None, made_on=datetime.date(2025, 10, 1))


# Opening and confirming


def test_a_round_opens_with_todays_date_and_closes_for_review() -> None:
    round_ = make_round(status=RoundStatus.PREPARING)
    steps.open_entry(round_, today=DAY)
    assert (round_.status, round_.opens_on) == (RoundStatus.OPEN, DAY)
    steps.close_entry(round_)
    assert round_.status == RoundStatus.REVIEW
    steps.open_entry(round_, today=datetime.date(2025, 9, 9))
    assert (round_.status, round_.opens_on) == (RoundStatus.OPEN, DAY)


@pytest.mark.parametrize("status", [RoundStatus.OPEN, RoundStatus.PUBLISHED])
def test_a_round_that_is_open_or_public_does_not_open(status: str) -> None:
    round_ = make_round(status=status)
    with pytest.raises(ValidationError, match="もう"):
        steps.open_entry(round_, today=DAY)


def test_only_an_open_round_closes() -> None:
    with pytest.raises(ValidationError, match="受付中ではありません"):
        steps.close_entry(make_round(status=RoundStatus.PREPARING))


def test_confirming_writes_who_did_it_and_leaves_published_values_alone() -> None:
    user = make_user()
    draft = make_value(workflow=Workflow.DRAFT)
    public = make_value(workflow=Workflow.PUBLISHED)
    assert steps.confirm([draft, public], user=user) == 1
    draft.refresh_from_db()
    public.refresh_from_db()
    assert (draft.workflow, public.workflow) == (Workflow.CONFIRMED, Workflow.PUBLISHED)
    last = draft.history.first()
    assert (last.history_user, last.history_change_reason) == (user, "確認")


# Publishing


def test_publishing_freezes_what_every_indicator_was_judged_by() -> None:
    value = published_value(value=Decimal("49.8"))
    row = Assessment.objects.get()
    assert (row.value, row.state, row.rating) == (Decimal("49.8"), State.FINAL, Rating.ON_TRACK)
    assert (row.baseline, row.target, row.baseline_year, row.target_year) == (Decimal("47.5"), 59, 2023, 2028)
    assert (row.survey_tolerance, row.near_pace, row.rule_version) == (3, Decimal("0.8"), "1")
    assert row.expected == Decimal("49.8")
    assert row.progress == Decimal("0.2")
    assert "49.8%" in row.reason
    assert value.workflow == Workflow.PUBLISHED
    target = value.indicator.targets.get()
    target.target = Decimal(80)
    target.save()
    row.refresh_from_db()
    assert row.spec.target == 59


def test_indicators_without_a_confirmed_value_are_assessed_too_and_their_values_stay_back() -> None:
    waiting = make_value(workflow=Workflow.SUBMITTED)
    make_target(indicator=waiting.indicator)
    silent = make_indicator()
    publish(make_round())
    waiting.refresh_from_db()
    assert waiting.workflow == Workflow.SUBMITTED
    rows = {row.indicator_id: row for row in Assessment.objects.all()}
    assert (rows[waiting.indicator_id].value, rows[waiting.indicator_id].rating) == (None, Rating.NO_VALUE)
    assert rows[silent.pk].rating == Rating.NO_TARGET
    assert list(YearlyValue.objects.public()) == []


def test_zero_is_published_as_a_value() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator, starts_from_zero=True, target=Decimal(12))
    make_value(indicator=indicator, value=Decimal(0), workflow=Workflow.CONFIRMED)
    publish(make_round())
    row = Assessment.objects.get()
    assert (row.value, row.rating) == (0, Rating.BEHIND)


def test_publishing_records_date_number_and_log_and_counts_the_public_version_up() -> None:
    user = make_user(username="kikaku")
    make_value(workflow=Workflow.CONFIRMED)
    round_, before = make_round(), version.current().number
    publish(round_, user=user)
    round_.refresh_from_db()
    assert (round_.status, round_.published_on, round_.decision_number) == (RoundStatus.PUBLISHED, DAY, "企画第1号")
    assert version.current().number == before + 1
    event = AuditEvent.objects.get(action=AuditAction.PUBLISH)
    assert (event.user, "企画第1号" in event.summary) == (user, True)


def test_a_failure_on_the_way_leaves_nothing_behind() -> None:
    value = make_value(workflow=Workflow.CONFIRMED)
    round_, before = make_round(), version.current().number

    def fail(_: Round) -> None:
        raise RuntimeError("the reports could not be published")

    with pytest.raises(RuntimeError):
        publish(round_, along=[fail])
    value.refresh_from_db()
    round_.refresh_from_db()
    assert (value.workflow, round_.status, round_.published_on) == (Workflow.CONFIRMED, RoundStatus.OPEN, None)
    assert not Assessment.objects.exists()
    assert not AuditEvent.objects.exists()
    assert version.current().number == before


def test_a_round_is_published_once() -> None:
    published_value()
    with pytest.raises(ValidationError, match="もう公表されています"):
        publish(Round.objects.get())
    assert Assessment.objects.count() == 1


def test_a_value_that_cannot_be_judged_stops_the_publication_by_name() -> None:
    indicator = make_indicator(name="計画の策定")
    make_target(indicator=indicator, kind=Kind.MILESTONE)
    make_value(indicator=indicator, value=Decimal(5), workflow=Workflow.CONFIRMED)
    round_ = make_round()
    with pytest.raises(ValidationError, match="計画の策定を評価できません"):
        publish(round_)
    round_.refresh_from_db()
    assert round_.status == RoundStatus.OPEN


def test_values_of_another_year_and_strategy_stay_as_they_are() -> None:
    value = make_value(fiscal_year=2023, workflow=Workflow.CONFIRMED)
    publish(make_round(fiscal_year=2024))
    value.refresh_from_db()
    assert value.workflow == Workflow.CONFIRMED


# Amending


def test_a_value_that_came_late_is_added_and_judged_by_the_frozen_target() -> None:
    indicator = make_indicator()
    target = make_target(indicator=indicator, baseline=Decimal(10), target=Decimal(20))
    make_value(indicator=indicator, value=None, state=State.COLLECTING, workflow=Workflow.CONFIRMED)
    publish(make_round())
    target.target = Decimal(1000)
    target.save()
    before = version.current().number
    amendment = amend(indicator, Change(AmendmentKind.ADDITION, "集計が終わった。", Decimal(12), State.FINAL))
    row, value = Assessment.objects.get(), YearlyValue.objects.get()
    assert (row.value, row.rating, value.value, value.workflow) == (12, Rating.ON_TRACK, 12, Workflow.PUBLISHED)
    assert (amendment.old_state, amendment.old_rating) == (State.COLLECTING, Rating.NO_VALUE)
    assert (amendment.new_value, amendment.new_rating) == (12, Rating.ON_TRACK)
    assert version.current().number == before + 1
    assert value.history.first().history_change_reason == "集計が終わった。"


def test_a_value_without_a_row_can_be_added() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator)
    publish(make_round())
    amend(indicator, Change(AmendmentKind.ADDITION, "届いた。", Decimal(0), State.FINAL))
    assert YearlyValue.objects.get().value == 0


def test_a_preliminary_value_becomes_final() -> None:
    value = published_value(value=Decimal("49.8"), state=State.PRELIMINARY)
    amend(value.indicator, Change(AmendmentKind.FINALISATION, "確報が出た。", Decimal("49.8"), State.FINAL))
    assert Assessment.objects.get().state == State.FINAL


def test_an_error_is_corrected_and_the_old_value_kept() -> None:
    value = published_value(value=Decimal("49.8"))
    amendment = amend(value.indicator, Change(AmendmentKind.CORRECTION, "転記の誤り。", Decimal("48.9"), State.FINAL))
    assert (amendment.old_value, amendment.new_value) == (Decimal("49.8"), Decimal("48.9"))
    assert (amendment.old_rating, amendment.new_rating) == (Rating.ON_TRACK, Rating.BEHIND)


def test_the_committees_rating_stands_beside_the_computed_one() -> None:
    value = published_value(value=Decimal("49.8"))
    change = Change(AmendmentKind.COMMITTEE, "委員会で決めた。", committee_rating="BEHIND", committee_comment="遅い。")
    amend(value.indicator, change)
    row = Assessment.objects.get()
    assert (row.rating, row.committee_rating, row.committee_comment) == (Rating.ON_TRACK, Rating.BEHIND, "遅い。")
    with pytest.raises(ValidationError, match="今と違うもの"):
        amend(value.indicator, change)


@pytest.mark.parametrize(
    ("published", "change", "says"),
    [
        ({"value": 12}, Change(AmendmentKind.ADDITION, "理由", Decimal(13), State.FINAL), "もう公表されています"),
        ({"value": 12}, Change(AmendmentKind.FINALISATION, "理由", Decimal(13), State.FINAL), "速報または推計"),
        (
            {"value": 12, "state": State.PRELIMINARY},
            Change(AmendmentKind.FINALISATION, "理由", Decimal(13), State.ESTIMATE),
            "速報または推計",
        ),
        (
            {"value": None, "state": State.UNPUBLISHED},
            Change(AmendmentKind.CORRECTION, "理由", Decimal(13), State.FINAL),
            "追加公表",
        ),
        ({"value": 12}, Change(AmendmentKind.CORRECTION, "理由", Decimal(12), State.FINAL), "同じです"),
        ({"value": 12}, Change(AmendmentKind.CORRECTION, " ", Decimal(13), State.FINAL), "理由を書いて"),
        ({"value": 12}, Change(AmendmentKind.CORRECTION, "理由", Decimal(13)), "状態を選んで"),
        ({"value": 12}, Change(AmendmentKind.CORRECTION, "理由", None, State.FINAL), "実績値を入れて"),
        ({"value": 12}, Change(AmendmentKind.CORRECTION, "理由", Decimal(13), State.UNPUBLISHED), "未公表"),
        ({"value": 12}, Change(AmendmentKind.COMMITTEE, "理由"), "今と違うもの"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_a_sentence(
    published: dict[str, Any], change: Change, says: str
) -> None:
    value = published_value(**published)
    with pytest.raises(ValidationError) as refusal:
        amend(value.indicator, change)
    assert says in " ".join(refusal.value.messages)
    assert not Amendment.objects.exists()
    value.refresh_from_db()
    assert value.value == published["value"]


def test_an_unpublished_year_is_not_amended() -> None:
    value = make_value()
    make_round()
    with pytest.raises(ValidationError, match="まだ公表されていません"):
        amend(value.indicator, Change(AmendmentKind.CORRECTION, "理由", Decimal(1), State.FINAL))


def test_an_amendment_that_cannot_be_judged_is_refused() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator, kind=Kind.MILESTONE)
    make_value(indicator=indicator, value=Decimal(0), workflow=Workflow.CONFIRMED)
    publish(make_round())
    with pytest.raises(ValidationError, match="1（完了）か 0（未完了）"):
        amend(indicator, Change(AmendmentKind.CORRECTION, "理由", Decimal(5), State.FINAL))
    assert YearlyValue.objects.get().value == 0
