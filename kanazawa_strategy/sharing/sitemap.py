from __future__ import annotations

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from goals.models import Goal, Strategy, Theme
from kpis.models import Indicator
from measures.models import Measure

NAMES = (
    "home",
    "strategy-list",
    "indicator-list",
    "measure-list",
    "committee",
    "changes",
    "opendata",
    "method",
    "glossary",
    "policy",
    "accessibility",
)


class SinglePages(Sitemap):
    """The pages that stand for no row."""

    def items(self) -> list[str]:
        return list(NAMES)

    def location(self, item: str) -> str:
        return reverse(item)


class Rows(Sitemap):
    """The pages of a table's rows."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows

    def items(self) -> QuerySet[Any]:
        return self._rows.all()


SITEMAPS: dict[str, Sitemap] = {
    "pages": SinglePages(),
    "strategies": Rows(Strategy.objects.order_by("edition")),
    "goals": Rows(Goal.objects.select_related("strategy").order_by("strategy__edition", "number")),
    "themes": Rows(Theme.objects.order_by("order", "slug")),
    "indicators": Rows(Indicator.objects.order_by("code")),
    "measures": Rows(Measure.objects.in_force().counted().order_by("code")),
}
