"""Model fields whose form takes what clerks write: R6 or 令和6年度 for a year, R6.10 for a month, △5.2 for a number."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from goals.notation import forms


class FiscalYearField(models.PositiveSmallIntegerField):
    """A 年度, stored as the western year in which it begins."""

    default_validators = [MinValueValidator(1926), MaxValueValidator(2100)]

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        # The admin would put in its number box, which takes no 令和6年度.
        kwargs.pop("widget", None)
        return super().formfield(**{"form_class": forms.FiscalYearField, **kwargs})


class MonthField(models.DateField):
    """A month, stored as its first day."""

    def deconstruct(self) -> Any:
        """Be a plain date to the migrations: the column is one."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().formfield(**{**kwargs, "form_class": forms.MonthField})


class NumberField(models.DecimalField):
    """A figure of the city: exact, and wide enough for every unit in use."""

    def __init__(self, verbose_name: str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(verbose_name, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().formfield(**{"form_class": forms.NumberField, **kwargs})


class AddressField(models.URLField):
    """An address on the web; one typed without a scheme is https."""

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().formfield(**{"assume_scheme": "https", **kwargs})
