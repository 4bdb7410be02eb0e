"""The committee's rating is entered in review by the office alone, and frozen with the round."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kpis.amending import changes
from kpis.entry.ledger import FIELDS, Entry, write
from kpis.entry.sheet import NAMES
from kpis.entry.workbook.layouts import ENTERED
from kpis.judging.words import Rating
from kpis.models import AmendmentKind, Assessment, Round, RoundStatus, Workflow, YearlyValue
from kpis.review import committee_rating
from kpis.round import publishing, steps
from kpis.round.access import Entrant
from tests.makers import (
    make_department,
    make_indicator,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 9, 1)


def address(round_: Round) -> str:
    return reverse("admin:kpis_round_review", args=[round_.pk])


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def handed_in(**kwargs: Any) -> YearlyValue:
    kwargs.setdefault("indicator", make_target().indicator)
    kwargs.setdefault("workflow", Workflow.SUBMITTED)
    return make_value(**kwargs)


def typed(value: YearlyValue, rating: str = "BEHIND", comment: str = "原因を調べるべきである。") -> dict[str, Any]:
    """Return what the form of a value sends, as it was seen."""
    return {
        "rated": [committee_rating.key_of(value)],
        f"committee_rating-{value.pk}": rating,
        f"committee_comment-{value.pk}": comment,
        "rate": value.pk,
    }


def save(client: Client, round_: Round, value: YearlyValue, **kwargs: Any) -> Any:
    return client.post(address(round_), typed(value, **kwargs), follow=True)


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_the_office_enters_a_rating_and_the_step_stays(planner_client: Client) -> None:
    value, round_ = handed_in(), make_round()
    page = save(planner_client, round_, value)
    assert said(page) == ["推進委員会の評価を1件保存しました。"]
    assert page.redirect_chain[0][0].endswith(f"/review/#value-{value.pk}")
    value.refresh_from_db()
    assert (value.committee_rating, value.committee_comment) == (Rating.BEHIND, "原因を調べるべきである。")
    assert (value.workflow, value.version) == (Workflow.SUBMITTED, 2)
    last = value.history.first()
    assert last is not None
    assert (str(last.history_user), last.history_change_reason) == ("kikaku", "推進委員会の評価")


def test_where_the_judgements_differ_the_list_says_so(planner_client: Client) -> None:
    value, round_ = handed_in(value=Decimal(14), self_rating="NEARLY"), make_round()
    assert "評価が分かれています" not in planner_client.get(address(round_)).content.decode()
    content = save(planner_client, round_, value).content.decode()
    assert "評価が分かれています" in content
    assert "計算: 順調<br>所管課: 概ね順調" in content
    value.refresh_from_db()
    YearlyValue.objects.filter(pk=value.pk).update(self_rating="")
    value.refresh_from_db()
    assert "評価が分かれています" not in save(planner_client, round_, value, rating="ON_TRACK").content.decode()


def test_all_that_was_touched_is_saved_at_once_and_nothing_else(planner_client: Client) -> None:
    first, second, other = handed_in(), handed_in(), handed_in(committee_rating="KEPT")
    data: dict[str, Any] = {"rated": [], "rate": first.pk}
    for value, rating in ((first, "BEHIND"), (second, "FLAT"), (other, "KEPT")):
        sent = typed(value, rating, "")
        data = {**data, **sent, "rated": [*data["rated"], *sent["rated"]]}
    page = planner_client.post(address(make_round()), data, follow=True)
    assert said(page) == ["推進委員会の評価を2件保存しました。"]
    found = [YearlyValue.objects.get(pk=value.pk) for value in (first, second, other)]
    assert [(row.committee_rating, row.version) for row in found] == [("BEHIND", 2), ("FLAT", 2), ("KEPT", 1)]


def test_a_rating_can_be_taken_back(planner_client: Client) -> None:
    value = handed_in(workflow=Workflow.CONFIRMED, committee_rating="KEPT", committee_comment="良い。")
    save(planner_client, make_round(), value, rating="", comment="")
    value.refresh_from_db()
    assert (value.committee_rating, value.committee_comment, value.workflow) == ("", "", Workflow.CONFIRMED)


def test_without_a_change_nothing_is_written(planner_client: Client) -> None:
    value = handed_in(committee_rating="KEPT", committee_comment="一つ目\n二つ目")
    page = save(planner_client, make_round(), value, rating="KEPT", comment="一つ目\r\n二つ目")
    assert said(page) == ["変えた評価はありません。"]
    value.refresh_from_db()
    assert value.version == 1


def test_a_value_that_changed_since_is_left_alone_and_what_was_typed_stays(planner_client: Client) -> None:
    value, round_ = handed_in(), make_round()
    seen = typed(value)
    YearlyValue.objects.filter(pk=value.pk).update(version=2, value=Decimal(99))
    page = planner_client.post(address(round_), seen, follow=True)
    assert f"1件はそのままにしました（{value.indicator}）" in said(page)[0]
    assert "原因を調べるべきである。</textarea>" in page.content.decode()
    value.refresh_from_db()
    assert (value.committee_rating, value.version) == ("", 2)
    (line,) = page.context["lines"]
    again = {**seen, "rated": [line.committee.key]}
    planner_client.post(address(round_), again)
    value.refresh_from_db()
    assert (value.committee_rating, value.version) == ("BEHIND", 3)


def test_what_is_not_a_rating_is_refused_and_kept_on_the_page(planner_client: Client) -> None:
    value = handed_in()
    page = save(planner_client, make_round(), value, rating="NO_TARGET")
    assert said(page) == [f"まだ何も変えていません。{value.indicator}の推進委員会の評価を、一覧から選んでください。"]
    assert "原因を調べるべきである。</textarea>" in page.content.decode()
    value.refresh_from_db()
    assert value.version == 1


def test_a_rating_typed_beside_another_step_is_not_lost(planner_client: Client) -> None:
    value, round_ = handed_in(), make_round()
    data = {**typed(value), "step": "confirm", "chosen": f"{value.pk}-1"}
    del data["rate"]
    page = planner_client.post(address(round_), data, follow=True)
    assert said(page)[0] == "1件を確認済にしました。"
    assert "まだ保存していません" in said(page)[1]
    assert "原因を調べるべきである。</textarea>" in page.content.decode()
    value.refresh_from_db()
    assert (value.workflow, value.committee_rating) == (Workflow.CONFIRMED, "")


def test_what_was_chosen_beside_a_rating_stays_chosen(planner_client: Client) -> None:
    value, other = handed_in(), handed_in()
    page = planner_client.post(
        address(make_round()), {**typed(value), "chosen": f"{other.pk}-1", "note": "出典を"}, follow=True
    )
    assert page.redirect_chain == []
    assert f'value="{other.pk}-1" aria-label="{other.indicator}を選ぶ" checked' in page.content.decode()
    assert ">出典を</textarea>" in page.content.decode()


@pytest.mark.parametrize(("workflow", "takes"), [("DRAFT", False), ("SUBMITTED", True), ("CONFIRMED", True)])
def test_only_what_was_handed_in_is_rated(planner_client: Client, workflow: str, takes: bool) -> None:
    value, round_ = handed_in(workflow=workflow), make_round()
    content = planner_client.get(address(round_)).content.decode()
    assert (f'name="committee_rating-{value.pk}"' in content) is takes
    save(planner_client, round_, value)
    value.refresh_from_db()
    assert bool(value.committee_rating) is takes


# Who may


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理", ""])
def test_other_roles_do_not_rate(role: str) -> None:
    department = make_department()
    value = handed_in(indicator=make_indicator(department=department))
    client = client_of(role, departments=[department])
    assert save(client, make_round(), value).status_code == 403
    value.refresh_from_db()
    assert (value.committee_rating, value.version) == ("", 1)


def test_nobody_rates_without_logging_in() -> None:
    value, round_ = handed_in(), make_round()
    assert Client().post(address(round_), typed(value)).status_code == 302
    value.refresh_from_db()
    assert value.committee_rating == ""


def test_a_value_of_another_round_is_not_reached(planner_client: Client) -> None:
    other = handed_in(fiscal_year=2023)
    save(planner_client, make_round(), other)
    other.refresh_from_db()
    assert other.committee_rating == ""


def test_a_department_sees_the_rating_in_its_form_and_cannot_type_it() -> None:
    department = make_department()
    value = handed_in(indicator=make_indicator(department=department), committee_rating="BEHIND")
    make_round()
    client = client_of("所管課", departments=[department])
    form = reverse("admin:kpis_yearlyvalue_change", args=[value.pk])
    page = client.get(form)
    assert not set(committee_rating.NAMES) & set(page.context["adminform"].form.fields)
    assert "推進委員会の評価" in page.content.decode()
    typed_in = {"value": "21", "state": "FINAL", "seen_version": 1, "committee_rating": "ACHIEVED"}
    assert client.post(form, typed_in).status_code == 302
    value.refresh_from_db()
    assert (value.value, value.committee_rating) == (21, "BEHIND")


def test_the_sheet_and_the_workbook_do_not_know_the_rating() -> None:
    assert not set(committee_rating.NAMES) & {*FIELDS, *ENTERED, *NAMES}


# With the round


def test_publication_freezes_the_rating() -> None:
    rated = handed_in(workflow=Workflow.CONFIRMED, committee_rating="BEHIND", committee_comment="遅い。")
    make_target()
    round_ = make_round()
    publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)
    frozen = {row.indicator_id: (row.committee_rating, row.committee_comment) for row in Assessment.objects.all()}
    assert frozen.pop(rated.indicator_id) == ("BEHIND", "遅い。")
    assert list(frozen.values()) == [("", "")]


def test_a_published_value_is_rated_by_an_amendment_alone(planner_client: Client) -> None:
    value, round_ = handed_in(workflow=Workflow.CONFIRMED, committee_rating="BEHIND"), make_round()
    publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)
    content = planner_client.get(address(round_)).content.decode()
    assert "committee_rating-" not in content
    page = save(planner_client, round_, YearlyValue.objects.get(pk=value.pk), rating="FLAT")
    assert "公表済みです" in said(page)[0]
    value.refresh_from_db()
    assert value.committee_rating == "BEHIND"
    change = changes.Change(AmendmentKind.COMMITTEE, "委員会で決めた。", committee_rating="FLAT")
    changes.amend(round_, value.indicator, change, user=None, made_on=DAY)
    assert Assessment.objects.get().committee_rating == "FLAT"


def test_a_value_that_is_returned_keeps_its_rating_and_so_does_one_taken_back_from_publication() -> None:
    value, round_ = handed_in(workflow=Workflow.CONFIRMED, committee_rating="BEHIND"), make_round()
    steps.give_back([value], "桁を", user=make_user())
    value.refresh_from_db()
    assert (value.workflow, value.committee_rating) == (Workflow.DRAFT, "BEHIND")
    steps.confirm([value], user=make_user())
    publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)
    publishing.unpublish(round_, reason="決裁の前だった。", user=make_superuser())
    value.refresh_from_db()
    assert (value.workflow, value.committee_rating) == (Workflow.CONFIRMED, "BEHIND")


def test_a_department_that_enters_the_value_again_leaves_the_rating() -> None:
    department = make_department()
    value = handed_in(indicator=make_indicator(department=department), committee_rating="BEHIND")
    round_ = make_round(status=RoundStatus.OPEN)
    entrant = Entrant(make_user(role="所管課", departments=[department]), DAY)
    write(round_, [Entry(value.indicator, {"value": Decimal(21)}, 1)], entrant=entrant, reason="入力")
    value.refresh_from_db()
    assert (value.value, value.committee_rating, value.workflow) == (21, "BEHIND", Workflow.DRAFT)
