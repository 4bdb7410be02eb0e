from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Self

from django.db.models import Count, Q, QuerySet

from goals.models import Department, Goal
from goals.notation.years import FiscalYear
from kpis.display import prefetched
from kpis.entry.ledger import Entry, write
from kpis.entry.sheet.grid import Grid
from kpis.entry.sheet.row import PAST, Row
from kpis.models import Indicator, Round, YearlyValue
from kpis.round import steps
from kpis.round.access import Entrant

REASON = "年度実績入力"


class Sheet(Grid[Row]):
    """The values of one department in one round."""

    @classmethod
    def read(cls, round_: Round, department: Department, entrant: Entrant, *, code: str = "") -> Self:
        """Read the sheet, or the one row of `code`: 4 queries, whatever the number of rows."""
        due = Indicator.objects.of(round_.strategy).filter(department=department, ended_on__isnull=True)
        indicators = list(prefetched.with_targets((due.filter(code=code) if code else due).in_order()))
        values: defaultdict[int, dict[int, YearlyValue]] = defaultdict(dict)
        held = {indicator.pk: indicator for indicator in indicators}
        for value in YearlyValue.objects.filter(indicator__in=held, fiscal_year__lte=round_.fiscal_year):
            value.indicator = held[value.indicator_id]
            values[value.indicator_id][value.fiscal_year] = value
        entrant.sees(round_)
        rows = [Row(indicator=row, round=round_, values=values[row.pk]) for row in indicators]
        return cls(round_, department, entrant, rows, code)

    def take_saved(self, row: Row, fresh: Row) -> None:
        row.values = fresh.values

    def write(self, entries: Sequence[Entry]) -> object:
        return write(self.round, entries, entrant=self.entrant, reason=REASON)

    def submit(self) -> int:
        return steps.submit(self.round, self.department, entrant=self.entrant)

    @classmethod
    def departments(cls, round_: Round) -> QuerySet[Department]:
        due = Q(indicators__goal__strategy=round_.strategy, indicators__ended_on__isnull=True)
        filled = due & Q(indicators__values__fiscal_year=round_.fiscal_year)
        return Department.objects.annotate(
            due=Count("indicators", due, distinct=True), filled=Count("indicators", filled, distinct=True)
        ).filter(due__gt=0)

    @classmethod
    def without_department(cls, round_: Round) -> int:
        return Indicator.objects.of(round_.strategy).filter(department__isnull=True, ended_on__isnull=True).count()

    @property
    def goals(self) -> Iterator[tuple[Goal, list[Row]]]:
        for _, rows in groupby(self.rows, key=lambda row: row.indicator.goal_id):
            found = list(rows)
            yield found[0].indicator.goal, found

    @property
    def columns(self) -> list[str]:
        year = self.round.fiscal_year
        return [FiscalYear(year - ago).short(self.round.strategy.as_of) for ago in PAST]
