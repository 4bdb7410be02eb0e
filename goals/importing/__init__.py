"""Shared pieces of import and export: what a cell may hold, how rows find each other, what a clerk is told."""

from __future__ import annotations

from goals.importing.cells import Choice, Code, Day, Flag, Moment, Number, Text, Whole, Year
from goals.importing.keys import Key, Keys
from goals.importing.resource import Column, Resource

__all__ = [
    "Choice",
    "Code",
    "Column",
    "Day",
    "Flag",
    "Key",
    "Keys",
    "Moment",
    "Number",
    "Resource",
    "Text",
    "Whole",
    "Year",
]
