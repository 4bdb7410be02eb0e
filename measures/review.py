"""The reports on measures as 企画調整課 reviews them before publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from goals.models import Department
from kpis.models import Round
from kpis.review.lists import ReviewLine, ReviewList
from kpis.round.settling import Settlement
from measures import reports
from measures.models import Measure, MeasureReport


@dataclass(frozen=True)
class ReportLine(ReviewLine):
    """One measure with its report of the year, and that of the year before."""

    measure: Measure
    report: MeasureReport | None
    before: MeasureReport | None

    @property
    def row(self) -> MeasureReport | None:
        return self.report

    @property
    def department(self) -> Department | None:
        return self.measure.department

    @property
    def subject(self) -> Measure:
        return self.measure


class ReportReview(ReviewList[ReportLine]):
    """The reports of a round: on its measures in force, reprints left out."""

    @classmethod
    def of(cls, round_: Round, departments: Iterable[int] | None = None) -> ReportReview:
        """Read what is reported, of these departments or of all: 3 queries, nothing written."""
        measures = reports.due(round_).for_list()
        if departments is not None:
            measures = measures.filter(department__in=set(departments))
        years = (round_.fiscal_year - 1, round_.fiscal_year)
        found = MeasureReport.objects.filter(measure__revision__strategy=round_.strategy_id, fiscal_year__in=years)
        saved = {(row.measure.code, row.fiscal_year): row for row in found.select_related("measure")}
        before, year = years
        lines = [ReportLine(row, saved.get((row.code, year)), saved.get((row.code, before))) for row in measures]
        return cls(round_, lines)


def _reports(round_: Round) -> models.QuerySet[MeasureReport]:
    rows = MeasureReport.objects.of_round(round_).select_related("measure__revision__strategy")
    return rows.order_by("measure__code")


REPORTS = Settlement("報告", _reports, lambda row: str(row.measure), reports.confirm, reports.give_back)
