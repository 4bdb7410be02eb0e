"""Save what was typed into a sheet: each row for itself, through the one write path (kpis/entry.py)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from kpis.entry import Entry, Problem, Refused, write
from kpis.evaluation import State
from kpis.models import YearlyValue
from kpis.sheet.cells import CHECKED, NAMES, RowForm, digest, plain
from kpis.sheet.reading import Sheet
from kpis.sheet.row import Outcome, Row
from kpis.sheet.theirs import theirs_of

REASON = "年度実績入力"
CONFIRMED = "確かめました"
_OUTCOMES = {
    Problem.CONFLICT: Outcome.CONFLICT,
    Problem.INVALID: Outcome.INVALID,
    Problem.REFUSED: Outcome.REFUSED,
}


def save(sheet: Sheet, posted: Mapping[str, str]) -> Sheet:
    """Write the changed rows that can be written; mark every row with what became of it.

    The cells of a row are named `<code>-<cell>`; what is not taken stays in `Row.typed`. Reads the sheet anew after it.
    """
    ready: dict[int, tuple[Row, Entry]] = {}
    for row in sheet.rows:
        typed = _typed(row, posted)
        if typed is None:
            continue
        chosen = posted.get("choose", "")
        row.seen_then = posted.get(f"{row.code}-{'current' if chosen == f'{row.code}:mine' else 'seen'}", "")
        if chosen == f"{row.code}:theirs" or _untouched(row, typed):
            continue
        row.typed = typed
        entry = _entry(row, typed, ticked=bool(posted.get(f"{row.code}-confirmed")))
        if entry:
            ready[row.indicator.pk] = (row, entry)
    before = {row.code: row.seen_now for row, _ in ready.values()}
    _write(sheet, ready)
    taken = [row for row in sheet.rows if row.outcome == Outcome.SAVED]
    if ready:
        sheet.reread()
    for row in taken:
        row.typed = None
        if row.seen_now == before[row.code]:
            row.outcome = Outcome.SAME
    return sheet


def _typed(row: Row, posted: Mapping[str, str]) -> dict[str, str] | None:
    """Return the cells of the row that came, None where it did not come at all."""
    if f"{row.code}-value" not in posted:
        return None
    typed = {name: plain(posted.get(f"{row.code}-{name}", "")) for name in NAMES}
    if f"{row.code}-doubts_answer" in posted:
        typed["doubts_answer"] = plain(posted[f"{row.code}-doubts_answer"])
    typed["breaks_series"] = CHECKED if typed["breaks_series"] else ""
    return typed


def _untouched(row: Row, typed: Mapping[str, str]) -> bool:
    answered = typed.get("doubts_answer", row.saved_cells["doubts_answer"]) != row.saved_cells["doubts_answer"]
    return row.seen_then.partition(":")[2] == digest(typed) and not answered


def _entry(row: Row, typed: dict[str, str], *, ticked: bool) -> Entry | None:
    """Return what is to be written, or mark the row with why not."""
    form = RowForm(typed, indicator=row.indicator)
    if not form.is_valid():
        row.outcome, row.errors = (
            Outcome.INVALID,
            {name: [str(text) for text in texts] for name, texts in form.errors.items()},
        )
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
    version = row.seen_then.partition(":")[0]
    seen = int(version) if version.isdecimal() and version != "0" else None
    return Entry(row.indicator, changes, seen)


def _intended(row: Row, changes: Mapping[str, Any]) -> YearlyValue:
    value = copy(row.saved) if row.saved else YearlyValue(fiscal_year=row.round.fiscal_year)
    value.indicator = row.indicator
    for name, content in changes.items():
        setattr(value, name, content)
    return value


def _can_be_judged(row: Row, value: YearlyValue) -> bool:
    if State(value.state).has_value != (value.value is not None):
        return True  # for write() to say
    try:
        row.judge(value)
    except ValueError as error:
        row.outcome, row.errors = Outcome.INVALID, {"value": [str(error)]}
        return False
    return True


def _answered(row: Row, value: YearlyValue, changes: dict[str, Any], *, ticked: bool) -> bool:
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


def _write(sheet: Sheet, ready: dict[int, tuple[Row, Entry]]) -> None:
    """Write all that can be; what is refused is marked, and the rest tried again without it."""
    left = dict(ready)
    while left:
        try:
            write(sheet.round, [entry for _, entry in left.values()], entrant=sheet.entrant, reason=REASON)
        except Refused as refused:
            for refusal in refused.refusals:
                row, _ = left.pop(refusal.entry.indicator.pk)
                row.outcome, row.errors = _OUTCOMES[refusal.problem], refusal.messages
                if refusal.problem == Problem.CONFLICT and refusal.current:
                    row.theirs = theirs_of(refusal.current, row.typed or {})
        else:
            for row, _ in left.values():
                row.outcome = Outcome.SAVED
            return
