"""Widgets for rows that point to other rows by their codes, in one column or several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from import_export import widgets

from goals.importing.cells import Cell, Code, Day, Whole, Year, folded, plain
from goals.notation.fields import FiscalYearField


class Key(Cell):
    """The row of `model` whose `lookups` (path on the model → column of the file) agree; the first column is its own.

    All rows of the model are read once per import; one that is not among them is looked for again.
    """

    def __init__(self, model: type[models.Model], lookups: Mapping[str, str], *, required: bool = False) -> None:
        super().__init__(None, required=required)
        self.model, self.lookups = model, dict(lookups)
        self.own = next(iter(self.lookups))
        self._known: dict[tuple[Any, ...], models.Model] | None = None

    @property
    def hint(self) -> str:
        return f"{self.model._meta.verbose_name}を指すコードを入れてください。"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> models.Model | None:
        if plain(value).strip() == "":
            return super().clean(value, row, **kwargs)  # type: ignore[no-any-return]
        cells = {path: row.get(column) if path != self.own else value for path, column in self.lookups.items()}
        try:
            wanted = {path: _reader(self.model, path).clean(cell) for path, cell in cells.items()}
        except ValueError:
            raise self._unknown(cells) from None
        found = self._find(wanted)
        if found is None:
            raise self._unknown(cells)
        return found

    def _find(self, wanted: dict[str, Any]) -> models.Model | None:
        if self._known is None:
            parents = sorted({path.rpartition("__")[0] for path in self.lookups} - {""})
            rows = (
                self.model._default_manager.select_related(*parents) if parents else self.model._default_manager.all()
            )
            self._known = {tuple(reach(row, path) for path in self.lookups): row for row in rows}
        key = tuple(wanted[path] for path in self.lookups)
        if key not in self._known:
            late = self.model._default_manager.filter(**wanted).first()
            if late is None:
                return None
            self._known[key] = late
        return self._known[key]

    def _unknown(self, cells: Mapping[str, Any]) -> ValueError:
        noun = self.model._meta.verbose_name
        named = "、".join(f"{self.lookups[path]}「{plain(cell)}」" for path, cell in reversed(list(cells.items())))
        if len(cells) == 1:
            named = f"コード「{plain(next(iter(cells.values())))}」"
        return ValueError(f"{named}の{noun}はありません。コードを確かめるか、先に{noun}を登録してください。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        return _reader(self.model, self.own).render(reach(value, self.own), **kwargs)


class Keys(widgets.ManyToManyWidget):
    """Several rows by their codes, joined with `;`."""

    def __init__(self, model: type[models.Model], field: str) -> None:
        super().__init__(model, separator=";", field=field)
        self._key = Key(model, {field: ""})

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[models.Model]:
        codes = [part.strip() for part in folded(value).split(";") if part.strip()]
        rows = [self._key.clean(code, row) for code in dict.fromkeys(codes)]
        return [found for found in rows if found is not None]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return ";".join(sorted(str(getattr(row, str(self.field))) for row in value.all()))


def reach(row: Any, path: str) -> Any:
    """Follow `goal__strategy__edition`; None where it breaks off."""
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def _reader(model: type[models.Model], path: str) -> Cell:
    """Return the cell that reads and writes the field at the end of the path."""
    first, _, rest = path.partition("__")
    field = model._meta.get_field(first)
    if rest and field.related_model and not isinstance(field.related_model, str):
        return _reader(field.related_model, rest)
    if isinstance(field, FiscalYearField):
        return Year(required=True)
    if isinstance(field, models.DateField):
        return Day(required=True)
    return Whole(required=True) if isinstance(field, models.IntegerField) else Code(required=True)
