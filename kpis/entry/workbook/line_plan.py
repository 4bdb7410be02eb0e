"""What one line would do to the row of its indicator: every cell for itself, then the row as a whole."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.core.exceptions import ValidationError

from kpis.entry.ledger import FIELDS, Entry
from kpis.entry.workbook import contents
from kpis.entry.workbook.contents import LABELS
from kpis.entry.workbook.item import Item, Outcome
from kpis.entry.workbook.layouts import Line
from kpis.judging.words import State
from kpis.models import Indicator, YearlyValue
from kpis.models.value import VALUE_STATES
from kpis.round.doubts import doubts_beside

_TOGETHER = ("value", "state", "available_on")  # one makes no sense without the others
_BLANK = "空欄にはできません。値がないときは、状態の欄で「未公表」「調査なし」などの理由を選んでください。"
_FIRST = "実績値か、値がない理由（状態）も入れてください。"
_CHANGED = "このファイルを作ったあと（または読み込んだあと）で、ほかの人が保存しました。今の値を確かめてから、調査票を書き出し直して入力してください。"


class LinePlan:
    """Read the cells of a line against the row as it is; `entry` is what may be written, if anything."""

    def __init__(
        self, line: Line, indicator: Indicator, year: int, current: YearlyValue | None, seen: int | None
    ) -> None:
        self.line, self.indicator, self.year, self.current, self.seen = line, indicator, year, current, seen
        self.strict = line.version is not None  # our own form: a blank cell empties
        self.changes: dict[str, Any] = {}
        self.items: list[Item] = []
        self._read_figure()
        for name in ("available_on", "self_rating", *contents.TEXTS):
            self._read_other(name)
        self._compare()

    @property
    def entry(self) -> Entry | None:
        written = any(item.is_written for item in self.items)
        return Entry(self.indicator, self.changes, self.seen) if written else None

    def weigh(self, before: YearlyValue | None) -> bool:
        """Tell whether a figure that would be written looks odd, and say so at its cell; `before` is the last known.

        As in the sheet, an answer that was given to another figure goes with it.
        """
        moved = [item for item in self.items if item.label == LABELS["value"] and item.is_written]
        if not moved:
            return False
        odd = doubts_beside(self._intended(), self.indicator.target_in_force, before)
        moved[0].doubt = " ".join(odd)
        if not odd and self.current and self.current.doubts_answer:
            self.changes["doubts_answer"] = ""
        return bool(odd)

    def refuse(self, reason: str) -> None:
        """Refuse all that would have been written, with one sentence at the code."""
        if any(item.is_written or item.outcome == Outcome.CONFLICT for item in self.items):
            self.items = [item for item in self.items if not (item.is_written or item.is_left_out)]
            where, typed = self.line.key
            self.items.append(self._item(Outcome.REJECTED, "", where, typed, reason=reason))

    # The cells

    def _typed(self, name: str) -> str | None:
        """Return what stands in the cell; None where there is nothing to take."""
        text = self.line.cells[name][1] if name in self.line.cells else None
        return text if text is not None and (self.strict or text.strip()) else None

    def _read_figure(self) -> None:
        state = number = meant = None
        typed, typed_state = self._typed("value"), self._typed("state")
        try:
            state = contents.read_state(typed_state or "")
        except ValueError as error:
            self._reject("state", str(error))
            return
        if typed is not None:
            try:
                number, meant = contents.read_value(typed, self.indicator.unit, state)
            except ValueError as error:
                self._reject("value", str(error))
                return
        if number is not None:
            self._set(number, state or self._firm)
        elif state or meant:
            if typed is None and (state in VALUE_STATES):
                self.changes["state"] = state
            else:
                self._set(None, state or meant)
        elif typed is not None and self.current is not None:
            self._reject("value" if self.current.value is not None else "state", _BLANK)

    def _set(self, value: Any, state: Any) -> None:
        self.changes |= {"value": value, "state": str(state)}

    @property
    def _firm(self) -> str:
        """Return the state of a number that came without one: as it was, else 確定."""
        known = self.current.state if self.current else ""
        return known if known in VALUE_STATES else State.FINAL.value

    def _read_other(self, name: str) -> None:
        typed = self._typed(name)
        if typed is None:
            return
        try:
            self.changes[name] = contents.read_text(name, typed, self.current)
        except ValueError as error:
            self._reject(name, str(error))

    def _reject(self, name: str, reason: str) -> None:
        self.items.append(self._item(Outcome.REJECTED, name, *self._at(name), reason=reason))
        if name in _TOGETHER:
            for other in _TOGETHER:
                self.changes.pop(other, None)

    # The row

    def _compare(self) -> None:
        if {item.label for item in self.items} & {LABELS[name] for name in _TOGETHER}:
            for name in _TOGETHER:  # a refused one takes the others with it, whichever was read first
                self.changes.pop(name, None)
        self._drop_what_the_row_refuses()
        stale = (self.current.version if self.current else None) != self.seen
        changed = any(self._differs(name) for name in self.changes)
        for name, content in self.changes.items():
            old = getattr(self.current, name) if self.current else None
            if not self._differs(name):
                outcome = Outcome.SAME
            elif stale and changed:
                outcome = Outcome.CONFLICT
            else:
                outcome = Outcome.NEW if old in (None, "") else Outcome.CHANGE
            if outcome == Outcome.SAME and not contents.shown(name, content):
                continue
            texts = {"old": contents.shown(name, old), "new": contents.shown(name, content)}
            reason = _CHANGED if outcome == Outcome.CONFLICT else ""
            self.items.append(self._item(outcome, name, *self._at(name), reason=reason, **texts))

    def _drop_what_the_row_refuses(self) -> None:
        changed = [name for name in self.changes if self._differs(name)]
        if not changed:
            return
        if self.current is None and "state" not in self.changes:
            messages = {"value": [_FIRST]} if not self.items else {}
        else:
            messages = self._said_by_the_row()
            if not messages:
                return
        for name, texts in messages.items():
            place = name if name in self.line.cells else "value"
            self.items.append(self._item(Outcome.REJECTED, place, *self._at(place), reason=" ".join(texts)))
        whole = self.current is None or bool(set(messages) - set(changed) - set(_TOGETHER))
        gone = set(changed) if whole else set(messages)
        gone |= set(_TOGETHER) if gone & set(_TOGETHER) else set()
        for name in changed:
            if name in gone:
                self.changes.pop(name, None)
                if name not in messages:
                    why = "同じ行に受け付けられない欄があるため、いっしょに書き込めません。"
                    self.items.append(self._item(Outcome.REJECTED, name, *self._at(name), reason=why))

    def _said_by_the_row(self) -> dict[str, list[str]]:
        row = self._intended()
        try:
            row.clean_fields(exclude=[f.name for f in YearlyValue._meta.fields if f.name not in FIELDS])
            row.check_state()
        except ValidationError as error:
            return error.message_dict
        return {}

    def _intended(self) -> YearlyValue:
        row = copy(self.current) if self.current else YearlyValue(state=State.FINAL)
        row.indicator, row.fiscal_year = self.indicator, self.year
        for name, content in self.changes.items():
            setattr(row, name, content)
        return row

    def _differs(self, name: str) -> bool:
        new = self.changes[name]
        if self.current is None:
            return new not in (None, "")
        return bool(getattr(self.current, name) != new)

    def _at(self, name: str) -> tuple[str, str]:
        """Return the place of a cell and what stands there; the value's, where the file has no such column."""
        return self.line.cells.get(name) or self.line.cells.get("value") or self.line.key

    def _item(self, outcome: Outcome, name: str, where: str, typed: str, **texts: str) -> Item:
        label = LABELS.get(name, "行全体")
        return Item(outcome, self.line.sheet, self.line.row, where, self.indicator.code, label, typed[:200], **texts)
