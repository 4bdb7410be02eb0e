"""The home of the admin says what is mine to do, by role, and every number leads to what it counts."""

from __future__ import annotations

import datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals.accounts.audit import record
from goals.models import Department
from goals.models.event import AuditAction
from kanazawa_strategy.desk.figures import Figure
from kanazawa_strategy.desk.tasks import Progress, deadline_of, desk_of
from kpis.judging.words import State
from kpis.models import Round, RoundStatus, Workflow, YearlyValue
from measures.models import OpinionStatus
from tests.makers import (
    make_department,
    make_indicator,
    make_measure,
    make_opinion,
    make_report,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
DAY = datetime.date(2025, 6, 20)


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def text_of(client: Client) -> str:
    """Return the words of the desk, with blanks as a reader sees them."""
    content = client.get(HOME).content.decode()
    part = content[content.index('<div class="desk">') : content.index('id="content-main"')]
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign, assignment]
    parser.feed(part)
    return " ".join("".join(words).split())


def make_entered(department: Department | None, workflow: str = Workflow.DRAFT, **kwargs: Any) -> YearlyValue:
    return make_value(indicator=make_indicator(department=department), workflow=workflow, **kwargs)


# The departments


def test_a_department_reads_how_much_is_left_and_until_when() -> None:
    department = make_department(name="こども課", code="kodomo")
    make_entered(department)
    make_entered(department, value=Decimal(0))
    make_indicator(department=department)
    make_indicator(department=department, ended_on=DAY)
    make_entered(make_department())
    round_ = make_round(due_on=timezone.localdate() + datetime.timedelta(days=9))
    client = client_of("所管課", departments=[department])
    text = text_of(client)
    assert "こども課 令和6年度の実績値: 3件中 2件入力済、締切まで9日" in text
    assert "進み具合" not in text
    assert "データの点検" not in text
    address = reverse("admin:kpis_sheet", args=[round_.pk, "kodomo"])
    assert f'href="{address}"' in client.get(HOME).content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("status", "due_on", "says"),
    [
        (RoundStatus.OPEN, DAY + datetime.timedelta(days=9), "締切まで9日"),
        (RoundStatus.OPEN, DAY, "締切は今日"),
        (RoundStatus.OPEN, DAY - datetime.timedelta(days=3), "締切を3日過ぎています"),
        (RoundStatus.OPEN, None, "締切は未定"),
        (RoundStatus.REVIEW, DAY, "受付は終わり、企画調整課が確認中"),
    ],
)
def test_the_deadline_is_told_in_days(status: str, due_on: datetime.date | None, says: str) -> None:
    assert deadline_of(Round(status=status, due_on=due_on), DAY) == says


def test_a_department_sees_what_was_returned_with_the_note() -> None:
    department = make_department()
    value = make_entered(department, returned_note="出典を書いてください。")
    make_round()
    text = text_of(client_of("所管課", departments=[department]))
    assert "差し戻された実績値が1件あります" in text
    assert f"{value.indicator}: 出典を書いてください。" in text


def test_a_department_that_has_handed_all_in_reads_so() -> None:
    department = make_department()
    make_entered(department, Workflow.SUBMITTED)
    make_round()
    assert "すべて提出しました。" in text_of(client_of("所管課", departments=[department]))


def test_a_department_without_indicators_or_without_a_round_has_nothing_to_do() -> None:
    department = make_department()
    make_entered(make_department())
    client = client_of("所管課", departments=[department])
    assert text_of(client) == ""
    make_round()
    assert text_of(client) == ""


@pytest.mark.parametrize("status", [RoundStatus.PREPARING, RoundStatus.PUBLISHED])
def test_a_round_that_has_not_begun_or_is_public_is_not_on_the_desk(status: str) -> None:
    department = make_department()
    make_entered(department)
    make_round(status=status)
    assert text_of(client_of("所管課", departments=[department])) == ""


def test_a_membership_that_has_ended_shows_nothing() -> None:
    department = make_department()
    make_entered(department)
    make_round()
    user = make_user(role="所管課", departments=[department], ends_on=DAY - datetime.timedelta(days=1))
    assert desk_of(user, DAY).tasks == []


# The office


def progress_of(**kwargs: Any) -> Progress:
    make_round(**kwargs)
    return desk_of(make_user(role="企画調整課"), DAY).progress[0]


def numbers(figures: list[Figure]) -> list[int]:
    return [figure.number for figure in figures]


def test_the_office_sees_the_progress_of_every_department() -> None:
    first, second = make_department(name="こども課"), make_department(name="観光課")
    make_entered(first, Workflow.SUBMITTED)
    make_entered(first, Workflow.CONFIRMED)
    make_entered(second)
    make_indicator(department=second)
    make_indicator()
    found = progress_of()
    assert [(name, numbers(figures)) for name, figures in found.rows] == [
        ("こども課", [2, 0, 0, 1, 1]),
        ("観光課", [2, 1, 1, 0, 0]),
        ("（所管課なし）", [1, 1, 0, 0, 0]),
    ]
    assert numbers(found.total) == [5, 2, 1, 1, 1]


def test_every_number_leads_to_as_many_lines(planner_client: Client) -> None:
    department = make_department()
    for workflow in (Workflow.DRAFT, Workflow.SUBMITTED, Workflow.CONFIRMED):
        make_entered(department, workflow)
    make_entered(department, returned_note="桁を")
    make_value(indicator=make_indicator(unit="%"), value=Decimal(101))
    make_indicator(department=department)
    found = progress_of(due_on=DAY - datetime.timedelta(days=1))
    figures = [*found.total, found.doubtful, found.returned, *(cell for _, row in found.rows for cell in row)]
    assert sum(numbers(figures)) > 10
    for figure in figures:
        page = planner_client.get(figure.url)
        assert len(page.context["lines"]) == figure.number, figure


def test_a_department_is_overdue_with_what_it_could_have_handed_in() -> None:
    late, known_later, done = make_department(name="遅れ課"), make_department(), make_department()
    make_entered(late)
    make_indicator(department=late)
    make_entered(known_later, state=State.UNPUBLISHED, available_on=DAY + datetime.timedelta(days=30))
    make_entered(done, Workflow.SUBMITTED)
    yesterday = DAY - datetime.timedelta(days=1)
    assert [(figure.label, figure.number) for figure in progress_of(due_on=yesterday).late] == [("遅れ課", 2)]
    assert "締切（2025年6月19日）を過ぎて、提出していない課" in text_of(client_of("企画調整課"))


def test_on_the_due_day_nobody_is_overdue() -> None:
    make_entered(make_department())
    assert progress_of(due_on=DAY).late == []


def test_the_office_without_a_round_is_led_to_open_one() -> None:
    text = text_of(client_of("企画調整課"))
    assert "受付中・確認中の評価年度はありません" in text
    assert "対応が未記入の意見: 0件" in text


def test_a_round_without_indicators_says_so() -> None:
    make_round()
    assert "指標がありません。" in text_of(client_of("企画調整課"))


def test_data_checks_and_opinions_lead_to_the_lists_that_they_count(planner_client: Client) -> None:
    make_target(target_year=None)
    make_target(baseline_year=None, indicator=make_indicator(department=make_department()))
    make_target(indicator=make_indicator(department=make_department()))
    make_opinion(due_on=DAY - datetime.timedelta(days=1))
    make_opinion(due_on=DAY)
    make_opinion(response="取り組みます。", status=OpinionStatus.SUBMITTED)
    desk = desk_of(make_user(role="企画調整課"), DAY)
    checks = [*desk.checks, *desk.opinions]
    assert {figure.label: figure.number for figure in checks} == {
        "目標年度のない目標": 1,
        "基準年度のない目標": 1,
        "所管課の決まっていない指標": 1,
        "提出され、まだ公開していない意見": 1,
        "対応が未記入の意見": 2,
        "そのうち期限を過ぎた意見": 1,
    }
    for figure in checks:
        page = planner_client.get(figure.url)
        assert page.context["cl"].result_count == figure.number, figure


def test_a_department_sees_the_opinions_that_wait_for_its_answer() -> None:
    own, second = make_department(), make_department()
    make_opinion(department=own, due_on=DAY - datetime.timedelta(days=1))
    make_opinion(department=second)
    make_opinion(department=own, response="取り組みます。")
    make_opinion(department=make_department())
    make_opinion()
    user = make_user(role="所管課", departments=[own, second])
    figures = desk_of(user, DAY).opinions
    assert numbers(figures) == [2, 1]
    client = Client()
    client.force_login(user)
    assert "回答を待つ意見" in text_of(client)
    for figure in figures:
        assert client.get(figure.url).context["cl"].result_count == figure.number


def test_a_department_that_answers_for_no_opinion_reads_nothing_of_them() -> None:
    make_opinion()
    assert text_of(client_of("所管課", departments=[make_department()])) == ""


# Those who keep the accounts, and all others


def test_who_keeps_the_accounts_sees_failures_and_what_ends_soon() -> None:
    record(AuditAction.LOGIN_FAILED, "登録のない利用者名")
    make_user(is_active=False)
    today = timezone.localdate()
    make_user(role="所管課", ends_on=today + datetime.timedelta(days=10))
    client = client_of("システム管理", username="soumu")
    figures = desk_of(make_superuser(), today).accounts
    assert numbers(figures) == [1, 0, 3, 1]
    for figure in figures:
        assert client.get(figure.url).context["cl"].result_count == figure.number, figure
    text = text_of(client)
    assert "7日間のログイン失敗: 1件" in text
    assert "進み具合" not in text


@pytest.mark.parametrize("role", ["委員", ""])
def test_others_find_an_empty_desk(role: str) -> None:
    make_entered(make_department())
    make_round()
    assert text_of(client_of(role)) == ""


def test_an_anonymous_visitor_has_no_desk() -> None:
    assert Client().get(HOME).status_code == 302
    desk = desk_of(AnonymousUser(), DAY)
    assert (desk.tasks, desk.progress, desk.checks, desk.accounts) == ([], [], [], [])


@pytest.mark.parametrize("role", ["所管課", "企画調整課"])
def test_the_number_of_queries_does_not_grow_with_what_lies_on_the_desk(role: str) -> None:
    own = make_department()
    client, counts = client_of(role, departments=[own]), []
    make_round(due_on=DAY)
    for _ in range(2):
        for department in (own, make_department(), None):
            indicator = make_target(indicator=make_indicator(department=department)).indicator
            make_value(indicator=indicator, fiscal_year=2023)
            make_value(indicator=indicator, returned_note="桁を")
            make_opinion()
        with CaptureQueriesContext(connection) as found:
            client.get(HOME)
        counts.append(len(found))
    assert counts[0] == counts[1]


# The reports on measures


def test_a_department_reads_how_many_measures_are_left_to_report_on() -> None:
    department = make_department(name="こども政策課")
    make_report(measure=make_measure(department=department), returned_note="数を書いてください。")
    make_measure(department=department)
    round_ = make_round(due_on=timezone.localdate() + datetime.timedelta(days=9))
    client = client_of("所管課", departments=[department])
    text = text_of(client)
    assert "こども政策課 令和6年度の取組報告: 2件中 1件入力済、締切まで9日" in text
    assert "差し戻された取組報告が1件あります" in text
    assert "数を書いてください。" in text
    address = reverse("admin:measures_sheet", args=[round_.pk, department.code])
    assert f'href="{address}"' in client.get(HOME).content.decode()


def test_the_office_sees_how_far_the_reports_are_and_who_is_late() -> None:
    department = make_department(name="こども政策課")
    make_report(measure=make_measure(department=department), workflow=Workflow.SUBMITTED)
    make_measure(department=department)
    make_round(due_on=DAY)
    (progress,) = desk_of(make_user(role="企画調整課"), DAY + datetime.timedelta(days=1)).progress
    assert [(figure.label, figure.number) for figure in progress.reports] == [
        ("未入力", 1),
        ("入力中", 0),
        ("提出（確認待ち）", 1),
        ("確認済", 0),
        ("差戻し中", 0),
    ]
    assert [(figure.label, figure.number) for figure in progress.late] == [("こども政策課（取組報告）", 1)]


def test_every_number_of_the_reports_leads_to_as_many_lines(planner_client: Client) -> None:
    department = make_department()
    for workflow in (Workflow.DRAFT, Workflow.SUBMITTED, Workflow.CONFIRMED):
        make_report(measure=make_measure(department=department), workflow=workflow)
    make_measure(department=department)
    make_round()
    (progress,) = desk_of(make_user(role="企画調整課", username="other"), DAY).progress
    for figure in progress.reports:
        assert len(planner_client.get(figure.url).context["lines"]) == figure.number


def test_the_office_finds_the_pack_of_the_round_under_way() -> None:
    round_ = make_round(status=RoundStatus.REVIEW)
    client = client_of("企画調整課")
    page = client.get(HOME).content.decode()
    for end in ("", "pack/", "pack.xlsx"):
        address = f"/committee/preview/{round_.fiscal_year}/{end}?edition={round_.strategy.edition}"
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
