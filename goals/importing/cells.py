"""Widgets of django-import-export that read what clerks write, and refuse with a sentence (ValueError)."""

from __future__ import annotations

import datetime
import unicodedata
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from import_export import widgets

from goals.notation.days import parse_day, parse_month
from goals.notation.fields import FiscalYearField, MonthField
from goals.notation.numbers import Missing, parse_number
from goals.notation.spreadsheets import GETA, guarded, unguarded
from goals.notation.words import yes_or_no
from goals.notation.years import FiscalYear


def plain(value: Any) -> str:
    """Return a cell as text; one that the file does not have is blank."""
    return "" if value is None else str(value)


def folded(value: Any) -> str:
    """Return a cell as it is compared: half width, without outer blanks."""
    return unicodedata.normalize("NFKC", plain(value)).strip()


class Cell(widgets.Widget):
    """One cell; `blank` is what an empty one means, and a required one may not be empty."""

    def __init__(self, blank: Any = None, *, required: bool = False) -> None:
        super().__init__()
        self.blank, self.required = blank, required

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if plain(value).strip() == "":
            if self.required:
                raise ValueError(f"空欄です。{self.hint}".strip())
            return self.blank
        return self.read(value, **kwargs)

    def read(self, value: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    @property
    def hint(self) -> str:
        """Return what to do about a blank."""
        return "値を入れてください。"

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else str(value)

    def show(self, value: Any) -> str:
        """Write the value as the preview shows it."""
        return str(self.render(value))


class Text(Cell):
    """Free text, kept to the letter."""

    def __init__(self, blank: Any = "", *, required: bool = False) -> None:
        super().__init__(blank, required=required)

    def read(self, value: Any, **kwargs: Any) -> str:
        text = plain(value)
        if GETA in text:
            raise ValueError(
                f"「{GETA}」が含まれています。Shift_JIS のファイルで表せなかった文字の跡です。"
                "UTF-8 の CSV か Excel で書き出したファイルを使うか、元の文字に直してください。"
            )
        return unguarded(text)

    def keeps(self, old: str, value: Any) -> bool:
        """Tell whether the cell is the old text, as it comes back from Shift_JIS and from Excel's line breaks."""
        written, came = (text.replace("\r\n", "\n") for text in (self.render(old), plain(value)))
        return came in {written, written.encode("cp932", "geta").decode("cp932")}

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return guarded("" if value is None else str(value))

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)


class Code(Text):
    """A code or address name: half width, without blanks around it."""

    def read(self, value: Any, **kwargs: Any) -> str:
        return folded(super().read(value))


class Number(Cell):
    """A figure in any notation of the city; `unit` comes with the row where there is one."""

    def read(self, value: Any, unit: str | None = None, **kwargs: Any) -> Decimal | None:
        number = parse_number(plain(value), unit)
        if not isinstance(number, Missing):
            return number
        if self.required:
            raise ValueError(f"「{plain(value)}」は数値ではありません。値を入れてください。")
        return None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        number = Decimal(value)
        return number if kwargs.get("force_native_type") else _digits(number)


def _digits(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Whole(Cell):
    """A whole number: an order, a count."""

    def read(self, value: Any, **kwargs: Any) -> int:
        number = parse_number(plain(value))
        if isinstance(number, Missing) or number != number.to_integral_value():
            raise ValueError(f"「{plain(value)}」は整数ではありません。1 や 12 のように入力してください。")
        return int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        return int(value) if kwargs.get("force_native_type") else str(value)


class Year(Whole):
    """A 年度 in any notation; written as the western year."""

    hint = "令和6年度、R6、2024 のように入力してください。"

    def read(self, value: Any, **kwargs: Any) -> int:
        return FiscalYear.parse(plain(value)).year


class Choice(Cell):
    """One of a list, by its name or by its Japanese label."""

    def __init__(self, choices: list[tuple[Any, Any]], blank: Any = "", *, required: bool = False) -> None:
        super().__init__(blank, required=required)
        self.choices = [(str(name), str(label)) for name, label in choices]

    def read(self, value: Any, **kwargs: Any) -> str:
        wanted = folded(value).casefold()
        for name, label in self.choices:
            if wanted in {name.casefold(), folded(label).casefold()}:
                return name
        raise ValueError(f"「{plain(value)}」は使えません。{self.hint}")

    def show(self, value: Any) -> str:
        return dict(self.choices).get(str(value), super().show(value))

    @property
    def hint(self) -> str:
        return f"次のどれかを入れてください: {'、'.join(label for _, label in self.choices)}"


class Flag(Cell):
    """Yes or no; blank means `blank` (None where unknown is a third answer)."""

    words = {"1": True, "true": True, "はい": True, "○": True, "0": False, "false": False, "いいえ": False, "×": False}

    def read(self, value: Any, **kwargs: Any) -> bool:
        found = self.words.get(folded(value).casefold())
        if found is None:
            raise ValueError(f"「{plain(value)}」は使えません。はい なら 1、いいえ なら 0 を入れてください。")
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        return int(value) if kwargs.get("force_native_type") else str(int(value))

    def show(self, value: Any) -> str:
        return "" if value is None else yes_or_no(value)


class Day(Cell):
    """A date: ISO, with slashes, or in an era."""

    def read(self, value: Any, **kwargs: Any) -> datetime.date:
        return parse_day(plain(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else value.isoformat()


class Month(Day):
    """A month, as its first day; a whole date stays that day."""

    def read(self, value: Any, **kwargs: Any) -> datetime.date:
        return parse_month(plain(value))


class Moment(Cell):
    """A time, written as here; never read."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else timezone.localtime(value).isoformat(sep=" ", timespec="seconds")


def cell_for(field: models.Field[Any, Any]) -> Cell:
    """Return the widget for a field of a model, by its type."""
    blank = field.get_default() if field.has_default() else None if field.null else ""
    needed = not field.blank and not field.has_default() and not field.null
    if field.choices:
        return Choice(list(field.flatchoices), blank, required=needed)
    if isinstance(field, models.SlugField):
        return Code()
    if isinstance(field, models.CharField | models.TextField):
        return Text()
    kinds: list[tuple[type[models.Field[Any, Any]], type[Cell]]] = [
        (models.BooleanField, Flag),
        (models.DateTimeField, Moment),
        (MonthField, Month),
        (models.DateField, Day),
        (models.DecimalField, Number),
        (models.IntegerField, Whole),
    ]
    if isinstance(field, FiscalYearField):
        return Year(blank or None, required=needed)
    kind = next((cell for type_, cell in kinds if isinstance(field, type_)), Text)
    return kind(None if blank == "" else blank, required=needed)
