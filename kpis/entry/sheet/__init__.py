"""The yearly sheet (年度実績入力): its rows, what is typed into them, and how they are saved. Pure of views."""

from __future__ import annotations

from kpis.entry.sheet.cells import NAMES, cells_of
from kpis.entry.sheet.grid import Grid, GridRow, Outcome, options_of, plain
from kpis.entry.sheet.reading import Sheet
from kpis.entry.sheet.row import Row
from kpis.entry.sheet.saving import save

__all__ = ["NAMES", "Grid", "GridRow", "Outcome", "Row", "Sheet", "cells_of", "options_of", "plain", "save"]
