from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from goals.models import Theme
from goals.publication.version import public
from kanazawa_strategy.pages.frame import Crumb
from kpis.display.listing import rows_of
from kpis.models import Indicator
from measures.models import Measure


@public()
def theme_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a theme: its text, and the measures and indicators that carry its tag."""
    theme = get_object_or_404(Theme.objects.prefetch_related("sections"), slug=slug)
    measures = Measure.objects.in_force().filter(themes=theme).for_list()
    indicators = Indicator.objects.filter(measures__in=Measure.objects.in_force().filter(themes=theme)).distinct()
    ctx = {
        "theme": theme,
        "measures": measures,
        "indicators": rows_of(indicators.in_order()),
        "others": Theme.objects.exclude(pk=theme.pk),
        "crumbs": [Crumb(theme.name)],
    }
    return render(request, "goals/theme_page.html", ctx)
