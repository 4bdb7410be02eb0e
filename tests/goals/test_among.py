"""Conditions on many keys find what a plain list of them finds, with one parameter."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.among import Among
from kpis.models import Indicator, Target
from tests.makers import make_indicator, make_target

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("chosen", [[], [0], [0, 2], [2, 2, 1], [0, 1, 2]])
def test_it_finds_what_a_list_of_keys_finds(chosen: list[int]) -> None:
    targets = [make_target(indicator=make_indicator(code=f"3-1-K0{number}")) for number in range(3)]
    owners = [targets[number].indicator_id for number in chosen]
    assert set(Target.objects.filter(Among("indicator_id", owners))) == {targets[number] for number in chosen}
    assert set(Indicator.objects.filter(Among("pk", iter(owners)))) == {targets[number].indicator for number in chosen}
    assert Target.objects.exclude(Among("indicator_id", owners)).count() == 3 - len(set(chosen))


def test_it_knows_keys_that_nothing_has() -> None:
    make_target()
    assert not Target.objects.filter(Among("indicator_id", [2**62, -1, 0])).exists()


def test_any_number_of_keys_is_one_parameter() -> None:
    target = make_target()
    keys = [*range(10**6, 10**6 + 100_000), target.indicator_id]  # more than a database takes parameters
    with CaptureQueriesContext(connection) as queries:
        assert list(Target.objects.filter(Among("indicator_id", keys))) == [target]
    assert len(queries) == 1


def test_it_goes_with_other_conditions_and_across_tables() -> None:
    target, other = make_target(), make_target(indicator=make_indicator(code="3-1-K09"), tag="改")
    owners = [target.indicator_id, other.indicator_id]
    assert list(Target.objects.filter(Among("indicator_id", owners), tag="改")) == [other]
    assert list(Target.objects.filter(Among("indicator__goal__id", [other.indicator.goal_id]), tag="改")) == [other]
