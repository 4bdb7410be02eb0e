"""What the check finds where the plan is not there, and what the office does about indicators that nobody owns."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kpis.models import YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_user

pytestmark = pytest.mark.django_db


def test_the_command_ends_with_an_error_on_an_empty_database(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="誤りが1件あります。") as caught:
        call_command("check_data")
    assert caught.value.returncode == 1
    assert "誤り: 現行の戦略が0件あります。" in capsys.readouterr().err


def test_the_office_finds_indicators_without_a_department_and_enters_their_values(planner_client: Client) -> None:
    orphan, owned = make_indicator(), make_indicator(department=make_department())
    make_indicator(ended_on=datetime.date(2026, 3, 31))
    round_ = make_round()
    page = planner_client.get(reverse("admin:index"))
    figure = next(row for row in page.context["desk"].checks if row.label == "所管課の決まっていない指標")
    assert f'href="{figure.url.replace("&", "&amp;")}"' in page.content.decode()
    assert [row.code for row in planner_client.get(figure.url).context["cl"].result_list] == [orphan.code]
    numbers = dict(page.context["desk"].progress[0].rows)["（所管課なし）"]
    assert numbers[0].number == 1
    lines = planner_client.get(numbers[0].url).context["lines"]
    assert [line.indicator for line in lines] == [orphan]
    add = reverse("admin:kpis_yearlyvalue_add")
    assert orphan.name in planner_client.get(add).content.decode()
    data = {"indicator": orphan.pk, "fiscal_year": "R6", "value": "15", "state": "FINAL"}
    assert planner_client.post(add, data).status_code == 302
    value = YearlyValue.objects.get()
    assert (value.indicator, value.fiscal_year, value.value) == (orphan, round_.fiscal_year, 15)
    assert owned.department


def test_no_department_enters_values_of_indicators_that_nobody_owns() -> None:
    orphan, department = make_indicator(), make_department()
    make_round()
    client = Client()
    client.force_login(make_user("所管課", [department]))
    add = reverse("admin:kpis_yearlyvalue_add")
    assert orphan.name not in client.get(add).content.decode()
    data = {"indicator": orphan.pk, "fiscal_year": "R6", "value": "15", "state": "FINAL"}
    assert client.post(add, data).status_code == 200
    assert not YearlyValue.objects.exists()
