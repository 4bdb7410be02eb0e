"""The yearly sheet: a department enters its year, row by row or as a whole, and loses nothing that it typed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Department
from kpis.entry.sheet.cells import NAMES
from kpis.judging.words import Kind, State
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db


def page_of(round_: Round, department: Department) -> str:
    return reverse("admin:kpis_sheet", args=[round_.pk, department.code])


def row_of(round_: Round, indicator: Indicator) -> str:
    assert indicator.department
    return reverse("admin:kpis_sheet_row", args=[round_.pk, indicator.department.code, indicator.code])


def client_of(role: str = "所管課", *departments: Department, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, departments=departments, **kwargs))
    return client


def shown(client: Client, round_: Round, *indicators: Indicator) -> dict[str, str]:
    """Open the page and return the form as the browser would send it back."""
    assert indicators[0].department
    sheet = client.get(page_of(round_, indicators[0].department)).context["sheet"]
    rows = {row.code: row for row in sheet.rows}
    data: dict[str, str] = {}
    for indicator in indicators:
        row = rows[indicator.code]
        data |= {f"{row.code}-{name}": text for name, text in row.cells.items() if name != "doubts_answer" and text}
        data |= {f"{row.code}-seen": row.seen, f"{row.code}-value": row.cells["value"]}
    return data


def typed(indicator: Indicator, **cells: str) -> dict[str, str]:
    return {f"{indicator.code}-{name}": text for name, text in cells.items()}


@pytest.fixture
def kodomo() -> Department:
    return make_department(name="こども政策課")


@pytest.fixture
def indicator(kodomo: Department) -> Indicator:
    """Make 47.5%（R5）→59%（R10) of こども政策課."""
    found = make_indicator(name="産み育てやすい", unit="%", decimals=1, department=kodomo)
    make_target(indicator=found, baseline=Decimal("47.5"), target=Decimal(59))
    return found


@pytest.fixture
def member(kodomo: Department) -> Client:
    return client_of("所管課", kodomo, username="kodomo")


# What the page shows


def test_a_row_stands_beside_the_two_years_before_the_target_and_what_is_expected(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal("47.5"))
    make_value(indicator=indicator, fiscal_year=2022, value=None, state=State.NOT_SURVEYED)
    response = member.get(page_of(make_round(), kodomo))
    row = response.context["sheet"].rows[0]
    assert row.past == ["調査なし", "47.5%"]
    assert (row.target_text, row.expected_text) == ("59%", "49.8%")
    for text in ("基本目標1", "1件中", "産み育てやすい", "47.5%", "49.8%", "調査なし"):
        assert text in response.content.decode()


def test_a_saved_row_shows_its_judgement_and_zero_as_a_value(member: Client, indicator: Indicator) -> None:
    make_value(indicator=indicator, value=Decimal(0))
    assert indicator.department
    page = member.get(page_of(make_round(), indicator.department))
    row = page.context["sheet"].rows[0]
    assert row.cells["value"] == "0"
    assert row.rating_label == "後退"
    assert "後退" in page.content.decode()


def test_the_page_says_when_a_row_came_back_and_why(member: Client, indicator: Indicator, kodomo: Department) -> None:
    make_value(indicator=indicator, returned_note="出典の年を確かめてください。")
    content = member.get(page_of(make_round(), kodomo)).content.decode()
    assert content.count("出典の年を確かめてください。") == 2
    assert f'href="#row-{indicator.code}"' in content


@pytest.mark.once
@pytest.mark.parametrize("typed_name", ["<script>alert(1)</script>", 'a" onfocus="b'])
def test_names_and_cells_are_text(member: Client, kodomo: Department, typed_name: str) -> None:
    found = make_indicator(name=typed_name, department=kodomo)
    make_value(indicator=found, note=typed_name, analysis=typed_name)
    content = member.get(page_of(make_round(), kodomo)).content.decode()
    assert typed_name not in content


def test_the_queries_do_not_grow_with_the_rows(member: Client, kodomo: Department) -> None:
    round_, rows = make_round(), []
    for _ in range(3):
        rows.append(make_indicator(department=kodomo))
        make_target(indicator=rows[-1])
        make_value(indicator=rows[-1], fiscal_year=2023)
    few, few_saves = count_queries(member, round_, rows)
    for _ in range(12):
        rows.append(make_indicator(department=kodomo))
        make_target(indicator=rows[-1])
        make_value(indicator=rows[-1], fiscal_year=2023)
    many, many_saves = count_queries(member, round_, rows)
    assert (few, few_saves) == (many, many_saves)
    assert few < 20


def count_queries(client: Client, round_: Round, rows: list[Indicator]) -> tuple[int, int]:
    """Count what opening the page costs, and saving all its rows."""
    assert rows[0].department
    page = page_of(round_, rows[0].department)
    YearlyValue.objects.of_round(round_).delete()
    data = shown(client, round_, *rows)
    for row in rows:
        data |= typed(row, value="13")
    with CaptureQueriesContext(connection) as opened:
        client.get(page)
    with CaptureQueriesContext(connection) as saved:
        client.post(page, data)
    assert YearlyValue.objects.of_round(round_).count() == len(rows)
    return len(opened), len(saved)


def test_the_lists_of_a_row_offer_the_states_and_show_the_chosen_one(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    make_value(indicator=indicator, value=None, state=State.COLLECTING, self_rating="BEHIND")
    content = member.get(page_of(make_round(), kodomo)).content.decode()
    for option in (
        '<option value="COLLECTING" selected>集計中</option>',
        '<option value="FINAL">確定</option>',
        '<option value="BEHIND" selected>遅れ</option>',
    ):
        assert option in content


# Saving one row


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "value", "back"),
    [
        ("４９．８", "49.8", "49.8"),
        ("49.8%", "49.8", "49.8"),
        ("△5.2", "-5.2", "−5.2"),
        ("▲3", "-3", "−3"),
        ("0", "0", "0"),
        ("－0", "0", "0"),
        ("1,234", "1234", "1,234"),
    ],
)
def test_a_row_takes_the_notation_of_the_city_and_shows_it_normalised(
    member: Client, indicator: Indicator, text: str, value: str, back: str
) -> None:
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, value=text, confirmed="on")}
    answer = member.post(row_of(round_, indicator), data).json()
    assert (answer["outcome"], answer["cells"]["value"], answer["cells"]["state"]) == ("saved", back, "FINAL")
    found = YearlyValue.objects.get()
    assert found.value == Decimal(value)
    assert not found.value.is_signed() or found.value
    assert (found.history.get().history_change_reason, found.workflow) == ("年度実績入力", Workflow.DRAFT)


def test_the_answer_to_a_save_tells_the_judgement(member: Client, indicator: Indicator) -> None:
    round_ = make_round()
    answer = member.post(
        row_of(round_, indicator), {**shown(member, round_, indicator), **typed(indicator, value="49.8")}
    ).json()
    assert "順調" in answer["judgement"]
    assert answer["seen"].startswith("1:")


@pytest.mark.once
@pytest.mark.parametrize(
    ("cells", "wrong", "says"),
    [
        ({"value": "未公表"}, "value", "理由は「状態」で選んでください"),
        ({"value": "約50"}, "value", "概数"),
        ({"value": "50人"}, "value", "単位は「%」です"),
        ({"value": "", "note": "まだ"}, "state", "値がない理由"),
        ({"value": "", "state": "FINAL"}, "value", "実績値を入れてください"),
        ({"value": "3", "state": "UNPUBLISHED"}, "state", "状態が「未公表」です"),
        ({"value": "", "state": "UNPUBLISHED", "available_on": "来年"}, "available_on", "年月として読み取れません"),
        ({"value": "50", "breaks_series": "on"}, "note", "備考に書いてください"),
        ({"value": "50", "state": "NANIKA"}, "state", "選択"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_nothing_is_written(
    member: Client, indicator: Indicator, cells: dict[str, str], wrong: str, says: str
) -> None:
    round_ = make_round()
    answer = member.post(
        row_of(round_, indicator), {**shown(member, round_, indicator), **typed(indicator, **cells)}
    ).json()
    assert (answer["outcome"], answer["wrong"]) == ("invalid", [wrong])
    assert says in answer["said"]
    assert not YearlyValue.objects.exists()


def test_a_milestone_takes_only_done_or_not(member: Client, kodomo: Department) -> None:
    found = make_indicator(department=kodomo, unit="")
    make_target(indicator=found, kind=Kind.MILESTONE)
    round_ = make_round()
    data = shown(member, round_, found)
    answer = member.post(row_of(round_, found), {**data, **typed(found, value="5")}).json()
    assert "1（完了）か 0（未完了）" in answer["said"]
    assert member.post(row_of(round_, found), {**data, **typed(found, value="0")}).json()["outcome"] == "saved"


@pytest.mark.once
@pytest.mark.parametrize("text", ["2026年11月", "令和8年11月", "Ｒ８．１１", "2026-11", "2026/11", "2026-11-05"])
def test_the_expected_month_is_read_in_the_notations_of_the_city(
    member: Client, indicator: Indicator, text: str
) -> None:
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, state="UNPUBLISHED", available_on=text)}
    answer = member.post(row_of(round_, indicator), data).json()
    assert answer["cells"]["available_on"] == "2026年11月"
    assert YearlyValue.objects.get().available_on == datetime.date(2026, 11, 1)


def test_a_blank_is_kept_as_no_value_and_a_value_can_be_taken_back(member: Client, indicator: Indicator) -> None:
    make_value(indicator=indicator, value=Decimal("49.8"))
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, value="", state="COLLECTING")}
    assert member.post(row_of(round_, indicator), data).json()["outcome"] == "saved"
    found = YearlyValue.objects.get()
    assert (found.value, found.state, found.version) == (None, "COLLECTING", 2)


def test_an_odd_figure_is_asked_about_once_and_the_answer_kept(member: Client, indicator: Indicator) -> None:
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal("47.5"))
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, value="498")}
    answer = member.post(row_of(round_, indicator), data).json()
    assert answer["outcome"] == "doubted"
    assert "100%を超えています" in answer["said"]
    assert "前の値から大きく変わっています" in answer["said"]
    assert not YearlyValue.objects.filter(fiscal_year=2024).exists()

    reason = {**data, **typed(indicator, doubts_answer="集計の対象を広げた。")}
    assert member.post(row_of(round_, indicator), reason).json()["outcome"] == "saved"
    found = YearlyValue.objects.get(fiscal_year=2024)
    assert (found.value, found.doubts_answer) == (498, "集計の対象を広げた。")

    data = {**shown(member, round_, indicator), **typed(indicator, note="備考だけ")}
    assert member.post(row_of(round_, indicator), data).json()["outcome"] == "saved"
    data = {**shown(member, round_, indicator), **typed(indicator, value="600")}
    assert member.post(row_of(round_, indicator), data).json()["outcome"] == "doubted"
    data |= typed(indicator, confirmed="on")
    assert member.post(row_of(round_, indicator), data).json()["outcome"] == "saved"
    found.refresh_from_db()
    assert found.doubts_answer == "確かめました"
    data = {**shown(member, round_, indicator), **typed(indicator, value="50")}
    assert member.post(row_of(round_, indicator), data).json()["outcome"] == "saved"
    found.refresh_from_db()
    assert found.doubts_answer == ""


def test_what_did_not_change_is_not_written(member: Client, indicator: Indicator) -> None:
    value = make_value(indicator=indicator, value=Decimal("49.8"), note="一行目\n二行目")
    round_ = make_round()
    data = shown(member, round_, indicator)
    data[f"{indicator.code}-note"] = "一行目\r\n二行目"
    for same in (data, {**data, **typed(indicator, value="４９．８０")}):
        assert member.post(row_of(round_, indicator), same).json()["outcome"] == "same"
    value.refresh_from_db()
    assert value.version == 1


def test_a_change_by_a_department_waits_for_confirmation_again(member: Client, indicator: Indicator) -> None:
    value = make_value(indicator=indicator, value=Decimal("49.8"), workflow=Workflow.SUBMITTED)
    round_ = make_round()
    member.post(row_of(round_, indicator), {**shown(member, round_, indicator), **typed(indicator, value="50")})
    value.refresh_from_db()
    assert value.workflow == Workflow.DRAFT


# Two people on one row


def test_the_second_sees_both_values_and_chooses(member: Client, indicator: Indicator, kodomo: Department) -> None:
    make_value(indicator=indicator, value=Decimal("49.8"))
    round_ = make_round()
    other = client_of("所管課", kodomo, username="tanaka", last_name="田中", first_name="花")
    mine, theirs = shown(member, round_, indicator), shown(other, round_, indicator)
    other.post(row_of(round_, indicator), {**theirs, **typed(indicator, value="51")})

    mine |= typed(indicator, value="50")
    answer = member.post(row_of(round_, indicator), mine).json()
    assert answer["outcome"] == "conflict"
    for text in (
        "田中",
        "保存されている内容「51」",
        "あなたの入力「50」",
        "自分の入力で保存し直す",
        "相手の内容にする",
    ):
        assert text in answer["said"]
    assert YearlyValue.objects.get().value == 51

    left = member.post(row_of(round_, indicator), {**mine, "choose": f"{indicator.code}:theirs"}).json()
    assert (left["outcome"], left["cells"]["value"]) == ("same", "51")
    assert YearlyValue.objects.get().value == 51

    mine |= {f"{indicator.code}-current": answer["seen"], "choose": f"{indicator.code}:mine"}
    assert member.post(row_of(round_, indicator), mine).json()["outcome"] == "saved"
    assert YearlyValue.objects.get().value == 50


def test_an_untouched_row_that_another_saved_is_left_to_them(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    make_value(indicator=indicator, value=Decimal("49.8"))
    second, round_ = make_indicator(department=kodomo), make_round()
    data = {**shown(member, round_, indicator, second), **typed(second, value="3")}
    YearlyValue.objects.update(value=Decimal(51), version=2)
    response = member.post(page_of(round_, kodomo), data, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["1件を保存しました。"]
    assert YearlyValue.objects.get(indicator=indicator).value == 51


# The form as a whole


def test_the_form_saves_what_can_be_and_keeps_the_rest_typed(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    second, third, round_ = make_indicator(department=kodomo), make_indicator(department=kodomo), make_round()
    data = shown(member, round_, indicator, second, third)
    data |= typed(indicator, value="約５０", analysis="理由を書いた。") | typed(second, value="3")
    response = member.post(page_of(round_, kodomo), data)
    said = [str(message) for message in response.context["messages"]]
    assert said[0] == "1件を保存しました。"
    assert said[1].startswith("1件はまだ保存していません。")
    for text in ('value="約５０"', "理由を書いた。", "概数"):
        assert text in response.content.decode()
    assert [value.indicator for value in YearlyValue.objects.all()] == [second]


def test_nothing_to_save_is_said(member: Client, indicator: Indicator, kodomo: Department) -> None:
    round_ = make_round()
    response = member.post(page_of(round_, kodomo), shown(member, round_, indicator), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["変わったところはありません。"]


def test_a_complete_sheet_is_submitted_with_what_was_typed(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, value="49.8"), "do": "submit"}
    response = member.post(page_of(round_, kodomo), data, follow=True)
    assert "提出しました（1件）" in str(list(response.context["messages"])[1])
    assert YearlyValue.objects.get().workflow == Workflow.SUBMITTED


def test_a_blank_row_is_named_and_linked_instead_of_submitted(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    blank, round_ = make_indicator(department=kodomo, name="まだの指標"), make_round()
    data = {**shown(member, round_, indicator, blank), **typed(indicator, value="49.8"), "do": "submit"}
    content = member.post(page_of(round_, kodomo), data).content.decode()
    assert "入力していない指標が1件あります" in content
    assert f'<a href="#row-{blank.code}">{blank.code} まだの指標</a>' in content
    assert YearlyValue.objects.get().workflow == Workflow.DRAFT


def test_a_round_closed_meanwhile_costs_nothing_that_was_typed(
    member: Client, indicator: Indicator, kodomo: Department
) -> None:
    round_ = make_round()
    data = {**shown(member, round_, indicator), **typed(indicator, value="49.8")}
    Round.objects.update(status=RoundStatus.REVIEW)
    content = member.post(page_of(round_, kodomo), data).content.decode()
    assert 'value="49.8"' in content
    assert "受付は終わり" in content
    assert not YearlyValue.objects.exists()


def test_a_sheet_of_more_than_a_hundred_rows_is_taken_whole(kodomo: Department, member: Client) -> None:
    """A browser sends every cell of every row: more fields than Django takes from a form by itself."""
    rows, round_ = [make_indicator(department=kodomo) for _ in range(101)], make_round()
    blank = dict.fromkeys(NAMES, "")
    form = [typed(row, **{**blank, "value": "5", "state": "FINAL", "seen": "0:"}) for row in rows]
    sent = {name: text for cells in form for name, text in cells.items()}
    assert len(sent) > 1000
    assert member.post(page_of(round_, kodomo), sent).status_code == 302
    assert YearlyValue.objects.filter(value=5).count() == 101
