"""Figures of a 調査票 that look odd: told at the cell, never forbidden, and written only once they were checked."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpis.models import Indicator, Round, Upload, YearlyValue
from kpis.review.lists import Review
from tests.kpis.entry.workbook.test_workbook import confirm, packed, said, send, sign_in
from tests.makers import make_department, make_goal, make_indicator, make_round, make_target, make_value

pytestmark = pytest.mark.django_db

DONE = "書き込みました"
ASKED = "注意のある値を確かめました"


def make_case(**kwargs: Any) -> tuple[Round, Indicator, Client]:
    """Make an open round with one indicator, 100 the year before, and its clerk."""
    department = make_department()
    indicator = make_indicator(department=department, **kwargs)
    make_target(indicator=indicator, baseline=Decimal(10), baseline_year=2022, target=Decimal(2000))
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal(100))
    return make_round(), indicator, sign_in("所管課", department)


def sent(client: Client, round_: Round, indicator: Indicator, figure: str) -> Any:
    return send(client, round_, f"コード,R6\n{indicator.code},{figure}\n", "a.csv")


def doubts(page: Any) -> list[str]:
    return [item.doubt for item in page.context["plan"].items if item.doubt]


@pytest.mark.parametrize(
    ("indicator", "figure", "says"),
    [
        ({}, "151", "令和5年度の100件から+51件"),
        ({}, "49", "−51件"),
        ({}, "0", "大きく変わっています"),
        ({}, "△100", "大きく変わっています"),
        ({}, "1000000", "桁や単位を確かめて"),  # ten-thousandfold
        ({"is_cumulative": True}, "99", "累計の指標ですが、前の値より減っています"),
        ({"unit": "%"}, "100.1", "100%を超えています"),
    ],
)
def test_a_figure_that_looks_odd_is_told_at_its_cell(indicator: dict[str, Any], figure: str, says: str) -> None:
    round_, row, client = make_case(**indicator)
    page = sent(client, round_, row, figure)
    assert len(doubts(page)) == 1
    assert says in doubts(page)[0]
    assert doubts(page)[0] in page.content.decode()
    assert ASKED in page.content.decode()


@pytest.mark.parametrize("figure", ["100", "150", "50", "未公表"])
def test_an_ordinary_figure_asks_for_nothing(figure: str) -> None:
    round_, indicator, client = make_case()
    page = sent(client, round_, indicator, figure)
    assert doubts(page) == []
    assert ASKED not in page.content.decode()
    assert DONE in confirm(client, page, checked="").content.decode()
    assert YearlyValue.objects.get(fiscal_year=2024).doubts_answer == ""


def test_the_baseline_is_told_apart_in_its_own_year() -> None:
    indicator = make_indicator(department=make_department())
    make_target(indicator=indicator, baseline=Decimal(10), baseline_year=2024)
    client = sign_in("企画調整課")
    assert "基準値の10件と違います" in doubts(sent(client, make_round(), indicator, "11"))[0]


def test_nothing_is_written_until_the_odd_figures_were_checked() -> None:
    round_, indicator, client = make_case()
    page = sent(client, round_, indicator, "500")
    refused = confirm(client, page, checked="")
    assert f"「{ASKED}」に印を付けて" in refused.content.decode()
    assert not YearlyValue.objects.filter(fiscal_year=2024).exists()
    assert Upload.objects.get().applied_at is None
    assert DONE in confirm(client, page).content.decode()
    assert YearlyValue.objects.get(fiscal_year=2024).doubts_answer == "確かめました"


def test_the_review_knows_the_answer_as_that_of_the_sheet() -> None:
    round_, odd, client = make_case()
    plain = make_indicator(department=odd.department)
    make_value(indicator=plain, fiscal_year=2023, value=Decimal(100))
    page = send(client, round_, f"コード,R6\n{odd.code},500\n{plain.code},101\n", "a.csv")
    confirm(client, page, checked="", doubts_answer="  調査の対象を広げた。" + "長" * 300)
    answers = {row.indicator.code: row.doubts_answer for row in YearlyValue.objects.filter(fiscal_year=2024)}
    assert answers[odd.code].startswith("調査の対象を広げた。")
    assert len(answers[odd.code]) == 200
    assert answers[plain.code] == ""
    YearlyValue.objects.filter(fiscal_year=2024).update(workflow="SUBMITTED")
    lines = {line.indicator.code: line for line in Review.of(round_).lines}
    assert lines[odd.code].doubts
    assert lines[odd.code].is_plain


def test_an_answer_goes_with_the_figure_that_it_was_given_to() -> None:
    round_, indicator, client = make_case()
    value = make_value(indicator=indicator, value=Decimal(500), doubts_answer="調査の対象を広げた。")
    page = send(client, round_, f"コード,R6,備考\n{indicator.code},500,増えた\n", "a.csv")
    assert doubts(page) == []  # the figure stays, and so does its answer
    confirm(client, page, checked="")
    value.refresh_from_db()
    assert (value.note, value.doubts_answer) == ("増えた", "調査の対象を広げた。")
    confirm(client, sent(client, round_, indicator, "101"), checked="")
    value.refresh_from_db()
    assert (value.value, value.doubts_answer) == (101, "")


def test_refused_and_conflicting_figures_raise_no_doubt() -> None:
    round_, indicator, client = make_case()
    assert doubts(sent(client, round_, indicator, "約500")) == []
    other = make_indicator(department=make_department())
    make_value(indicator=other, fiscal_year=2023, value=Decimal(1))
    assert doubts(sent(client, round_, other, "500")) == []
    value = make_value(indicator=indicator)
    page = sent(client, round_, indicator, "500")
    assert len(doubts(page)) == 1
    value.version = 2
    value.save()
    again = confirm(client, page)
    assert said(again) == [("CONFLICT", "B2", indicator.code)]
    assert doubts(again) == []


def test_a_figure_that_becomes_odd_after_the_preview_is_shown_again() -> None:
    round_, indicator, client = make_case()
    page = sent(client, round_, indicator, "101")
    YearlyValue.objects.filter(fiscal_year=2023).update(value=Decimal(10))
    again = confirm(client, page)
    assert "もう一度確かめてください" in again.content.decode()
    assert len(doubts(again)) == 1
    assert not YearlyValue.objects.filter(fiscal_year=2024).exists()


def test_odd_figures_come_first_are_counted_and_can_be_looked_at_alone() -> None:
    round_, odd, client = make_case()
    plain = make_indicator(department=odd.department)
    page = send(client, round_, f"コード,R6,備考\n{plain.code},1,注1\n{odd.code},500,注2\n", "a.csv")
    content = page.content.decode()
    assert "注意あり（書き込む値のうち）" in content
    assert next(item.doubt for item in page.context["page"]) == doubts(page)[0]
    only = client.get(f"{page.request['PATH_INFO']}?kind=DOUBTED")
    assert [(item.code, item.new) for item in only.context["page"]] == [(odd.code, "500")]


def test_the_report_says_what_to_check() -> None:
    round_, indicator, client = make_case()
    page = sent(client, round_, indicator, "500")
    address = reverse("admin:kpis_round_intake_report", args=[round_.pk, page.context["upload"].pk])

    def told() -> list[str]:
        rows = list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
        return [row["注意"] for row in rows if row["注意"]]

    assert told() == doubts(page)
    confirm(client, page)
    assert told() == doubts(page)  # what was checked stays in the report of what was written


def test_the_form_itself_goes_the_same_way() -> None:
    round_, indicator, client = make_case()
    assert indicator.department
    address = reverse("admin:kpis_round_workbook", args=[round_.pk, indicator.department.code])
    book = openpyxl.load_workbook(io.BytesIO(client.get(address).content))
    book["調査票"].cell(4, 9, 500)
    page = send(client, round_, packed(book))
    assert [item.place for item in page.context["plan"].items if item.doubt] == ["I4"]
    confirm(client, page)
    assert YearlyValue.objects.get(fiscal_year=2024).doubts_answer == "確かめました"


def test_the_number_of_queries_does_not_depend_on_the_number_of_values() -> None:
    round_, client = make_round(), sign_in("企画調整課")

    def queries(count: int) -> int:
        goal = make_goal(strategy=round_.strategy)
        rows = [make_indicator(goal=goal) for _ in range(count)]
        for row in rows:
            make_target(indicator=row, baseline_year=2022)
            for year in (2021, 2022, 2023):
                make_value(indicator=row, fiscal_year=year)
        lines = "".join(f"{row.code},500\n" for row in rows)
        page = send(client, round_, f"コード,R6\n{lines}", "a.csv")
        assert len(doubts(page)) == count
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(page.request["PATH_INFO"])
        return len(found)

    assert queries(2) == queries(12)
