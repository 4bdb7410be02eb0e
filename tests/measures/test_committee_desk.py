"""The office prepares a meeting and works through what members said."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models.event import AuditAction, AuditEvent
from goals.publication import version
from kpis.judging.words import Kind
from kpis.models import Indicator, Workflow
from kpis.round import publishing
from measures.models import Meeting, Opinion, OpinionStatus
from tests.makers import (
    make_department,
    make_goal,
    make_indicator,
    make_meeting,
    make_opinion,
    make_round,
    make_strategy,
    make_target,
    make_user,
    make_value,
)
from tests.transfer import bring, take

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 9, 1)
BUTTON = "保存して、注意が必要な指標を重点審査に加える"


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


# Meetings


def judged(value: int, workflow: str = Workflow.CONFIRMED) -> Indicator:
    """Make an indicator on its way from 10 to 20 over five years."""
    indicator = make_target().indicator
    make_value(indicator=indicator, value=Decimal(value), workflow=workflow)
    return indicator


def press(client: Client, meeting: Meeting, **kwargs: Any) -> Any:
    """Press the button under the form of a meeting."""
    data = {
        "held_on": f"{meeting.held_on:%Y-%m-%d}",
        "title": meeting.title,
        "fiscal_year": "令和6年度",
        "focus_indicators": [row.pk for row in meeting.focus_indicators.all()],
        "is_listed": "on",
        "opinions-TOTAL_FORMS": "0",
        "opinions-INITIAL_FORMS": "0",
        "_attention": BUTTON,
        **kwargs,
    }
    return client.post(url(Meeting, "change", meeting.pk), data, follow=True)


def test_the_button_adds_what_needs_attention_by_the_confirmed_values(planner_client: Client) -> None:
    behind, chosen, worse = judged(11), judged(10), judged(5)
    judged(19)
    judged(5, Workflow.SUBMITTED)
    make_target(kind=Kind.UNSET, target=None)
    make_round()
    meeting = make_meeting(focus_indicators=[chosen])
    before = version.current().number
    content = planner_client.get(url(Meeting, "change", meeting.pk)).content.decode()
    assert f'name="_attention" value="{BUTTON}"' in content
    assert 'name="_attention"' not in planner_client.get(url(Meeting, "add")).content.decode()
    page = press(planner_client, meeting, title="第2回推進委員会")
    assert page.redirect_chain == [(url(Meeting, "change", meeting.pk), 302)]
    assert said(page) == [
        f"保存し、重点審査に2件を加えました（{behind}、{worse}）。"
        "第3次 令和6年度の確認済の値での評価（見込み）で注意が必要な指標は3件です。"
    ]
    meeting.refresh_from_db()
    assert (meeting.title, meeting.fiscal_year) == ("第2回推進委員会", 2024)
    assert set(meeting.focus_indicators.all()) == {behind, chosen, worse}
    assert version.current().number > before


def test_the_addition_stays_in_the_history_with_who_and_why(planner_client: Client) -> None:
    behind = judged(11)
    make_round()
    meeting = make_meeting()
    press(planner_client, meeting)
    last = meeting.history.first()
    assert last is not None
    assert [row.indicator for row in last.focus_indicators.all()] == [behind]
    assert (str(last.history_user), last.history_change_reason) == ("kikaku", "注意が必要な指標を重点審査に追加")
    content = planner_client.get(url(Meeting, "history", meeting.pk)).content.decode()
    assert "重点審査の指標" in content
    assert "審議する評価年度" in content


def test_after_publication_what_was_frozen_counts(planner_client: Client) -> None:
    behind, good = judged(11), judged(19)
    round_ = make_round()
    publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)
    good.values.update(value=Decimal(1))
    meeting = make_meeting()
    assert "公表した評価で注意が必要な指標は1件です。" in said(press(planner_client, meeting))[0]
    assert list(meeting.focus_indicators.all()) == [behind]


def test_pressed_again_it_adds_nothing(planner_client: Client) -> None:
    judged(11)
    make_round()
    meeting = make_meeting()
    press(planner_client, meeting)
    sentence = said(press(planner_client, meeting))[0]
    assert "重点審査に加えた指標はありません" in sentence
    assert "どれも、すでに重点審査に入っています。" in sentence
    assert meeting.focus_indicators.count() == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("year", "says"), [("", "「審議する評価年度」を入れると"), ("令和7年度", "令和7年度の評価年度がまだありません")]
)
def test_without_a_year_or_a_round_the_form_is_saved_and_says_so(planner_client: Client, year: str, says: str) -> None:
    meeting = make_meeting()
    page = press(planner_client, meeting, fiscal_year=year, title="直した会議")
    assert says in said(page)[0]
    meeting.refresh_from_db()
    assert meeting.title == "直した会議"


def test_what_can_not_be_judged_is_named(planner_client: Client) -> None:
    indicator = make_target(indicator=make_indicator(name="計画の策定"), kind=Kind.MILESTONE).indicator
    make_value(indicator=indicator, value=Decimal(5), workflow=Workflow.CONFIRMED)
    make_round()
    meeting = make_meeting()
    assert "計画の策定" in said(press(planner_client, meeting))[0]
    assert not meeting.focus_indicators.exists()


def test_the_year_of_the_current_strategy_is_meant(planner_client: Client) -> None:
    behind = judged(11)
    make_round()
    other = make_strategy()
    make_round(strategy=other)
    assert other.edition > behind.goal.strategy.edition
    meeting = make_meeting()
    press(planner_client, meeting)
    assert list(meeting.focus_indicators.all()) == [behind]


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理", ""])
def test_other_roles_do_not_choose(role: str) -> None:
    judged(11)
    make_round()
    meeting, client = make_meeting(), client_of(role)
    assert press(client, meeting).status_code == 403
    assert 'name="_attention"' not in client.get(url(Meeting, "change", meeting.pk)).content.decode()
    assert not meeting.focus_indicators.exists()


@pytest.mark.once
def test_nobody_chooses_without_logging_in() -> None:
    judged(11)
    make_round()
    meeting = make_meeting()
    assert "/login/" in press(Client(), meeting).redirect_chain[0][0]
    assert not meeting.focus_indicators.exists()


def test_the_list_of_meetings_shows_and_filters_the_year(planner_client: Client) -> None:
    make_meeting(fiscal_year=2024, focus_indicators=[make_indicator(), make_indicator()])
    make_meeting(held_on=DAY)
    make_opinion(meeting=Meeting.objects.get(fiscal_year=2024))
    page = planner_client.get(url(Meeting, "changelist"))
    assert "令和6年度" in page.content.decode()
    page = planner_client.get(url(Meeting, "changelist"), {"year": "2024"})
    (row,) = page.context["cl"].result_list
    assert (row.focus_n, row.opinions_n, row.unanswered_n) == (2, 1, 1)


def test_the_year_comes_in_and_goes_out_by_file(planner_client: Client) -> None:
    make_meeting(held_on=datetime.date(2024, 10, 22))
    bring(planner_client, Meeting, "held_on,fiscal_year\n2024-10-22,R5\n")
    assert Meeting.objects.get().fiscal_year == 2023
    assert b"fiscal_year" in take(planner_client, Meeting)


# Opinions


def listed(client: Client, **query: Any) -> list[str]:
    return [row.code for row in client.get(url(Opinion, "changelist"), query).context["cl"].result_list]


def test_what_is_not_answered_stands_first(planner_client: Client) -> None:
    answered, second, first = make_opinion(response="広げた。"), make_opinion(), make_opinion()
    later = make_opinion(meeting=make_meeting(held_on=DAY), response="続ける。")
    assert listed(planner_client) == [second.code, first.code, later.code, answered.code]


def test_the_list_marks_what_is_overdue(planner_client: Client) -> None:
    today = timezone.localdate()
    make_opinion(due_on=today - datetime.timedelta(days=1), department=make_department(name="こども課"))
    content = planner_client.get(url(Opinion, "changelist")).content.decode()
    assert content.count(">期限超過<") == 1
    assert "未記入" in content
    Opinion.objects.update(response="広げた。", response_class="PARTLY")
    content = planner_client.get(url(Opinion, "changelist")).content.decode()
    assert "記入済（一部反映した）" in content
    assert ">期限超過<" not in content
    Opinion.objects.update(response="", due_on=today)
    assert ">期限超過<" not in planner_client.get(url(Opinion, "changelist")).content.decode()


def test_the_list_is_filtered_by_all_that_the_office_asks(planner_client: Client) -> None:
    today = timezone.localdate()
    make_goal()
    department, goal, later = make_department(), make_goal(), make_meeting(held_on=DAY)
    first = make_meeting()
    late = make_opinion(meeting=first, due_on=today - datetime.timedelta(days=1), department=department).code
    due = make_opinion(meeting=first, due_on=today, goal=goal).code
    done = make_opinion(meeting=later, response="広げた。", response_class="ADOPTED", due_on=DAY).code
    open_ = make_opinion(meeting=later, status=OpinionStatus.SUBMITTED).code
    for query, expected in (
        ({"answered": "0"}, [open_, late, due]),
        ({"answered": "1"}, [done]),
        ({"overdue": "1"}, [late]),
        ({"overdue": "0"}, [due]),
        ({"overdue": "none"}, [open_]),
        ({"response_class__exact": "ADOPTED"}, [done]),
        ({"department": department.pk}, [late]),
        ({"goal": goal.pk}, [due]),
        ({"status__exact": "SUBMITTED"}, [open_]),
        ({"meeting__id__exact": later.pk}, [open_, done]),
    ):
        assert listed(planner_client, **query) == expected, query


def publish(client: Client, *opinions: Opinion) -> Any:
    data = {"action": "publish", "_selected_action": [row.pk for row in opinions]}
    return client.post(url(Opinion, "changelist"), data, follow=True)


def test_the_office_publishes_opinions_at_once(planner_client: Client) -> None:
    first = make_opinion(status=OpinionStatus.SUBMITTED, response="広げた。")
    second, known = make_opinion(status=OpinionStatus.DRAFT), make_opinion()
    before = version.current().number
    page = publish(planner_client, first, second, known)
    assert said(page) == ["2件の意見を公開しました。", "そのうち1件は、市の対応が未記入です。"]
    assert set(Opinion.objects.public()) == {first, second, known}
    assert version.current().number == before + 1
    last = first.history.first()
    assert last is not None
    assert (str(last.history_user), last.history_change_reason) == ("kikaku", "公開")
    assert known.history.count() == 1
    event = AuditEvent.objects.get(action=AuditAction.PUBLISH)
    assert (str(event.user), event.summary) == ("kikaku", f"委員の意見 {first.code}、{second.code}（2件）")


def test_what_is_public_already_is_said(planner_client: Client) -> None:
    before = version.current().number
    assert said(publish(planner_client, make_opinion())) == ["選んだ意見は、すでに公開しています。"]
    assert version.current().number == before


@pytest.mark.parametrize(
    ("status", "then", "counts"),
    [
        ("SUBMITTED", "SUBMITTED", False),
        ("DRAFT", "SUBMITTED", False),
        ("SUBMITTED", "PUBLIC", True),
        ("PUBLIC", "PUBLIC", True),
        ("PUBLIC", "DRAFT", True),
    ],
)
def test_the_public_version_counts_what_citizens_see_of_an_opinion(
    planner_client: Client, status: str, then: str, counts: bool
) -> None:
    opinion = make_opinion(status=status)
    before = version.current().number
    form = {
        **{name: getattr(opinion, name) for name in ("code", "order", "member")},
        **{"meeting": opinion.meeting_id, "goal": opinion.goal_id, "text": "書き直した意見", "status": then},
    }
    answer = planner_client.post(url(Opinion, "change", opinion.pk), form)
    assert answer.status_code == 302, answer.context["errors"]
    opinion.refresh_from_db()
    assert (opinion.text, opinion.status) == ("書き直した意見", then)
    assert (version.current().number > before) is counts


def test_an_opinion_without_text_is_refused_and_none_is_published(planner_client: Client) -> None:
    good = make_opinion(status=OpinionStatus.SUBMITTED)
    blank = make_opinion(status=OpinionStatus.SUBMITTED, text=" ")
    page = publish(planner_client, good, blank)
    assert said(page) == [f"まだ何も公開していません。{blank}には、意見の本文がありません。"]
    assert not Opinion.objects.public().exists()


def test_what_a_member_took_back_is_not_published(planner_client: Client) -> None:
    draft = make_opinion(status=OpinionStatus.DRAFT, author=make_user(role="委員"))
    assert "下書きに戻しています" in said(publish(planner_client, draft))[0]
    assert not Opinion.objects.public().exists()


def test_of_a_meeting_that_is_not_on_the_site_the_office_is_told(planner_client: Client) -> None:
    opinion = make_opinion(meeting=make_meeting(is_listed=False), status=OpinionStatus.SUBMITTED, response="続ける。")
    assert "まだ市民には見えません" in said(publish(planner_client, opinion))[1]
    assert not Opinion.objects.public().exists()


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理", ""])
def test_other_roles_do_not_publish(role: str) -> None:
    client = client_of(role)
    author = User.objects.get() if role == "委員" else None
    opinion = make_opinion(status=OpinionStatus.SUBMITTED, author=author)
    publish(client, opinion)
    opinion.refresh_from_db()
    assert opinion.status == OpinionStatus.SUBMITTED


@pytest.mark.once
def test_nobody_publishes_without_logging_in() -> None:
    opinion = make_opinion(status=OpinionStatus.SUBMITTED)
    assert "/login/" in publish(Client(), opinion).redirect_chain[0][0]
    assert not Opinion.objects.public().exists()
