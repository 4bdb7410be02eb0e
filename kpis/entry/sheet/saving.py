"""Save what was typed into a sheet: each row for itself, through the one write path of its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from kpis.entry.ledger import Problem, Refused
from kpis.entry.sheet.grid import Grid, GridRow, Outcome
from kpis.entry.sheet.theirs import theirs_of

SheetT = TypeVar("SheetT", bound=Grid[Any])

_OUTCOMES = {
    Problem.CONFLICT: Outcome.CONFLICT,
    Problem.INVALID: Outcome.INVALID,
    Problem.REFUSED: Outcome.REFUSED,
}


def save(sheet: SheetT, posted: Mapping[str, str]) -> SheetT:
    """Write the changed rows that can be written; mark every row with what became of it.

    The cells of a row are named `<code>-<cell>`; what is not taken stays in `typed`. Reads the sheet anew after it.
    """
    ready: list[tuple[GridRow, Any]] = []
    for row in sheet.rows:
        typed = row.read(posted)
        if typed is None:
            continue
        chosen = posted.get("choose", "")
        row.seen_then = posted.get(f"{row.code}-{'current' if chosen == f'{row.code}:mine' else 'seen'}", "")
        if chosen == f"{row.code}:theirs" or row.is_untouched(typed):
            continue
        row.typed = typed
        entry = row.entry(typed, ticked=bool(posted.get(f"{row.code}-confirmed")))
        if entry:
            ready.append((row, entry))
    before = {row.code: row.seen_now for row, _ in ready}
    _write(sheet, ready)
    taken = [row for row in sheet.rows if row.outcome == Outcome.SAVED]
    if ready:
        sheet.reread()
    for row in taken:
        row.typed = None
        if row.seen_now == before[row.code]:
            row.outcome = Outcome.SAME
    return sheet


def _write(sheet: Grid[Any], ready: list[tuple[GridRow, Any]]) -> None:
    """Write all that can be; what is refused is marked, and the rest tried again without it."""
    left = {id(entry): (row, entry) for row, entry in ready}
    while left:
        try:
            sheet.write([entry for _, entry in left.values()])
        except Refused as refused:
            for refusal in refused.refusals:
                row, _ = left.pop(id(refusal.entry))
                row.outcome, row.errors = _OUTCOMES[refusal.problem], refusal.messages
                if refusal.problem == Problem.CONFLICT and refusal.current:
                    row.theirs = theirs_of(refusal.current, row.difference(refusal.current, row.typed or {}))
        else:
            for row, _ in left.values():
                row.outcome = Outcome.SAVED
            return
