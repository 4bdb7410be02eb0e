"""From entry to review and back: who may, all of it or nothing, with its trace in the history and the log."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from goals.models import Department
from goals.models.event import AuditAction, AuditEvent
from goals.publication import version
from kpis.amending import changes
from kpis.amending.changes import Change
from kpis.judging.words import State
from kpis.models import AmendmentKind, Assessment, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing, steps
from kpis.round.access import Entrant
from measures import reports
from tests.makers import (
    make_department,
    make_indicator,
    make_measure,
    make_report,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 6, 20)


def clerk_of(department: Department, **kwargs: Any) -> Entrant:
    return Entrant(make_user(role="所管課", departments=[department], **kwargs), DAY)


def workflow_of(value: YearlyValue) -> str:
    return YearlyValue.objects.get(pk=value.pk).workflow


def publish(round_: Round, **kwargs: Any) -> list[Assessment]:
    return publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None, **kwargs)


# Handing in


def test_a_department_hands_in_what_is_its_own_and_the_log_says_who() -> None:
    department = make_department(name="こども課")
    own = make_value(indicator=make_indicator(department=department), returned_note="桁を確かめてください。")
    reason = make_value(indicator=make_indicator(department=department), state=State.UNPUBLISHED)
    other = make_value(indicator=make_indicator(department=make_department()))
    earlier = make_value(indicator=own.indicator, fiscal_year=2023)
    entrant = clerk_of(department, username="tantou")
    assert steps.submit(make_round(), department, entrant=entrant) == 2
    assert [workflow_of(row) for row in (own, reason, other, earlier)] == ["SUBMITTED", "SUBMITTED", "DRAFT", "DRAFT"]
    own.refresh_from_db()
    assert (own.returned_note, own.version) == ("", 2)
    last = own.history.latest()
    assert (last.history_user.username, last.history_change_reason) == ("tantou", "提出")
    event = AuditEvent.objects.get(action=AuditAction.SUBMIT)
    assert (str(event.user), event.department, event.summary) == (
        "tantou",
        "こども課",
        "第3次 令和6年度 こども課（2件）",
    )


def test_a_sheet_with_a_blank_stays_and_the_blank_is_named() -> None:
    department = make_department()
    value = make_value(indicator=make_indicator(department=department))
    make_indicator(department=department, code="3-1-K09", name="まだの指標")
    with pytest.raises(ValidationError, match="まだ入力していない指標が1件あります（3-1-K09 まだの指標）"):
        steps.submit(make_round(), department, entrant=clerk_of(department))
    assert workflow_of(value) == Workflow.DRAFT
    assert not AuditEvent.objects.filter(action=AuditAction.SUBMIT).exists()


def test_an_indicator_that_has_ended_is_not_asked_for() -> None:
    department = make_department()
    make_indicator(department=department, ended_on=datetime.date(2024, 3, 31))
    assert steps.submit(make_round(), department, entrant=clerk_of(department)) == 0


def test_zero_is_no_blank() -> None:
    department = make_department()
    make_value(indicator=make_indicator(department=department), value=0)
    assert steps.submit(make_round(), department, entrant=clerk_of(department)) == 1


def test_handing_in_twice_leaves_what_is_confirmed_alone() -> None:
    department = make_department()
    confirmed = make_value(indicator=make_indicator(department=department), workflow=Workflow.CONFIRMED)
    assert steps.submit(make_round(), department, entrant=clerk_of(department)) == 0
    assert workflow_of(confirmed) == Workflow.CONFIRMED


def test_the_department_of_others_is_not_handed_in() -> None:
    mine, other = make_department(), make_department()
    value = make_value(indicator=make_indicator(department=other))
    with pytest.raises(ValidationError, match="ほかの課が所管しています"):
        steps.submit(make_round(), other, entrant=clerk_of(mine))
    assert workflow_of(value) == Workflow.DRAFT


def test_the_office_hands_in_for_a_department() -> None:
    department = make_department()
    make_value(indicator=make_indicator(department=department))
    planner = Entrant(make_user(role="企画調整課"), DAY)
    assert steps.submit(make_round(status=RoundStatus.REVIEW), department, entrant=planner) == 1


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (RoundStatus.PREPARING, "受付はまだ始まっていません"),
        (RoundStatus.REVIEW, "受付は終わり"),
        (RoundStatus.PUBLISHED, "公表済みです"),
    ],
)
def test_only_an_open_round_takes_a_sheet(status: str, says: str) -> None:
    department = make_department()
    value = make_value(indicator=make_indicator(department=department))
    with pytest.raises(ValidationError, match=says):
        steps.submit(make_round(status=status), department, entrant=clerk_of(department))
    assert workflow_of(value) == Workflow.DRAFT


def test_who_has_left_the_department_hands_nothing_in() -> None:
    department = make_department()
    gone = clerk_of(department, ends_on=DAY - datetime.timedelta(days=1))
    with pytest.raises(ValidationError, match="ほかの課が所管しています"):
        steps.submit(make_round(), department, entrant=gone)


# Confirming and giving back


def test_a_value_goes_back_with_its_note_and_the_log_says_why() -> None:
    user = make_user(role="企画調整課", username="kikaku")
    submitted = make_value(workflow=Workflow.SUBMITTED)
    confirmed = make_value(workflow=Workflow.CONFIRMED)
    assert steps.give_back([submitted, confirmed], " 出典を書いてください。 ", user=user) == 2
    for value in (submitted, confirmed):
        value.refresh_from_db()
        assert (value.workflow, value.returned_note, value.version) == ("DRAFT", "出典を書いてください。", 2)
        assert value.history.latest().history_change_reason == "差戻し: 出典を書いてください。"
    event = AuditEvent.objects.get(action=AuditAction.RETURN)
    assert event.summary == f"実績値 {submitted}、{confirmed} 出典を書いてください。"


@pytest.mark.parametrize("workflow", [Workflow.DRAFT, Workflow.PUBLISHED])
def test_what_the_department_still_holds_and_what_is_public_is_not_given_back(workflow: str) -> None:
    value = make_value(workflow=workflow)
    assert steps.give_back([value], "直してください。", user=make_user(role="企画調整課")) == 0
    value.refresh_from_db()
    assert (value.workflow, value.returned_note) == (workflow, "")
    assert not AuditEvent.objects.filter(action=AuditAction.RETURN).exists()


@pytest.mark.parametrize("note", ["", " ", "　"])
def test_nothing_is_given_back_without_a_note(note: str) -> None:
    value = make_value(workflow=Workflow.SUBMITTED)
    with pytest.raises(ValidationError, match="差し戻す理由を書いてください"):
        steps.give_back([value], note, user=make_user(role="企画調整課"))
    assert workflow_of(value) == Workflow.SUBMITTED


def test_confirming_takes_the_note_away_and_names_the_first_five() -> None:
    values = [make_value(workflow=Workflow.SUBMITTED, returned_note="桁を") for _ in range(7)]
    assert steps.confirm(values, user=make_user(role="企画調整課")) == 7
    assert YearlyValue.objects.filter(workflow=Workflow.CONFIRMED, returned_note="").count() == 7
    assert AuditEvent.objects.get(action=AuditAction.CONFIRM).summary.endswith("3-1-K05 R6 ほか2件")


def test_one_value_that_contradicts_itself_keeps_all_from_being_confirmed() -> None:
    good, broken = make_value(workflow=Workflow.SUBMITTED), make_value(workflow=Workflow.SUBMITTED)
    broken.breaks_series = True
    with pytest.raises(ValidationError, match="比べられない理由"):
        steps.confirm([good, broken], user=make_user(role="企画調整課"))
    assert workflow_of(good) == Workflow.SUBMITTED


# Taking a publication back


def published(**kwargs: Any) -> tuple[Round, YearlyValue]:
    value = make_value(indicator=make_target().indicator, workflow=Workflow.CONFIRMED)
    round_ = make_round()
    publish(round_, **kwargs)
    value.refresh_from_db()
    return round_, value


def test_a_superuser_takes_a_publication_back_with_a_reason() -> None:
    round_, value = published()
    before = version.current().number
    publishing.unpublish(round_, reason=" 決裁の前だった。 ", user=make_superuser(username="kanri"))
    assert (round_.status, round_.published_on, round_.decision_number) == (RoundStatus.REVIEW, None, "")
    assert workflow_of(value) == Workflow.CONFIRMED
    assert not Assessment.objects.exists()
    assert version.current().number == before + 1
    last = value.history.latest()
    assert (last.history_user.username, last.history_change_reason) == ("kanri", "公表の取消し: 決裁の前だった。")
    event = AuditEvent.objects.get(action=AuditAction.UNPUBLISH)
    assert (str(event.user), event.summary) == ("kanri", "第3次 令和6年度 決裁の前だった。")


def test_what_was_taken_back_can_be_published_again() -> None:
    round_, value = published()
    publishing.unpublish(round_, reason="やり直す。", user=make_superuser())
    assert len(publish(round_)) == 1
    assert workflow_of(value) == Workflow.PUBLISHED


def test_other_years_stay_public() -> None:
    round_, _ = published()
    earlier = make_round(fiscal_year=2023)
    publish(earlier)
    publishing.unpublish(round_, reason="やり直す。", user=make_superuser())
    assert Assessment.objects.get().fiscal_year == 2023
    earlier.refresh_from_db()
    assert earlier.is_published


def test_reports_on_measures_come_back_along() -> None:
    report = make_report(workflow=Workflow.CONFIRMED)
    other = make_report(measure=make_measure(), fiscal_year=2023, workflow=Workflow.PUBLISHED)
    round_, _ = published(along=[reports.publish])
    publishing.unpublish(round_, reason="やり直す。", user=make_superuser(), along=[reports.unpublish])
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.workflow, other.workflow) == (Workflow.CONFIRMED, Workflow.PUBLISHED)


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "企画調整課", "委員", "システム管理"])
def test_no_role_takes_a_publication_back(role: str) -> None:
    round_, value = published()
    with pytest.raises(ValidationError, match="システムの管理者だけです"):
        publishing.unpublish(round_, reason="やり直す。", user=make_user(role=role))
    assert workflow_of(value) == Workflow.PUBLISHED


def refused(round_: Round, user: User, says: str, **kwargs: Any) -> None:
    events = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match=says):
        publishing.unpublish(round_, user=user, **{"reason": "やり直す。", **kwargs})
    assert AuditEvent.objects.count() == events


def test_without_a_reason_or_a_publication_nothing_is_taken_back() -> None:
    round_, value = published()
    refused(round_, make_superuser(), "取り消す理由を書いてください", reason=" ")
    assert workflow_of(value) == Workflow.PUBLISHED
    refused(make_round(fiscal_year=2023), User.objects.get(is_superuser=True), "公表されていません")


def test_what_was_amended_in_the_open_is_not_taken_back() -> None:
    round_, value = published()
    change = Change(AmendmentKind.CORRECTION, "集計の誤り。", value.value and value.value + 1, State.FINAL)
    changes.amend(round_, value.indicator, change, user=None, made_on=DAY)
    refused(round_, make_superuser(), "公表後の変更があるため、取り消せません")
    round_.refresh_from_db()
    assert round_.is_published


def test_a_failure_on_the_way_back_leaves_the_publication_whole() -> None:
    round_, value = published()

    def fail(_: Round) -> None:
        raise RuntimeError("no room left")

    with pytest.raises(RuntimeError):
        publishing.unpublish(round_, reason="やり直す。", user=make_superuser(), along=[fail])
    round_.refresh_from_db()
    assert (round_.status, workflow_of(value)) == (RoundStatus.PUBLISHED, Workflow.PUBLISHED)
    assert Assessment.objects.count() == 1
