from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from goals.publication.version import public
from measures.filters import MeasureFilter
from measures.models import Measure, MeasureReport, Opinion


@public(*MeasureFilter.base_filters)
def measure_list(request: HttpRequest) -> HttpResponse:
    """List the measures that fit the query; without an edition, those of the current strategy."""
    filters = MeasureFilter(request.GET, queryset=Measure.objects.in_force())
    rows = list(filters.qs.for_list())
    ctx = {
        "filters": filters,
        "rows": rows,
        "counted": sum(row.reprint_of_id is None for row in rows),
        "is_filtered": any(request.GET.values()),
        "crumbs": [{"label": "取組"}],
    }
    return render(request, "measures/measure_list.html", ctx)


@public()
def measure_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a measure in its latest adopted wording, with its earlier texts and what it is linked to."""
    versions = list(Measure.objects.public().filter(code=code).for_list().order_by("-revision__number"))
    if not versions:
        raise Http404("このコードの取組はありません。")
    measure = versions[0]
    if request.path != measure.get_absolute_url():
        return redirect(measure, permanent=True)
    goal = measure.direction.goal
    ctx = {
        "measure": measure,
        "earlier": versions[1:],
        "goal": goal,
        "indicators": measure.indicators.order_by("order"),
        "opinions": Opinion.objects.public().about_measure(code).for_list(),
        "reprints": measure.reprints.select_related("direction__goal"),
        "reports": MeasureReport.objects.public().filter(measure__code=code).order_by("-fiscal_year"),
        "crumbs": [
            {"label": goal.strategy.short_name, "url": goal.strategy.get_absolute_url()},
            {"label": f"基本目標{goal.number}", "url": goal.get_absolute_url()},
            {"label": measure.code},
        ],
    }
    return render(request, "measures/measure_page.html", ctx)
