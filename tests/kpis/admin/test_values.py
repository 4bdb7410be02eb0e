"""A city employee enters a value; it is checked, confirmed, and never lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from goals.publication import version
from kpis.judging.words import State
from kpis.models import Indicator, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db

ADD = reverse("admin:kpis_yearlyvalue_add")


def change(value: YearlyValue) -> str:
    return reverse("admin:kpis_yearlyvalue_change", args=[value.pk])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(**kwargs: Any) -> dict[str, Any]:
    return {"fiscal_year": "令和6年度", "value": "12", "state": "FINAL", "self_rating": "", **kwargs}


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def errors_of(page: Any) -> str:
    form = page.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


def department_clerk(**kwargs: Any) -> tuple[Client, Indicator]:
    """Sign in a clerk of a department, and make its indicator."""
    department = make_department()
    user = make_user(role="所管課", departments=[department], username="tantou", last_name="犀川")
    return client_of(user), make_indicator(department=department, **kwargs)


# Entering


def test_a_clerk_enters_the_value_of_the_own_department() -> None:
    client, indicator = department_clerk(unit="人")
    make_round()
    before = version.current().number
    page = client.post(ADD, entry(indicator=indicator.pk, value="１，２３４人"), follow=True)
    assert page.status_code == 200
    value = YearlyValue.objects.get()
    assert (value.fiscal_year, value.value, value.state) == (2024, 1234, State.FINAL)
    assert (value.workflow, value.version) == (Workflow.DRAFT, 1)
    assert value.history.get().history_user.username == "tantou"
    assert version.current().number == before


def test_the_form_proposes_a_final_value_and_says_how_to_enter(planner_client: Client) -> None:
    content = planner_client.get(ADD).content.decode()
    assert '<option value="FINAL" selected>確定</option>' in content
    assert "0 は値として扱います" in content


def test_zero_is_kept_as_a_value(planner_client: Client) -> None:
    make_round()
    planner_client.post(ADD, entry(indicator=make_indicator().pk, value="0"))
    value = YearlyValue.objects.get()
    assert value.value == 0
    assert 'value="0"' in planner_client.get(change(value)).content.decode()


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"value": "約50"}, "数値だけを入力"),
        ({"value": "abc"}, "数値として読み取れません"),
        ({"value": "8,640千人"}, "この指標の単位は「万人」です"),
        ({"value": "未公表"}, "理由は「状態」で選んでください"),
        ({"value": ""}, "状態が「確定」のときは実績値を入れてください"),
        ({"state": "UNPUBLISHED"}, "実績値が入っているのに"),
        ({"fiscal_year": "R0"}, "年度として読み取れません"),
        ({"breaks_series": "on"}, "比べられない理由を、備考に書いてください"),
        ({"evidence_url": "javascript:alert(1)"}, "URL"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_what_was_typed_stays(
    planner_client: Client, typed: dict[str, str], says: str
) -> None:
    make_round()
    indicator = make_indicator(unit="万人")
    page = planner_client.post(ADD, entry(indicator=indicator.pk, analysis="長い分析の文章", **typed))
    assert says in errors_of(page)
    content = page.content.decode()
    assert "長い分析の文章" in content
    for text in typed.values():
        assert text in content
    assert not YearlyValue.objects.exists()


def test_a_second_value_for_the_same_year_is_refused(planner_client: Client) -> None:
    make_round()
    value = make_value()
    page = planner_client.post(ADD, entry(indicator=value.indicator.pk))
    assert "もうあります" in errors_of(page)


# Warnings


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "typed", "says"),
    [
        ({"unit": "%", "target": {"baseline": 10, "baseline_year": 2024}}, "12", "基準値の10%と違います"),
        (
            {"unit": "件", "is_cumulative": True, "before": 20},
            "12",
            "前の値より減っています（令和5年度の20件から−8件）",
        ),
        ({"unit": "%"}, "120", "120%は100%を超えています"),
        ({"unit": "件", "before": 100}, "1,000,000", "桁や単位を確かめてください"),
        ({"unit": "件", "before": 100}, "49", "大きく変わっています"),
    ],
)
def test_an_odd_value_is_saved_and_a_warning_says_why(
    planner_client: Client, make: dict[str, Any], typed: str, says: str
) -> None:
    make_round()
    indicator = make_indicator(unit=make["unit"], is_cumulative=make.get("is_cumulative", False))
    if "target" in make:
        make_target(indicator=indicator, **make["target"])
    if "before" in make:
        make_value(indicator=indicator, fiscal_year=2023, value=Decimal(make["before"]))
    page = planner_client.post(ADD, entry(indicator=indicator.pk, value=typed), follow=True)
    assert YearlyValue.objects.filter(fiscal_year=2024).exists()
    assert says in " ".join(messages_of(page))


@pytest.mark.once
@pytest.mark.parametrize(("before", "typed"), [(100, "100"), (100, "51"), (0, "3"), (None, "1000000")])
def test_an_ordinary_value_brings_no_warning(planner_client: Client, before: int | None, typed: str) -> None:
    make_round()
    indicator = make_indicator()
    if before is not None:
        make_value(indicator=indicator, fiscal_year=2023, value=Decimal(before))
    page = planner_client.post(ADD, entry(indicator=indicator.pk, value=typed), follow=True)
    assert "確かめてください" not in " ".join(messages_of(page))
