"""The one way into the yearly rows for sheet and workbook: checked, all or nothing, never over another's save."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from kpis.judging.words import State
from kpis.models import Indicator, Round, Workflow, YearlyValue
from kpis.round.access import Entrant

# Of the yearly values
FIELDS = (
    "value",
    "state",
    "available_on",
    "note",
    "breaks_series",
    "analysis",
    "next_steps",
    "self_rating",
    "self_comment",
    "evidence_url",
    "doubts_answer",
)


@dataclass(frozen=True)
class Entry:
    """What somebody wants to write of one indicator: cleaned values by field, and the version that they saw.

    `seen_version` is None where they saw no row. Fields that are not named stay as they are.
    """

    indicator: Indicator
    changes: Mapping[str, Any]
    seen_version: int | None


class Problem(StrEnum):
    """Why an entry was not written."""

    REFUSED = "REFUSED"  # not theirs, or the round takes no entries
    INVALID = "INVALID"  # the content contradicts itself
    CONFLICT = "CONFLICT"  # somebody saved the row since it was seen


@dataclass(frozen=True)
class Refusal:
    """An entry that was not written, with sentences by field ("" for the row) and, on a conflict, the row as it is."""

    entry: Any  # of this path, or of one like it in an app above
    problem: Problem
    messages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    current: Any = None


class Refused(Exception):
    """Nothing was written, because of these."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refusals)} refused")
        self.refusals = list(refusals)


@dataclass(frozen=True)
class Ledger:
    """A table that departments fill in, with one row a subject and year; how entries get into it.

    An entry holds its subject under the name that the table's field has, and beside it `changes` and `seen_version`.
    """

    table: type[models.Model]
    subject: str  # the field that says what a row is about
    fields: Sequence[str]  # that are entered
    defaults: Mapping[str, Any]  # of a new row
    key: Callable[[Any], Any]  # of a subject
    read: Callable[[Round, Sequence[Any]], Iterable[Any]]  # the rows of a round on these subjects, each with its own
    check: Callable[[Any], None]  # of a row across its fields; raises ValidationError

    def write(self, round_: Round, entries: Sequence[Any], *, entrant: Entrant, reason: str) -> list[Any]:
        """Write the entries into the round's year, all or nothing; return the rows that changed.

        The round is locked first: entries come one after the other, and never beside its publication. 4 queries, and
        one write a changed row. Raises Refused.
        """
        with transaction.atomic():
            locked = Round.objects.held(round_)
            entrant.sees(locked)
            rows = {self._key(row): row for row in self.read(locked, [getattr(each, self.subject) for each in entries])}
            refusals, new, changed = [], [], []
            differing: dict[int, list[str]] = {}
            for entry in entries:
                current = rows.get(self._key(entry))
                row = self._applied(locked, entry, current)
                refusal = self._refusal(locked, entry, current, row, entrant)
                if refusal:
                    refusals.append(refusal)
                elif current is None:
                    new.append(row)
                elif names := self._differing(row, current):
                    changed.append(row)
                    differing[row.pk] = names
            if refusals:
                raise Refused(refusals)
            for row in changed:
                row.version += 1
            for row in (*new, *changed):
                if not entrant.runs_rounds:
                    row.workflow = Workflow.DRAFT  # what a department changes waits for confirmation again
            return [*self._added(new, entrant, reason), *self._updated(changed, differing, entrant, reason)]

    def _key(self, about: Any) -> Any:
        return self.key(getattr(about, self.subject))

    def _applied(self, round_: Round, entry: Any, current: Any) -> Any:
        row: Any = copy(current) if current else self.table(fiscal_year=round_.fiscal_year, **self.defaults)
        if current is None:
            setattr(row, self.subject, getattr(entry, self.subject))
        for name, content in entry.changes.items():
            if name not in self.fields:
                raise ValueError(f"{name} is not entered")
            setattr(row, name, content)
        return row

    def _refusal(self, round_: Round, entry: Any, current: Any, row: Any, entrant: Entrant) -> Refusal | None:
        department = getattr(entry, self.subject).department_id
        said = entrant.refusal(round_.strategy_id, round_.fiscal_year, department)
        if said:
            return Refusal(entry, Problem.REFUSED, {"": [said]})
        seen_now = current.version if current else None
        if seen_now != entry.seen_version and (current is None or self._differing(row, current)):
            said = "この行は、画面を開いたあとでほかの人が保存しました。"
            return Refusal(entry, Problem.CONFLICT, {"": [said]}, current)
        try:
            row.clean_fields(exclude=[self.subject, "fiscal_year"])
            self.check(row)
        except ValidationError as error:
            return Refusal(entry, Problem.INVALID, error.message_dict)
        return None

    def _differing(self, row: Any, current: Any) -> list[str]:
        return [name for name in self.fields if getattr(row, name) != getattr(current, name)]

    def _added(self, rows: Sequence[Any], entrant: Entrant, reason: str) -> list[Any]:
        user: Any = entrant.user
        return list(bulk_create_with_history(rows, self.table, default_user=user, default_change_reason=reason))

    def _updated(
        self, rows: Sequence[Any], differing: Mapping[int, Sequence[str]], entrant: Entrant, reason: str
    ) -> Sequence[Any]:
        table: Any = self.table
        for row in rows:  # one small update a row: bulk_update's CASEs take five times as long
            names = [*differing[row.pk], "version", "workflow"]
            table.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
        by = {"default_user": entrant.user, "default_change_reason": reason}
        table.history.bulk_history_create(rows, update=True, **by)
        return rows


def _values(round_: Round, indicators: Sequence[Indicator]) -> Iterable[YearlyValue]:
    held = {indicator.pk: indicator for indicator in indicators}
    for row in YearlyValue.objects.of_round(round_).filter(indicator__in=held):
        row.indicator = held[row.indicator_id]
        yield row


VALUES = Ledger(
    table=YearlyValue,
    subject="indicator",
    fields=FIELDS,
    defaults={"state": State.FINAL},
    key=lambda indicator: indicator.pk,
    read=_values,
    check=YearlyValue.check_state,
)


def write(round_: Round, entries: Sequence[Entry], *, entrant: Entrant, reason: str) -> list[YearlyValue]:
    """Write values (Ledger.write)."""
    return VALUES.write(round_, entries, entrant=entrant, reason=reason)
