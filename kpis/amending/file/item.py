from __future__ import annotations

from dataclasses import dataclass

from goals.notation.numbers import format_plain, with_unit
from kpis.entry.workbook.item import Item
from kpis.judging.words import Rating
from kpis.models import Assessment


@dataclass
class AmendmentItem(Item):
    """One line of the file: what is published, and what would be; or a cell that can't be taken, with its reason."""

    year: str = ""
    name: str = ""
    old_rating: str = ""
    new_rating: str = ""
    public_reason: str = ""
    made_on: str = ""


def figure_of(row: Assessment) -> str:
    """Write the value to its last digit, and its state: 12件 速報, 値なし."""
    value = "" if row.value is None else with_unit(format_plain(row.value), row.unit)
    return " ".join(part for part in (value, row.get_state_display()) if part) or "値なし"


def rating_of(row: Assessment) -> str:
    return Rating(row.rating).label_in(row.spec.is_due(row.fiscal_year))
