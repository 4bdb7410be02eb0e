"""A city employee enters a value; it is checked, confirmed, and never lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from goals import publication
from kpis.evaluation import State
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

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
    before = publication.current().number
    page = client.post(ADD, entry(indicator=indicator.pk, value="１，２３４人"), follow=True)
    assert page.status_code == 200
    value = YearlyValue.objects.get()
    assert (value.fiscal_year, value.value, value.state) == (2024, 1234, State.FINAL)
    assert (value.workflow, value.version) == (Workflow.DRAFT, 1)
    assert value.history.get().history_user.username == "tantou"
    assert publication.current().number == before


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


# Who and when


def test_nobody_enters_without_signing_in() -> None:
    value = make_value()
    for address in (ADD, LIST, change(value)):
        response = Client().post(address, entry(indicator=value.indicator.pk))
        assert response.status_code == 302
        assert "/admin/login/" in response.headers["Location"]
    value.refresh_from_db()
    assert value.version == 1


@pytest.mark.parametrize("role", ["委員", "システム管理", ""])
def test_other_roles_do_not_enter(role: str) -> None:
    make_round()
    value = make_value()
    client = client_of(make_user(role=role))
    assert client.post(ADD, entry(indicator=value.indicator.pk)).status_code == 403
    assert client.post(change(value), entry(value="99")).status_code == 403
    value.refresh_from_db()
    assert value.value == 12


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


# Warnings


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


@pytest.mark.parametrize(("before", "typed"), [(100, "100"), (100, "51"), (0, "3"), (None, "1000000")])
def test_an_ordinary_value_brings_no_warning(planner_client: Client, before: int | None, typed: str) -> None:
    make_round()
    indicator = make_indicator()
    if before is not None:
        make_value(indicator=indicator, fiscal_year=2023, value=Decimal(before))
    page = planner_client.post(ADD, entry(indicator=indicator.pk, value=typed), follow=True)
    assert "確かめてください" not in " ".join(messages_of(page))


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
