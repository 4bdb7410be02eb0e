"""The newest public changes: published rounds and what was amended after them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from goals.years import FiscalYear
from kpis.models import Amendment, Round


@dataclass(frozen=True)
class News:
    """One line of the list of changes."""

    on: datetime.date
    text: str
    url: str


def newest_changes(count: int) -> list[News]:
    """Return the newest changes, the newest first: 2 queries."""
    rounds = Round.objects.published().select_related("strategy").order_by("-published_on")[:count]
    amendments = Amendment.objects.newest_first().select_related("indicator__goal__strategy")[:count]
    news = [_of_round(row) for row in rounds] + [_of_amendment(row) for row in amendments]
    return sorted(news, key=lambda item: item.on, reverse=True)[:count]


def _of_round(row: Round) -> News:
    year = row.year.long(row.strategy.as_of)
    return News(
        row.published_on or datetime.date.min,
        f"{row.strategy.name}の{year}の実績値と評価を公表しました。",
        row.strategy.get_absolute_url(),
    )


def _of_amendment(row: Amendment) -> News:
    indicator = row.indicator
    year = FiscalYear(row.fiscal_year).long(indicator.goal.strategy.as_of)
    return News(
        row.made_on,
        f"{row.get_kind_display()}：「{indicator.name}」の{year}",
        f"{indicator.get_absolute_url()}#amendments",
    )
