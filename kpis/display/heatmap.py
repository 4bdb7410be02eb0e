"""Indicators × years as a table of marks: how every promise went, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.display.summary import Summary, year_short
from kpis.display.yearline import YearLine
from kpis.judging.words import RATING_ORDER, Rating


@dataclass(frozen=True)
class HeatMap:
    """Rows of one cell per published year, the oldest first; a cell without anything published is None."""

    years: list[str]
    rows: list[tuple[Summary, list[YearLine | None]]]

    @property
    def legend(self) -> list[Rating]:
        """Return the ratings that occur, in their order of attention."""
        found = {cell.rating for _, cells in self.rows for cell in cells if cell}
        return [rating for rating in RATING_ORDER if rating in found]


def heat_map(rows: Sequence[Summary]) -> HeatMap | None:
    """Lay out the published years of these indicators; None before any publication. No query."""
    by_year = [{line.assessment.fiscal_year: line for line in row.lines} for row in rows]
    years = sorted({year for found in by_year for year in found})
    if not years:
        return None
    as_of = rows[0].as_of
    cells = [[found.get(year) for year in years] for found in by_year]
    return HeatMap([year_short(year, as_of) for year in years], list(zip(rows, cells, strict=True)))
