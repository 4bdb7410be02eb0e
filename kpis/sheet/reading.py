from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from goals.models import Department, Goal
from kpis.access import Entrant
from kpis.models import Indicator, Round, YearlyValue
from kpis.sheet.row import Outcome, Row


@dataclass
class Sheet:
    """The rows of one department in one round."""

    round: Round
    department: Department
    entrant: Entrant
    rows: list[Row]
    code: str = ""  # where only one row was read

    @classmethod
    def read(cls, round_: Round, department: Department, entrant: Entrant, *, code: str = "") -> Self:
        """Read the sheet, or the one row of `code`: 5 queries, whatever the number of rows."""
        due = Indicator.objects.of(round_.strategy).filter(department=department, ended_on__isnull=True)
        indicators = list((due.filter(code=code) if code else due).in_order().for_list())
        values: defaultdict[int, dict[int, YearlyValue]] = defaultdict(dict)
        held = {indicator.pk: indicator for indicator in indicators}
        for value in YearlyValue.objects.filter(indicator__in=held, fiscal_year__lte=round_.fiscal_year):
            value.indicator = held[value.indicator_id]
            values[value.indicator_id][value.fiscal_year] = value
        entrant.sees(round_)
        return cls(round_, department, entrant, [Row(row, round_, values[row.pk]) for row in indicators], code)

    def reread(self) -> None:
        """Read what is saved now, and keep what was typed and not taken."""
        fresh = {row.code: row for row in self._again().rows}
        for row in self.rows:
            if row.code in fresh:
                row.values = fresh[row.code].values
                for name in ("saved_cells", "judgement"):
                    row.__dict__.pop(name, None)

    def _again(self) -> Self:
        return type(self).read(self.round, self.department, self.entrant, code=self.code)

    @property
    def refusal(self) -> str:
        """Return why nothing is entered here now, or nothing."""
        return self.entrant.refusal(self.round.strategy_id, self.round.fiscal_year, self.department.pk)

    @property
    def goals(self) -> Iterator[tuple[Goal, list[Row]]]:
        for _, rows in groupby(self.rows, key=lambda row: row.indicator.goal_id):
            found = list(rows)
            yield found[0].indicator.goal, found

    @property
    def blank(self) -> list[Row]:
        return [row for row in self.rows if row.saved is None]

    @property
    def filled(self) -> int:
        return len(self.rows) - len(self.blank)

    @property
    def returned(self) -> list[Row]:
        return [row for row in self.rows if row.returned_note]

    @property
    def unsaved(self) -> list[Row]:
        """Return the rows whose typed content was not taken."""
        return [row for row in self.rows if row.outcome not in {None, Outcome.SAME, Outcome.SAVED}]

    @property
    def saved_now(self) -> list[Row]:
        return [row for row in self.rows if row.outcome == Outcome.SAVED]

    def deadline(self, today: datetime.date) -> str:
        return deadline(self.round, today)


def deadline(round_: Round, today: datetime.date) -> str:
    """Say how long there is: 締切まで9日."""
    if round_.due_on is None:
        return ""
    days = (round_.due_on - today).days
    if days == 0:
        return "締切は今日です"
    return f"締切まで{days}日" if days > 0 else f"締切を{-days}日過ぎています"
