"""How figures and targets are written in the lists of the admin."""

from __future__ import annotations

from typing import Any

from goals.notation.numbers import format_decimals, format_plain, with_unit
from goals.notation.years import FiscalYear
from kpis.models import Indicator, Target


def figure(value: Any, indicator: Indicator) -> str:
    """Write a value at the indicator's decimals with its unit; a dash where there is none."""
    return "-" if value is None else with_unit(format_decimals(value, indicator.decimals), indicator.unit)


def side(value: Any, year: int | None, note: str, target: Target) -> str:
    """Write one side of a target: 47.5%（R5）, or its words where there is no number."""
    shown = note if value is None else with_unit(format_plain(value), target.indicator.unit)
    when = f"（{FiscalYear(year).short(target.revision.strategy.as_of)}）" if year else ""
    return f"{shown or '-'}{when}"


def path(target: Target) -> str:
    """Write 47.5%（R5）→59%（R10）."""
    before = side(target.baseline, target.baseline_year, target.baseline_note, target)
    return f"{before}→{side(target.target, target.target_year, target.target_note, target)}"
