from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from goals.publication.version import public
from kanazawa_strategy.pages.filters import IndicatorFilter
from kanazawa_strategy.pages.frame import Crumb
from kanazawa_strategy.pages.paging import Pager, address_of
from kanazawa_strategy.sharing import linked_data
from kpis.display import prefetched
from kpis.display.indicator_profile import Profile
from kpis.display.listing import rows_of
from kpis.display.summary import Summary
from kpis.judging.words import RATING_ORDER, Rating
from kpis.models import Indicator
from kpis.models.indicator import IndicatorQuerySet
from measures.models import Measure, Opinion

PER_PAGE = 100
WHOLE = 1_000_000


@public(*IndicatorFilter.base_filters, "page")
def indicator_list(request: HttpRequest) -> HttpResponse:
    """List the indicators that fit the query, a hundred a page."""
    filters = IndicatorFilter(request.GET, queryset=Indicator.objects.all())
    # A site of files has no server to turn pages: its script filters the whole list.
    most = WHOLE if getattr(request, "is_export", False) else PER_PAGE
    page, rows = _listed(filters.qs, request.GET.get("sort", ""), request.GET.get("page", ""), most)
    ctx = {
        "filters": filters,
        "rows": rows,
        "pager": Pager(page, request),
        "has_values": any(row.newest for row in rows),
        "is_filtered": any(value for name, value in request.GET.items() if name not in {"view", "sort", "page"}),
        "csv_url": address_of(request, path=reverse("indicator-list-csv"), page=""),
        "is_cards": request.GET.get("view") == "cards",
        "table_url": address_of(request, view=""),
        "cards_url": address_of(request, view="cards"),
        "crumbs": [Crumb("指標")],
    }
    return render(request, "kpis/indicator_list.html", ctx)


def _listed(found: IndicatorQuerySet, sort: str, number: str, most: int) -> tuple[Page[Any], list[Summary]]:
    """Return one page of what was found, and its rows: 5 queries."""
    page: Page[Any] = Paginator(keys_in_order(found, sort), most).get_page(number)
    rows = {row.indicator.pk: row for row in rows_of(Indicator.objects.filter(pk__in=page.object_list))}
    return page, [rows[pk] for pk in page.object_list]


def keys_in_order(found: IndicatorQuerySet, sort: str) -> list[int]:
    """Return the keys by need of attention or by name; anything else keeps the order of the plan.

    Sorted here: the order of names differs between databases, and that of ratings is the engine's.
    """
    if sort not in _SORTED_BY:
        return list(found.in_order().values_list("pk", flat=True))
    column, place = _SORTED_BY[sort]
    keys = sorted(
        prefetched.with_newest_rating(found).in_order().values_list("pk", column), key=lambda key: place(key[1])
    )
    return [pk for pk, _ in keys]


_SORTED_BY: dict[str, tuple[str, Callable[[str], Any]]] = {
    "attention": ("newest_rating", lambda rating: RATING_ORDER.index(Rating(rating))),
    "name": ("name", str),
}


@public()
def indicator_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one indicator: sentence, rating and why, chart, table, sources, what is linked."""
    indicator = _find(code)
    if request.path != indicator.get_absolute_url():
        return redirect(indicator, permanent=True)
    goal, profile = indicator.goal, Profile(indicator)
    years = [row.line.assessment.fiscal_year for row in profile.years]
    ctx = {
        "profile": profile,
        "indicator": indicator,
        "goal": goal,
        "measures": Measure.objects.in_force().filter(indicators=indicator).for_list(),
        "opinions": Opinion.objects.public().about(indicator).for_list(),
        "dataset": linked_data.of_indicator(indicator, profile.sentence, years, request.build_absolute_uri),
        "picture_url": request.build_absolute_uri(reverse("indicator-picture", args=[code])),
        "embed_url": request.build_absolute_uri(reverse("indicator-embed", args=[code])),
        "crumbs": [
            Crumb(goal.strategy.short_name, goal.strategy.get_absolute_url()),
            Crumb(f"基本目標{goal.number}", goal.get_absolute_url()),
            Crumb(indicator.code),
        ],
    }
    return render(request, "kpis/indicator_page.html", ctx)


@public()
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
def indicator_embed(request: HttpRequest, code: str) -> HttpResponse:
    """Show the chart and the sentence of one indicator to stand in a frame of any other site."""
    indicator = _find(code)
    ctx = {
        "indicator": indicator,
        "profile": Profile(indicator),
        "canonical": request.build_absolute_uri(indicator.get_absolute_url()),
    }
    return render(request, "kpis/indicator_embed.html", ctx)


def _find(code: str) -> Indicator:
    return get_object_or_404(prefetched.for_page(Indicator.objects.all()), code=code.upper())
