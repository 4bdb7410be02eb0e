"""The cells of a row as text: how what is saved is shown, and how what is typed is read."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.forms import NumberField
from goals.numbers import format_plain
from kpis.evaluation import State
from kpis.models import Indicator, YearlyValue
from kpis.models.value import SELF_RATINGS
from kpis.sheet.grid import CHECKED, plain

NAMES = (
    "value",
    "state",
    "available_on",
    "note",
    "analysis",
    "next_steps",
    "self_rating",
    "self_comment",
    "evidence_url",
    "breaks_series",
)
_MONTH = re.compile(
    r"(?:(令和|R)(元|[0-9]{1,2})|([0-9]{4}))[年./-]([0-9]{1,2})月?(?:[./-]?[0-9]{1,2}日?)?", re.IGNORECASE
)
_REIWA = 2018  # the year before its first


def cells_of(value: YearlyValue | None) -> dict[str, str]:
    """Write a row as its cells show it; all blank where there is none yet."""
    if value is None:
        return dict.fromkeys((*NAMES, "doubts_answer"), "")
    cells = {name: str(getattr(value, name) or "") for name in (*NAMES, "doubts_answer")}
    cells["value"] = "" if value.value is None else format_plain(value.value)
    cells["available_on"] = month(value.available_on)
    cells["breaks_series"] = CHECKED if value.breaks_series else ""
    return cells


def month(day: datetime.date | None) -> str:
    return f"{day.year}年{day.month}月" if day else ""


def label_of(name: str) -> str:
    field: Any = YearlyValue._meta.get_field(name)
    return str(field.verbose_name)


def shown(name: str, text: str) -> str:
    if name == "breaks_series":
        return "はい" if text else "いいえ"
    field: Any = YearlyValue._meta.get_field(name)
    return str(dict(field.flatchoices).get(text, text)) or "（空欄）"


class MonthField(forms.CharField):
    """A month as clerks write it (2026年11月, 令和8年11月, R8.11, 2026-11); cleans to its first day."""

    def to_python(self, value: Any) -> datetime.date | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        found = _MONTH.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
        try:
            if found is None:
                raise ValueError
            era, in_era, western, number = found.groups()
            year = _REIWA + (1 if in_era == "元" else int(in_era)) if era else int(western)
            return datetime.date(year, int(number), 1)
        except ValueError:
            raise ValidationError(
                f"「{text}」は年月として読み取れません。2026年11月 や 令和8年11月 のように入力してください。"
            ) from None


class RowForm(forms.Form):
    """What is typed into one row, read in the indicator's unit."""

    value = NumberField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), *((state.value, state.label) for state in State)])
    available_on = MonthField(required=False)
    note = forms.CharField(required=False)
    analysis = forms.CharField(required=False)
    next_steps = forms.CharField(required=False)
    self_rating = forms.ChoiceField(required=False, choices=[("", ""), *SELF_RATINGS])
    self_comment = forms.CharField(required=False)
    evidence_url = forms.URLField(required=False, max_length=200, assume_scheme="https")
    breaks_series = forms.BooleanField(required=False)
    doubts_answer = forms.CharField(required=False, max_length=200)

    def __init__(self, data: Mapping[str, str], *, indicator: Indicator) -> None:
        super().__init__({name: plain(text) for name, text in data.items()})
        field: Any = self.fields["value"]
        field.unit = indicator.unit

    def clean(self) -> dict[str, Any]:
        """Take a number without a state as final, and ask for the reason where there is no number."""
        cleaned = self.cleaned_data
        if not cleaned.get("state") and "state" not in self.errors and "value" not in self.errors:
            if cleaned.get("value") is None:
                raise ValidationError(
                    {
                        "state": "実績値がありません。値を入れるか、「状態」で値がない理由（未公表など）を選んでください。"
                    }
                )
            cleaned["state"] = State.FINAL.value
        value: Decimal | None = cleaned.get("value")
        if value == 0:
            cleaned["value"] = abs(value)  # type: ignore[arg-type]
        return cleaned
