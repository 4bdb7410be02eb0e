"""The list of values answers questions, confirms, and deletes nothing that is public; values stand under their indicator too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from kpis.judging.words import State
from kpis.models import Indicator, RoundStatus, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_user, make_value

pytestmark = pytest.mark.django_db

ADD = reverse("admin:kpis_yearlyvalue_add")
LIST = reverse("admin:kpis_yearlyvalue_changelist")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(**kwargs: Any) -> dict[str, Any]:
    return {"fiscal_year": "令和6年度", "value": "12", "state": "FINAL", "self_rating": "", **kwargs}


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def department_clerk(**kwargs: Any) -> tuple[Client, Indicator]:
    """Sign in a clerk of a department, and make its indicator."""
    department = make_department()
    user = make_user(role="所管課", departments=[department], username="tantou", last_name="犀川")
    return client_of(user), make_indicator(department=department, **kwargs)


# The list


def test_the_list_shows_the_value_with_unit_the_year_before_and_who_saved_it(planner_client: Client) -> None:
    make_round()
    indicator = make_indicator(unit="%", decimals=1, name="産み育てやすい")
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal("47.5"))
    planner_client.post(ADD, entry(indicator=indicator.pk, value="49.8"))
    content = planner_client.get(f"{LIST}?year=2024").content.decode()
    for text in ("産み育てやすい", "49.8%", "47.5%", "R6", "kikaku"):
        assert text in content


@pytest.mark.parametrize(
    "query", ["year=2024", "workflow__exact=DRAFT", "state__exact=FINAL", "goal={goal}", "department=none"]
)
def test_the_list_is_narrowed(planner_client: Client, query: str) -> None:
    value = make_value()
    make_value(fiscal_year=2023, state=State.COLLECTING, workflow=Workflow.CONFIRMED)
    page = planner_client.get(f"{LIST}?{query.format(goal=value.indicator.goal_id)}")
    assert page.status_code == 200
    assert value in page.context["cl"].result_list


def test_the_list_is_searched_by_code_and_name(planner_client: Client) -> None:
    found = make_value(indicator=make_indicator(name="産み育てやすい"))
    make_value()
    assert list(planner_client.get(f"{LIST}?q=産み育て").context["cl"].result_list) == [found]


# Confirming


def act(client: Client, *values: YearlyValue) -> Any:
    data = {"action": "confirm", "_selected_action": [value.pk for value in values]}
    return client.post(LIST, data, follow=True)


def test_the_office_confirms_many_at_once(planner_client: Client) -> None:
    values = [make_value(), make_value(workflow=Workflow.SUBMITTED), make_value(workflow=Workflow.CONFIRMED)]
    page = act(planner_client, *values)
    assert messages_of(page) == ["2件を確認済にしました。", "1件は、すでに確認済か公表済みでした。"]
    assert set(YearlyValue.objects.values_list("workflow", flat=True)) == {Workflow.CONFIRMED}


def test_a_department_does_not_confirm() -> None:
    client, indicator = department_clerk()
    value = make_value(indicator=indicator)
    act(client, value)
    value.refresh_from_db()
    assert value.workflow == Workflow.DRAFT
    assert "確認済にする" not in client.get(LIST).content.decode()
    act(Client(), value)
    value.refresh_from_db()
    assert value.workflow == Workflow.DRAFT


def test_a_published_value_is_not_deleted(planner_client: Client) -> None:
    value = make_value(workflow=Workflow.PUBLISHED)
    assert (
        planner_client.post(reverse("admin:kpis_yearlyvalue_delete", args=[value.pk]), {"post": "yes"}).status_code
        == 403
    )
    data = {"action": "delete_selected", "_selected_action": [value.pk], "post": "yes"}
    planner_client.post(LIST, data)
    assert YearlyValue.objects.filter(pk=value.pk).exists()


# Under the indicator


def indicator_form(client: Client, indicator: Indicator) -> dict[str, Any]:
    """Return what the form of an indicator would post unchanged."""
    page = client.get(reverse("admin:kpis_indicator_change", args=[indicator.pk]))
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    data = {}
    for form in forms:
        for bound in form:
            shown = bound.value()
            if bound.field.disabled or shown is None or shown is False:
                continue
            data[bound.html_name] = "on" if shown is True else str(bound.field.prepare_value(shown))
    return data


def test_values_are_entered_under_their_indicator_and_published_ones_stay(planner_client: Client) -> None:
    indicator = make_indicator(unit="件")
    make_round(fiscal_year=2023, status=RoundStatus.PUBLISHED)
    make_round(fiscal_year=2024)
    public = make_value(indicator=indicator, fiscal_year=2023, workflow=Workflow.PUBLISHED)
    draft = make_value(indicator=indicator, fiscal_year=2024)
    data = indicator_form(planner_client, indicator) | {
        "values-0-value": "15件",
        "values-1-value": "99",
        "values-1-state": "ESTIMATE",
    }
    page = planner_client.post(reverse("admin:kpis_indicator_change", args=[indicator.pk]), data)
    assert page.status_code == 302
    public.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.value, draft.version) == (15, 2)
    assert (public.value, public.state, public.version) == (12, State.FINAL, 1)


def test_a_value_under_its_indicator_is_checked_like_any_other(planner_client: Client) -> None:
    indicator = make_indicator(unit="件")
    make_round(status=RoundStatus.PREPARING)
    make_value(indicator=indicator)
    data = indicator_form(planner_client, indicator) | {"values-0-value": "15人"}
    page = planner_client.post(reverse("admin:kpis_indicator_change", args=[indicator.pk]), data)
    assert page.status_code == 200
    assert "この指標の単位は「件」です" in page.content.decode()
    assert YearlyValue.objects.get().value == 12


# The way in for a file


IMPORT = reverse("admin:kpis_yearlyvalue_import")


@pytest.mark.parametrize("role", ["所管課", "企画調整課"])
def test_a_file_of_values_goes_to_the_open_round(role: str) -> None:
    round_ = make_round()
    make_round(fiscal_year=2023, status=RoundStatus.PUBLISHED)
    make_round(fiscal_year=2025, status=RoundStatus.PREPARING)
    client = client_of(make_user(role=role))
    assert f'href="{IMPORT}"' in client.get(LIST).content.decode()
    door = reverse("admin:kpis_round_intake", args=[round_.pk])
    for page in (client.get(IMPORT, follow=True), client.post(IMPORT, {"format": "0"}, follow=True)):
        assert page.redirect_chain == [(door, 302)]
        assert page.status_code == 200


@pytest.mark.parametrize(
    ("years", "says"),
    [([], "受付中の評価年度はありません。"), ([2023, 2024], "受付中の評価年度が2つ以上あります。")],
)
def test_without_one_open_round_it_leads_to_the_rounds(planner_client: Client, years: list[int], says: str) -> None:
    for year in years:
        make_round(fiscal_year=year)
    page = planner_client.get(IMPORT, follow=True)
    assert page.redirect_chain == [(reverse("admin:kpis_round_changelist"), 302)]
    assert messages_of(page) == [f"{says}実績値は、評価年度を開き、右上の「調査票（Excel）」から取り込みます。"]


def test_others_are_not_led_there_and_the_old_confirmation_is_closed(planner_client: Client) -> None:
    make_round()
    for role in ("委員", "システム管理", ""):
        assert client_of(make_user(role=role)).get(IMPORT).status_code == 403
    assert f'href="{IMPORT}"' not in client_of(make_user(role="委員")).get(LIST).content.decode()
    data = {"import_file_name": "x", "original_file_name": "x", "format": "0"}
    assert planner_client.post(reverse("admin:kpis_yearlyvalue_process_import"), data).status_code == 403
