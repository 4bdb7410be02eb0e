"""The admin of indicators, values and rounds. Round is registered above, where all that is published with it is known."""

from __future__ import annotations

from kpis.admin.amendment import AmendmentAdmin
from kpis.admin.assessment import AssessmentAdmin
from kpis.admin.indicator import IndicatorAdmin
from kpis.admin.round import RoundAdmin
from kpis.admin.target import ExpectedValueAdmin, TargetAdmin
from kpis.admin.value import YearlyValueAdmin

__all__ = [
    "AmendmentAdmin",
    "AssessmentAdmin",
    "ExpectedValueAdmin",
    "IndicatorAdmin",
    "RoundAdmin",
    "TargetAdmin",
    "YearlyValueAdmin",
]
