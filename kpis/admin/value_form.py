from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from goals.numbers import format_plain
from goals.years import FiscalYear
from kpis.access import Entrant
from kpis.evaluation import State
from kpis.models import Indicator, Workflow, YearlyValue


class YearlyValueForm(forms.ModelForm):
    """Enter one value: in the city's notation, by those who may, and never over what somebody else has just saved."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    # Set on the class that the admin makes for a request
    entrant: Entrant

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
        self.fields["seen_version"].initial = self.instance.version if self.instance.pk else None
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

    def clean_indicator(self) -> Indicator:
        """Know the unit before the number is read: fields are cleaned in their order."""
        indicator: Indicator = self.cleaned_data["indicator"]
        self._use_unit(indicator)
        return indicator

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_entrant()
        if self.instance.pk and not self.errors:
            self._check_version()
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

    def _check_version(self) -> None:
        """Stop at a row that was saved since this form was opened; saving once more is then a decision."""
        current = YearlyValue.objects.select_for_update(of=("self",)).filter(pk=self.instance.pk).first()
        if current is None or self.cleaned_data.get("seen_version") in {None, current.version}:
            return
        lines = [
            f"「{field.verbose_name}」 保存されている内容: {_shown(current, field, None)} ／ あなたの入力: {_shown(current, field, self)}"
            for field in YearlyValue._meta.fields
            if field.name in self.changed_data or field.name in {"value", "state"}
            if field.name in self.cleaned_data
        ]
        self.data = {**self.data.dict(), self.add_prefix("seen_version"): str(current.version)}  # type: ignore[attr-defined]
        raise ValidationError(
            [
                f"この画面を開いたあとで、{_saved_by(current)}がこの値を保存しました。入力はまだ保存していません。",
                *lines,
                "あなたの入力でよければ、もう一度「保存」を押してください。やめるときは、この画面を開き直してください。",
            ]
        )

    def save(self, commit: bool = True) -> YearlyValue:
        """Count the version up; what a department changes waits for confirmation again."""
        value = self.instance
        if value.pk:
            value.version += 1
            if not self.entrant.runs_rounds:
                value.workflow = Workflow.DRAFT
        saved: YearlyValue = super().save(commit)
        return saved


def _saved_by(value: YearlyValue) -> str:
    last = value.history.select_related("history_user").first()
    if last is None:
        return "ほかの人"
    who = last.history_user.get_full_name() or last.history_user.username if last.history_user else "ほかの人"
    return f"{who}（{timezone.localtime(last.history_date):%H:%M}）"


def _shown(current: YearlyValue, field: models.Field[Any, Any], form: YearlyValueForm | None) -> str:
    content = form.cleaned_data[field.name] if form else getattr(current, field.name)
    if content is None or content == "":
        return "（空欄）"
    if field.name == "value":
        return f"{format_plain(content)}{current.indicator.unit}"
    if field.name == "fiscal_year":
        return FiscalYear(content).long()
    return str(dict(field.flatchoices).get(content, content))
