from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goals.models import Goal, Strategy, Theme
from goals.publication.version import public
from kanazawa_strategy.sharing.news import newest_changes
from kpis.display.listing import newest_round, rows_of
from kpis.display.summary import Summary, bar_of, count_by_rating
from kpis.judging.sentences import roll_up_sentence
from kpis.models import Indicator, Level


@public()
def home(request: HttpRequest) -> HttpResponse:
    """Show how the current strategy stands."""
    strategy = Strategy.objects.current()
    if strategy is None:
        return render(request, "portal/home_empty.html", status=200)
    goals = list(Goal.objects.filter(strategy=strategy).for_page())
    rows = rows_of(Indicator.objects.of(strategy).in_order(), goals=goals)
    newest = newest_round(rows)
    ctx = {
        "strategy": strategy,
        "round": newest,
        "round_year": newest.year.first_mention(strategy.as_of) if newest else "",
        "cards": [_card(goal, rows) for goal in goals],
        "indicator_count": len(rows),
        "bar": bar_of(count_by_rating(rows)),
        "roll_up": roll_up_sentence(count_by_rating(rows)),
        "themes": Theme.objects.all(),
        "changes": newest_changes(5),
    }
    return render(request, "portal/home.html", ctx)


def _card(goal: Goal, rows: list[Summary]) -> dict[str, Any]:
    """Return a goal with its numeric targets, and in words how all its indicators stand."""
    own = [row for row in rows if row.indicator.goal_id == goal.pk]
    headline = [row for row in own if row.indicator.level == Level.NUMERIC_TARGET]
    counts = count_by_rating(own)
    return {
        "goal": goal,
        "headline": headline,
        "kpi_count": len(own) - len(headline),
        "bar": bar_of(counts),
        "roll_up": roll_up_sentence(counts) if any(row.newest for row in own) else "",
    }
