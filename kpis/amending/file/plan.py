"""What a file of amendments would change, line by line, against what is published now. Nothing is written here."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from goals.notation.years import FiscalYear
from kpis.amending.file.item import AmendmentItem
from kpis.amending.file.layout import Line
from kpis.amending.file.line_plan import LinePlan, Published
from kpis.entry.workbook.item import Told
from kpis.models import Amendment, Assessment, Indicator, Round, YearlyValue
from kpis.round.doubts import doubts_beside


@dataclass
class Plan(Told[AmendmentItem]):
    """The lines with what becomes of them, and the changes (Wanted) that would be registered."""

    @property
    def lines_left_out(self) -> int:
        """Count lines, not cells: one may have several that can't be taken."""
        return len({(item.sheet, item.row) for item in self.items if item.is_left_out})


def build(lines: Sequence[Line], seen: Mapping[int, int], *, today: datetime.date, locks: bool = False) -> Plan:
    """Compare the lines with what is published: 4 queries. `seen` is last_amendments() when the file was read.

    With `locks`, for writing in a transaction, nobody amends those years or takes their publication back meanwhile.
    """
    published = _published(lines, seen, today, locks=locks)
    plans = [LinePlan(line, published) for line in lines]
    places: dict[tuple[int, int, bool], list[LinePlan]] = defaultdict(list)
    for plan in plans:
        if plan.slot:
            places[plan.slot].append(plan)
    for same in places.values():
        if len(same) > 1:
            named = "、".join(f"{plan.line.sheet} {plan.line.row}行目" for plan in same)
            for plan in same:
                plan.refuse(f"同じ指標と年度の行が二つ以上あります（{named}）。正しい行だけを残してください。")
    _doubt(plans)
    return Plan([item for plan in plans for item in plan.items], [plan.wanted for plan in plans if plan.wanted])


def _doubt(plans: Sequence[LinePlan]) -> None:
    """Say of the figures that would become public what looks odd about them, as the sheet does."""
    wanted = [(plan.wanted, plan.items[-1]) for plan in plans if plan.wanted and plan.wanted.change.value is not None]
    known = YearlyValue.objects.public().filter(value__isnull=False).order_by("fiscal_year")
    years: dict[int, list[YearlyValue]] = defaultdict(list)
    for value in known.filter(indicator__in={each.assessment.indicator_id for each, _ in wanted}):
        years[value.indicator_id].append(value)
    for each, item in wanted:
        row = each.assessment
        before = [value for value in years[row.indicator_id] if value.fiscal_year < row.fiscal_year]
        figure = YearlyValue(indicator=row.indicator, fiscal_year=row.fiscal_year, value=each.change.value)
        figure.breaks_series = row.breaks_series
        item.doubt = " ".join(doubts_beside(figure, row.target_row, before[-1] if before else None))


def last_amendments() -> dict[int, int]:
    """Return the newest amendment of every assessment that has one: what tells that somebody was there meanwhile."""
    rows = Amendment.objects.order_by().values_list("assessment_id").annotate(Max("pk"))
    return dict(rows)


def _published(lines: Sequence[Line], seen: Mapping[int, int], today: datetime.date, *, locks: bool) -> Published:
    rows = Assessment.objects.public().filter(fiscal_year__in=_years(lines))
    rows = rows.select_related("indicator", "round__strategy", "target_row")
    if locks:
        years = Round.objects.filter(fiscal_year__in=_years(lines)).order_by("pk")
        list(years.select_for_update().values_list("pk"))  # before their assessments, as amend() does
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    assessments = {(row.indicator_id, row.fiscal_year): row for row in rows}
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    return Published(indicators, assessments, last_amendments(), seen, today)


def _years(lines: Sequence[Line]) -> set[int]:
    found = set()
    for line in lines:
        try:
            found.add(FiscalYear.parse(line.text("year")).year)
        except ValueError:
            continue
    return found
