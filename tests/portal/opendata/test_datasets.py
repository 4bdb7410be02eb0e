"""What stands in the rows of the datasets (domain.md §7)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models.strategy import RevisionStatus
from kanazawa_strategy import opendata
from kpis.amending.changes import Change
from kpis.amending.changes import amend as amend_year
from kpis.judging.words import Kind, State
from kpis.models import AmendmentKind, Basis, Indicator, Level, Round, Workflow
from kpis.round import publishing
from measures.models import OpinionStatus
from tests.makers import (
    make_department,
    make_direction,
    make_goal,
    make_indicator,
    make_measure,
    make_meeting,
    make_opinion,
    make_revision,
    make_round,
    make_strategy,
    make_target,
    make_theme,
    make_value,
)

pytestmark = pytest.mark.django_db

CONTRACT = {
    "goals": "municipality_code strategy_edition goal_number goal_title listed_indicator_count other_kpi_count source_note",
    "indicators": "municipality_code indicator_code strategy_edition goal_number goal_title direction_number level basis"
    " name unit is_cumulative kind baseline_value baseline_fiscal_year baseline_fiscal_year_label baseline_note"
    " target_value target_upper_value target_fiscal_year target_fiscal_year_label target_note tag revision department"
    " definition source note",
    "values": "municipality_code indicator_code name unit fiscal_year fiscal_year_label value state available_on"
    " breaks_series published_on amended_on note",
    "assessments": "municipality_code indicator_code name fiscal_year fiscal_year_label value expected_value"
    " progress_percent pace_percent margin rating rating_label self_rating committee_rating reason rule_version"
    " published_on",
    "measures": "municipality_code measure_code strategy_edition revision goal_number direction_number direction_title"
    " number text detail tag themes reprint_of continues department",
    "opinions": "municipality_code opinion_code meeting_date meeting_title goal_number member opinion response"
    " response_class measure_codes indicator_codes outcome",
}


def rows(name: str) -> list[Mapping[str, Any]]:
    return list(opendata.DATASETS[name].rows())


def publish(indicator: Indicator, year: int = 2024, on: str = "2025-09-01", **value: Any) -> Round:
    """Publish a round in which the indicator has this value; without one, it has none."""
    if value:
        make_value(indicator=indicator, fiscal_year=year, workflow=Workflow.CONFIRMED, **value)
    round_ = make_round(strategy=indicator.goal.strategy, fiscal_year=year)
    publishing.publish(round_, published_on=datetime.date.fromisoformat(on), decision_number="企画第1号", user=None)
    return round_


def amend(round_: Round, indicator: Indicator, on: str, **change: Any) -> None:
    made_on = datetime.date.fromisoformat(on)
    amend_year(round_, indicator, Change(reason="確かめたため", **change), user=None, made_on=made_on)


@pytest.mark.parametrize("name", CONTRACT)
def test_the_columns_are_those_of_the_contract_in_its_order(name: str) -> None:
    assert [column.name for column in opendata.DATASETS[name].columns] == CONTRACT[name].split()


def test_there_are_six_datasets_in_the_order_of_the_contract() -> None:
    assert list(opendata.DATASETS) == list(CONTRACT)


def fill_every_dataset() -> None:
    indicator = make_indicator(direction=make_direction(), department=make_department())
    make_target(indicator=indicator)
    publish(indicator, value=Decimal(12))
    measure = make_measure(themes=[make_theme()])
    make_opinion(measures=[measure], indicators=[indicator])


@pytest.mark.parametrize("name", CONTRACT)
def test_every_row_has_the_columns_and_nothing_else(name: str) -> None:
    fill_every_dataset()
    [row] = rows(name)
    assert set(row) == set(CONTRACT[name].split())
    assert row["municipality_code"] == "172014"


@pytest.mark.parametrize("name", CONTRACT)
def test_the_count_of_the_index_is_the_number_of_rows(name: str) -> None:
    fill_every_dataset()
    assert opendata.DATASETS[name].count() == len(rows(name)) == 1


def test_a_goal_counts_its_listed_indicators_and_keeps_a_missing_number_blank() -> None:
    goal = make_goal(other_kpi_count=17)
    make_goal(source_note="資料に記載なし")
    make_indicator(goal=goal, level=Level.NUMERIC_TARGET)
    make_indicator(goal=goal)
    assert [
        (row["goal_number"], row["listed_indicator_count"], row["other_kpi_count"], row["source_note"])
        for row in rows("goals")
    ] == [(1, 2, 17, ""), (2, 0, None, "資料に記載なし")]


def test_an_indicator_is_told_in_the_words_of_the_contract() -> None:
    direction = make_direction(goal=make_goal(), number=2)
    indicator = make_indicator(
        level=Level.NUMERIC_TARGET, basis=Basis.SURVEY, unit="%", direction=direction, is_cumulative=True
    )
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59), tag="改")
    [row] = rows("indicators")
    assert (row["level"], row["basis"], row["kind"], row["tag"]) == ("数値目標", "SURVEY", "REACH", "改")
    assert (row["direction_number"], row["is_cumulative"], row["revision"]) == (2, True, "策定時")
    assert (row["baseline_value"], row["target_value"]) == (Decimal("47.5"), Decimal(59))
    assert (row["target_fiscal_year"], row["target_fiscal_year_label"]) == (2028, "令和10年度")


def test_the_target_in_force_is_that_of_the_latest_adopted_revision() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator, revision=make_revision(name="策定時"), target=Decimal(20))
    make_target(indicator=indicator, revision=make_revision(name="令和8年度改訂"), target=Decimal(30))
    draft = make_revision(name="次の案", status=RevisionStatus.DRAFT)
    make_target(indicator=indicator, revision=draft, target=Decimal(987654))
    [row] = rows("indicators")
    assert (row["target_value"], row["revision"]) == (Decimal(30), "令和8年度改訂")


def test_an_indicator_without_an_adopted_target_leaves_its_cells_blank() -> None:
    make_target(revision=make_revision(status=RevisionStatus.DRAFT))
    [row] = rows("indicators")
    assert (row["kind"], row["target_value"], row["target_fiscal_year_label"], row["revision"]) == ("", None, "", "")


def test_what_starts_from_zero_has_no_baseline_number_but_says_why() -> None:
    make_target(starts_from_zero=True, baseline=Decimal(0), baseline_note="未実施")
    make_target(starts_from_zero=True)
    assert [
        (row["baseline_value"], row["baseline_fiscal_year"], row["baseline_note"]) for row in rows("indicators")
    ] == [
        (None, 2023, "未実施"),
        (None, 2023, "0から開始"),
    ]


def test_a_milestone_has_words_and_no_numbers() -> None:
    make_target(
        kind=Kind.MILESTONE, baseline=Decimal(0), baseline_note="未策定", target=Decimal(1), target_note="策定完了"
    )
    [row] = rows("indicators")
    assert (row["baseline_value"], row["target_value"]) == (None, None)
    assert (row["baseline_note"], row["target_note"]) == ("未策定", "策定完了")


def test_each_edition_writes_its_years_in_the_era_of_its_document() -> None:
    first = make_strategy(
        edition=1, name="第1期", short_name="第1期", first_year=2015, last_year=2019, is_current=False
    )
    third = make_strategy(edition=3)
    for strategy, start, end in ((first, 2014, 2019), (third, 2019, 2028)):
        goal = make_goal(strategy=strategy)
        make_target(indicator=make_indicator(goal=goal), baseline_year=start, target_year=end)
    assert [
        (row["strategy_edition"], row["baseline_fiscal_year_label"], row["target_fiscal_year_label"])
        for row in rows("indicators")
    ] == [(1, "平成26年度", "平成31年度"), (3, "令和元年度", "令和10年度")]


def test_a_value_has_its_state_and_both_years() -> None:
    indicator = make_indicator(unit="人")
    publish(indicator, value=Decimal("1900"), state=State.PRELIMINARY, note="速報です")
    [row] = rows("values")
    assert (row["fiscal_year"], row["fiscal_year_label"], row["unit"]) == (2024, "令和6年度", "人")
    assert (row["value"], row["state"], row["note"]) == (Decimal(1900), "PRELIMINARY", "速報です")
    assert (row["published_on"], row["amended_on"]) == (datetime.date(2025, 9, 1), None)


def test_a_missing_value_is_blank_with_its_state_and_month() -> None:
    publish(make_indicator(), state=State.UNPUBLISHED, available_on=datetime.date(2025, 12, 1))
    [row] = rows("values")
    assert (row["value"], row["state"], row["available_on"]) == (None, "UNPUBLISHED", datetime.date(2025, 12, 1))


def test_zero_and_negative_values_stay_values() -> None:
    publish(make_indicator(), value=Decimal(0))
    publish(Indicator.objects.get(), 2025, value=Decimal("-1.5"))
    assert [row["value"] for row in rows("values")] == [Decimal(0), Decimal("-1.5")]


def test_a_corrected_value_keeps_its_publication_and_gets_the_day_of_the_change() -> None:
    indicator = make_indicator()
    round_ = publish(indicator, value=Decimal(12))
    amend(round_, indicator, "2025-10-01", kind=AmendmentKind.CORRECTION, value=Decimal(13), state=State.FINAL)
    amend(round_, indicator, "2025-11-05", kind=AmendmentKind.CORRECTION, value=Decimal(14), state=State.FINAL)
    [row] = rows("values")
    assert (row["value"], row["published_on"], row["amended_on"]) == (
        Decimal(14),
        datetime.date(2025, 9, 1),
        datetime.date(2025, 11, 5),
    )


def test_a_value_that_came_late_is_published_on_the_day_it_came() -> None:
    indicator = make_indicator()
    round_ = publish(indicator)
    assert rows("values") == []
    amend(round_, indicator, "2025-12-10", kind=AmendmentKind.ADDITION, value=Decimal(5), state=State.FINAL)
    [row] = rows("values")
    assert row["published_on"] == row["amended_on"] == datetime.date(2025, 12, 10)


def test_the_committees_rating_is_no_change_of_the_value() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator)
    round_ = publish(indicator, value=Decimal(12))
    amend(round_, indicator, "2025-12-10", kind=AmendmentKind.COMMITTEE, committee_rating="NEARLY")
    assert rows("values")[0]["amended_on"] is None
    assert rows("assessments")[0]["committee_rating"] == "NEARLY"


def test_an_amendment_of_another_year_leaves_a_value_undated() -> None:
    indicator = make_indicator()
    publish(indicator, 2023, on="2024-09-01", value=Decimal(11))
    round_ = publish(indicator, 2024, value=Decimal(12))
    amend(round_, indicator, "2025-12-10", kind=AmendmentKind.CORRECTION, value=Decimal(13), state=State.FINAL)
    assert [row["amended_on"] for row in rows("values")] == [None, datetime.date(2025, 12, 10)]


def test_a_judgement_is_rounded_half_up() -> None:
    indicator = make_indicator(decimals=1, unit="%", basis=Basis.ACTIVITY)
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59))
    publish(indicator, 2025, value=Decimal("51.5"), self_rating="ON_TRACK")
    [row] = rows("assessments")
    # 4 of 11.5 is 34.78… %, 4 of 4.6 is 86.95… %
    assert (row["progress_percent"], row["pace_percent"]) == (Decimal("34.8"), Decimal("87.0"))
    assert (row["expected_value"], row["margin"]) == (Decimal("52.1"), Decimal("-0.6"))
    assert (row["rating"], row["rating_label"], row["self_rating"]) == ("NEARLY", "概ね順調", "ON_TRACK")
    assert (row["published_on"], row["rule_version"]) == (datetime.date(2025, 9, 1), "1")


def test_a_half_is_rounded_up_at_the_indicators_decimals() -> None:
    indicator = make_indicator(decimals=0)
    make_target(indicator=indicator, baseline=Decimal(0), target=Decimal(5), baseline_year=2022, target_year=2024)
    publish(indicator, 2023, value=Decimal(3))
    [row] = rows("assessments")
    assert (row["expected_value"], row["margin"]) == (Decimal(3), Decimal(1))  # 2.5 and 0.5


def test_from_the_target_year_on_the_label_says_that_the_target_was_missed() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator)
    publish(indicator, 2028, value=Decimal(19))
    [row] = rows("assessments")
    assert (row["rating"], row["rating_label"]) == ("NEARLY", "未達・あとわずか")


def test_an_indicator_without_a_value_is_judged_as_having_none() -> None:
    make_target()
    publish(Indicator.objects.get())
    [row] = rows("assessments")
    assert (row["value"], row["progress_percent"], row["rating"]) == (None, None, "NO_VALUE")


def test_measures_of_every_adopted_revision_stand_under_their_revisions() -> None:
    first, second = make_revision(name="策定時"), make_revision(name="令和8年度改訂")
    direction = make_direction(title="子育てを支える")
    old = make_measure(revision=first, direction=direction, text="旧い文")
    new = make_measure(revision=second, direction=direction, text="新しい文", tag="改", continues=old)
    make_measure(revision=second, direction=direction, reprint_of=new, themes=[make_theme(), make_theme(slug="iju")])
    found = rows("measures")
    assert [(row["revision"], row["number"], row["text"]) for row in found[:2]] == [
        ("策定時", 1, "旧い文"),
        ("令和8年度改訂", 1, "新しい文"),
    ]
    assert (found[1]["measure_code"], found[1]["continues"], found[1]["tag"]) == ("3-1-1-01", "3-1-1-01", "改")
    assert (found[2]["reprint_of"], found[2]["themes"]) == ("3-1-1-01", ["こども", "移住定住"])


def test_an_opinion_names_what_it_is_about_before_what_it_is_linked_to_and_each_once() -> None:
    one, two = make_indicator(), make_indicator()
    said_of, linked = make_measure(), make_measure()
    make_opinion(
        indicator=two,
        measure=linked,
        indicators=[one, two],
        measures=[said_of, linked],
        response="見直します。",
        response_class="ADOPTED",
    )
    [row] = rows("opinions")
    assert row["indicator_codes"] == ["3-1-K02", "3-1-K01"]
    assert row["measure_codes"] == ["3-1-1-02", "3-1-1-01"]
    assert (row["meeting_date"], row["opinion_code"]) == (datetime.date(2024, 10, 22), "2024-10-22-1")
    assert row["response_class"] == "ADOPTED"


SECRET, SECRET_NUMBER = "まだ秘密です", Decimal("987654.321")


def test_nothing_unpublished_appears_in_any_file() -> None:
    indicator = make_indicator()
    make_target(indicator=indicator)
    publish(indicator, 2023, on="2024-09-01", value=Decimal(11))
    for year, workflow in zip(
        (2024, 2025, 2026), (Workflow.DRAFT, Workflow.SUBMITTED, Workflow.CONFIRMED), strict=True
    ):
        make_value(indicator=indicator, fiscal_year=year, value=SECRET_NUMBER, note=SECRET, workflow=workflow)
    draft = make_revision(number=9, name=SECRET, status=RevisionStatus.DRAFT)
    make_target(indicator=indicator, revision=draft, target=SECRET_NUMBER, target_note=SECRET)
    hidden = make_measure(revision=draft, text=SECRET, code="3-1-1-77")
    shown = make_measure(revision=make_revision(name="後の改訂", number=10), continues=hidden)
    make_opinion(text=SECRET, status=OpinionStatus.SUBMITTED)
    make_opinion(text=SECRET, status=OpinionStatus.DRAFT)
    meeting = make_meeting(held_on=datetime.date(2025, 10, 1), is_listed=False)
    make_opinion(meeting=meeting, text=SECRET)
    make_opinion(measure=hidden, measures=[hidden, shown])
    release = opendata.current()
    texts = [opendata.dataset_csv(dataset, release).decode() for dataset in opendata.DATASETS.values()]
    texts += [opendata.dataset_json(dataset, release).decode() for dataset in opendata.DATASETS.values()]
    texts += [opendata.indicator_json(indicator.code, release).decode()]
    assert not [text for text in texts if SECRET in text or "987654" in text or "3-1-1-77" in text]
    assert shown.code in "".join(texts)


def make_much(indicators: int) -> None:
    goal, direction = make_goal(), make_direction()
    theme, department = make_theme(), make_department()
    round_ = make_round()
    made = [
        make_indicator(goal=goal, direction=direction, department=department, code=f"3-1-K{place:03}")
        for place in range(indicators)
    ]
    for indicator in made:
        make_target(indicator=indicator)
        make_value(indicator=indicator, workflow=Workflow.CONFIRMED)
        measure = make_measure(themes=[theme], department=department)
        make_measure(reprint_of=measure, themes=[theme])
        make_opinion(measure=measure, indicator=indicator, measures=[measure], indicators=[indicator])
    publishing.publish(round_, published_on=datetime.date(2025, 9, 1), decision_number="1", user=None)


@pytest.mark.once
@pytest.mark.parametrize("indicators", [10, 50])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_data(indicators: int) -> None:
    make_much(indicators)
    counts = {}
    for name, dataset in opendata.DATASETS.items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(list(dataset.rows())) >= (1 if name == "goals" else indicators)
        counts[name] = len(captured)
    assert counts == {"goals": 1, "indicators": 2, "values": 1, "assessments": 1, "measures": 2, "opinions": 3}


def test_an_indicators_file_has_each_published_year_with_its_judgement() -> None:
    indicator, other = make_indicator(), make_indicator()
    for each in (indicator, other):
        make_target(indicator=each)
        make_value(indicator=each, fiscal_year=2025, value=Decimal(99), workflow=Workflow.CONFIRMED)
    publish(indicator, 2024, value=Decimal(12))
    found = opendata.indicator_file_rows(indicator.code)
    assert [column.name for column in opendata.INDICATOR_FILE_COLUMNS] == [
        *CONTRACT["values"].split(),
        *["expected_value", "progress_percent", "pace_percent", "margin", "rating", "rating_label"],
    ]
    assert [(row["indicator_code"], row["fiscal_year"], row["value"], row["rating"]) for row in found] == [
        (indicator.code, 2024, Decimal(12), "ON_TRACK")
    ]
    assert set(found[0]) == {column.name for column in opendata.INDICATOR_FILE_COLUMNS}


def test_an_indicators_file_takes_two_queries(django_assert_num_queries: Any) -> None:
    make_much(3)
    with django_assert_num_queries(2):
        opendata.indicator_file_rows("3-1-K001")
