"""The pictures for sharing, one an indicator: all drawn when a round becomes public, else when one is first asked for."""

from __future__ import annotations

from dataclasses import replace

from kanazawa_strategy import opendata
from kanazawa_strategy.pages.indicator_profile import Profile
from kanazawa_strategy.sharing import share
from kpis.display import prefetched
from kpis.models import Indicator, Round


def picture_of(indicator: Indicator, notice: str) -> bytes | None:
    """Return the PNG of an indicator (needs for_page()); None where there is no font to write with."""
    return share.picture(indicator.code.lower(), replace(Profile(indicator).share_words, notice=notice))


def draw_all(round_: Round) -> None:
    """Draw the picture of every indicator of this round's strategy, so that no reader waits for it."""
    notice = opendata.current().notice
    for indicator in prefetched.for_page(Indicator.objects.of(round_.strategy)):
        if picture_of(indicator, notice) is None:
            return
