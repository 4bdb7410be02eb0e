"""A published year changes only by an amendment, with its reason, and never by a form of its own."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kpis.judging.words import Rating, State
from kpis.models import Amendment, Assessment, Workflow, YearlyValue
from kpis.round import publishing
from tests.makers import make_indicator, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db

ADD = reverse("admin:kpis_amendment_add")
LIST = reverse("admin:kpis_amendment_changelist")


def make_published(**kwargs: Any) -> Assessment:
    """Publish 12件 of FY2024, of 10（R5）→20（R10）, on 2025-09-01."""
    indicator = make_indicator(unit="件")
    make_target(indicator=indicator)
    make_value(indicator=indicator, **{"workflow": Workflow.CONFIRMED, **kwargs})
    round_ = make_round()
    publishing.publish(round_, published_on=datetime.date(2025, 9, 1), decision_number="企画第1号", user=None)
    return Assessment.objects.get()


def typed(published: Assessment, **kwargs: Any) -> dict[str, Any]:
    return {
        "assessment": published.pk,
        "kind": "CORRECTION",
        "value": "13件",
        "state": "FINAL",
        "reason": "転記の誤りがあったため。",
        "made_on": "2025-10-01",
        **kwargs,
    }


def said(page: Any) -> str:
    return " ".join(text for texts in page.context["form"].errors.values() for text in texts)


def test_the_office_corrects_a_published_value(planner_client: Client) -> None:
    page = planner_client.post(ADD, typed(make_published()), follow=True)
    assert "登録し、公開しました" in page.content.decode()
    amendment = Amendment.objects.get()
    assert (amendment.old_value, amendment.new_value, str(amendment.made_by)) == (12, 13, "kikaku")
    assert (YearlyValue.objects.get().value, Assessment.objects.get().value) == (13, 13)


@pytest.mark.parametrize(
    ("published", "change", "value"),
    [
        ({"value": None, "state": State.COLLECTING}, {"kind": "ADDITION", "value": "0"}, 0),
        ({"state": State.PRELIMINARY}, {"kind": "FINALISATION", "value": "１２"}, 12),
        ({}, {"kind": "COMMITTEE", "value": "", "state": "", "committee_rating": "BEHIND"}, 12),
    ],
)
def test_each_other_kind_is_registered(
    planner_client: Client, published: dict[str, Any], change: dict[str, str], value: int
) -> None:
    page = planner_client.post(ADD, typed(make_published(**published), **change))
    assert page.status_code == 302
    row = Assessment.objects.get()
    assert (row.value, row.amendments.get().kind) == (value, change["kind"])
    if change["kind"] == "COMMITTEE":
        assert (row.rating, row.committee_rating) == (Rating.ON_TRACK, Rating.BEHIND)


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": ""}, "必須"),
        ({"reason": "　"}, "必須"),
        ({"value": "12"}, "同じです"),
        ({"value": ""}, "実績値を入れてください"),
        ({"value": "13人"}, "この指標の単位は「件」です"),
        ({"value": "約13"}, "数値だけを入力"),
        ({"state": ""}, "状態を選んでください"),
        ({"kind": "ADDITION"}, "もう公表されています"),
        ({"kind": "FINALISATION"}, "速報または推計"),
        ({"kind": "COMMITTEE"}, "今と違うもの"),
        ({"kind": ""}, "必須"),
        ({"made_on": "2025-08-31"}, "公表日（2025-09-01）より前"),
        ({"made_on": "2100-01-01"}, "先の日付"),
        ({"assessment": ""}, "必須"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(planner_client: Client, change: dict[str, str], says: str) -> None:
    page = planner_client.post(ADD, typed(make_published(), **change))
    assert page.status_code == 200
    assert says in said(page)
    assert not Amendment.objects.exists()
    assert Assessment.objects.get().value == Decimal(12)


def test_the_link_at_an_assessment_opens_the_form_for_it(planner_client: Client) -> None:
    assessment = make_published()
    listed = planner_client.get(reverse("admin:kpis_assessment_changelist")).content.decode()
    assert f"{ADD}?assessment={assessment.pk}" in listed
    content = planner_client.get(f"{ADD}?assessment={assessment.pk}").content.decode()
    assert f'<option value="{assessment.pk}" selected>' in content
    assert "（公表: 12件）" in content


@pytest.mark.once
def test_an_anonymous_visitor_and_other_roles_amend_nothing() -> None:
    assessment = make_published()
    assert Client().post(ADD, typed(assessment)).status_code == 302
    for role in ("所管課", "委員", "システム管理"):
        client = Client()
        client.force_login(make_user(role=role))
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, typed(assessment)).status_code == 403
    assert not Amendment.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize("model", ["assessment", "amendment"])
def test_not_even_a_superuser_edits_what_is_frozen(super_client: Client, model: str) -> None:
    assessment = make_published()
    super_client.post(ADD, typed(assessment))
    row = assessment if model == "assessment" else Amendment.objects.get()
    for page in ("change", "delete"):
        address = reverse(f"admin:kpis_{model}_{page}", args=[row.pk])
        assert super_client.post(address, {"post": "yes", "reason": "書き換え"}).status_code == 403
    row.refresh_from_db()
    assert row.reason != "書き換え"


def test_the_list_shows_before_and_after(planner_client: Client) -> None:
    planner_client.post(ADD, typed(make_published()))
    content = planner_client.get(LIST).content.decode()
    assert "12件 確定 順調" in content
    assert "13件 確定 順調" in content
    assert "転記の誤りがあったため。" in content
