from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from import_export import fields, resources, results
from import_export.instance_loaders import ModelInstanceLoader
from import_export.widgets import ManyToManyWidget

from goals.importing.cells import Cell, Text, cell_for, folded, plain
from goals.importing.diff import Diff
from goals.importing.keys import Keys


class Column(fields.Field):
    """A column of the file, with the words for it on the screen."""

    attribute: str
    column_name: str

    def __init__(self, attribute: str, name: str, cell: Cell | Keys, label: str, *, readonly: bool = False) -> None:
        super().__init__(attribute=attribute, column_name=name, widget=cell, readonly=readonly)
        self.attribute, self.column_name = attribute, name
        self.label = label

    @property
    def title(self) -> str:
        return f"{self.label}（{self.column_name}）"

    @property
    def is_needed(self) -> bool:
        return bool(getattr(self.widget, "required", False))


class Loader(ModelInstanceLoader):
    """Find the row to change by its codes; a code that cannot be read is told of later, with the other cells."""

    def get_instance(self, row: Any) -> Any:
        try:
            return super().get_instance(row)
        except ValueError:
            return None


class Error(results.Error):
    """What stopped a row or a file; a clerk sees a sentence, never the name of an exception."""

    @property
    def sentence(self) -> str:
        if isinstance(self.error, ValidationError):
            return " ".join(self.error.messages)
        if type(self.error) is ValueError:
            return str(self.error)
        return "予期しない理由で取り込めませんでした。この画面とファイルを添えて、システムの担当者に連絡してください。"


IMPORTED = "ファイルの取込み"  # the reason in the history, where nobody gave another


class Resource(resources.ModelResource):
    """One file layout of one model: found by codes, checked whole, nothing written when anything is wrong."""

    # What `get_value` follows, so that a row costs no query of its own
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    _headers: list[str] = []

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        instance_loader_class = Loader

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Column:
        return Column(field_name, field_name, cell_for(django_field), str(django_field.verbose_name), readonly=readonly)

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return Diff

    @classmethod
    def get_error_result_class(cls) -> type[Error]:
        return Error

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls._model()._meta.verbose_name)

    @classmethod
    def _model(cls) -> type[models.Model]:
        return cast("type[models.Model]", cls._meta.model)

    @classmethod
    def columns(cls) -> list[Column]:
        """Return the columns in the order of the file."""
        return [_column(cls.fields[name]) for name in cls().get_export_order()]

    def get_queryset(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self._model()._default_manager.all()
        return rows.select_related(*self.related) if self.related else rows

    def filter_export(self, queryset: models.QuerySet[Any], **kwargs: Any) -> models.QuerySet[Any]:
        joined = queryset.select_related(*self.related) if self.related else queryset
        return joined.prefetch_related(*self.prefetched)

    # The file as a whole

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self._rows_by_key: dict[tuple[Any, ...], int] = {}
        names = {folded(column.label): column.column_name for column in self.columns()}
        names |= {column.column_name: column.column_name for column in self.columns()}
        headers = [folded(header) for header in dataset.headers or []]
        dataset.headers = self._headers = [names.get(header, header) for header in headers]
        missing = [name for name in self.key_columns() if name not in dataset.headers]
        if missing:
            dataset.wipe()
            raise ValueError(
                f"ファイルに必要な列がありません: {'、'.join(missing)}。1行目に列の名前を入れてください。"
                "この画面から書き出したファイルを元にすると確実です。"
            )

    def key_columns(self) -> list[str]:
        """Return the columns without which a row cannot be found."""
        names: list[str] = []
        for field in self._keys():
            names += [*getattr(field.widget, "lookups", {}).values(), field.column_name]
        return list(dict.fromkeys(names))

    def _keys(self) -> list[Column]:
        return [_column(self.fields[name]) for name in self.get_import_id_fields()]

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        result: Any = super().import_data(dataset, *args, **kwargs)
        result.notes = dataset.notes
        titles = {column.attribute: column.title for column in self.columns()}
        for row in result.invalid_rows:
            row.error_dict = {titles.get(name, name): texts for name, texts in row.error_dict.items()}
        self._show_columns_of_the_file(result)
        return result

    def _show_columns_of_the_file(self, result: Any) -> None:
        """Leave only those columns in the preview that came in or help to read it, under their Japanese names."""
        columns = [_column(field) for field in self.get_import_fields()]
        shown = [
            place for place, column in enumerate(columns) if column.readonly or column.column_name in self._headers
        ]
        result.diff_headers = [columns[place].label for place in shown]
        for row in result.rows:
            if row.diff:
                row.diff = [row.diff[place] for place in shown]

    # One row

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        if any(plain(cell).strip() for cell in row.values()):
            return super().import_row(row, instance_loader, **kwargs)
        blank = self.get_row_result_class()()
        blank.import_type = blank.IMPORT_TYPE_SKIP
        blank.diff = [""] * len(self.get_diff_headers())
        return blank

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        try:
            key = tuple(field.clean(row) for field in self._keys())
        except ValueError:
            return
        line = kwargs["row_number"] + 1
        first = self._rows_by_key.setdefault(key, line)
        if first != line:
            named = "、".join(f"{name} {plain(row.get(name))}" for name in self.key_columns())
            raise ValidationError(
                f"{first}行目と{line}行目が、どちらも同じもの（{named}）の行です。正しい方だけを残してください。"
            )

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self._lists(row):
            try:
                field.clean(row)
            except ValueError as error:
                errors[field.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)

    def _lists(self, row: Any) -> Iterable[Column]:
        for field in self.get_import_fields():
            if isinstance(field.widget, ManyToManyWidget) and field.column_name in row and not field.readonly:
                yield _column(field)

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if field.readonly or field.column_name not in row:
            return
        old = field.get_value(instance)
        if not (isinstance(field.widget, Text) and old and field.widget.keeps(old, row[field.column_name])):
            super().import_field(field, instance, row, is_m2m, **kwargs, unit=self.unit_of(instance))

    def do_instance_save(self, instance: Any, is_create: bool = False) -> None:
        """Say in the history that a file brought the row."""
        instance._change_reason = IMPORTED
        super().do_instance_save(instance, is_create)  # type: ignore[call-arg]

    def unit_of(self, instance: Any) -> str | None:
        """Return the unit that the numbers of the row are in; None where it has none to check."""
        return None

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Check cells first; only where all of them could be read, the row as a whole."""
        if import_validation_errors:
            errors = dict(import_validation_errors)
            try:
                instance.clean_fields(exclude=set(errors) - {NON_FIELD_ERRORS})
            except ValidationError as error:
                errors = error.update_error_dict(errors)
            raise ValidationError(errors)
        super().validate_instance(instance, validate_unique=validate_unique)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        if instance.pk is None:
            return False
        return bool(super().skip_row(instance, original, row, import_validation_errors))


def _column(field: fields.Field) -> Column:
    assert isinstance(field, Column)
    return field
