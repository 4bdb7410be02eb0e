"""The one way into the yearly values for sheet and workbook: checked, all or nothing, never over another's save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from kpis.access import Entrant
from kpis.evaluation import State
from kpis.models import Indicator, Round, Workflow, YearlyValue

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


def write(round_: Round, entries: Sequence[Entry], *, entrant: Entrant, reason: str) -> list[YearlyValue]:
    """Write the entries into the round's year, all or nothing; return the rows that changed.

    The round is locked first: entries come one after the other, and never beside its publication. 4 queries, and one
    write a changed row. Raises Refused.
    """
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).select_related("strategy").get(pk=round_.pk)
        entrant.sees(locked)
        found = YearlyValue.objects.of_round(locked).filter(indicator__in={entry.indicator.pk for entry in entries})
        rows = {row.indicator_id: row for row in found}
        refusals, new, changed = [], [], []
        differing: dict[int, list[str]] = {}
        for entry in entries:
            current = rows.get(entry.indicator.pk)
            row = _applied(locked, entry, current)
            refusal = _refusal(locked, entry, current, row, entrant)
            if refusal:
                refusals.append(refusal)
            elif current is None:
                new.append(row)
            elif names := _differing(row, current):
                changed.append(row)
                differing[row.pk] = names
        if refusals:
            raise Refused(refusals)
        for row in changed:
            row.version += 1
        for row in (*new, *changed):
            if not entrant.runs_rounds:
                row.workflow = Workflow.DRAFT  # what a department changes waits for confirmation again
        user: Any = entrant.user
        written = list(bulk_create_with_history(new, YearlyValue, default_user=user, default_change_reason=reason))
        for row in changed:  # one small update a row: bulk_update's CASEs take five times as long
            names = [*differing[row.pk], "version", "workflow"]
            YearlyValue.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
        YearlyValue.history.bulk_history_create(changed, update=True, default_user=user, default_change_reason=reason)
    return [*written, *changed]


def _applied(round_: Round, entry: Entry, current: YearlyValue | None) -> YearlyValue:
    row = copy(current) if current else YearlyValue(fiscal_year=round_.fiscal_year, state=State.FINAL)
    row.indicator = entry.indicator
    for name, content in entry.changes.items():
        if name not in FIELDS:
            raise ValueError(f"{name} is not entered")
        setattr(row, name, content)
    return row


def _refusal(
    round_: Round, entry: Entry, current: YearlyValue | None, row: YearlyValue, entrant: Entrant
) -> Refusal | None:
    said = entrant.refusal(round_.strategy_id, round_.fiscal_year, entry.indicator.department_id)
    if said:
        return Refusal(entry, Problem.REFUSED, {"": [said]})
    if (current.version if current else None) != entry.seen_version and (current is None or _differing(row, current)):
        said = "この行は、画面を開いたあとでほかの人が保存しました。"
        return Refusal(entry, Problem.CONFLICT, {"": [said]}, current)
    try:
        row.clean_fields(exclude=["indicator", "fiscal_year"])
        row.check_state()
    except ValidationError as error:
        return Refusal(entry, Problem.INVALID, error.message_dict)
    return None


def _differing(row: YearlyValue, current: YearlyValue) -> list[str]:
    return [name for name in FIELDS if getattr(row, name) != getattr(current, name)]
