"""企画調整課 reviews the reports of a round beside its values, and publication says what goes with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goals.models.event import AuditEvent
from kpis.models import Round, RoundStatus, Workflow
from measures.models import MeasureReport
from tests.makers import make_department, make_measure, make_report, make_round, make_user

pytestmark = pytest.mark.django_db


def list_of(round_: Round) -> str:
    return reverse("admin:measures_review", args=[round_.pk])


def act(client: Client, round_: Round, step: str, *reports: MeasureReport, note: str = "") -> Any:
    keys = [f"{report.pk}-{report.version}" for report in reports]
    return client.post(list_of(round_), {"step": step, "chosen": keys, "plain": keys, "note": note}, follow=True)


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_the_list_shows_every_measure_in_force_by_department(planner_client: Client) -> None:
    kodomo = make_department(name="こども政策課")
    reported = make_measure(department=kodomo)
    make_report(measure=reported, summary="窓口を開いた。", budget=0, workflow=Workflow.SUBMITTED)
    make_report(measure=reported, fiscal_year=2023, status="REVIEWED")
    make_measure()
    page = planner_client.get(list_of(make_round()))
    assert [(str(share.department), len(share.lines)) for share in page.context["shares"]] == [
        ("こども政策課", 1),
        ("None", 1),
    ]
    for text in ("窓口を開いた。", "0千円", "見直し", "（未入力）", "実績値の確認"):
        assert text in page.content.decode()


def test_reports_are_confirmed_and_given_back_with_a_note(planner_client: Client) -> None:
    round_ = make_round()
    good, bad = (make_report(measure=make_measure(), workflow=Workflow.SUBMITTED) for _ in range(2))
    assert messages_of(act(planner_client, round_, "confirm", good)) == ["1件を確認済にしました。"]
    assert "差し戻す理由を書いてください" in messages_of(act(planner_client, round_, "return", bad))[0]
    said = messages_of(act(planner_client, round_, "return", bad, note="数を書いてください。"))
    assert said == ["1件を所管課に差し戻しました。"]
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.workflow, bad.workflow, bad.returned_note) == ("CONFIRMED", "DRAFT", "数を書いてください。")
    assert {event.action for event in AuditEvent.objects.all()} >= {"CONFIRM", "RETURN"}


def test_all_that_were_handed_in_are_confirmed_at_one_click(planner_client: Client) -> None:
    round_ = make_round()
    reports = [make_report(measure=make_measure(), workflow=Workflow.SUBMITTED) for _ in range(2)]
    draft = make_report(measure=make_measure())
    page = planner_client.get(list_of(round_))
    assert [line.report for line in page.context["plain"]] == reports
    act(planner_client, round_, "confirm-plain", *reports)
    draft.refresh_from_db()
    assert draft.workflow == Workflow.DRAFT
    assert MeasureReport.objects.filter(workflow=Workflow.CONFIRMED).count() == 2


def test_a_report_that_was_changed_since_is_left_alone(planner_client: Client) -> None:
    round_, report = make_round(), make_report(workflow=Workflow.SUBMITTED)
    MeasureReport.objects.update(version=report.version + 1)
    assert "1件はそのままにしました" in messages_of(act(planner_client, round_, "confirm", report))[0]
    report.refresh_from_db()
    assert report.workflow == Workflow.SUBMITTED


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理"])
def test_only_the_office_reviews(role: str) -> None:
    report, round_, client = make_report(workflow=Workflow.SUBMITTED), make_round(), Client()
    client.force_login(make_user(role=role))
    assert client.get(list_of(round_)).status_code == 403
    assert act(client, round_, "confirm", report).status_code == 403
    report.refresh_from_db()
    assert report.workflow == Workflow.SUBMITTED


def test_reports_of_a_published_round_stay(planner_client: Client) -> None:
    report, round_ = make_report(workflow=Workflow.PUBLISHED), make_round(status=RoundStatus.PUBLISHED)
    assert "公表済みです" in messages_of(act(planner_client, round_, "return", report, note="x"))[0]
    report.refresh_from_db()
    assert report.workflow == Workflow.PUBLISHED


def test_publication_tells_how_many_reports_go_along_and_which_stay(planner_client: Client) -> None:
    round_ = make_round()
    make_report(measure=make_measure(), workflow=Workflow.CONFIRMED)
    waiting = make_report(measure=make_measure(text="まだ確認していない取組"), workflow=Workflow.SUBMITTED)
    content = planner_client.get(reverse("admin:kpis_round_publish", args=[round_.pk])).content.decode()
    assert "確認済の取組報告 1件も、いっしょに公表されます。" in content
    assert f"{waiting.measure.code} まだ確認していない取組（提出）" in content
    assert list_of(round_) in content


def test_a_report_confirmed_since_the_page_was_opened_is_not_published_unseen(planner_client: Client) -> None:
    round_, report = make_round(), make_report(workflow=Workflow.SUBMITTED)
    address = reverse("admin:kpis_round_publish", args=[round_.pk])
    seen = planner_client.get(address).context["form"]["seen"].value()
    act(planner_client, round_, "confirm", report)
    page = planner_client.post(
        address, {"published_on": "2025-09-01", "decision_number": "企画第1号", "seen": seen}, follow=True
    )
    assert "値か目標が変わりました" in page.content.decode()
    report.refresh_from_db()
    assert report.workflow == Workflow.CONFIRMED
