"""Pages made of what is remembered of a public version are those made of the database, for fewer queries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.memory import Memory, using
from kpis import listing
from kpis.listing import rows_of
from kpis.models import Indicator
from tests.browser.places import KINDS
from tests.portal.world import publish_year

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_strategy")]

PAGES = [
    *[path for path in KINDS if path != "/accounts/login/"],
    "/strategies/3/goals/3/",
    "/themes/iju/",
    "/indicators/?sort=attention&goal=3",
    "/indicators/?sort=name&edition=1",
    "/indicators/?theme=kodomo&view=cards",
    "/indicators.csv",
    "/committee/2025/",
]


@pytest.fixture(autouse=True)
def year() -> None:
    publish_year(2025, **{"3_1_N1": Decimal("49.5"), "3_1_K01": Decimal(1700)})


def fetched(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content


@pytest.mark.once
def test_every_page_is_the_same_whatever_was_made_before_it(client: Client) -> None:
    expected = {path: fetched(client, path) for path in PAGES}
    memory = Memory("1")
    for paths in (PAGES, PAGES[::-1]):
        with using(memory):
            assert [path for path in paths if fetched(client, path) != expected[path]] == []


def queries_of(path: str) -> int:
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        fetched(client, path)
    return len(queries)


def test_further_lists_ask_for_what_is_in_them_alone() -> None:
    with using(Memory("1")):
        first = queries_of("/indicators/")
        assert first > 5
        assert queries_of("/indicators/?goal=3") == 2  # how many, and which
        assert queries_of("/indicators/?sort=attention") == 2  # the order, and the rows of one page
    assert queries_of("/indicators/") == first


def test_only_what_is_not_yet_known_is_read() -> None:
    indicators = Indicator.objects.in_order()
    expected = [row.columns for row in rows_of(indicators[:20])]
    with using(Memory("1")):
        rows_of(indicators[:5])
        with CaptureQueriesContext(connection) as queries:
            rows = rows_of(indicators[:20])
        assert [row.columns for row in rows] == expected
        assert len(queries) == 4  # the list, targets, courses, years
        with CaptureQueriesContext(connection) as queries:
            rows_of(indicators[:20])
        assert len(queries) == 1


def test_every_year_and_the_newest_are_remembered_apart() -> None:
    publish_year(2026, **{"3_1_N1": Decimal("50.5"), "3_1_K01": Decimal(1800)})
    indicators = Indicator.objects.filter(code="3-1-N1")
    with using(Memory("1")):
        for _ in range(2):
            for every_year, count in ((False, 1), (True, 2)):
                (row,) = rows_of(indicators, every_year=every_year)
                assert len(row.lines) == count


def test_more_than_a_city_has_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "REMEMBERED", 10)
    indicators, memory = Indicator.objects.in_order(), Memory("1")
    with using(memory):
        for rows in (indicators[:8], indicators[8:16], indicators[:40]):
            rows_of(rows)
    (known,) = [kept for name, kept in memory.kept.items() if name.startswith("figures")]
    assert len(known) == 8
