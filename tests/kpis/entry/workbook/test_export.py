"""What the list of yearly values exports comes back by the 調査票: unchanged, or changed in just the cells that were."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
import tablib
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from goals.importing import formats, reading
from goals.models import Goal, Strategy
from goals.notation.spreadsheets import guarded
from kpis.entry.workbook.contents import LABELS
from kpis.entry.workbook.item import Outcome
from kpis.entry.workbook.layouts import ENTERED, lines_of
from kpis.entry.workbook.line_plan import LinePlan
from kpis.judging.words import State
from kpis.models import Indicator, Round, Workflow, YearlyValue
from kpis.models.value import SELF_RATINGS
from kpis.resources import YearlyValueResource
from tests.kpis.entry.workbook.test_workbook import confirm, reasons, said, send, sign_in
from tests.makers import make_department, make_goal, make_indicator, make_round, make_strategy, make_value
from tests.transfer import take

FORMATS = pytest.mark.parametrize("kind", [0, 1, 2], ids=["utf-8", "excel", "cp932"])
FIGURES = ["0", "-5.2", "0.123456", "-0.000001", "12345678901234.567891", "1234567890", "47.50"]
TEXTS = ["=1+1", "'=x", "''@", "'", "-", "@a", "\tx", "一\r\n二", "一\n二\n", "𠮷野の〜", '"引用", と', "  間 ", "2024"]


def make_case() -> tuple[Round, Client]:
    """Make a round with figures and texts that are hard to carry, other years, another strategy; and a clerk."""
    department, goal, round_ = make_department(), make_goal(), make_round()
    others = {"self_rating": "KEPT", "committee_rating": "BEHIND", "evidence_url": "https://example.jp/"}
    for figure, text in zip(FIGURES, TEXTS, strict=False):
        row = make_indicator(goal=goal, department=department, name=text * 2, unit="%")
        make_value(indicator=row, value=Decimal(figure), note=text, breaks_series=True, **others)
        make_value(indicator=row, fiscal_year=2023, value=Decimal(figure) + 1, note=text)
    for number, text in enumerate(TEXTS):
        row = make_indicator(goal=goal, department=department if number % 2 else make_department())
        words = dict.fromkeys(("note", "analysis", "next_steps", "self_comment"), text)
        state, (rating, _) = list(State)[number % len(State)], SELF_RATINGS[number % len(SELF_RATINGS)]
        make_value(indicator=row, state=state, self_rating=rating, workflow=Workflow.CONFIRMED, **words)
    make_value(indicator=row, fiscal_year=2025, state=State.UNPUBLISHED, available_on=datetime.date(2026, 9, 15))
    old = make_indicator(goal=make_goal(strategy=make_strategy(edition=1)))
    make_value(indicator=old, fiscal_year=2018)
    late = make_indicator(goal=goal, department=department)
    make_value(indicator=late, state=State.UNPUBLISHED, available_on=datetime.date(2025, 9, 15))
    return round_, sign_in("所管課", department)


def everything() -> list[dict[str, Any]]:
    return [dict(row) for row in YearlyValue.objects.order_by("pk").values()]


@pytest.mark.django_db
@FORMATS
def test_what_the_list_exports_comes_back_unchanged(kind: int) -> None:
    round_, client = make_case()
    before = everything()
    page = send(client, round_, take(client, YearlyValue, kind), "書き出し")
    assert said(page) == []
    rows = YearlyValue.objects.of_round(round_)
    filled = sum(getattr(row, name) not in {None, ""} for row in rows for name in ENTERED)
    assert page.context["plan"].counts[Outcome.SAME] == filled > 100
    assert "書き込む欄はありません" in page.content.decode()
    confirm(client, page)
    assert everything() == before


# The rows that are changed: of one indicator in the round's year and in the year before


def exported() -> tuple[Round, Client, YearlyValue, list[dict[str, str]]]:
    """Return a round, its clerk, a value, and the rows of the export."""
    department = make_department()
    row = make_indicator(department=department, unit="件")
    value = make_value(
        indicator=row,
        note="注",
        breaks_series=True,  # compared with no year before: no figure looks odd
        analysis="'=x",
        next_steps="一\n二",
        self_rating="KEPT",
        self_comment="理由",
        committee_rating="BEHIND",
    )
    make_value(indicator=row, fiscal_year=2023, value=Decimal(11), note="前の年")
    client = sign_in("所管課", department)
    text = take(client, YearlyValue).decode("utf-8-sig")
    return make_round(), client, value, list(csv.DictReader(io.StringIO(text, newline="")))


def written(rows: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, rows[0])
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def of_year(rows: list[dict[str, str]], year: str) -> dict[str, str]:
    return next(row for row in rows if row["fiscal_year"] == year)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "after"),
    [
        ({"value": "0"}, {"value": Decimal(0)}),
        ({"value": "△5.25"}, {"value": Decimal("-5.25")}),
        ({"state": "PRELIMINARY"}, {"state": "PRELIMINARY"}),
        ({"state": "推計"}, {"state": "ESTIMATE"}),
        ({"value": "", "state": "NOT_SURVEYED"}, {"value": None, "state": "NOT_SURVEYED"}),
        ({"available_on": "2025-09-01"}, {"available_on": datetime.date(2025, 9, 1)}),
        ({"note": "'=1+1"}, {"note": "=1+1"}),
        ({"note": "一\n二"}, {"note": "一\n二"}),
        ({"analysis": "'x"}, {"analysis": "'x"}),
        ({"next_steps": "一\n三"}, {"next_steps": "一\n三"}),
        ({"self_rating": "BEHIND"}, {"self_rating": "BEHIND"}),
        ({"self_rating": "順調"}, {"self_rating": "ON_TRACK"}),
        ({"self_comment": "別の理由"}, {"self_comment": "別の理由"}),
    ],
)
def test_a_changed_cell_is_a_change_of_just_that(changed: dict[str, str], after: dict[str, Any]) -> None:
    round_, client, value, rows = exported()
    before = {row["id"]: row for row in everything()}
    of_year(rows, "2024").update(changed)
    page = send(client, round_, written(rows), "直した.csv")
    found = [item for item in page.context["plan"].items if item.outcome != Outcome.SAME]
    assert {item.label for item in found} == {LABELS[name] for name in after}
    assert all(item.is_written for item in found)
    confirm(client, page)
    now = {row["id"]: row for row in everything()}
    assert now.pop(value.pk) == {**before.pop(value.pk), **after, "version": 2}
    assert now == before


@pytest.mark.django_db
def test_a_row_that_is_new_is_added() -> None:
    round_, client, value, rows = exported()
    new = make_indicator(department=value.indicator.department)
    rows.append({**dict.fromkeys(rows[0], ""), "indicator_code": new.code, "fiscal_year": "2024", "value": "3"})
    confirm(client, send(client, round_, written(rows), "足した.csv"))
    found = YearlyValue.objects.get(indicator=new)
    assert (found.value, found.state, found.version) == (3, State.FINAL, 1)


@pytest.mark.django_db
def test_a_row_of_another_year_is_told_and_not_taken() -> None:
    round_, client, value, rows = exported()
    before = everything()
    of_year(rows, "2023").update(value="99", note="直した")
    page = send(client, round_, written(rows), "直した.csv")
    assert [(outcome, code) for outcome, _, code in said(page)] == [("NOT_TAKEN", value.indicator.code)]
    assert "令和5年度の値は、この評価年度では書き込みません" in reasons(page)
    confirm(client, page)
    assert everything() == before


@pytest.mark.django_db
def test_columns_that_are_not_entered_here_are_named_and_left_alone() -> None:
    round_, client, _, rows = exported()
    before = everything()
    of_year(rows, "2024").update(committee_rating="KEPT", committee_comment="良い。", evidence_url="https://a.example/")
    page = send(client, round_, written(rows), "直した.csv")
    assert said(page) == []
    passed = "breaks_series、committee_rating、committee_comment、evidence_url"
    assert f"「CSV」の{passed}の列は、ここでは取り込みません。" in page.content.decode()
    confirm(client, page)
    assert everything() == before


@pytest.mark.django_db
def test_a_row_that_slipped_beside_another_name_is_refused() -> None:
    round_, client, value, rows = exported()
    other = make_indicator(department=value.indicator.department)
    of_year(rows, "2024").update(indicator_code=other.code)
    page = send(client, round_, written(rows), "ずれた.csv")
    assert page.context["plan"].written == 0
    assert "行がずれていないか" in reasons(page)


# Whatever stands in a row

marks = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="〓") | st.sampled_from("'=+-@\t\n\r")
texts = st.sampled_from(["", *TEXTS]) | st.text(alphabet=marks, max_size=8)


@given(
    figure=st.decimals("-99999999999999", "99999999999999", places=6) | st.sampled_from(FIGURES).map(Decimal),
    state=st.sampled_from(State),
    month=st.none() | st.dates(datetime.date(2025, 4, 1), datetime.date(2030, 1, 1)),
    rating=st.sampled_from(["", *(name for name, _ in SELF_RATINGS)]),
    words=st.tuples(texts, texts, texts, texts),
    kind=st.sampled_from([formats.CSV, formats.Excel]),
)
def test_any_row_comes_back_unchanged(
    figure: Decimal, state: State, month: datetime.date | None, rating: str, words: tuple[str, ...], kind: Any
) -> None:
    indicator = Indicator(pk=1, code="3-1-K01", name="指標", unit="件", goal=Goal(strategy=Strategy(edition=3)))
    row = YearlyValue(pk=1, indicator=indicator, fiscal_year=2024, state=state, available_on=month, self_rating=rating)
    row.value = figure if state.has_value else None
    for name, text in zip(("note", "analysis", "next_steps", "self_comment"), words, strict=True):
        setattr(row, name, text)
    resource = YearlyValueResource()
    table = tablib.Dataset(headers=resource.get_export_headers())
    table.append(resource.export_resource(row, force_native_type=kind is formats.Excel))
    (line,), _ = lines_of(reading.read(kind().export_data(table)), 2024)
    plan = LinePlan(line, indicator, 2024, row, row.version)
    contents = {LABELS[name]: getattr(row, name) for name in ENTERED}
    # A lone mark that would begin a formula goes out behind an apostrophe, so its cell is not blank.
    filled = {label for label, content in contents.items() if content is not None and guarded(str(content)).strip()}
    assert {(item.label, item.outcome) for item in plan.items} == {(label, Outcome.SAME) for label in filled}
