"""Measures and opinions come in by codes, and everything that goes out comes back unchanged."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from goals.models import (
    Department,
    Direction,
    Goal,
    Membership,
    Revision,
    RevisionSection,
    Strategy,
    Theme,
    ThemeSection,
)
from goals.models.event import AuditAction, AuditEvent
from kpis.amending import changes
from kpis.judging.words import State
from kpis.models import (
    Amendment,
    AmendmentKind,
    Assessment,
    ExpectedValue,
    Indicator,
    Round,
    Target,
    Workflow,
    YearlyValue,
)
from kpis.round import publishing
from measures.models import Measure, MeasureReport, Meeting, Opinion
from tests import makers
from tests.transfer import address, bring, confirm, refusals, take, upload

pytestmark = pytest.mark.django_db

BOTH_WAYS: list[Any] = [
    Strategy,
    Revision,
    RevisionSection,
    Goal,
    Direction,
    Theme,
    ThemeSection,
    Department,
    Membership,
    Indicator,
    Target,
    ExpectedValue,
    Round,
    Measure,
    MeasureReport,
    Meeting,
    Opinion,
]
OUT_ONLY = [Assessment, Amendment, AuditEvent]


def name(model: Any) -> str:
    return str(model._meta.label)


def make_everything() -> None:
    """Make rows with all that is hard to carry: zeros, blanks, signs, line breaks, characters that cp932 lacks."""
    strategy = makers.make_strategy(first_year=2023, adopted_on=datetime.date(2023, 12, 1), source_note="=1+1")
    first = makers.make_revision(strategy=strategy)
    second = makers.make_revision(strategy=strategy, adopted_on=datetime.date(2025, 12, 1))
    makers.make_revision_section(revision=second, body="・一つ目\r\n・二つ目")
    department = makers.make_department(name="髙岡課", phone="+81-76-220-2111", email="kikaku@city.example.jp")
    user = makers.make_user(role="所管課", departments=[department], ends_on=datetime.date(2026, 3, 31))
    makers.make_user(role="委員")
    goal = makers.make_goal(strategy=strategy, other_kpi_count=17)
    direction = makers.make_direction(goal=goal)
    kodomo, iju = makers.make_theme(slug="kodomo"), makers.make_theme(slug="iju", label="移住定住")
    makers.make_theme_section(theme=kodomo, heading="𠮷野の〜 −基本理念")
    rate = makers.make_indicator(goal=goal, department=department, unit="%", decimals=1, definition="-定義")
    people = makers.make_indicator(goal=goal, direction=direction, unit="万人", ended_on=datetime.date(2025, 3, 31))
    makers.make_target(indicator=rate, revision=first, baseline=Decimal("-5.2"), target=Decimal(0))
    target = makers.make_target(indicator=people, revision=second, starts_from_zero=True, target_note="@未実施")
    makers.make_expected_value(target=target, value=Decimal("12.5"))
    makers.make_value(indicator=rate, value=Decimal("-1.5"), workflow=Workflow.CONFIRMED, analysis="'引用")
    makers.make_value(indicator=people, value=Decimal(0))
    makers.make_value(indicator=people, fiscal_year=2025, value=None, state=State.UNPUBLISHED)
    old = makers.make_measure(direction=direction, revision=first, themes=[kodomo, iju], indicators=[rate, people])
    new = makers.make_measure(direction=direction, revision=second, code=old.code, continues=old, tag="改")
    makers.make_measure(direction=direction, revision=second, reprint_of=new, detail="\t併せて")
    makers.make_report(measure=new, budget=Decimal(0))
    meeting = makers.make_meeting(is_public=None, focus_indicators=[rate])
    makers.make_opinion(meeting=meeting, measure=old, author=user, measures=[old, new], indicators=[rate])
    round_ = makers.make_round(strategy=strategy)
    publishing.publish(round_, published_on=datetime.date(2025, 9, 1), decision_number="=企画", user=user)
    change = changes.Change(AmendmentKind.COMMITTEE, "-理由", committee_rating="KEPT")
    changes.amend(round_, rate, change, user=user, made_on=datetime.date(2025, 9, 2))


@pytest.mark.parametrize(
    "kind",
    [pytest.param(0, marks=pytest.mark.once), 1, pytest.param(2, marks=pytest.mark.once)],
    ids=["utf-8", "excel", "cp932"],
)
def test_what_goes_out_comes_back_unchanged(super_client: Client, kind: int, subtests: pytest.Subtests) -> None:
    make_everything()
    for model in BOTH_WAYS:
        with subtests.test(name(model)):
            page = upload(super_client, model, take(super_client, model, kind), "data")
            assert refusals(page) == []
            totals = page.context["result"].totals
            assert (totals["skip"], totals["new"], totals["update"]) == (model.objects.count(), 0, 0)
            assert totals["skip"] > 0


def test_opinions_deleted_by_mistake_come_back_as_they_were(super_client: Client) -> None:
    make_everything()
    data = take(super_client, Opinion)
    Opinion.objects.all().delete()
    bring(super_client, Opinion, data)
    assert take(super_client, Opinion) == data


def test_targets_go_from_one_revision_into_another_database_as_they_are(super_client: Client) -> None:
    make_everything()
    data = take(super_client, Target)
    Assessment.objects.update(target_row=None)
    Target.objects.all().delete()
    bring(super_client, Target, data)
    assert take(super_client, Target) == data


@pytest.mark.parametrize("model", OUT_ONLY, ids=name)
def test_the_frozen_and_the_logged_go_out_and_never_come_in(super_client: Client, model: Any) -> None:
    make_everything()
    assert take(super_client, model).decode("utf-8-sig").count("\r\n") > 1
    assert super_client.get(address(model, "import")).status_code == 403


def test_no_cell_that_goes_out_starts_a_formula_and_numbers_are_numbers(super_client: Client) -> None:
    make_everything()
    values = take(super_client, YearlyValue).decode("utf-8-sig")
    assert ",-1.5,FINAL," in values
    assert ",0,FINAL," in values
    assert ",''引用," not in values
    assert "'+81-76-220-2111" in take(super_client, Department).decode("utf-8-sig")
    assert "'=1+1" in take(super_client, Strategy).decode("utf-8-sig")


def test_an_export_is_in_the_log(super_client: Client) -> None:
    makers.make_department()
    take(super_client, Department)
    assert AuditEvent.objects.get(action=AuditAction.EXPORT).summary == "所管課を書き出し（1件、csv）"


def test_an_export_keeps_to_the_filter_of_the_list(super_client: Client) -> None:
    makers.make_value(fiscal_year=2023)
    makers.make_value(fiscal_year=2024)
    page = super_client.post(f"{address(YearlyValue, 'export')}?year=2024", {"format": "0", "resource": "0"})
    assert page.content.decode().count("\r\n") == 2


# Measures

HEAD = "measure_code,strategy_edition,revision_number,goal_number,direction_number,number,text,tag,themes,reprint_of,continues\n"


def test_a_measure_comes_in_with_its_themes_and_what_it_continues(planner_client: Client) -> None:
    makers.make_theme(slug="kodomo")
    makers.make_theme(slug="iju")
    direction = makers.make_direction(number=1)
    before = makers.make_measure(direction=direction, code="3-1-1-01")
    makers.make_revision(number=2)
    bring(planner_client, Measure, HEAD + "3-1-1-01,3,2,1,1,1,相談を広げる,改,kodomo; iju,,3-1-1-01@1\n")
    measure = Measure.objects.get(revision__number=2)
    assert (measure.tag, measure.continues) == ("改", before)
    assert {theme.slug for theme in measure.themes.all()} == {"kodomo", "iju"}


@pytest.mark.once
@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("3-1-1-01,3,1,1,1,1,本文,新,nashi,,", "コード「nashi」の関連計画・テーマはありません。"),
        ("3-1-1-01,3,1,1,1,1,本文,旧,,,", "次のどれかを入れてください: 新、改"),
        ("3-1-1-01,3,1,1,9,1,本文,,,,", "の施策はありません"),
        ("3-1-1-01,3,1,1,1,1,本文,,,3-1-1-77,", "の取組はありません"),
        ("3-1-1-01,3,1,1,1,1,本文,,,,3-1-1-77@1", "コード「3-1-1-77@1」の取組はありません。"),
        ("あ,3,1,1,1,1,本文,,,,", "コードは 3-1-1-01 の形で"),
        ("3-1-1-01,3,1,1,1,1,本文（再掲）,,,,", "「再掲元」を選んでください"),
    ],
)
def test_a_bad_measure_is_refused_with_a_sentence(planner_client: Client, row: str, says: str) -> None:
    makers.make_direction(number=1)
    makers.make_revision(number=1)
    found = " ".join(refusals(upload(planner_client, Measure, HEAD + row + "\n")))
    assert says in found
    assert not Measure.objects.exists()


def test_a_department_reports_on_its_own_measures_only() -> None:
    own = makers.make_department()
    makers.make_measure(code="3-1-1-01", department=own)
    makers.make_measure(code="3-1-1-02", department=makers.make_department())
    makers.make_round()
    client = Client()
    client.force_login(makers.make_user(role="所管課", departments=[own]))
    head = "measure_code,strategy_edition,revision_number,fiscal_year,status,summary,budget\n"
    bring(client, MeasureReport, head + "3-1-1-01,3,1,R6,実施中,予定どおり。,0\n")
    assert MeasureReport.objects.get().budget == 0
    page = upload(client, MeasureReport, head + "3-1-1-02,3,1,R6,実施中,予定どおり。,\n")
    assert "ほかの課が所管しています" in " ".join(refusals(page))


def test_an_opinion_finds_its_meeting_by_date(planner_client: Client) -> None:
    makers.make_meeting(held_on=datetime.date(2024, 10, 22))
    makers.make_goal(number=1)
    head = "opinion_code,meeting_date,order,strategy_edition,goal_number,member,text,status\n"
    bring(planner_client, Opinion, head + "2024-10-22-1,R6.10.22,1,3,1,中川委員,意見,公開\n")
    assert Opinion.objects.get().meeting.held_on == datetime.date(2024, 10, 22)
    page = upload(planner_client, Opinion, head + "2024-10-23-1,2024-10-23,1,3,1,中川委員,意見,公開\n")
    assert "「2024-10-23」の推進委員会はありません。" in " ".join(refusals(page))


def test_a_member_of_the_committee_imports_nothing() -> None:
    client = Client()
    client.force_login(makers.make_user(role="委員"))
    assert client.get(address(Opinion, "import")).status_code == 403


def test_a_confirmed_import_shows_no_difference_on_the_second_time(planner_client: Client) -> None:
    text = "code,name,order\nkikaku,企画調整課,1\n"
    confirm(planner_client, Department, upload(planner_client, Department, text))
    assert upload(planner_client, Department, text).context["result"].totals["skip"] == 1
