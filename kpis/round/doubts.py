"""What looks odd about a value just entered: told, never forbidden."""

from __future__ import annotations

from decimal import Decimal

from goals.notation.numbers import format_difference, format_plain, with_unit
from kpis.models import Target, YearlyValue

JUMP = Decimal("0.5")  # of the year before


def doubts(value: YearlyValue) -> list[str]:
    """Return sentences on what to check again: 2 queries."""
    if value.value is None:
        return []
    target = Target.objects.adopted().filter(indicator=value.indicator).newest_first().first()
    before = (
        YearlyValue.objects.filter(indicator=value.indicator, fiscal_year__lt=value.fiscal_year, value__isnull=False)
        .order_by("-fiscal_year")
        .first()
    )
    return doubts_beside(value, target, before)


def doubts_beside(value: YearlyValue, target: Target | None, before: YearlyValue | None) -> list[str]:
    """Return the same for rows already read: the target in force, and the newest earlier row that has a value."""
    actual, indicator = value.value, value.indicator
    if actual is None:
        return []
    unit, found = indicator.unit, []
    shown = with_unit(format_plain(actual), unit)
    if target and target.baseline_year == value.fiscal_year and target.baseline not in {None, actual}:
        baseline = with_unit(format_plain(target.baseline or 0), unit)
        found.append(f"基準年度の値ですが、基準値の{baseline}と違います。どちらが正しいか確かめてください。")
    if unit == "%" and actual > 100:
        found.append(f"{shown}は100%を超えています。")
    if before is None or before.value is None or value.breaks_series:
        return found
    change = f"{before.year.long()}の{with_unit(format_plain(before.value), unit)}から{format_difference(actual - before.value, unit, None)}"
    if indicator.is_cumulative and actual < before.value:
        found.append(f"累計の指標ですが、前の値より減っています（{change}）。")
    elif before.value and abs(actual - before.value) > abs(before.value) * JUMP:
        found.append(f"前の値から大きく変わっています（{change}）。桁や単位を確かめてください。")
    return found
