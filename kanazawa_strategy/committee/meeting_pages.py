from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goals.publication.version import public
from kanazawa_strategy.committee.dashboard import published_rounds
from kanazawa_strategy.committee.dashboard_pages import years
from kanazawa_strategy.pages.frame import Crumb
from measures.filters import OpinionFilter
from measures.models import Meeting, Opinion


@public(*OpinionFilter.base_filters)
def committee(request: HttpRequest) -> HttpResponse:
    """Show the published years, and the meetings with the public opinions and the responses of the city."""
    filters = OpinionFilter(request.GET, queryset=Opinion.objects.public())
    found = list(Meeting.objects.public().for_page(filters.qs))
    is_filtered = any(request.GET.get(name) for name in filters.main)
    ctx = {
        "filters": filters,
        "is_filtered": is_filtered,
        "count": sum(len(meeting.public_opinions) for meeting in found),
        "meetings": [row for row in found if row.public_opinions or not is_filtered],
        "years": years(published_rounds()),
        "crumbs": [Crumb("推進委員会")],
    }
    return render(request, "portal/committee.html", ctx)
