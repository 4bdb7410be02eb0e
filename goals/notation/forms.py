from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.notation.days import parse_day, parse_month
from goals.notation.numbers import Missing, format_plain, parse_number
from goals.notation.years import FiscalYear


class FiscalYearField(forms.CharField):
    """A text box for a year in any notation of the city; cleans to the western year."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("min_value", None)  # of every positive number in the database
        kwargs.setdefault("widget", forms.TextInput(attrs={"size": 12}))
        super().__init__(**kwargs)
        self.help_text = self.help_text or "例: 令和6年度、R6、2024"

    def prepare_value(self, value: Any) -> Any:
        return FiscalYear(value).long() if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return FiscalYear.parse(text).year
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class DayField(forms.DateField):
    """A box for a date in any notation of the city, beside those of Django; cleans to a date."""

    read = staticmethod(parse_day)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            return self.read(value)
        except ValueError as error:
            try:
                return super().to_python(value)
            except ValidationError:
                raise ValidationError(str(error), code="invalid") from error


class MonthField(DayField):
    """The same for a month, which is its first day; a whole date stays that day."""

    read = staticmethod(parse_month)


class NumberField(forms.CharField):
    """A text box for a number in any notation of the city; cleans to a Decimal. Set `unit` to allow that unit behind it."""

    def __init__(self, **kwargs: Any) -> None:
        for name in ("max_digits", "decimal_places"):  # kept by the model
            kwargs.pop(name, None)
        kwargs.setdefault("widget", forms.TextInput(attrs={"size": 16, "inputmode": "decimal"}))
        super().__init__(**kwargs)
        self.unit: str | None = None

    def prepare_value(self, value: Any) -> Any:
        return format_plain(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            number = parse_number(text, self.unit)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        if isinstance(number, Missing):
            raise ValidationError(
                f"「{text}」は数値ではありません。値がないときは空欄にし、理由は「状態」で選んでください。",
                code="missing",
            )
        return number
