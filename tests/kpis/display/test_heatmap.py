from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from kpis.display.heatmap import heat_map
from kpis.display.listing import rows_of
from kpis.display.summary import Summary
from kpis.judging.words import Rating
from kpis.models import Indicator
from tests.makers import make_indicator, make_target
from tests.portal.world import make_survey, publish_year

pytestmark = pytest.mark.django_db


def rows() -> list[Summary]:
    return rows_of(Indicator.objects.in_order())


def test_every_published_year_has_a_column_and_a_year_without_a_value_its_reason() -> None:
    make_survey()
    make_target(indicator=make_indicator(name="件数"))
    assert heat_map(rows()) is None
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    publish_year(2025, **{"3_1_K01": Decimal(0)})
    found = heat_map(rows())
    assert found is not None
    assert found.years == ["R6", "R7"]
    shown = {
        row.indicator.code: [(cell.rating, cell.value_text) if cell else None for cell in cells]
        for row, cells in found.rows
    }
    assert shown == {
        "3-1-N1": [(Rating.ON_TRACK, "49.8%"), (Rating.NO_VALUE, "未公表")],
        "3-1-K01": [(Rating.NO_VALUE, "未公表"), (Rating.WORSE, "0件")],
    }
    assert found.legend == [Rating.WORSE, Rating.NO_VALUE, Rating.ON_TRACK]  # in the order of attention


def test_the_goal_s_page_shows_the_marks_with_their_words(client: Client) -> None:
    indicator = make_survey()
    assert "年度ごとの評価" not in client.get(indicator.goal.get_absolute_url()).content.decode()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    page = client.get(indicator.goal.get_absolute_url()).content.decode()
    table = page[page.index('class="heat-map"') :]
    table = table[: table.index("</table>")]
    assert "49.8%" in table
    assert "順調" in table
