from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.charts import sparkline
from kpis.display import prefetched
from kpis.display.fragments import rating_mark
from kpis.display.listing import newest_round, rows_of
from kpis.display.summary import Summary
from kpis.display.table import indicator_rows
from kpis.judging.words import Kind, Rating, State
from kpis.models import Indicator
from tests.makers import make_expected_value, make_indicator, make_revision, make_target
from tests.portal.world import make_survey, publish_year

pytestmark = pytest.mark.django_db


def make_world() -> None:
    """Publish three years of indicators of several kinds; one has no target, one an earlier one."""
    make_survey()
    make_target(indicator=make_indicator(code="3-1-K01", unit="人"), baseline=Decimal(2000), target=Decimal(1800))
    make_target(indicator=make_indicator(code="3-1-K02"), kind=Kind.MILESTONE, target_note="策定完了")
    expected = make_expected_value(target=make_target(indicator=make_indicator(code="3-1-K03"), tag="新"))
    make_indicator(code="3-1-K04")
    make_target(indicator=make_indicator(code="3-1-K05"), starts_from_zero=True, baseline_note="未実施")
    for year, value in ((2024, Decimal(12)), (2025, Decimal("15.5"))):
        values = {f"3_1_{name}": value for name in ("N1", "K01", "K03", "K05")}
        publish_year(year, **values, **{"3_1_K02": Decimal(year - 2024)})
    last: dict[str, Decimal | State] = {"3_1_N1": State.NOT_SURVEYED, "3_1_K01": Decimal(1700)}
    publish_year(2026, **last)
    revision = make_revision(number=2)
    make_target(indicator=expected.target.indicator, revision=revision, target=Decimal(30), tag="改")


def test_a_row_of_a_list_says_what_the_whole_indicator_says() -> None:
    make_world()
    rows = rows_of(Indicator.objects.in_order())
    whole = [Summary(indicator) for indicator in prefetched.for_list(Indicator.objects.in_order())]
    assert [row.indicator.code for row in rows] == [other.indicator.code for other in whole]
    names = ["rating", "rating_label", "group", "baseline_text", "baseline_year", "target_text", "target_year"]
    names += ["target_is_words", "earlier_target_text", "tag", "track"]
    for row, other in zip(rows, whole, strict=True):
        for name in names:
            assert getattr(row, name) == getattr(other, name), (row.indicator.code, name)
        assert row.indicator.get_absolute_url() == other.indicator.get_absolute_url()
        assert row.indicator.get_level_display() == other.indicator.get_level_display()
        assert row.sparkline == (sparkline(other.trend) if other.latest else None)
        assert row.progress_row(2026) == other.progress_row(2026)
        said = ("value_text", "year_short", "state_label", "is_provisional", "rating_label")
        for line, same in zip(row.lines, other.lines, strict=True):
            assert [getattr(line, name) for name in said] == [getattr(same, name) for name in said]


def test_before_any_publication_a_row_has_its_target_alone() -> None:
    make_survey()
    (row,) = rows_of(Indicator.objects.all())
    assert (row.newest, row.latest, row.track, row.sparkline) == (None, None, None, None)
    assert row.rating is Rating.NO_VALUE
    assert row.target_text == "59%"
    assert newest_round([row]) is None


def test_the_newest_round_of_a_list_is_the_newest_published_year() -> None:
    make_world()
    found = newest_round(rows_of(Indicator.objects.all()))
    assert found
    assert found.fiscal_year == 2026


def test_markup_in_a_name_a_unit_or_a_note_stays_text() -> None:
    indicator = make_indicator(name="<b>名前</b>&", unit='"<i>')
    make_target(indicator=indicator, baseline_note="<u>注</u>", baseline=None, kind=Kind.UNSET, target_note="<s>再設定")
    for has_values in (True, False):
        written = indicator_rows(rows_of(Indicator.objects.all()), has_values=has_values)
        assert "&lt;b&gt;名前&lt;/b&gt;&amp;" in written
        assert "&lt;s&gt;再設定" in written
        for markup in ("<b>", "<i>", "<u>", "<s>"):
            assert markup not in written
    assert "<b>" not in rating_mark("<b>", "<b>")


def make_published(first: int, last: int) -> None:
    for number in range(first, last + 1):
        make_target(indicator=make_indicator(code=f"3-1-K{number:03}"), baseline=Decimal(number) / 10)


def test_a_list_takes_four_queries_whatever_its_size() -> None:
    make_published(1, 3)
    publish_year(2024, **{f"3_1_K{number:03}": Decimal(12) for number in range(1, 4)})
    few = _queries()
    make_published(4, 30)
    publish_year(2025, **{f"3_1_K{number:03}": Decimal(12) for number in range(1, 31)})
    assert _queries() == few == 4


def _queries() -> int:
    with CaptureQueriesContext(connection) as queries:
        indicator_rows(rows_of(Indicator.objects.in_order()))
    return len(queries)


def test_the_work_grows_with_the_rows_and_no_faster() -> None:
    make_published(1, 40)
    publish_year(2024, **{f"3_1_K{number:03}": Decimal(number) for number in range(1, 41)})
    whole = Indicator.objects.order_by("code")

    def write(count: int) -> int:
        return _calls(lambda: indicator_rows(rows_of(whole[:count])))

    write(40)  # what is written once
    ten, twenty, forty = write(10), write(20), write(40)
    assert forty - twenty <= 2.2 * (twenty - ten)


def _calls(deed: Callable[[], object]) -> int:
    """Count the calls of Python functions: unlike seconds, they are the same on every machine."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        deed()
    finally:
        sys.setprofile(before)
    return count
