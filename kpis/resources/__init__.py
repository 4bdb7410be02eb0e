"""File layouts of indicators, targets, rounds and values; assessments and amendments only go out."""

from __future__ import annotations

from kpis.resources.indicator import ExpectedValueResource, IndicatorResource, TargetResource
from kpis.resources.round import AmendmentResource, AssessmentResource, RoundResource
from kpis.resources.value import YearlyValueResource

__all__ = [
    "AmendmentResource",
    "AssessmentResource",
    "ExpectedValueResource",
    "IndicatorResource",
    "RoundResource",
    "TargetResource",
    "YearlyValueResource",
]
