"""What the city does (取組), what it reports of it, and what the committee said."""

from __future__ import annotations

from measures.models.committee import Meeting, Opinion, OpinionStatus, ResponseClass
from measures.models.measure import Measure
from measures.models.report import MeasureReport, MeasureStatus

__all__ = [
    "Measure",
    "MeasureReport",
    "MeasureStatus",
    "Meeting",
    "Opinion",
    "OpinionStatus",
    "ResponseClass",
]
