"""The committee's own rating of a value, entered in review by 企画調整課 and frozen with the round (domain.md §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.safestring import SafeString
from simple_history.utils import bulk_update_with_history

from goals.notation.numbers import whole
from kpis.entry.sheet.grid import digest, options_of, plain
from kpis.models import Round, Workflow, YearlyValue
from kpis.models.value import SELF_RATINGS
from kpis.round.settling import locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAMES = ("committee_rating", "committee_comment")
RATED = frozenset({Workflow.SUBMITTED, Workflow.CONFIRMED})


class RatingForm(forms.Form):
    """What is typed of one value."""

    committee_rating = forms.ChoiceField(required=False, choices=[("", ""), *SELF_RATINGS])
    committee_comment = forms.CharField(required=False)


@dataclass(frozen=True)
class Rated:
    """How many values were rated, and which had changed since they were seen and were left alone."""

    count: int
    stale: list[YearlyValue]


@dataclass(frozen=True)
class Cell:
    """What the committee says of a value, beside the other two judgements."""

    value: YearlyValue | None
    computed: str
    typed: Mapping[str, str] | None = None  # and not saved

    @property
    def differs(self) -> bool:
        """Tell whether the committee's rating is another than the computed one or the department's."""
        if self.value is None or not self.value.committee_rating:
            return False
        return bool({self.computed, self.value.self_rating} - {"", self.value.committee_rating})

    @property
    def is_open(self) -> bool:
        """Tell whether it takes a rating now."""
        return self.value is not None and self.value.workflow in RATED

    @property
    def key(self) -> str:
        return key_of(self.value) if self.value else ""

    @property
    def options(self) -> SafeString:
        return options_of(YearlyValue, "committee_rating", self._cells["committee_rating"])

    @property
    def comment(self) -> str:
        return self._cells["committee_comment"]

    @property
    def _cells(self) -> Mapping[str, str]:
        if self.typed is not None:
            return self.typed
        return cells_of(self.value) if self.value else dict.fromkeys(NAMES, "")


def cells_of(value: YearlyValue) -> dict[str, str]:
    return {name: getattr(value, name) for name in NAMES}


def key_of(value: YearlyValue) -> str:
    """Stand for the value and its rating as they were seen."""
    return f"{value.pk}-{value.version}-{digest(NAMES, cells_of(value))}"


def typed_in(data: QueryDict) -> dict[int, tuple[str, dict[str, str]]]:
    """Return by the number of the value what was touched, each with the version that was seen."""
    found = {}
    for text in data.getlist("rated"):
        pk, version, seen = (*text.split("-"), "", "")[:3]
        cells = {name: plain(str(data[f"{name}-{pk}"])) for name in NAMES if f"{name}-{pk}" in data}
        key = whole(pk)
        if key is not None and len(cells) == len(NAMES) and digest(NAMES, cells) != seen:
            found[key] = (version, cells)
    return found


def rate(round_: Round, data: QueryDict, *, user: User) -> Rated:
    """Write the ratings that were touched; the step of a value stays as it is.

    Raises ValidationError with a sentence; then nothing was written.
    """
    typed = typed_in(data)
    with transaction.atomic():
        rows = YearlyValue.objects.of_round(locked(round_)).filter(pk__in=typed).select_related("indicator")
        fresh: list[YearlyValue] = []
        stale: list[YearlyValue] = []
        for row in rows.order_by("indicator__code"):
            version, cells = typed[row.pk]
            form = RatingForm(cells)
            if not form.is_valid():
                raise ValidationError(f"{row.indicator}の推進委員会の評価を、一覧から選んでください。")
            if version != str(row.version) or row.workflow not in RATED:
                stale.append(row)
                continue
            row.committee_rating = form.cleaned_data["committee_rating"]
            row.committee_comment = form.cleaned_data["committee_comment"]
            row.version += 1
            fresh.append(row)
        bulk_update_with_history(
            fresh,
            YearlyValue,
            [*NAMES, "version"],
            default_user=user,
            default_change_reason="推進委員会の評価",
        )
    return Rated(len(fresh), stale)
