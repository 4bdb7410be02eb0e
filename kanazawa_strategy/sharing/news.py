"""Public changes: published rounds, what was amended after them, adopted revisions."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.urls import reverse

from goals.models import Revision
from goals.notation.years import FiscalYear
from kpis.display.indicator_profile import ChangeLine
from kpis.models import Amendment, Round
from measures.comparison import Comparison


@dataclass(frozen=True)
class News:
    """One line of the list of changes; the date of a revision may be unknown."""

    on: datetime.date | None
    kind: str
    text: str
    url: str
    key: str
    amendment: ChangeLine | None = None
    revision: Revision | None = None
    comparison: Comparison | None = None

    @property
    def identity(self) -> str:
        """Return what stays the same wherever the portal is served from: the id of a feed's entry."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'kanazawa-strategy {self.key}')}"

    @property
    def summary(self) -> str:
        """Return what a reader of the feed sees below the title."""
        if self.amendment:
            return f"{self.amendment.before} → {self.amendment.after}。理由：{self.amendment.amendment.reason}"
        return self.revision.summary if self.revision else ""


def newest_changes(count: int | None = None) -> list[News]:
    """Return the newest changes with a date, the newest first, all of them without a count: 3 queries."""
    revisions = Revision.objects.adopted().filter(adopted_on__isnull=False).select_related("strategy")
    rounds = Round.objects.published().select_related("strategy")
    amendments = Amendment.objects.newest_first().select_related("indicator__goal__strategy")
    news = [_of_amendment(row) for row in amendments[:count]]
    news += [_of_round(row) for row in rounds.order_by("-published_on", "-strategy__edition")[:count]]
    news += [of_revision(row) for row in revisions.order_by("-adopted_on", "-strategy__edition")[:count]]
    return sorted(news, key=lambda item: item.on or datetime.date.min, reverse=True)[:count]


def _of_round(row: Round) -> News:
    year = row.year.long(row.strategy.as_of)
    return News(
        row.published_on,
        "公表",
        f"{row.strategy.name}の{year}の実績値と評価を公表しました。",
        row.strategy.get_absolute_url(),
        f"round {row.strategy.edition} {row.fiscal_year}",
    )


def _of_amendment(row: Amendment) -> News:
    indicator = row.indicator
    as_of = indicator.goal.strategy.as_of
    return News(
        row.made_on,
        row.get_kind_display(),
        f"{row.get_kind_display()}：「{indicator.name}」の{FiscalYear(row.fiscal_year).long(as_of)}",
        f"{indicator.get_absolute_url()}#amendments",
        f"amendment {row.pk}",
        amendment=ChangeLine(row, indicator, as_of),
    )


def of_revision(row: Revision, comparison: Comparison | None = None) -> News:
    """Return the line of an adopted revision, with what it changed where there is one to compare it with."""
    edition, number = row.natural_key()
    return News(
        row.adopted_on,
        "改訂" if number > 1 else "策定",
        f"{row.strategy.name}「{row.name}」を決定しました。",
        f"{reverse('changes')}#revision-{edition}-{number}",
        f"revision {edition} {number}",
        revision=row,
        comparison=comparison,
    )
