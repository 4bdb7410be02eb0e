"""The sheet of reports (取組の年度報告) follows that of the values: same manners, same care for what is typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Department
from goals.models.event import AuditEvent
from goals.models.strategy import RevisionStatus
from kpis.models import Round, RoundStatus, Workflow
from measures.models import Measure, MeasureReport
from tests.makers import (
    make_department,
    make_indicator,
    make_measure,
    make_report,
    make_revision,
    make_round,
    make_user,
)

pytestmark = pytest.mark.django_db


def page_of(round_: Round, department: Department) -> str:
    return reverse("admin:measures_sheet", args=[round_.pk, department.code])


def row_of(round_: Round, measure: Measure) -> str:
    assert measure.department
    return reverse("admin:measures_sheet_row", args=[round_.pk, measure.department.code, measure.code])


def client_of(role: str, *departments: Department, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, departments=departments, **kwargs))
    return client


def typed(client: Client, round_: Round, measure: Measure, **cells: str) -> dict[str, str]:
    """Open the page and return the row as the browser would send it, with these cells typed over."""
    assert measure.department
    sheet = client.get(page_of(round_, measure.department)).context["sheet"]
    (row,) = [row for row in sheet.rows if row.code == measure.code]
    content = {**row.cells, **cells, "seen": row.seen}
    return {f"{measure.code}-{name}": text for name, text in content.items()}


@pytest.fixture
def kodomo() -> Department:
    return make_department(name="こども政策課", code="kodomo")


@pytest.fixture
def measure(kodomo: Department) -> Measure:
    return make_measure(text="保育料を無償化", department=kodomo)


@pytest.fixture
def member(kodomo: Department) -> Client:
    return client_of("所管課", kodomo, username="kodomo")


REPORTED = {"status": "RUNNING", "summary": "第2子の保育料を無償にした。", "budget": "１，２００"}


# What the page shows


def test_a_row_stands_beside_the_report_of_the_year_before(
    member: Client, measure: Measure, kodomo: Department
) -> None:
    make_report(measure=measure, fiscal_year=2023, summary="準備を終えた。", budget=Decimal(300))
    content = member.get(page_of(make_round(), kodomo)).content.decode()
    for text in ("基本目標1", "保育料を無償化", "準備を終えた。", "実施中、300千円", "1件中"):
        assert text in content


def test_the_measures_in_force_are_asked_for_and_reprints_are_not(
    member: Client, measure: Measure, kodomo: Department
) -> None:
    make_measure(reprint_of=measure, department=kodomo)
    make_measure(text="ほかの課の取組", department=make_department())
    draft = make_revision(strategy=measure.revision.strategy, number=9, name="案", status=RevisionStatus.DRAFT)
    make_measure(text="まだ案の取組", department=kodomo, revision=draft, code="3-1-1-90")
    sheet = member.get(page_of(make_round(), kodomo)).context["sheet"]
    assert [row.code for row in sheet.rows] == [measure.code]


def test_a_report_on_the_wording_of_an_earlier_revision_counts_for_the_measure(
    member: Client, measure: Measure, kodomo: Department
) -> None:
    report = make_report(measure=measure)
    newer = make_revision(strategy=measure.revision.strategy, number=9, name="次の改訂")
    make_measure(text="保育料を無償化する", department=kodomo, revision=newer, code=measure.code, continues=measure)
    round_ = make_round()
    data = typed(member, round_, measure, summary="4月から実施した。")
    assert member.post(page_of(round_, kodomo), data).status_code == 302
    saved = MeasureReport.objects.get()
    assert (saved.pk, saved.summary) == (report.pk, "4月から実施した。")


def test_both_sheets_lead_to_each_other_and_say_how_far_they_are(
    member: Client, measure: Measure, kodomo: Department
) -> None:
    make_indicator(department=kodomo)
    make_report(measure=measure)
    round_ = make_round()
    first = reverse("admin:kpis_sheet", args=[round_.pk, kodomo.code])
    for address in (first, page_of(round_, kodomo)):
        tabs = member.get(address).context["tabs"]
        assert [(tab.label, tab.due, tab.filled) for tab in tabs] == [
            ("年度実績入力", 1, 0),
            ("取組の年度報告", 1, 1),
        ]
    assert f'href="{page_of(round_, kodomo)}">次へ: 取組の年度報告' in member.get(first).content.decode()


def test_a_department_without_measures_sees_no_second_sheet(member: Client, kodomo: Department) -> None:
    make_indicator(department=kodomo)
    page = member.get(reverse("admin:kpis_sheet", args=[make_round().pk, kodomo.code]))
    assert [tab.label for tab in page.context["tabs"]] == ["年度実績入力"]
    assert "取組の年度報告" not in page.content.decode()


def test_the_queries_do_not_grow_with_the_rows(member: Client, kodomo: Department) -> None:
    round_ = make_round()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert member.get(page_of(round_, kodomo)).status_code == 200
        return len(found)

    make_report(measure=make_measure(department=kodomo))
    few = queries()
    for _ in range(4):
        make_report(measure=make_measure(department=kodomo))
    assert queries() == few


# Saving


def test_a_row_is_saved_for_itself_and_shown_back_normalised(member: Client, measure: Measure) -> None:
    round_ = make_round()
    answer = member.post(row_of(round_, measure), typed(member, round_, measure, **REPORTED)).json()
    assert answer["outcome"] == "saved"
    assert answer["cells"] == {"status": "RUNNING", "summary": "第2子の保育料を無償にした。", "budget": "1,200"}
    report = MeasureReport.objects.get()
    assert (report.fiscal_year, report.budget, report.workflow, report.version) == (2024, 1200, Workflow.DRAFT, 1)
    assert report.history.get().history_change_reason == "取組の年度報告"


@pytest.mark.once
@pytest.mark.parametrize(("written", "kept"), [("0", Decimal(0)), ("", None), ("1,200千円", Decimal(1200))])
def test_no_cost_and_an_unknown_cost_are_two_things(
    member: Client, measure: Measure, written: str, kept: Decimal | None
) -> None:
    round_ = make_round()
    data = typed(member, round_, measure, **{**REPORTED, "budget": written})
    assert member.post(row_of(round_, measure), data).json()["outcome"] == "saved"
    assert MeasureReport.objects.get().budget == kept
    assert member.post(row_of(round_, measure), typed(member, round_, measure)).json()["outcome"] == "same"


@pytest.mark.once
@pytest.mark.parametrize(
    ("cells", "wrong", "says"),
    [
        ({"status": ""}, ["status"], "状況（実施中・完了・見直し・中止）を選んでください。"),
        ({"summary": " "}, ["summary"], "その年度に何をしたかを"),
        ({"budget": "たくさん"}, ["budget"], "たくさん"),
        ({"budget": "▲5"}, ["budget"], "事業費は0以上で入力してください"),
        ({"status": "UNKNOWN"}, ["status"], "UNKNOWN"),
    ],
)
def test_a_mistake_blocks_its_row_alone_and_stays_in_the_cell(
    member: Client, measure: Measure, kodomo: Department, cells: dict[str, str], wrong: list[str], says: str
) -> None:
    round_, other = make_round(), make_measure(department=kodomo)
    data = {
        **typed(member, round_, measure, **{**REPORTED, **cells}),
        **typed(member, round_, other, **REPORTED),
    }
    page = member.post(page_of(round_, kodomo), data)
    row = page.context["sheet"].rows[0]
    assert sorted(row.errors) == wrong
    assert says in page.content.decode()
    assert {name: row.cells[name] for name in cells} == {name: text.strip() for name, text in cells.items()}
    assert [report.measure for report in MeasureReport.objects.all()] == [other]


def test_the_later_of_two_sees_both_texts_and_chooses(member: Client, measure: Measure, kodomo: Department) -> None:
    round_ = make_round()
    second = client_of("所管課", kodomo, username="second")
    mine = typed(second, round_, measure, **{**REPORTED, "summary": "あとの人の文。"})
    member.post(row_of(round_, measure), typed(member, round_, measure, **REPORTED))
    answer = second.post(row_of(round_, measure), mine).json()
    assert answer["outcome"] == "conflict"
    for text in ("第2子の保育料を無償にした。", "あとの人の文。"):
        assert text in answer["said"]
    assert MeasureReport.objects.get().summary == "第2子の保育料を無償にした。"
    again = {**mine, f"{measure.code}-current": answer["seen"], "choose": f"{measure.code}:mine"}
    assert second.post(row_of(round_, measure), again).json()["outcome"] == "saved"
    report = MeasureReport.objects.get()
    assert (report.summary, report.version) == ("あとの人の文。", 2)


def test_the_admin_form_does_not_save_over_another_either(measure: Measure, planner_client: Client) -> None:
    report = make_report(measure=measure)
    make_round()
    form = reverse("admin:measures_measurereport_change", args=[report.pk])
    seen = planner_client.get(form).context["adminform"].form["seen_version"].value()
    MeasureReport.objects.filter(pk=report.pk).update(version=report.version + 1, summary="先に直した文。")
    data = {"status": "DONE", "summary": "あとの文。", "budget": "", "seen_version": seen}
    page = planner_client.post(form, data)
    assert "先に直した文。" in page.content.decode()
    report.refresh_from_db()
    assert report.summary == "先に直した文。"
    again = {**data, "seen_version": page.context["adminform"].form["seen_version"].value()}
    assert planner_client.post(form, again).status_code == 302
    report.refresh_from_db()
    assert (report.summary, report.version) == ("あとの文。", 3)


# Handing in


def test_the_sheet_is_handed_in_when_every_measure_is_reported_on(
    member: Client, measure: Measure, kodomo: Department
) -> None:
    round_, other = make_round(), make_measure(department=kodomo, text="もう1つの取組")
    data = {**typed(member, round_, measure, **REPORTED), "do": "submit"}
    page = member.post(page_of(round_, kodomo), data)
    assert "まだ提出できません。入力していない取組が1件あります" in page.content.decode()
    assert MeasureReport.objects.get().workflow == Workflow.DRAFT
    member.post(page_of(round_, kodomo), {**typed(member, round_, other, **REPORTED), "do": "submit"})
    assert set(MeasureReport.objects.values_list("workflow", flat=True)) == {Workflow.SUBMITTED}
    event = AuditEvent.objects.get(action="SUBMIT")
    assert event.summary == "第3次 令和6年度 こども政策課 取組報告（2件）"


def test_what_a_department_changes_waits_again(member: Client, measure: Measure) -> None:
    make_report(measure=measure, workflow=Workflow.CONFIRMED)
    round_ = make_round()
    member.post(row_of(round_, measure), typed(member, round_, measure, summary="書き足した。"))
    assert MeasureReport.objects.get().workflow == Workflow.DRAFT


# Who may, and when


@pytest.mark.once
@pytest.mark.parametrize(
    ("role", "own", "status", "allowed"),
    [
        ("所管課", True, RoundStatus.OPEN, True),
        ("所管課", False, RoundStatus.OPEN, False),
        ("所管課", True, RoundStatus.PREPARING, False),
        ("所管課", True, RoundStatus.REVIEW, False),
        ("所管課", True, RoundStatus.PUBLISHED, False),
        ("企画調整課", False, RoundStatus.OPEN, True),
        ("企画調整課", False, RoundStatus.REVIEW, True),
        ("企画調整課", False, RoundStatus.PREPARING, False),
        ("企画調整課", False, RoundStatus.PUBLISHED, False),
        ("委員", True, RoundStatus.OPEN, False),
        ("システム管理", True, RoundStatus.OPEN, False),
    ],
)
@pytest.mark.parametrize("how", ["row", "page"])
def test_who_may_report_and_when(
    measure: Measure, kodomo: Department, role: str, own: bool, status: str, allowed: bool, how: str
) -> None:
    client = client_of(role, kodomo if own else make_department())
    round_ = make_round(status=status)
    address = row_of(round_, measure) if how == "row" else page_of(round_, kodomo)
    data = {f"{measure.code}-{name}": text for name, text in {**REPORTED, "seen": "0:"}.items()}
    answer = client.post(address, data)
    assert answer.status_code in {200, 302, 403}
    assert MeasureReport.objects.exists() == allowed


def test_a_stranger_is_led_to_the_door(measure: Measure, kodomo: Department) -> None:
    answer = Client().post(row_of(make_round(), measure), {f"{measure.code}-summary": "x"})
    assert answer.status_code == 302
    assert "login" in answer["Location"]
