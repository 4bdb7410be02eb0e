"""企画調整課 opens a round, sees what would become public, and publishes it with date and 決裁番号."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kpis.judging.words import Kind
from kpis.models import Assessment, Basis, Round, RoundStatus, Workflow, YearlyValue
from measures.models import MeasureReport
from tests.makers import make_indicator, make_measure, make_report, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db

LIST = reverse("admin:kpis_round_changelist")


def publish_page(round_: Round) -> str:
    return reverse("admin:kpis_round_publish", args=[round_.pk])


def press(client: Client, round_: Round, **kwargs: Any) -> Any:
    """Open the confirmation page, fill it in, and press the button."""
    seen = client.get(publish_page(round_)).context["form"]["seen"].value()
    data = {"published_on": "2025-09-01", "decision_number": "企画第123号", "seen": seen, **kwargs}
    return client.post(publish_page(round_), data, follow=True)


def act(client: Client, action: str, *rows: Round) -> Any:
    return client.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def make_judged(**kwargs: Any) -> YearlyValue:
    """Make 産み育てやすい: 47.5%（R5）→59%（R10), 49.8% in FY2024."""
    indicator = make_indicator(name="産み育てやすい", unit="%", decimals=1, basis=Basis.SURVEY)
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59))
    return make_value(indicator=indicator, **{"value": Decimal("49.8"), "workflow": Workflow.CONFIRMED, **kwargs})


def test_the_list_counts_what_is_entered_and_confirmed(planner_client: Client) -> None:
    make_value()
    make_value(workflow=Workflow.CONFIRMED)
    make_indicator()
    make_value(fiscal_year=2023)
    make_round()
    content = planner_client.get(LIST).content.decode()
    assert "2 / 4件" in content
    assert "1 / 4件" in content


def test_the_office_opens_and_closes_the_entry(planner_client: Client) -> None:
    round_ = make_round(status=RoundStatus.PREPARING)
    assert "受付を開始しました" in messages_of(act(planner_client, "open_entry", round_))[0]
    round_.refresh_from_db()
    assert (round_.status, round_.opens_on) == (RoundStatus.OPEN, timezone.localdate())
    assert "もう受付中です" in messages_of(act(planner_client, "open_entry", round_))[0]
    assert "締め切りました" in messages_of(act(planner_client, "close_entry", round_))[0]
    round_.refresh_from_db()
    assert round_.status == RoundStatus.REVIEW
    assert "受付中ではありません" in messages_of(act(planner_client, "close_entry", round_))[0]


def test_the_action_leads_to_the_confirmation_page_of_one_round(planner_client: Client) -> None:
    first, second = make_round(), make_round(fiscal_year=2023)
    assert act(planner_client, "publish", first).redirect_chain[0][0] == publish_page(first)
    assert "1つだけ選んでください" in messages_of(act(planner_client, "publish", first, second))[0]


def test_the_confirmation_page_shows_what_will_become_public_and_what_will_not(planner_client: Client) -> None:
    make_judged()
    make_value(indicator=make_indicator(name="まだの指標"), workflow=Workflow.SUBMITTED)
    content = planner_client.get(publish_page(make_round())).content.decode()
    for text in (
        "産み育てやすい",
        "49.8%",
        "順調",
        "20",
        "確認済でないため、公表されない値があります（1件）",
        "まだの指標",
    ):
        assert text in content
    assert "評価されない指標（1件）" in content
    assert not Assessment.objects.exists()


def test_a_citizen_sees_the_value_after_the_second_click(planner_client: Client) -> None:
    value, round_ = make_judged(), make_round()
    page = press(planner_client, round_)
    assert messages_of(page) == ['第3次 令和6年度を公表しました。<a href="/strategies/3/">公開ページを見る</a>']
    round_.refresh_from_db()
    value.refresh_from_db()
    assert (round_.status, str(round_.published_on), round_.decision_number) == (
        "PUBLISHED",
        "2025-09-01",
        "企画第123号",
    )
    assert value.workflow == Workflow.PUBLISHED
    assert value.history.first().history_user.username == "kikaku"
    assert Client().get(value.indicator.get_absolute_url()).content.decode().count("49.8") > 0


def test_confirmed_reports_on_measures_are_published_along(planner_client: Client) -> None:
    confirmed = make_report(workflow=Workflow.CONFIRMED)
    draft = make_report(measure=make_measure())
    other = make_report(measure=make_measure(), fiscal_year=2023, workflow=Workflow.CONFIRMED)
    press(planner_client, make_round())
    assert list(MeasureReport.objects.public()) == [confirmed]
    for report in (draft, other):
        report.refresh_from_db()
    assert (draft.workflow, other.workflow) == (Workflow.DRAFT, Workflow.CONFIRMED)


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"published_on": ""}, "必須"),
        ({"published_on": "まもなく"}, "日付"),
        ({"published_on": f"{timezone.localdate() + datetime.timedelta(days=1)}"}, "公表日が先の日付です"),
        ({"published_on": "2024-03-31"}, "評価年度（令和6年度）より前です"),
        ({"decision_number": " "}, "必須"),
        ({"decision_number": "号" * 51}, "50"),
        ({"seen": "something else"}, "値か目標が変わりました"),
    ],
)
def test_a_mistake_publishes_nothing_and_says_why(planner_client: Client, typed: dict[str, str], says: str) -> None:
    value, round_ = make_judged(), make_round()
    page = press(planner_client, round_, **typed)
    assert says in " ".join(text for texts in page.context["form"].errors.values() for text in texts)
    assert "まだ公表していません" in page.content.decode()
    round_.refresh_from_db()
    value.refresh_from_db()
    assert (round_.status, value.workflow) == (RoundStatus.OPEN, Workflow.CONFIRMED)
    assert not Assessment.objects.exists()


def test_a_value_that_changes_after_the_page_was_opened_is_shown_before_it_is_published(planner_client: Client) -> None:
    value, round_ = make_judged(), make_round()
    seen = planner_client.get(publish_page(round_)).context["form"]["seen"].value()
    value.value, value.version = Decimal("40"), 2
    value.save()
    page = press(planner_client, round_, seen=seen)
    assert not Assessment.objects.exists()
    again = page.context["form"]["seen"].value()
    press(planner_client, round_, seen=again)
    assert Assessment.objects.get().value == 40


def test_a_round_is_not_published_twice(planner_client: Client) -> None:
    make_judged()
    round_ = make_round()
    press(planner_client, round_)
    for page in (
        planner_client.get(publish_page(round_), follow=True),
        planner_client.post(publish_page(round_), follow=True),
    ):
        assert "もう公表されています" in messages_of(page)[0]
    assert Assessment.objects.count() == 1


def test_a_value_that_cannot_be_judged_is_named_on_the_way(planner_client: Client) -> None:
    indicator = make_indicator(name="計画の策定")
    make_target(indicator=indicator, kind=Kind.MILESTONE)
    make_value(indicator=indicator, value=Decimal(5), workflow=Workflow.CONFIRMED)
    page = planner_client.get(publish_page(make_round()), follow=True)
    assert "計画の策定を評価できません" in messages_of(page)[0]


def test_an_anonymous_visitor_is_sent_to_the_door() -> None:
    round_ = make_round()
    for response in (Client().get(publish_page(round_)), Client().post(publish_page(round_)), Client().post(LIST)):
        assert "/admin/login/" in response.headers["Location"]


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理"])
def test_other_roles_neither_open_nor_publish(role: str) -> None:
    round_ = make_round(status=RoundStatus.PREPARING)
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get(publish_page(round_)).status_code == 403
    data = {"published_on": "2025-09-01", "decision_number": "x", "seen": ""}
    assert client.post(publish_page(round_), data).status_code == 403
    for action in ("open_entry", "close_entry", "publish"):
        client.post(LIST, {"action": action, "_selected_action": [round_.pk]})
    round_.refresh_from_db()
    assert round_.status == RoundStatus.PREPARING


def test_the_state_is_not_in_the_form(planner_client: Client) -> None:
    round_ = make_round()
    address = reverse("admin:kpis_round_change", args=[round_.pk])
    planner_client.post(address, {"due_on": "2025-07-31", "status": "PUBLISHED", "published_on": "2025-01-01"})
    round_.refresh_from_db()
    assert (round_.status, round_.published_on, str(round_.due_on)) == (RoundStatus.OPEN, None, "2025-07-31")


@pytest.mark.once
@pytest.mark.parametrize("status", [RoundStatus.OPEN, RoundStatus.PUBLISHED])
def test_a_round_that_has_begun_is_not_deleted(planner_client: Client, status: str) -> None:
    round_ = make_round(status=status)
    address = reverse("admin:kpis_round_delete", args=[round_.pk])
    assert planner_client.post(address, {"post": "yes"}).status_code == 403
    planner_client.post(LIST, {"action": "delete_selected", "_selected_action": [round_.pk], "post": "yes"})
    assert Round.objects.filter(pk=round_.pk).exists()
