"""The write path of the sheet of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpis.entry.ledger import Ledger
from kpis.models import Round
from kpis.round.access import Entrant
from measures.models import Measure, MeasureReport


@dataclass(frozen=True)
class ReportEntry:
    """What somebody wants to report on one measure: cleaned content by field, and the version that they saw."""

    measure: Measure
    changes: Mapping[str, Any]
    seen_version: int | None


def _reports(round_: Round, measures: Sequence[Measure]) -> Iterable[MeasureReport]:
    found = MeasureReport.objects.of_round(round_).filter(measure__code__in={measure.code for measure in measures})
    return found.select_related("measure")


REPORTS = Ledger(
    table=MeasureReport,
    subject="measure",
    fields=("status", "summary", "budget"),
    defaults={},
    key=lambda measure: measure.code,  # a revision has copies of the measures
    read=_reports,
    check=MeasureReport.clean,
)


def write(round_: Round, entries: Sequence[ReportEntry], *, entrant: Entrant, reason: str) -> list[MeasureReport]:
    """Write the reports (Ledger.write)."""
    return REPORTS.write(round_, entries, entrant=entrant, reason=reason)
