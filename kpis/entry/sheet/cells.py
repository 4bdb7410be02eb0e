"""The cells of a row as text: how what is saved is shown, and how what is typed is read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.notation.days import format_month
from goals.notation.forms import MonthField, NumberField
from goals.notation.numbers import format_plain
from kpis.entry.sheet.grid import CHECKED, plain
from kpis.judging.words import State
from kpis.models import Indicator, YearlyValue
from kpis.models.value import SELF_RATINGS

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


def cells_of(value: YearlyValue | None) -> dict[str, str]:
    """Write a row as its cells show it; all blank where there is none yet."""
    if value is None:
        return dict.fromkeys((*NAMES, "doubts_answer"), "")
    cells = {name: str(getattr(value, name) or "") for name in (*NAMES, "doubts_answer")}
    cells["value"] = "" if value.value is None else format_plain(value.value)
    cells["available_on"] = format_month(value.available_on) if value.available_on else ""
    cells["breaks_series"] = CHECKED if value.breaks_series else ""
    return cells


class RowForm(forms.Form):
    """What is typed into one row, read in the indicator's unit."""

    value = NumberField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), *State.choices()])
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

    def clean_available_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["available_on"]
        return day.replace(day=1) if day else None

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
