"""The yearly sheet (年度実績入力): its rows, what is typed into them, and how they are saved. Pure of views."""

from __future__ import annotations

from kpis.sheet.cells import NAMES, cells_of
from kpis.sheet.reading import Sheet
from kpis.sheet.row import Outcome, Row
from kpis.sheet.saving import save

__all__ = ["NAMES", "Outcome", "Row", "Sheet", "cells_of", "save"]
