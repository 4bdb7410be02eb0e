from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from kpis.admin.version import VersionedForm
from kpis.judging.words import State
from kpis.models import Indicator, YearlyValue


class YearlyValueForm(VersionedForm):
    """Enter one value: in the city's notation, by those who may, and never over what somebody else has just saved."""

    always_compared = frozenset({"value", "state"})

    class Meta:
        model = YearlyValue
        fields = (
            "indicator",
            "fiscal_year",
            "value",
            "state",
            "available_on",
            "note",
            "breaks_series",
            "analysis",
            "next_steps",
            "self_rating",
            "self_comment",
            "evidence_url",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["state"].initial = State.FINAL
        if self.instance.indicator_id:
            self._use_unit(self.instance.indicator)

    def _use_unit(self, indicator: Indicator) -> None:
        field: Any = self.fields.get("value")
        if field is not None:
            field.unit = indicator.unit
            unit = f"単位は「{indicator.unit}」です。" if indicator.unit else "単位はありません。"
            field.help_text = f"{unit}値がないときは空欄にし、理由を「状態」で選びます。0 は値です。"

    def unit_of(self, name: str) -> str:
        return str(self.instance.indicator.unit)

    def clean_indicator(self) -> Indicator:
        """Know the unit before the number is read: fields are cleaned in their order."""
        indicator: Indicator = self.cleaned_data["indicator"]
        self._use_unit(indicator)
        return indicator

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_entrant()
        if self.instance.pk and not self.errors:
            self.check_version()
        return cleaned

    def _check_entrant(self) -> None:
        indicator = self.cleaned_data.get("indicator") or (self.instance.indicator if self.instance.pk else None)
        year = self.cleaned_data.get("fiscal_year") or self.instance.fiscal_year
        if indicator is None or year is None:
            return
        strategy_id = indicator.goal.strategy_id
        # YearlyValue.clean() says so of a published year.
        if not self.entrant.is_published(strategy_id, year):
            refusal = self.entrant.refusal(strategy_id, year, indicator.department_id)
            if refusal:
                raise ValidationError(refusal, code="refused")
