"""A small published world for the tests of pages, and how they read one: one goal, indicators of several kinds, a round of FY2024."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.test import Client

from kpis.judging.words import Kind, State
from kpis.models import Basis, Indicator, Round, Workflow
from kpis.round import publishing
from tests.makers import make_indicator, make_round, make_target, make_value


def read(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def publish_year(year: int, **values: Decimal | State) -> Round:
    """Publish a year in which the named codes (3_1_K01) have a value, or a state without one."""
    round_ = make_round(fiscal_year=year)
    for name, given in values.items():
        indicator = Indicator.objects.get(code=name.replace("_", "-"))
        state = given if isinstance(given, State) else State.FINAL
        value = None if isinstance(given, State) else given
        make_value(indicator=indicator, fiscal_year=year, value=value, state=state, workflow=Workflow.CONFIRMED)
    publishing.publish(
        round_, published_on=datetime.date(year + 1, 8, 20), decision_number=f"企画第{year}号", user=None
    )
    return round_


def make_survey(**kwargs: object) -> Indicator:
    """Make 3-1-N1: 47.5%（R5）→59%（R10）, a survey."""
    indicator = make_indicator(
        code="3-1-N1",
        level="NUMERIC_TARGET",
        basis=Basis.SURVEY,
        name="子どもを産み育てやすい環境が整っていると感じる市民の割合",
        unit="%",
        decimals=1,
        **kwargs,
    )
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59), kind=Kind.REACH)
    return indicator
