"""What the facts say of themselves, whatever the kind of the target."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from typing import Any

import pytest

from kpis.judging.facts import STANDARD, Facts, Judgement, Observation, TargetSpec
from kpis.judging.words import Kind, Rating, State

D = Decimal
PATH = TargetSpec(Kind.REACH, D(10), 2023, D(20), 2028)
BETWEEN = replace(PATH, kind=Kind.RANGE, upper=D(30))


@pytest.mark.parametrize(
    ("spec", "value", "bound"),
    [
        (BETWEEN, "19", "20"),
        (BETWEEN, "20", "20"),
        (BETWEEN, "30", "20"),
        (BETWEEN, "30.1", "30"),
        (replace(BETWEEN, upper=None), "31", "20"),
        (replace(PATH, upper=D(30)), "31", "20"),
        (replace(PATH, kind=Kind.KEEP_AT_LEAST, upper=D(30)), "31", "20"),
    ],
)
def test_a_value_is_measured_by_the_upper_bound_only_above_a_range(spec: TargetSpec, value: str, bound: str) -> None:
    assert spec.bound(D(value)) == D(bound)


@pytest.mark.parametrize(
    ("spec", "rises"),
    [
        (PATH, True),
        (replace(PATH, target=D(5)), False),
        (replace(PATH, target=D(10)), False),
        (replace(PATH, target=D(5), starts_from_zero=True), True),
        (replace(PATH, baseline=None), False),
        (replace(PATH, target=None), False),
    ],
)
def test_more_is_better_where_the_target_lies_above_the_start(spec: TargetSpec, rises: bool) -> None:
    assert spec.rises is rises


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (STANDARD, "near_pace"),
        (PATH, "target"),
        (Observation(2024, D(12), State.FINAL), "value"),
        (Judgement(Rating.ON_TRACK), "rating"),
        (Facts(PATH, None), "spec"),
    ],
)
def test_what_is_judged_cannot_be_changed_behind_the_judgement(facts: Any, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(facts, name, None)
