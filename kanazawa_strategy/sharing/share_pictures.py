"""The pictures for sharing, one an indicator: all drawn when a round becomes public, else when one is first asked for."""

from __future__ import annotations

from dataclasses import replace

from kanazawa_strategy import opendata
from kanazawa_strategy.sharing import share
from kanazawa_strategy.sharing.share import Words
from kpis.display import prefetched
from kpis.display.summary import Summary, year_long
from kpis.models import Indicator, Round


def picture_of(indicator: Indicator, notice: str) -> bytes | None:
    """Return the PNG of an indicator (needs for_page()); None where there is no font to write with."""
    return share.picture(indicator.code.lower(), replace(words_of(Summary(indicator)), notice=notice))


def words_of(summary: Summary) -> Words:
    """Say where the indicator stands: the newest value, else the baseline."""
    indicator, target, latest = summary.indicator, summary.target, summary.latest
    place = f"{indicator.goal.strategy.short_name}　基本目標{indicator.goal.number}　{indicator.get_level_display()}"
    aim_year = year_long(target.target_year if target else None, summary.as_of)
    aim = f"目標 {summary.target_text}" + (f"（{aim_year}）" if aim_year else "")
    if latest:
        year = year_long(latest.assessment.fiscal_year, summary.as_of)
        return Words(place, indicator.name, f"{latest.value_text}　{summary.rating_label}", f"{year}　{aim}")
    start = year_long(target.baseline_year if target else None, summary.as_of)
    baseline = f"基準値（{start}）" if start else "基準値"
    return Words(place, indicator.name, summary.baseline_text, f"{baseline}　{aim}")


def draw_all(round_: Round) -> None:
    """Draw the picture of every indicator of this round's strategy, so that no reader waits for it."""
    notice = opendata.current().notice
    for indicator in prefetched.for_page(Indicator.objects.of(round_.strategy)):
        if picture_of(indicator, notice) is None:
            return
