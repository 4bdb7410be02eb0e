"""The admin of measures, their reports, and the committee."""

from __future__ import annotations

from measures.admin.committee import MeetingAdmin
from measures.admin.measure import MeasureAdmin, MeasureInline
from measures.admin.opinion import OpinionAdmin
from measures.admin.report import MeasureReportAdmin

__all__ = ["MeasureAdmin", "MeasureInline", "MeasureReportAdmin", "MeetingAdmin", "OpinionAdmin"]
