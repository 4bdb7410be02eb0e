"""The admin of measures, their reports, and the committee."""

from __future__ import annotations

from measures.admin.committee import MeetingAdmin, OpinionAdmin
from measures.admin.measure import MeasureAdmin, MeasureInline
from measures.admin.report import MeasureReportAdmin

__all__ = ["MeasureAdmin", "MeasureInline", "MeasureReportAdmin", "MeetingAdmin", "OpinionAdmin"]
