from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from kpis.display import prefetched
from kpis.judging.words import Kind, State
from kpis.models import Basis, Indicator, Round, RoundStatus, Target, Workflow, YearlyValue
from tests.makers import (
    make_direction,
    make_expected_value,
    make_goal,
    make_indicator,
    make_revision,
    make_round,
    make_strategy,
    make_target,
    make_value,
)
from tests.portal.world import publish_year

pytestmark = pytest.mark.django_db


def indicator_with(**kwargs: Any) -> Indicator:
    """Return an unsaved KPI 3-1-K01, but for what is given."""
    fields = {
        "code": "3-1-K01",
        "goal": kwargs.get("goal") or make_goal(number=1),
        "level": "KPI",
        "basis": Basis.ACTIVITY,
        "name": "指標",
        "unit": "件",
        "order": 1,
    }
    return Indicator(**{**fields, **kwargs})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"code": "3-1-k01"}, "半角の大文字"),
        ({"code": "３-1-K01"}, "の形で"),
        ({"code": "3-2-K01"}, "3-1- です"),
        ({"code": "3-1-N1"}, "数値目標なら N、KPIなら K"),
        ({"survey_sample_size": 3000}, "市民意識指標のときだけ"),
    ],
)
def test_an_indicator_that_contradicts_itself_is_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        indicator_with(**given).full_clean()


def test_an_indicator_is_accepted_when_all_agrees() -> None:
    indicator_with().full_clean()


def test_a_code_stands_once() -> None:
    first = make_indicator(code="3-1-K01")
    with pytest.raises(ValidationError, match="このコードの指標はもうあります"):
        indicator_with(goal=first.goal).full_clean()


def test_the_direction_of_an_indicator_belongs_to_its_goal() -> None:
    indicator = indicator_with()
    indicator.direction = make_direction(goal=make_goal(number=2))
    with pytest.raises(ValidationError, match="この施策は別の基本目標のものです"):
        indicator.full_clean()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"target": Decimal(10)}, "維持型を選んでください"),
        ({"baseline": None}, "基準値を入力するか"),
        ({"target_year": 2023}, "基準年度"),
        ({"target": None}, "目標値を入力してください"),
        ({"kind": Kind.RANGE, "target_upper": Decimal(5)}, "上限"),
    ],
)
def test_a_target_that_can_t_be_judged_is_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    fields: dict[str, Any] = {
        "kind": Kind.REACH,
        "baseline": Decimal(10),
        "baseline_year": 2023,
        "target": Decimal(20),
        "target_year": 2028,
    }
    target = Target(indicator=make_indicator(), revision=make_revision(), **{**fields, **given})
    with pytest.raises(ValidationError, match=sentence):
        target.full_clean()


def test_the_database_too_refuses_reach_without_a_way_to_go() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_target(baseline=Decimal(20), target=Decimal(20))


def test_a_target_of_another_strategy_s_revision_is_refused() -> None:
    indicator = make_indicator()
    other = make_revision(strategy=make_strategy(edition=1, name="第1期", short_name="第1期"))
    target = Target(indicator=indicator, revision=other, kind=Kind.UNSET)
    with pytest.raises(ValidationError, match="この改訂は別の戦略のものです"):
        target.full_clean()


def test_the_target_in_force_is_that_of_the_latest_adopted_revision_that_has_one() -> None:
    indicator = make_indicator()
    first = make_target(indicator=indicator, revision=make_revision(number=1))
    make_revision(number=2, name="目標を変えない改訂")
    make_target(indicator=indicator, revision=make_revision(number=3, name="案", status="DRAFT"), target=Decimal(99))
    assert prefetched.for_list(Indicator.objects.all()).get().target_in_force == first


def test_a_survey_in_percent_is_judged_with_the_tolerance_of_its_strategy() -> None:
    strategy = make_strategy(survey_tolerance=Decimal("2.5"))
    goal = make_goal(strategy=strategy)
    for unit, basis, tolerance in (("%", Basis.SURVEY, "2.5"), ("%", Basis.ACTIVITY, None), ("点", Basis.SURVEY, None)):
        target = make_target(indicator=make_indicator(goal=goal, unit=unit, basis=basis))
        assert target.spec({}).survey_tolerance == (Decimal(tolerance) if tolerance else None)


def test_hand_set_expected_values_reach_the_engine() -> None:
    expected = make_expected_value(fiscal_year=2025, value=Decimal(13))
    assert prefetched.for_list(Indicator.objects.all()).get().spec_in_force.expected == {2025: expected.value}


@pytest.mark.parametrize(
    ("value", "state", "sentence"),
    [
        (None, State.FINAL, "実績値を入れてください"),
        (None, State.PRELIMINARY, "実績値を入れてください"),
        (Decimal(0), State.UNPUBLISHED, "実績値が入っているのに"),
        (Decimal(5), State.NOT_SURVEYED, "実績値が入っているのに"),
    ],
)
def test_a_value_and_its_state_agree(value: Decimal | None, state: State, sentence: str) -> None:
    indicator = make_indicator()
    row = YearlyValue(indicator=indicator, fiscal_year=2024, value=value, state=state)
    with pytest.raises(ValidationError, match=sentence):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("value", "state"), [(Decimal(0), State.FINAL), (Decimal(-3), State.ESTIMATE), (None, State.COLLECTING)]
)
def test_zero_and_negative_are_values_and_a_reason_needs_none(value: Decimal | None, state: State) -> None:
    row = YearlyValue(indicator=make_indicator(), fiscal_year=2024, value=value, state=state)
    row.full_clean()
    row.save()
    assert YearlyValue.objects.get().value == value


def test_a_break_in_the_series_needs_its_reason() -> None:
    row = YearlyValue(indicator=make_indicator(), fiscal_year=2024, value=1, state=State.FINAL, breaks_series=True)
    with pytest.raises(ValidationError, match="比べられない理由を"):
        row.full_clean()


def test_a_second_value_for_the_same_year_is_refused() -> None:
    first = make_value()
    with pytest.raises(ValidationError, match="この年度の実績値はもうあります"):
        YearlyValue(indicator=first.indicator, fiscal_year=2024, value=2, state=State.FINAL).full_clean()


def test_a_published_year_takes_no_entry() -> None:
    indicator = make_indicator()
    make_round(fiscal_year=2024, status=RoundStatus.PUBLISHED)
    with pytest.raises(ValidationError, match="令和6年度は公表済みです"):
        YearlyValue(indicator=indicator, fiscal_year=2024, value=2, state=State.FINAL).full_clean()


def test_only_published_values_are_public() -> None:
    rows = {workflow: make_value(fiscal_year=2020 + n, workflow=workflow) for n, workflow in enumerate(Workflow)}
    assert list(YearlyValue.objects.public()) == [rows[Workflow.PUBLISHED]]


def test_every_change_of_a_value_is_in_its_history() -> None:
    row = make_value(value=Decimal(12))
    row.value = Decimal(13)
    row.save()
    assert [entry.value for entry in row.history.all()] == [13, 12]


@pytest.mark.parametrize("count", [1, 12])
def test_the_querysets_of_pages_have_a_constant_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    codes = []
    for number in range(1, count + 1):
        indicator = make_indicator(code=f"3-1-K{number:02}")
        make_expected_value(target=make_target(indicator=indicator))
        codes.append(indicator.code.replace("-", "_"))
    publish_year(2024, **{code: Decimal(12) for code in codes})
    with django_assert_num_queries(4):
        for indicator in prefetched.for_list(Indicator.objects.all()):
            assert indicator.spec_in_force.expected
            assert indicator.public_assessments[0].round.fiscal_year == 2024
            assert indicator.goal.strategy.edition == 3
    with django_assert_num_queries(6):
        for indicator in prefetched.for_page(Indicator.objects.all()):
            assert indicator.public_values
            assert indicator.public_amendments == []


@pytest.mark.parametrize(
    ("due_on", "left", "is_overdue", "says"),
    [
        (datetime.date(2025, 6, 12), 9, False, "締切まで9日"),
        (datetime.date(2025, 6, 3), 0, False, "締切は今日"),
        (datetime.date(2025, 5, 31), -3, True, "締切を3日過ぎています"),
        (None, None, False, ""),
    ],
)
def test_a_round_tells_how_long_there_is(
    due_on: datetime.date | None, left: int | None, is_overdue: bool, says: str
) -> None:
    round_, today = Round(due_on=due_on), datetime.date(2025, 6, 3)
    assert (round_.days_left(today), round_.is_overdue(today), round_.deadline(today)) == (left, is_overdue, says)
