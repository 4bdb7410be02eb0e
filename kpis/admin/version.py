from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from goals.notation.numbers import format_plain
from goals.notation.years import FiscalYear
from kpis.entry.sheet.theirs import last_saved
from kpis.models import Workflow
from kpis.round.access import Entrant


class VersionedForm(forms.ModelForm):
    """Save a row that is handed in with a round, and never over what somebody else has just saved."""

    always_compared: ClassVar[frozenset[str]] = frozenset()  # fields that are shown in a conflict even if untouched

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    # Set on the class that the admin makes for a request
    entrant: Entrant

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version if self.instance.pk else None

    def check_version(self) -> None:
        """Stop at a row that was saved since this form was opened; saving once more is then a decision."""
        table = type(self.instance)
        current = table._default_manager.select_for_update(of=("self",)).filter(pk=self.instance.pk).first()
        if current is None or self.cleaned_data.get("seen_version") in {None, current.version}:
            return
        who, when = last_saved(current)
        by = f"{who}（{when}）" if when else who
        lines = [
            f"「{field.verbose_name}」 保存されている内容: {self._shown(field, getattr(current, field.name))} ／ あなたの入力: {self._shown(field, self.cleaned_data[field.name])}"
            for field in table._meta.fields
            if field.name in self.changed_data or field.name in self.always_compared
            if field.name in self.cleaned_data
        ]
        self.data = {**self.data.dict(), self.add_prefix("seen_version"): str(current.version)}  # type: ignore[attr-defined]
        raise ValidationError(
            [
                f"この画面を開いたあとで、{by}がこの{table._meta.verbose_name}を保存しました。入力はまだ保存していません。",
                *lines,
                "あなたの入力でよければ、もう一度「保存」を押してください。やめるときは、この画面を開き直してください。",
            ]
        )

    def save(self, commit: bool = True) -> Any:
        """Count the version up; what a department changes waits for confirmation again."""
        if self.instance.pk:
            self.instance.version += 1
        if not self.entrant.runs_rounds:
            self.instance.workflow = Workflow.DRAFT
        return super().save(commit)

    def unit_of(self, name: str) -> str:
        """Return the unit of a number."""
        return ""

    def _shown(self, field: models.Field[Any, Any], content: Any) -> str:
        if content is None or content == "":
            return "（空欄）"
        if field.name == "fiscal_year":
            return FiscalYear(content).long()
        if isinstance(field, models.DecimalField):
            return f"{format_plain(content)}{self.unit_of(field.name)}"
        return str(dict(field.flatchoices).get(content, content))
