from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from goals.publication.version import public
from kanazawa_strategy import opendata
from kanazawa_strategy.pages.filters import IndicatorFilter
from kanazawa_strategy.pages.opendata import CSV_TYPES, file_response
from kanazawa_strategy.sharing.share_pictures import picture_of
from kpis.display import prefetched
from kpis.models import Indicator

UTF8_CSV = CSV_TYPES[opendata.UTF8]


@public(*IndicatorFilter.base_filters)
@require_safe
def list_csv(request: HttpRequest) -> HttpResponse:
    """Hand over the indicators that fit the query of /indicators/, with the columns of the open data."""
    found = prefetched.for_list(IndicatorFilter(request.GET, queryset=Indicator.objects.all()).qs.in_order())
    dataset, release = opendata.DATASETS["indicators"], opendata.current()
    rows = release.marked_rows(opendata.indicator_rows(found), dataset.mark_column)
    content = opendata.csv_bytes(dataset.columns, rows, opendata.UTF8)
    return file_response(content, UTF8_CSV, release.file_name("indicators", "selected", ending="csv"))


@public()
@require_safe
def years_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Hand over the published years of one indicator as CSV."""
    indicator, release = _find(code), opendata.current()
    content = opendata.indicator_csv(indicator.code, release)
    return file_response(content, UTF8_CSV, release.file_name(indicator.code.lower(), ending="csv"))


@public()
@require_safe
def years_json(request: HttpRequest, code: str) -> HttpResponse:
    """Hand over the published years of one indicator as JSON."""
    indicator, release = _find(code), opendata.current()
    content = opendata.indicator_json(indicator.code, release)
    name = release.file_name(indicator.code.lower(), ending="json")
    return file_response(content, "application/json", name, inline=True)


@require_safe
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """Hand over the picture for sharing; the portal's general one where none can be drawn."""
    indicator = get_object_or_404(prefetched.for_page(Indicator.objects.all()), code=code.upper())
    drawn = picture_of(indicator, opendata.current().notice)
    if drawn is None:
        return HttpResponseRedirect(static("img/share.png"))
    return HttpResponse(drawn, content_type="image/png")


def _find(code: str) -> Indicator:
    return get_object_or_404(Indicator, code=code.upper())
