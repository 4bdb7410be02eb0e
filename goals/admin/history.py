"""The history of a row as it is read: who, when, why, and what stood there before beside what came, as the forms show it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from simple_history.utils import get_m2m_reverse_field_name

from goals.notation.fields import FiscalYearField
from goals.notation.numbers import format_plain
from goals.notation.words import yes_or_no
from goals.notation.years import FiscalYear

SOURCE = {"source_place", "source_note"}
COUNTERS = {"version"}  # kept for the machine
Lists = dict[tuple[str, int], list[str]]


@dataclass(frozen=True)
class Change:
    """One field, with what it was and what it became."""

    label: str
    before: str
    after: str


def compare(records: Sequence[Any], older: Any = None) -> None:
    """Set on each record who made it and its changes against the next one, which is older; `older` follows the last."""
    all_records = [*records, *([older] if older else [])]
    lists = _lists(all_records)
    for record in records:
        record.who, record.changes = _name(record.history_user), []
    for new, old in pairwise(all_records):
        new.changes = [*_fields(old, new), *_many(old, new, lists)]
    for record in records:
        record.height = len(record.changes) or 1


def contents(record: Any) -> list[tuple[str, str]]:
    """Return all that a record holds, by the labels of the forms."""
    lists = _lists([record])
    found = [(_label(field), _shown(field, record)) for field in _tracked(record)]
    return found + [
        (_label(field), "、".join(lists.get((field.name, record.history_id), [])))
        for field in record._history_m2m_fields
    ]


def _name(user: Any) -> str:
    """Write 犀川 花子（tantou）."""
    if user is None:
        return "（システム）"
    name = full_name(user)
    return f"{name}（{user.username}）" if name else str(user.username)


def full_name(user: Any) -> str:
    """Write 犀川 花子."""
    return f"{user.last_name} {user.first_name}".strip()


def _fields(old: Any, new: Any) -> Iterable[Change]:
    for field in _tracked(new):
        if getattr(old, field.attname) != getattr(new, field.attname):
            yield Change(_label(field), _shown(field, old), _shown(field, new))


def _tracked(record: Any) -> list[Any]:
    """Return the fields that staff know, in the order of the model, where it stands in the sources last."""
    known = {field.name for field in record.tracked_fields} - COUNTERS
    fields = [field for field in record.instance_type._meta.fields if field.name in known and not field.primary_key]
    return sorted(fields, key=lambda field: field.name in SOURCE)


def _many(old: Any, new: Any, lists: Lists) -> Iterable[Change]:
    for field in new._history_m2m_fields:
        before, after = (lists.get((field.name, record.history_id), []) for record in (old, new))
        if before != after:
            yield Change(_label(field), "、".join(before), "、".join(after))


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _shown(field: models.Field[Any, Any], record: Any) -> str:
    """Write what a record holds, as the form shows it; nothing for a blank."""
    value = getattr(record, field.attname)
    if value is None or value == "":
        return ""
    if isinstance(field, models.ForeignKey):
        return _row(record, field.name)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, FiscalYearField):
        return FiscalYear(value).long()
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, Decimal):
        return format_plain(value)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _row(record: Any, name: str) -> str:
    try:
        row = getattr(record, name)
    except ObjectDoesNotExist:
        row = None
    return "（削除済み）" if row is None else str(row)


def _lists(records: Sequence[Any]) -> Lists:
    """Read what the records held of other tables, sorted by name: 1 query per list."""
    found: Lists = defaultdict(list)
    for field in records[0]._history_m2m_fields if records else ():
        other = get_m2m_reverse_field_name(field)
        rows = getattr(type(records[0]), field.name).filter(history__in=[record.pk for record in records])
        for row in rows.select_related(other):
            found[field.name, row.history_id].append(_row(row, other))
    return {key: sorted(names) for key, names in found.items()}
