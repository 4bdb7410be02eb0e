"""企画調整課 works through a round: the review list, what changes against last year, and taking a publication back."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goals.audit import AuditAction, AuditEvent
from kpis import rounds
from kpis.models import Assessment, Round, RoundStatus, Workflow, YearlyValue
from measures.models import MeasureReport
from tests.makers import (
    make_indicator,
    make_report,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 9, 1)


def address(page: str, round_: Round) -> str:
    return reverse(f"admin:kpis_round_{page}", args=[round_.pk])


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def publish(round_: Round) -> None:
    rounds.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)


# Against last year


def test_the_publication_page_shows_which_ratings_change_against_last_year(planner_client: Client) -> None:
    for name, values in {"上がった": (11, 15), "変わらない": (12, 14), "0に落ちた": (12, 0)}.items():
        indicator = make_target(indicator=make_indicator(name=name)).indicator
        for year, value in zip((2024, 2025), values, strict=True):
            make_value(indicator=indicator, fiscal_year=year, value=Decimal(value), workflow=Workflow.CONFIRMED)
    publish(make_round())
    page = planner_client.get(address("publish", make_round(fiscal_year=2025)))
    turns = [(turn.line.indicator.name, turn.before, turn.line.label) for turn in page.context["preview"].turns]
    assert turns == [("上がった", "遅れ", "順調"), ("0に落ちた", "順調", "後退")]
    assert "前年度と評価が変わる指標（2件）" in page.content.decode()
    assert "→ 後退" in page.content.decode()


def test_without_a_published_year_before_there_is_nothing_to_compare_with(planner_client: Client) -> None:
    make_value(indicator=make_target().indicator, workflow=Workflow.CONFIRMED)
    content = planner_client.get(address("publish", make_round())).content.decode()
    assert "前年度の評価が公表されていないので、比べられません。" in content


def test_where_nothing_changes_the_page_says_so(planner_client: Client) -> None:
    indicator = make_target().indicator
    for year, value in ((2024, 12), (2025, 14)):
        make_value(indicator=indicator, fiscal_year=year, value=Decimal(value), workflow=Workflow.CONFIRMED)
    publish(make_round())
    page = planner_client.get(address("publish", make_round(fiscal_year=2025)))
    assert page.context["preview"].turns == []
    assert "前年度と評価が変わる指標（0件）" in page.content.decode()


# Taking a publication back


def published() -> tuple[Round, YearlyValue]:
    value = make_value(indicator=make_target().indicator, workflow=Workflow.CONFIRMED)
    round_ = make_round()
    publish(round_)
    return round_, value


def test_a_superuser_takes_a_publication_back_with_all_that_was_published_along(super_client: Client) -> None:
    report = make_report(workflow=Workflow.PUBLISHED)
    round_, value = published()
    change = super_client.get(reverse("admin:kpis_round_change", args=[round_.pk])).content.decode()
    assert address("unpublish", round_) in change
    assert "すぐに消え" in super_client.get(address("unpublish", round_)).content.decode()
    page = super_client.post(address("unpublish", round_), {"reason": "決裁の前だった。"}, follow=True)
    assert messages_of(page) == ["第3次 令和6年度の公表を取り消しました。値は「確認済」に戻り、市民には見えません。"]
    round_.refresh_from_db()
    value.refresh_from_db()
    assert (round_.status, value.workflow) == (RoundStatus.REVIEW, Workflow.CONFIRMED)
    assert MeasureReport.objects.get(pk=report.pk).workflow == Workflow.CONFIRMED
    assert not Assessment.objects.exists()
    event = AuditEvent.objects.get(action=AuditAction.UNPUBLISH)
    assert (str(event.user), event.address, event.summary) == (
        "kanri",
        "127.0.0.1",
        "第3次 令和6年度 決裁の前だった。",
    )


@pytest.mark.parametrize("reason", ["", " ", "長" * 201])
def test_without_a_fitting_reason_nothing_is_taken_back(super_client: Client, reason: str) -> None:
    round_, _ = published()
    page = super_client.post(address("unpublish", round_), {"reason": reason})
    assert page.context["form"].errors["reason"]
    assert "まだ取り消していません" in page.content.decode()
    assert Assessment.objects.count() == 1


def test_a_round_that_is_not_public_is_not_taken_back(super_client: Client) -> None:
    page = super_client.post(address("unpublish", make_round()), {"reason": "まちがい。"})
    assert page.context["form"].non_field_errors() == ["この評価年度は公表されていません。"]


@pytest.mark.parametrize("role", ["所管課", "企画調整課", "委員", "システム管理"])
def test_no_role_takes_a_publication_back(role: str) -> None:
    round_, _ = published()
    client = client_of(role)
    assert client.get(address("unpublish", round_)).status_code == 403
    assert client.post(address("unpublish", round_), {"reason": "やり直す。"}).status_code == 403
    assert Client().post(address("unpublish", round_), {"reason": "やり直す。"}).status_code == 302
    assert Assessment.objects.count() == 1


def test_the_office_sees_no_link_to_what_it_may_not_do(planner_client: Client) -> None:
    round_, _ = published()
    make_superuser()
    content = planner_client.get(reverse("admin:kpis_round_change", args=[round_.pk])).content.decode()
    assert address("unpublish", round_) not in content
