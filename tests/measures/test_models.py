from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from goals.models.strategy import RevisionStatus
from measures.models import Measure, Opinion, OpinionStatus
from tests.makers import (
    make_direction,
    make_goal,
    make_indicator,
    make_measure,
    make_opinion,
    make_revision,
    make_strategy,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"code": "3-1-1-1"}, "3-1-1-01 の形で"),
        ({"code": "4-1-1-09"}, "コードの始まりは、この戦略では 3-"),
        ({"text": "交流会を開く（再掲）"}, "「（再掲）」を除き"),
    ],
)
def test_a_measure_that_contradicts_itself_is_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    fields = {"code": "3-1-1-09", "text": "交流会を開く", "number": 9}
    measure = Measure(revision=make_revision(), direction=make_direction(), **{**fields, **given})
    with pytest.raises(ValidationError, match=sentence):
        measure.full_clean()


def test_a_code_stands_once_in_a_revision_and_again_in_the_next() -> None:
    measure = make_measure()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_measure(code=measure.code)
    make_measure(code=measure.code, revision=make_revision(number=2, name="改訂"), continues=measure)


def test_the_original_of_a_reprint_stands_in_the_same_revision_and_is_no_reprint() -> None:
    original = make_measure()
    reprint = make_measure(reprint_of=original)
    measure = make_measure()
    later = make_revision(number=2, name="改訂")
    for found, sentence in ((reprint, "選んだ取組も再掲です"), (make_measure(revision=later), "同じ改訂の取組から")):
        measure.reprint_of = found
        with pytest.raises(ValidationError, match=sentence):
            measure.full_clean()


def test_measures_in_force_are_those_of_each_strategy_s_latest_adopted_revision() -> None:
    old = make_measure()
    first = make_strategy(edition=1, name="第1期", short_name="第1期")
    other = make_measure(direction=make_direction(goal=make_goal(strategy=first)))
    newer = make_measure(code=old.code, revision=make_revision(strategy=old.revision.strategy, number=2, name="改訂"))
    draft = make_revision(strategy=old.revision.strategy, number=3, name="案", status=RevisionStatus.DRAFT)
    make_measure(code=old.code, revision=draft)
    assert set(Measure.objects.in_force()) == {newer, other}
    assert set(Measure.objects.public()) == {old, newer, other}


def test_a_reprint_is_listed_but_not_counted() -> None:
    make_measure(reprint_of=make_measure())
    assert (Measure.objects.in_force().count(), Measure.objects.in_force().counted().count()) == (2, 1)


def test_only_opinions_that_the_office_made_public_are_public() -> None:
    opinions = {status: make_opinion(status=status) for status in OpinionStatus}
    assert list(Opinion.objects.public()) == [opinions[OpinionStatus.PUBLIC]]
    opinions[OpinionStatus.PUBLIC].meeting.is_listed = False
    opinions[OpinionStatus.PUBLIC].meeting.save()
    assert not Opinion.objects.public().exists()


def test_the_code_of_an_opinion_begins_with_the_day_of_its_meeting() -> None:
    opinion = make_opinion()
    opinion.code = "2023-01-01-1"
    with pytest.raises(ValidationError, match="2024-10-22- です"):
        opinion.full_clean()


def test_an_opinion_names_no_measure_of_a_draft_revision() -> None:
    draft = make_measure(revision=make_revision(number=2, name="案", status=RevisionStatus.DRAFT), code="3-1-1-77")
    make_opinion(measures=[draft])
    assert list(Opinion.objects.for_list()[0].measures.all()) == []


@pytest.mark.parametrize("count", [1, 8])
def test_the_lists_have_a_constant_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    theme = make_theme()
    for _ in range(count):
        measure = make_measure(themes=[theme])
        make_opinion(measures=[measure], indicators=[make_indicator()])
    with django_assert_num_queries(2):
        for measure in Measure.objects.in_force().for_list():
            assert list(measure.themes.all()) == [theme]
            assert measure.direction.goal.strategy.edition == 3
    with django_assert_num_queries(3):
        for opinion in Opinion.objects.public().for_list():
            assert len(opinion.measures.all()) == len(opinion.indicators.all()) == 1
