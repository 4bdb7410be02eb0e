from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError

from goals.notation.forms import DayField
from kpis.admin.companion import Announcement, Companion
from kpis.admin.shown import figure
from kpis.judging.facts import Judgement
from kpis.judging.words import RATING_ORDER, Group, Rating
from kpis.models import Assessment, Indicator, Round, Workflow, YearlyValue
from kpis.round import publishing
from kpis.round.publishing import Outcome


@dataclass(frozen=True)
class Line:
    """One row of the confirmation page."""

    indicator: Indicator
    value: YearlyValue | None
    judgement: Judgement
    label: str
    state: str

    @property
    def shown(self) -> str:
        return figure(self.value.value if self.value else None, self.indicator)


@dataclass(frozen=True)
class Turn:
    """An indicator whose rating differs from what was published for the year before."""

    line: Line
    before: str


@dataclass(frozen=True)
class Preview:
    """What a round would make public, read once."""

    round: Round
    outcomes: list[Outcome]
    waiting: list[YearlyValue]
    along: list[Announcement]

    @classmethod
    def of(cls, round_: Round, companions: Iterable[Companion] = ()) -> Preview:
        """Read the round: 6 queries, and those of its companions. Raises ValidationError where a value cannot be judged."""
        unconfirmed = YearlyValue.objects.of_round(round_).filter(workflow__in=[Workflow.DRAFT, Workflow.SUBMITTED])
        waiting = unconfirmed.select_related("indicator__department").order_by("indicator__code")
        along = [companion.announce(round_) for companion in companions]
        return cls(round_, publishing.outcomes(round_), list(waiting), along)

    @property
    def judged(self) -> list[Line]:
        return self._lines(unjudged=False)

    @property
    def unjudged(self) -> list[Line]:
        return self._lines(unjudged=True)

    @property
    def turns(self) -> list[Turn]:
        """Compare with the year before, as it was published; indicators without such a year are left out."""
        found = []
        for outcome in self.outcomes:
            row = self._before(outcome)
            if row and row.rating != outcome.judgement.rating:
                due = row.spec.is_due(row.fiscal_year)
                found.append(Turn(self._line(outcome), Rating(row.rating).label_in(due)))
        return found

    @property
    def has_year_before(self) -> bool:
        return any(self._before(outcome) for outcome in self.outcomes)

    def _before(self, outcome: Outcome) -> Assessment | None:
        rows = outcome.indicator.public_assessments
        return next((row for row in rows if row.fiscal_year == self.round.fiscal_year - 1), None)

    def _lines(self, *, unjudged: bool) -> list[Line]:
        return [
            self._line(found) for found in self.outcomes if (found.judgement.rating.group == Group.UNJUDGED) == unjudged
        ]

    def _line(self, found: Outcome) -> Line:
        label = found.judgement.rating.label_in(found.spec.is_due(self.round.fiscal_year))
        state = found.value.get_state_display() if found.value else "（入力なし）"
        if found.indicator.pk in {value.indicator_id for value in self.waiting}:
            state = "（確認済でない）"
        return Line(found.indicator, found.value, found.judgement, label, state)

    @property
    def with_value(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.value]

    @property
    def counts(self) -> list[tuple[Rating, int]]:
        found = Counter(outcome.judgement.rating for outcome in self.outcomes)
        return [(rating, found[rating]) for rating in RATING_ORDER if found[rating]]

    @property
    def fingerprint(self) -> str:
        """Stand for what was shown, so that nothing else is published."""
        shown: list[tuple[Any, ...]] = [
            (
                outcome.indicator.code,
                str(outcome.judgement.rating),
                outcome.judgement.reason,
                outcome.value and outcome.value.version,
            )
            for outcome in self.outcomes
        ]
        shown += [announced.seen for announced in self.along]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


class PublishForm(forms.Form):
    """The date and the number of the decision by which a round becomes public."""

    published_on = DayField(
        label="公表日",
        widget=AdminDateWidget,
        help_text="市民に示す日です。「公表する」を押すと、すぐに見えるようになります。",
    )
    decision_number = forms.CharField(label="決裁番号", max_length=50, help_text="例: 企画第123号")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, preview: Preview, today: datetime.date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"published_on": today, "seen": preview.fingerprint})
        super().__init__(*args, **kwargs)
        self.preview, self.today = preview, today

    def clean_published_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["published_on"]
        year = self.preview.round.fiscal_year
        if day > self.today:
            raise ValidationError("公表日が先の日付です。公表する日になってから、今日までの日付で公表してください。")
        if day < datetime.date(year, 4, 1):
            raise ValidationError(
                f"公表日が評価年度（{self.preview.round.year.long()}）より前です。日付を確かめてください。"
            )
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("seen") != self.preview.fingerprint:
            self.data = {**self.data.dict(), "seen": self.preview.fingerprint}  # type: ignore[attr-defined]
            raise ValidationError(
                "この画面を開いたあとで、値か目標が変わりました。まだ公表していません。下の内容をもう一度確かめてから、公表してください。"
            )
        return cleaned
