"""Load the real strategy from fixtures/, and leave what staff changed or deleted as they left it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.models import LoadedRow
from goals.publication import version
from kanazawa_strategy.upkeep.fixture_files import LoadError, Row, read, text

__all__ = ["LoadError", "Outcome", "Report", "load"]

TEXT = models.CharField | models.TextField
REASON = "初期データ"

Model = type[models.Model]
Links = dict[str, Any]


class Outcome(StrEnum):
    """What became of a row of the files."""

    CREATED = "作成"
    UPDATED = "更新"
    UNCHANGED = "変更なし"
    CHANGED = "職員が変更したため残したもの"
    DELETED = "職員が削除したため作り直さなかったもの"


WRITTEN = {Outcome.CREATED, Outcome.UPDATED}
LEFT = {Outcome.CHANGED, Outcome.DELETED}


@dataclass
class Report:
    """What was done, by kind, and the rows that were left to staff."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))
    left: list[str] = field(default_factory=list)

    def count(self, row: Row, outcome: Outcome) -> None:
        self.counts[row.label][outcome] += 1
        if outcome in LEFT:
            self.left.append(f"{outcome}: {row}")

    @property
    def total(self) -> Counter[Outcome]:
        return sum(self.counts.values(), Counter[Outcome]())

    @property
    def lines(self) -> list[str]:
        """Return the report for the screen: the whole, each kind, each row that was left."""
        whole = "・".join(f"{outcome} {self.total[outcome]}件" for outcome in Outcome)
        kinds = []
        for label, counts in self.counts.items():
            some = "・".join(f"{outcome} {counts[outcome]}件" for outcome in Outcome if counts[outcome])
            kinds.append(f"  {apps.get_model(label)._meta.verbose_name}: {some}")
        return [whole, *kinds, *self.left]


def load(directory: Path) -> Report:
    """Write what is new in the files, all or nothing; raise LoadError with a sentence on a file that is not right."""
    rows = list(read(directory))
    with transaction.atomic():
        loading = _Loading()
        for row in rows:
            loading.take(row)
        loading.finish()
    return loading.report


class _Loading:
    """One run: the rows of the database by natural key, each model read once, and what was loaded before."""

    def __init__(self) -> None:
        self.report = Report()
        self.loaded = {(row.model, row.key): row.fingerprint for row in LoadedRow.objects.all()}
        self.records: list[LoadedRow] = []
        self.seen: set[tuple[str, str]] = set()
        self.stock: dict[Model, dict[Any, Any]] = {}
        self.keys: dict[Model, dict[Any, Any]] = {}

    def take(self, row: Row) -> None:
        """Create or update one row, unless it is as it should be or staff had a hand in it."""
        built = self._build(row)
        if built is None:
            self.report.count(row, Outcome.DELETED)
            return
        instance, links = built
        name = text(key := instance.natural_key())
        if (row.label, name.lower()) in self.seen:
            raise row.refuse("同じコード（番号）の行がもうあります。コードを確かめてください。")
        self.seen.add((row.label, name.lower()))
        existing, stored = self._rows(row.model).get(key), self.loaded.get((row.label, name))
        wanted = self._fingerprint(instance, links)
        current = existing and self._fingerprint(existing, {link: getattr(existing, link).all() for link in links})
        if existing is None:
            outcome = Outcome.DELETED if stored else Outcome.CREATED
        elif current == wanted:
            outcome = Outcome.UNCHANGED
        else:
            outcome = Outcome.UPDATED if current == stored else Outcome.CHANGED
        if outcome in WRITTEN:
            if existing:
                instance.pk, instance._state.adding = existing.pk, False
            _clean(row, instance.full_clean)
            instance._change_reason = REASON
            instance.save()
            for link, rows in links.items():
                if rows or existing:
                    getattr(instance, link).set(rows)
            self.stock[row.model][key] = instance
            self.keys[row.model][instance.pk] = key
        if outcome not in LEFT and stored != wanted:
            self.records.append(LoadedRow(model=row.label, key=name, fingerprint=wanted))
        self.report.count(row, outcome)

    def finish(self) -> None:
        """Remember what was loaded, and tell the public pages of it."""
        LoadedRow.objects.bulk_create(
            self.records, update_conflicts=True, unique_fields=["model", "key"], update_fields=["fingerprint"]
        )
        if WRITTEN & self.report.total.keys():
            version.bump()

    def _build(self, row: Row) -> tuple[Any, Links] | None:
        """Make the row with what it refers to; None where staff deleted what it cannot be without."""
        meta = row.model._meta
        known: dict[str, Any] = {f.name: f for f in (*meta.concrete_fields, *meta.many_to_many) if not f.primary_key}
        links: Links = {f.name: [] for f in meta.many_to_many}
        values: dict[str, Any] = {}
        for name, value in row.fields.items():
            one = known.get(name)
            if one is None:
                raise row.refuse(f"「{name}」という項目はありません。")
            if one.many_to_many:
                keys = value if isinstance(value, list) else [value]
                links[name] = [found for key in keys if (found := self._refer(row, one, key))]
            elif one.many_to_one:
                values[name] = self._refer(row, one, value)
                if values[name] is None and not one.null:
                    return None
            elif isinstance(value, list | dict) or value == (None if isinstance(one, TEXT) else ""):
                raise row.refuse(
                    f'「{one.verbose_name}」（{name}）の空欄は、文字の項目は ""、ほかは null と書いてください。'
                )
            else:
                values[name] = value
        instance = row.model(**values)
        _clean(row, lambda: instance.clean_fields(exclude={name for name in values if known[name].many_to_one}))
        return instance, links

    def _refer(self, row: Row, to: Any, key: Any) -> Any:
        """Return the row that a natural key names; None for none, and where staff deleted it."""
        if key is None and to.null:
            return None
        if not isinstance(key, list) or any(isinstance(part, list | dict) for part in key):
            raise row.refuse(f"「{to.verbose_name}」（{to.name}）の参照先は [3, 1] のように書いてください。")
        found = self._rows(to.related_model).get(tuple(key))
        if found is None and (to.related_model._meta.label_lower, text(key)) not in self.loaded:
            raise row.refuse(f"「{to.verbose_name}」（{to.name}）の参照先 {text(key)} が、この行より前にありません。")
        return found

    def _rows(self, model: Model) -> dict[Any, Any]:
        if model not in self.stock:
            rows: Any = model._default_manager.select_related()
            rows = rows.prefetch_related(*(link.name for link in model._meta.many_to_many))
            self.stock[model] = {row.natural_key(): row for row in rows}
            self.keys[model] = {row.pk: key for key, row in self.stock[model].items()}
        return self.stock[model]

    def _name(self, model: Model, pk: Any) -> str:
        self._rows(model)
        return text(self.keys[model][pk])

    def _fingerprint(self, instance: Any, links: Links) -> str:
        """Hash what the row holds, by natural keys; defaults are left out, so that a new field changes nothing."""
        content: dict[str, Any] = {
            name: sorted({self._name(type(row), row.pk) for row in rows}) for name, rows in links.items() if rows
        }
        for one in instance._meta.concrete_fields:
            value = getattr(instance, one.attname)
            if one.primary_key or value == one.get_default():
                continue
            if one.remote_field:
                value = self._name(one.related_model, value)
            # The database pads decimals, and forms send \r\n.
            plain = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
            content[one.name] = "\n".join(plain.splitlines())
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _clean(row: Row, clean: Callable[[], None]) -> None:
    """Check, and name the fields of an error by what the screens call them."""
    try:
        clean()
    except ValidationError as error:
        names = {one.name: f"「{getattr(one, 'verbose_name', '')}」: " for one in row.model._meta.get_fields()}
        found = error.message_dict.items()
        raise row.refuse(" ".join(names.get(name, "") + "".join(messages) for name, messages in found)) from error
