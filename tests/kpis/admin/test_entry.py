"""Who enters a value, and when; and what happens when two are at one value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_user, make_value

pytestmark = pytest.mark.django_db

ADD = reverse("admin:kpis_yearlyvalue_add")
LIST = reverse("admin:kpis_yearlyvalue_changelist")


def change(value: YearlyValue) -> str:
    return reverse("admin:kpis_yearlyvalue_change", args=[value.pk])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(**kwargs: Any) -> dict[str, Any]:
    return {"fiscal_year": "令和6年度", "value": "12", "state": "FINAL", "self_rating": "", **kwargs}


def errors_of(page: Any) -> str:
    form = page.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


def department_clerk(**kwargs: Any) -> tuple[Client, Indicator]:
    """Sign in a clerk of a department, and make its indicator."""
    department = make_department()
    user = make_user(role="所管課", departments=[department], username="tantou", last_name="犀川")
    return client_of(user), make_indicator(department=department, **kwargs)


# Who and when


def test_nobody_enters_without_signing_in() -> None:
    value = make_value()
    for address in (ADD, LIST, change(value)):
        response = Client().post(address, entry(indicator=value.indicator.pk))
        assert response.status_code == 302
        assert "/admin/login/" in response.headers["Location"]
    value.refresh_from_db()
    assert value.version == 1


@pytest.mark.once
@pytest.mark.parametrize("role", ["委員", "システム管理", ""])
def test_other_roles_do_not_enter(role: str) -> None:
    make_round()
    value = make_value()
    client = client_of(make_user(role=role))
    assert client.post(ADD, entry(indicator=value.indicator.pk)).status_code == 403
    assert client.post(change(value), entry(value="99")).status_code == 403
    value.refresh_from_db()
    assert value.value == 12


@pytest.mark.once
def test_a_clerk_does_not_enter_for_another_department() -> None:
    client, _ = department_clerk()
    make_round()
    foreign = make_value(indicator=make_indicator(department=make_department()))
    page = client.post(ADD, entry(indicator=make_indicator(department=None).pk))
    assert "indicator" in page.context["adminform"].form.errors
    assert client.post(change(foreign), entry(value="99")).status_code == 403
    content = client.get(change(foreign)).content.decode()
    assert "ほかの課が所管しています" in content
    assert 'name="value"' not in content
    assert YearlyValue.objects.get().value == 12


def test_a_membership_that_has_ended_opens_nothing() -> None:
    department = make_department()
    user = make_user(role="所管課", departments=[department], ends_on="2020-03-31")
    make_round()
    response = client_of(user).post(ADD, entry(indicator=make_indicator(department=department).pk))
    assert response.status_code == 403


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (RoundStatus.PREPARING, "受付はまだ始まっていません"),
        (RoundStatus.REVIEW, "受付は終わり"),
        (RoundStatus.PUBLISHED, "公表済みです"),
    ],
)
def test_a_clerk_enters_only_while_the_round_is_open(status: str, says: str) -> None:
    client, indicator = department_clerk()
    make_round(status=status)
    page = client.post(ADD, entry(indicator=indicator.pk, analysis="残る文章"))
    assert says in errors_of(page)
    assert "残る文章" in page.content.decode()
    assert not YearlyValue.objects.exists()


def test_the_office_still_corrects_in_review_but_not_before_the_opening(planner_client: Client) -> None:
    indicator, round_ = make_indicator(), make_round(status=RoundStatus.REVIEW)
    planner_client.post(ADD, entry(indicator=indicator.pk))
    assert YearlyValue.objects.count() == 1
    Round.objects.filter(pk=round_.pk).update(status=RoundStatus.PREPARING)
    page = planner_client.post(change(YearlyValue.objects.get()), entry(value="13", seen_version="1"))
    assert "受付はまだ始まっていません" in errors_of(page)


def test_a_published_value_is_only_shown_and_the_way_to_change_it_named(planner_client: Client) -> None:
    value = make_value(workflow=Workflow.PUBLISHED)
    make_round(status=RoundStatus.PUBLISHED)
    content = planner_client.get(change(value)).content.decode()
    assert "公表後の変更を登録する" in content
    assert 'name="value"' not in content
    page = planner_client.post(change(value), entry(value="99", seen_version="1"))
    assert "公表済みです" in errors_of(page)
    value.refresh_from_db()
    assert value.value == 12


def test_a_round_that_closes_while_a_clerk_types_does_not_cost_the_text() -> None:
    client, indicator = department_clerk()
    value = make_value(indicator=indicator)
    make_round(status=RoundStatus.REVIEW)
    page = client.post(change(value), entry(value="13", seen_version="1", analysis="書きかけの分析"))
    assert page.status_code == 200
    assert "受付は終わり" in errors_of(page)
    assert "書きかけの分析" in page.content.decode()


def test_what_a_clerk_changes_after_confirmation_waits_again_and_what_the_office_changes_does_not() -> None:
    client, indicator = department_clerk()
    value = make_value(indicator=indicator, workflow=Workflow.CONFIRMED)
    make_round()
    client_of(make_user(role="企画調整課")).post(change(value), entry(value="13", seen_version="1"))
    value.refresh_from_db()
    assert (value.workflow, value.version) == (Workflow.CONFIRMED, 2)
    client.post(change(value), entry(value="14", seen_version="2"))
    value.refresh_from_db()
    assert (value.workflow, value.version, value.value) == (Workflow.DRAFT, 3, 14)


# Two at one value


def test_the_second_to_save_sees_both_values_and_decides() -> None:
    client, indicator = department_clerk(unit="%")
    value = make_value(indicator=indicator, value=Decimal(12))
    make_round()
    other = client_of(make_user(role="企画調整課", username="kikaku", last_name="浅野"))
    other.post(change(value), entry(value="49.8", seen_version="1"))
    page = client.post(change(value), entry(value="51.5", seen_version="1", analysis="こちらの分析"))
    said = errors_of(page)
    assert "浅野" in said
    assert "保存されている内容: 49.8% ／ あなたの入力: 51.5%" in said
    content = page.content.decode()
    assert "こちらの分析" in content
    assert 'value="51.5"' in content
    value.refresh_from_db()
    assert value.value == Decimal("49.8")
    seen = page.context["adminform"].form["seen_version"].value()
    client.post(change(value), entry(value="51.5", seen_version=seen))
    value.refresh_from_db()
    assert (value.value, value.version) == (Decimal("51.5"), 3)
