"""Read the files of the demonstration, find what they refer to, and save what comes of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

Row = TypeVar("Row", bound=models.Model)
FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"


class DemoError(Exception):
    """A sentence for the office on why the demonstration can't be loaded."""


def read(name: str) -> Any:
    """Read a JSON file."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def table(name: str) -> list[dict[str, str]]:
    """Read a CSV file, one row a dictionary."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find(model: type[Row], *key: Any) -> Row:
    """Return the row with a natural key; staff may have deleted it before the demonstration came."""
    manager: Any = model._default_manager
    try:
        row: Row = manager.get_by_natural_key(*key)
    except ObjectDoesNotExist:
        name = model._meta.verbose_name
        raise DemoError(
            f"{name} {'/'.join(map(str, key))} がないため、デモデータを読み込めません。"
            "空のデータベースで実行してください。"
        ) from None
    return row


def save(row: Any) -> None:
    """Save a row with its history."""
    row._change_reason = "デモ"
    row.save()
