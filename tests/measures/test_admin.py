"""Reports on measures wait for confirmation; headings carry their measures, meetings their opinions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goals.models import Direction
from goals.publication import version
from kpis.models import RoundStatus, Workflow
from measures.models import Measure, MeasureReport, Meeting, Opinion
from tests.makers import (
    make_department,
    make_direction,
    make_indicator,
    make_measure,
    make_meeting,
    make_opinion,
    make_report,
    make_revision,
    make_round,
    make_user,
)

pytestmark = pytest.mark.django_db


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def report_on(measure: Measure, **kwargs: Any) -> dict[str, Any]:
    return {
        "measure": measure.pk,
        "fiscal_year": "R6",
        "status": "RUNNING",
        "summary": "予定どおり。",
        "budget": "0",
        **kwargs,
    }


def clerk() -> tuple[Client, Measure]:
    department = make_department()
    client = Client()
    client.force_login(make_user(role="所管課", departments=[department]))
    return client, make_measure(department=department)


def said(page: Any) -> str:
    return " ".join(text for texts in page.context["adminform"].form.errors.values() for text in texts)


def test_a_clerk_reports_on_a_measure_of_the_own_department() -> None:
    client, measure = clerk()
    make_round()
    assert client.post(url(MeasureReport, "add"), report_on(measure)).status_code == 302
    report = MeasureReport.objects.get()
    assert (report.fiscal_year, report.budget, report.workflow) == (2024, 0, Workflow.DRAFT)


def test_a_clerk_does_not_report_for_another_department() -> None:
    client, _ = clerk()
    make_round()
    other = make_measure(department=make_department())
    assert "measure" in client.post(url(MeasureReport, "add"), report_on(other)).context["adminform"].form.errors
    report = make_report(measure=other)
    assert client.post(url(MeasureReport, "change", report.pk), report_on(other, summary="x")).status_code == 403
    report.refresh_from_db()
    assert report.summary == "予定どおり実施した。"


@pytest.mark.parametrize(
    ("status", "says"), [(RoundStatus.PREPARING, "まだ始まっていません"), (RoundStatus.PUBLISHED, "公表済みです")]
)
def test_a_report_waits_for_its_round_and_is_closed_after_publication(status: str, says: str) -> None:
    client, measure = clerk()
    make_round(status=status)
    assert says in said(client.post(url(MeasureReport, "add"), report_on(measure)))


def test_the_office_confirms_reports_and_a_department_does_not(planner_client: Client) -> None:
    client, measure = clerk()
    report = make_report(measure=measure)
    data = {"action": "confirm", "_selected_action": [report.pk]}
    client.post(url(MeasureReport, "changelist"), data)
    report.refresh_from_db()
    assert report.workflow == Workflow.DRAFT
    page = planner_client.post(url(MeasureReport, "changelist"), data, follow=True)
    assert "1件を確認済にしました。" in page.content.decode()
    report.refresh_from_db()
    assert report.workflow == Workflow.CONFIRMED


def test_measures_are_entered_under_their_heading(planner_client: Client) -> None:
    direction, revision = make_direction(number=1), make_revision()
    before = version.current().number
    data = {
        "goal": direction.goal_id,
        "number": "1",
        "title": direction.title,
        "measures-TOTAL_FORMS": "1",
        "measures-INITIAL_FORMS": "0",
        "measures-0-revision": revision.pk,
        "measures-0-number": "1",
        "measures-0-code": "3-1-1-01",
        "measures-0-text": "相談を広げる",
        "measures-0-tag": "新",
    }
    assert planner_client.post(url(Direction, "change", direction.pk), data).status_code == 302
    measure = Measure.objects.get()
    assert (measure.code, measure.tag, measure.history.get().history_user.username) == ("3-1-1-01", "新", "kikaku")
    assert version.current().number == before + 1


def test_a_measure_of_the_form_keeps_its_themes_in_the_history(planner_client: Client) -> None:
    measure = make_measure(indicators=[make_indicator()])
    content = planner_client.get(url(Measure, "history", measure.pk)).content.decode()
    assert "関連する指標" in content


def test_the_list_of_meetings_counts_opinions_without_an_answer(planner_client: Client) -> None:
    meeting = make_meeting()
    make_opinion(meeting=meeting, response="対応した。")
    make_opinion(meeting=meeting)
    row = planner_client.get(url(Meeting, "changelist")).context["cl"].result_list[0]
    assert (row.opinions_n, row.unanswered_n) == (2, 1)


def test_the_form_of_an_opinion_tells_the_wordings_of_one_measure_apart(planner_client: Client) -> None:
    measure = make_measure(text="相談を広げる")
    newer = make_revision(strategy=measure.revision.strategy, number=9, name="令和8年度改訂")
    make_measure(text="相談を広げる", revision=newer, code=measure.code)
    form = planner_client.get(url(Opinion, "change", make_opinion().pk)).context["adminform"].form
    for name in ("measure", "measures"):
        labels = [str(label) for _, label in form.fields[name].choices if "相談" in str(label)]
        assert len(set(labels)) == 2
        assert any("令和8年度改訂" in label for label in labels)


def test_the_links_of_an_opinion_stay_in_its_history(planner_client: Client) -> None:
    opinion, measure = make_opinion(), make_measure()
    opinion.measures.add(measure)
    assert [link.measure for link in opinion.history.first().measures.all()] == [measure]
    assert "関連する取組" in planner_client.get(url(Opinion, "history", opinion.pk)).content.decode()
