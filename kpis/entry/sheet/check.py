"""What is checked of a typed row before it is written: its form, the rule's view, figures that look odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Protocol

from django import forms

from kpis.entry.ledger import Entry
from kpis.entry.sheet.cells import RowForm
from kpis.entry.sheet.grid import Outcome, plain
from kpis.judging.words import State
from kpis.models import Indicator, Round, YearlyValue

CONFIRMED = "確かめました"


class Checked(Protocol):
    """What is looked at of a row of the sheet, and where the answer is left."""

    indicator: Indicator
    round: Round
    outcome: Outcome | None
    errors: Mapping[str, Sequence[str]]
    doubts: Sequence[str]

    @property
    def seen_version(self) -> int | None: ...

    @property
    def saved_cells(self) -> dict[str, str]: ...

    @property
    def saved(self) -> YearlyValue | None: ...

    def judge(self, value: YearlyValue) -> object: ...

    def odd(self, value: YearlyValue) -> list[str]: ...

    def refuse(self, form: forms.Form) -> None: ...


def entry_of(row: Checked, typed: dict[str, str], *, ticked: bool) -> Entry | None:
    """Return what is to be written, or mark the row with why not."""
    form = RowForm(typed, indicator=row.indicator)
    if not form.is_valid():
        row.refuse(form)
        return None
    changes: dict[str, Any] = {
        name: form.cleaned_data[name] for name, text in typed.items() if text != plain(row.saved_cells[name])
    }
    if row.saved is None:
        changes["state"] = form.cleaned_data["state"]
    intended = _intended(row, changes)
    if not _can_be_judged(row, intended):
        return None
    if not _answered(row, intended, changes, ticked=ticked):
        return None
    return Entry(row.indicator, changes, row.seen_version)


def _intended(row: Checked, changes: Mapping[str, Any]) -> YearlyValue:
    value = copy(row.saved) if row.saved else YearlyValue(fiscal_year=row.round.fiscal_year)
    value.indicator = row.indicator
    for name, content in changes.items():
        setattr(value, name, content)
    return value


def _can_be_judged(row: Checked, value: YearlyValue) -> bool:
    if State(value.state).has_value != (value.value is not None):
        return True  # for write() to say
    try:
        row.judge(value)
    except ValueError as error:
        row.outcome, row.errors = Outcome.INVALID, {"value": [str(error)]}
        return False
    return True


def _answered(row: Checked, value: YearlyValue, changes: dict[str, Any], *, ticked: bool) -> bool:
    """Ask once about a figure that looks odd; the answer is kept with it."""
    known = row.saved
    moved = known is None or value.value != known.value or value.breaks_series != known.breaks_series
    if not moved:
        return True
    odd = row.odd(value)
    if odd and ticked:
        changes["doubts_answer"] = changes.get("doubts_answer") or CONFIRMED
    elif odd and not changes.get("doubts_answer"):
        row.outcome, row.doubts = Outcome.DOUBTED, odd
        return False
    elif known and known.doubts_answer and "doubts_answer" not in changes:
        changes["doubts_answer"] = ""  # the answer was to another figure
    return True
