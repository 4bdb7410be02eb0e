"""Read the files in fixtures/: Django's serializer format, by natural keys, in a fixed order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

# In the order in which they are read: a row refers only to rows before it.
FILES = ("departments.json", "themes.json", "first_strategy.json", "third_strategy.json", "committee.json")
# Nothing that a round publishes (values, reports, assessments) comes from a file.
KINDS = (
    "goals.department",
    "goals.theme",
    "goals.themesection",
    "goals.strategy",
    "goals.revision",
    "goals.revisionsection",
    "goals.goal",
    "goals.direction",
    "kpis.indicator",
    "kpis.target",
    "kpis.expectedvalue",
    "measures.measure",
    "measures.meeting",
    "measures.opinion",
)


class LoadError(Exception):
    """A sentence for the office on what in the files must be put right."""


@dataclass(frozen=True)
class Row:
    """One row of a file."""

    file: str
    place: int
    label: str
    fields: dict[str, Any]

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    def __str__(self) -> str:
        names = (self.fields.get(name) for name in ("code", "slug", "indicator", "title", "heading", "name"))
        hint = next((text(name) for name in names if name), "")
        return f"{self.file} の{self.place}件目（{f'{self.model._meta.verbose_name} {hint}'.strip()}）"

    def refuse(self, why: str) -> LoadError:
        return LoadError(f"{self}: {why}")


def read(directory: Path) -> Iterator[Row]:
    """Read all rows in their order, and refuse what is no list of {"model": …, "fields": {…}}."""
    for name in FILES:
        data = _json(directory / name)
        if not isinstance(data, list):
            raise LoadError(f"{name} は、行を [ ] で囲んだ一覧にしてください。")
        for place, item in enumerate(data, 1):
            if not isinstance(item, dict) or set(item) != {"model", "fields"} or not isinstance(item["fields"], dict):
                raise LoadError(f'{name} の{place}件目は、"model" と "fields" の2つだけにしてください。')
            if item["model"] not in KINDS:
                raise LoadError(f"{name} の{place}件目: 「{item['model']}」は、初期データにできない種類です。")
            yield Row(name, place, item["model"], item["fields"])


def text(key: Any) -> str:
    """Write a natural key as one word: 3-1-1-01/3/2."""
    return "/".join(str(part) for part in key) if isinstance(key, list | tuple) else str(key)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, object_pairs_hook=_once)
    except FileNotFoundError:
        raise LoadError(f"{path.name} が {path.parent} にありません。") from None
    except json.JSONDecodeError as error:
        why = f"の{error.lineno}行目をJSONとして読めません。かっこ、コンマ、引用符を確かめてください。"
        raise LoadError(f"{path.name} {why}") from error
    except UnicodeDecodeError as error:
        raise LoadError(f"{path.name} の文字コードがUTF-8ではありません。UTF-8で保存し直してください。") from error
    except OSError as error:
        raise LoadError(f"{path.name} を読めません。（{error.strerror}）") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object, and refuse a name that stands in it twice."""
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise LoadError(f"同じ項目が1つの行に2回あります: {'、'.join(twice)}")
    return dict(pairs)
