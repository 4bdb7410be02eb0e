from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from goals.models import Strategy
from kanazawa_strategy import linked_data
from kanazawa_strategy.context import Crumb
from kanazawa_strategy.pages.filters import IndicatorFilter
from kanazawa_strategy.pages.profile import Profile
from kpis.evaluation import RATING_ORDER
from kpis.models import Indicator
from kpis.summary import Summary, summaries
from measures.models import Measure, Opinion


def indicator_list(request: HttpRequest) -> HttpResponse:
    """List the indicators that fit the query."""
    filters = IndicatorFilter(request.GET, queryset=IndicatorFilter.rows())
    rows = in_order_of(summaries(filters.qs.in_order().for_list()), request.GET.get("sort", ""))
    strategies = {row.indicator.goal.strategy for row in rows}
    ctx = {
        "filters": filters,
        "rows": rows,
        "has_values": any(row.newest for row in rows),
        "strategy": strategies.pop() if len(strategies) == 1 else Strategy.objects.current(),
        "is_filtered": any(value for name, value in request.GET.items() if name not in {"view", "sort"}),
        "query": request.GET.urlencode(),
        "is_cards": request.GET.get("view") == "cards",
        "table_url": _with_view(request, ""),
        "cards_url": _with_view(request, "cards"),
        "crumbs": [Crumb("指標")],
    }
    return render(request, "kpis/indicator_list.html", ctx)


def _with_view(request: HttpRequest, view: str) -> str:
    """Return the address of the same list shown another way."""
    query = request.GET.copy()
    query.pop("view", None)
    if view:
        query["view"] = view
    return f"{request.path}?{query.urlencode()}" if query else request.path


def in_order_of(rows: list[Summary], sort: str) -> list[Summary]:
    """Sort by need of attention or by name; anything else keeps the order of the plan."""
    if sort == "attention":
        return sorted(rows, key=lambda row: RATING_ORDER.index(row.rating))
    return sorted(rows, key=lambda row: row.indicator.name) if sort == "name" else rows


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
    return get_object_or_404(Indicator.objects.for_page(), code=code.upper())
