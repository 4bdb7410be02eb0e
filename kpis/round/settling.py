"""Confirm what was seen on a review list, or return it; never what somebody changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.notation.numbers import whole
from kpis.models import Round, YearlyValue
from kpis.round import steps

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Settled:
    """How many rows moved on, and which had changed since they were seen and were left alone."""

    count: int
    stale: list[Any]


@dataclass(frozen=True)
class Settlement:
    """How the rows of a table are read, locked, and moved on."""

    thing: str
    rows: Callable[[Round], models.QuerySet[Any]]
    name: Callable[[Any], str]
    confirm: Callable[..., int]
    give_back: Callable[..., int]

    def settle(self, round_: Round, keys: Iterable[str], *, note: str | None, user: User) -> Settled:
        """Confirm the rows that were seen, or return them where there is a note, even an empty one that is refused.

        `keys` are those of the lines. Raises ValidationError with a sentence; then nothing was written.
        """
        seen = dict(key.split("-", 1) for key in keys if key.count("-") == 1)
        chosen = {key: version for pk, version in seen.items() if (key := whole(pk))}
        if not chosen:
            raise ValidationError(f"{self.thing}を1つ以上選んでください。")
        with transaction.atomic():
            fresh: list[Any] = []
            stale: list[Any] = []
            for row in self.rows(locked(round_)).filter(pk__in=chosen):
                (fresh if chosen[row.pk] == str(row.version) else stale).append(row)
            if note is None:
                return Settled(self.confirm(fresh, user=user), stale)
            return Settled(self.give_back(fresh, note, user=user), stale)


def locked(round_: Round) -> Round:
    """Read a round under its lock, in a transaction. Raises ValidationError where it is published by now."""
    row = Round.objects.held(round_)
    if row.is_published:
        raise ValidationError(f"{row}は公表済みです。値を直すときは「公表後の変更」を使ってください。")
    return row


def _values(round_: Round) -> models.QuerySet[YearlyValue]:
    rows = YearlyValue.objects.of_round(round_).select_related("indicator__goal__strategy")
    return rows.order_by("indicator__code")


VALUES = Settlement("値", _values, lambda row: str(row.indicator), steps.confirm, steps.give_back)
