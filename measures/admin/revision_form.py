from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils import timezone

from goals.models import Revision
from goals.notation.forms import DayField
from measures import revisions


class AdoptForm(forms.Form):
    """The date on which a revision was decided."""

    adopted_on = DayField(
        label="決定日",
        widget=AdminDateWidget,
        help_text="市民に示す日です。「決定する」を押すと、すぐに見えるようになります。",
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"adopted_on": today})
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_adopted_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["adopted_on"]
        if day > self.today:
            raise ValidationError("決定日が先の日付です。決定する日になってから、今日までの日付で決定してください。")
        return day


class RevisionForm(forms.ModelForm):
    """Edit what a revision is called and says; its status isn't among it."""

    class Meta:
        model = Revision
        fields = ("strategy", "number", "name", "adopted_on", "summary", "source_place", "source_note")

    def clean_adopted_on(self) -> datetime.date | None:
        """Let the date of an adopted revision be filled in or put right, in the order of the revisions."""
        day: datetime.date | None = self.cleaned_data["adopted_on"]
        is_new = not self.instance.is_draft and day != self.initial.get("adopted_on")
        if is_new and (problems := revisions.date_objections(self.instance, day, timezone.localdate())):
            raise ValidationError(problems)
        return day
