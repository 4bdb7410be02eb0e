"""The form in which a member says something about a goal, an indicator or a measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from goals.models import Goal
from kpis.models import Indicator
from measures.handing_in import Subject
from measures.models import Measure, Opinion

LONGEST = 60  # characters of a measure in the list to choose from
KINDS = ("indicator", "measure", "goal")


class Subjects:
    """What opinions can be about: the current strategy, and what is asked for besides. 3 queries."""

    def __init__(self, also: Subject | None = None) -> None:
        self.found: dict[str, Subject] = {}
        self.groups: dict[str, list[tuple[str, str]]] = {}
        for goal in Goal.objects.filter(strategy__is_current=True).for_page().order_by("number"):
            self._add(Subject(goal))
        indicators = Indicator.objects.filter(goal__strategy__is_current=True, ended_on=None).in_order()
        for indicator in indicators.select_related("goal__strategy"):
            self._add(Subject(indicator.goal, indicator=indicator))
        measures = Measure.objects.in_force().counted().filter(direction__goal__strategy__is_current=True).in_order()
        for measure in measures.select_related("direction__goal__strategy"):
            self._add(Subject(measure.direction.goal, measure=measure))
        if also:
            self._add(also)

    @property
    def choices(self) -> list[tuple[str, str | list[tuple[str, str]]]]:
        return [("", "えらんでください"), *self.groups.items()]

    def asked_for(self, query: Mapping[str, str]) -> str:
        """Return the key of what ?indicator=, ?measure= or ?goal= names; blank where that is nothing."""
        for kind in KINDS:
            if (key := f"{kind}:{query.get(kind, '').upper()}") in self.found:
                return key
        return ""

    def _add(self, subject: Subject) -> None:
        key = key_of(subject)
        self.found[key] = subject
        choices = self.groups.setdefault(f"基本目標{subject.goal.number} {subject.goal.title}", [])
        if key not in dict(choices):
            choices.append((key, label_of(subject)))


def key_of(subject: Subject) -> str:
    if subject.indicator:
        return f"indicator:{subject.indicator.code}"
    if subject.measure:
        return f"measure:{subject.measure.code}"
    return f"goal:{subject.goal.strategy.edition}-{subject.goal.number}"


def label_of(subject: Subject) -> str:
    if subject.indicator:
        return f"指標「{subject.indicator.name}」"
    if subject.measure:
        text = subject.measure.text
        return f"取組「{text if len(text) <= LONGEST else f'{text[:LONGEST]}…'}」"
    return f"基本目標{subject.goal.number}の全体"


def is_asking(query: Iterable[str]) -> bool:
    """Tell whether an address names something to speak about."""
    return any(kind in query for kind in KINDS)


class OpinionForm(forms.ModelForm):
    """Say what, and about what; the rest is the portal's to give (measures/handing_in.py)."""

    about = forms.ChoiceField(
        label="何についての意見ですか",
        error_messages={
            "required": "何についての意見かを、一覧からえらんでください。",
            "invalid_choice": "えらんだものが一覧にありません。もう一度えらんでください。",
        },
    )

    class Meta:
        model = Opinion
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}
        error_messages = {"text": {"required": "意見を入力してください。"}}

    field_order = ["about", "text"]

    def __init__(self, *args: Any, subjects: Subjects, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = subjects
        self.fields["about"].choices = subjects.choices  # type: ignore[attr-defined]

    @property
    def subject(self) -> Subject:
        """Return what was chosen, of a valid form."""
        return self.subjects.found[self.cleaned_data["about"]]

    @property
    def shown_subject(self) -> Subject | None:
        """Return what is chosen as the page opens, or comes back."""
        return self.subjects.found.get(self["about"].value() or "")
