"""The sheet of reports on measures (取組の年度報告), the second of a department's yearly sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.safestring import SafeString

from goals.models import Department, Goal, Revision
from goals.notation.forms import NumberField
from goals.notation.numbers import format_plain
from goals.notation.years import FiscalYear
from kpis.entry.sheet import Grid, GridRow, options_of, plain
from kpis.models import Round
from kpis.round.access import Entrant
from measures import reports
from measures.entry import ReportEntry, write
from measures.models import Measure, MeasureReport, MeasureStatus

NAMES = ("status", "summary", "budget")
REASON = "取組の年度報告"


class ReportForm(forms.Form):
    """What is typed into one row."""

    status = forms.ChoiceField(
        choices=MeasureStatus.choices,
        error_messages={"required": "状況（実施中・完了・見直し・中止）を選んでください。"},
    )
    summary = forms.CharField(
        error_messages={"required": "その年度に何をしたかを、1段落で書いてください。市民に公開されます。"}
    )
    budget = NumberField(required=False)

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data)
        field: Any = self.fields["budget"]
        field.unit = "千円"


@dataclass(kw_only=True)
class ReportRow(GridRow):
    """One measure of the sheet, with what was reported the year before."""

    table = MeasureReport
    names = NAMES

    measure: Measure
    round: Round
    report: MeasureReport | None
    before: MeasureReport | None

    @property
    def code(self) -> str:
        return self.measure.code

    @property
    def title(self) -> str:
        return f"{self.measure.code} {self.measure.text}"

    @property
    def saved(self) -> MeasureReport | None:
        return self.report

    def write_cells(self, saved: MeasureReport | None) -> dict[str, str]:
        if saved is None:
            return dict.fromkeys(NAMES, "")
        budget = "" if saved.budget is None else format_plain(saved.budget)
        return {"status": saved.status, "summary": saved.summary, "budget": budget}

    def entry(self, typed: dict[str, str], *, ticked: bool) -> ReportEntry | None:
        form = ReportForm(typed)
        if not form.is_valid():
            self.refuse(form)
            return None
        differing = (name for name, text in typed.items() if text != plain(self.saved_cells[name]))
        return ReportEntry(self.measure, {name: form.cleaned_data[name] for name in differing}, self.seen_version)

    @property
    def status_options(self) -> SafeString:
        return options_of(MeasureReport, "status", self.cells["status"])


class ReportSheet(Grid[ReportRow]):
    """The reports of one department in one round: on its measures in force, reprints left out."""

    @classmethod
    def read(cls, round_: Round, department: Department, entrant: Entrant, *, code: str = "") -> Self:
        """Read the sheet, or the one row of `code`: 4 queries, whatever the number of rows."""
        measures = reports.due(round_).filter(department=department).for_list()
        held = list(measures.filter(code=code) if code else measures)
        years = {round_.fiscal_year - 1, round_.fiscal_year}
        found = MeasureReport.objects.filter(
            measure__revision__strategy=round_.strategy, measure__code__in={row.code for row in held}
        )
        saved = {
            (row.measure.code, row.fiscal_year): row
            for row in found.filter(fiscal_year__in=years).select_related("measure").order_by("measure__revision")
        }
        entrant.sees(round_)
        rows = [
            ReportRow(
                measure=measure,
                round=round_,
                report=saved.get((measure.code, round_.fiscal_year)),
                before=saved.get((measure.code, round_.fiscal_year - 1)),
            )
            for measure in held
        ]
        return cls(round_, department, entrant, rows, code)

    def take_saved(self, row: ReportRow, fresh: ReportRow) -> None:
        row.report = fresh.report

    def write(self, entries: Sequence[ReportEntry]) -> object:
        return write(self.round, entries, entrant=self.entrant, reason=REASON)

    def submit(self) -> int:
        return reports.submit(self.round, self.department, entrant=self.entrant)

    @classmethod
    def departments(cls, round_: Round) -> QuerySet[Department]:
        revision = Revision.objects.adopted().filter(strategy=round_.strategy).order_by("-number").first()
        due = Q(measures__revision=revision, measures__reprint_of__isnull=True)
        done = MeasureReport.objects.of_round(round_).filter(measure__code=OuterRef("measures__code"))
        return Department.objects.annotate(
            due=Count("measures", due, distinct=True),
            filled=Count("measures", due & Exists(done), distinct=True),
        ).filter(due__gt=0)

    @classmethod
    def without_department(cls, round_: Round) -> int:
        return reports.due(round_).filter(department__isnull=True).count()

    @property
    def goals(self) -> Iterator[tuple[Goal, list[ReportRow]]]:
        for _, rows in groupby(self.rows, key=lambda row: row.measure.direction.goal_id):
            found = list(rows)
            yield found[0].measure.direction.goal, found

    @property
    def year_before(self) -> str:
        return FiscalYear(self.round.fiscal_year - 1).short(self.round.strategy.as_of)
