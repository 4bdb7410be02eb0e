"""Indicators with their targets and yearly values, the yearly round, and what it froze."""

from __future__ import annotations

from kpis.models.amendment import Amendment, AmendmentKind
from kpis.models.assessment import Assessment
from kpis.models.indicator import Basis, Indicator, Level
from kpis.models.reminder import Reminder
from kpis.models.round import Round, RoundStatus
from kpis.models.target import ExpectedValue, Tag, Target
from kpis.models.upload import Upload
from kpis.models.value import VALUE_STATES, Workflow, YearlyValue

__all__ = [
    "VALUE_STATES",
    "Amendment",
    "AmendmentKind",
    "Assessment",
    "Basis",
    "ExpectedValue",
    "Indicator",
    "Level",
    "Reminder",
    "Round",
    "RoundStatus",
    "Tag",
    "Target",
    "Upload",
    "Workflow",
    "YearlyValue",
]
