"""What measures add to a round: the sheet of reports, its review, and what is published along."""

from __future__ import annotations

from django.urls import reverse

from kpis.admin.companion import Announcement, Companion
from kpis.admin.review import ReviewPages
from kpis.entry.sheet.pages import SheetPages
from kpis.models import Round, Workflow
from kpis.review.lists import Show
from measures import reports, review
from measures.models import MeasureReport
from measures.sheet import ReportSheet

SHEET = SheetPages(
    sheet=ReportSheet,
    table=MeasureReport,
    name="measures_sheet",
    part="reports",
    label="取組の年度報告",
    thing="取組",
    things="measures_measure",
    templates="admin/measures/sheet",
)

REVIEW = ReviewPages(
    settlement=review.REPORTS,
    read=review.ReportReview.of,
    name="measures_review",
    part="report-review",
    label="取組報告の確認",
    subject="取組",
    template="admin/measures/review/list.html",
    choices=tuple(show for show in Show if show != Show.DOUBTFUL),
)


def announce(round_: Round) -> Announcement:
    """Say what publication would do with the reports: 1 query."""
    found = list(MeasureReport.objects.of_round(round_).select_related("measure").order_by("measure__code"))
    ready = [row for row in found if row.workflow == Workflow.CONFIRMED]
    return Announcement(
        label="取組報告",
        ready=len(ready),
        waiting=[
            (
                f"{row.measure.code} {row.measure.text}（{row.get_workflow_display()}）",
                reverse("admin:measures_measurereport_change", args=[row.pk]),
            )
            for row in found
            if row.workflow in {Workflow.DRAFT, Workflow.SUBMITTED}
        ],
        review_url=REVIEW.address(round_),
        seen=tuple((row.pk, row.version) for row in ready),
    )


COMPANION = Companion(publish=reports.publish, unpublish=reports.unpublish, announce=announce)
