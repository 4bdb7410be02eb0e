"""A long list of indicators comes by the hundred; up to a hundred nothing of it is seen."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.models import Indicator
from tests.makers import make_department, make_indicator, make_theme
from tests.portal.world import read

pytestmark = pytest.mark.django_db


def make_indicators(count: int) -> None:
    """Make KPI 1 to `count` of one goal; their names go the other way round than their order."""
    first = make_indicator(code="3-1-K001", order=1, name="指標999")
    rest = (
        Indicator(
            **{name: getattr(first, name) for name in ("goal", "level", "basis", "unit")},
            code=f"3-1-K{number:03}",
            order=number,
            name=f"指標{1000 - number}",
        )
        for number in range(2, count + 1)
    )
    Indicator.objects.bulk_create(rest)


def codes(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/indicators/([^/]+)/', page)


def test_up_to_a_hundred_are_shown_at_once(client: Client) -> None:
    make_indicators(100)
    page = read(client, "/indicators/")
    assert len(codes(page)) == 100
    assert "<strong>100件</strong>" in page
    assert 'class="pager"' not in page
    assert "件目" not in page
    assert "<title>指標の一覧｜" in page


def test_more_than_a_hundred_come_in_pages_that_say_where_one_is(client: Client) -> None:
    make_indicators(205)
    first, second, third = (read(client, f"/indicators/{query}") for query in ("", "?page=2", "?page=3"))
    assert [len(codes(page)) for page in (first, second, third)] == [100, 100, 5]
    assert codes(first) + codes(second) + codes(third) == [f"3-1-k{number:03}" for number in range(1, 206)]
    for page in (first, second, third):
        assert "<strong>205件</strong>" in page
    assert "205件中 1件目から100件目まで" in first
    assert "205件中 201件目から205件目まで" in third
    assert '<a href="/indicators/?page=2" rel="next">次の100件</a>' in first
    assert 'rel="prev"' not in first
    assert '<a href="/indicators/" rel="prev">前の100件</a>' in second
    assert '<a href="/indicators/?page=3" rel="next">次の5件</a>' in second
    assert 'rel="next"' not in third
    assert "<title>指標の一覧（2ページ目）｜" in second


def test_a_page_keeps_the_question_and_the_file_holds_all_of_it(client: Client) -> None:
    make_indicators(120)
    page = read(client, "/indicators/?level=KPI&view=cards&page=2")
    assert page.count('class="card-name"') == 20
    assert 'href="/indicators/?level=KPI&amp;view=cards" rel="prev"' in page
    assert 'href="/indicators/?level=KPI&amp;page=2"' in page, "the same page as a table"
    assert 'href="/indicators.csv?level=KPI&amp;view=cards"' in page
    assert client.get("/indicators.csv?level=KPI&page=2").content.decode().count("\r\n") == 121


def test_a_sorted_list_is_sorted_over_all_of_its_pages(client: Client) -> None:
    make_indicators(120)
    by_name = [code for number in (1, 2) for code in codes(read(client, f"/indicators/?sort=name&page={number}"))]
    assert by_name == [f"3-1-k{number:03}" for number in range(120, 0, -1)]
    by_need = [code for number in (1, 2) for code in codes(read(client, f"/indicators/?sort=attention&page={number}"))]
    assert by_need == [f"3-1-k{number:03}" for number in range(1, 121)]


@pytest.mark.once
@pytest.mark.parametrize(("asked", "shown"), [("99", 20), ("0", 20), ("-1", 20), ("x", 100), ("", 100), ("1.5", 100)])
def test_a_page_that_is_not_there_is_the_nearest(client: Client, asked: str, shown: int) -> None:
    make_indicators(120)
    assert len(codes(read(client, f"/indicators/?page={asked}"))) == shown


def test_being_on_a_page_is_no_condition_to_take_away(client: Client) -> None:
    make_indicators(120)
    assert "条件をすべて外す" not in read(client, "/indicators/?page=2")


def test_a_word_that_ten_thousand_hold_finds_them_all(client: Client) -> None:
    make_indicators(10_000)
    page = read(client, "/indicators/?q=指標")
    assert "<strong>10000件</strong>" in page
    assert len(codes(page)) == 100


def test_the_list_needs_as_many_queries_for_130_as_for_3_whatever_is_asked(client: Client) -> None:
    make_theme()
    make_department(code="kikaku")
    make_indicators(3)
    everything = "?q=指標&goal=1&edition=3&level=KPI&basis=ACTIVITY&rating=NO_VALUE&sort=attention"
    paths = ["/indicators/", f"/indicators/{everything}", f"/indicators/{everything}&theme=kodomo&department=kikaku"]
    few = [_queries(client, path) for path in paths]
    Indicator.objects.all().delete()
    make_indicators(130)
    assert [_queries(client, path) for path in paths] == few
    assert max(few) <= 12


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        read(client, path)
    return len(queries)
