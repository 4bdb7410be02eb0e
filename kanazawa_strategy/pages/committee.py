from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kanazawa_strategy.context import Crumb
from measures.models import Meeting, Opinion


def committee(request: HttpRequest) -> HttpResponse:
    """Show the meetings, with the public opinions and the responses of the city."""
    opinions = Prefetch("opinions", Opinion.objects.public().for_list(), to_attr="public_opinions")
    meetings = Meeting.objects.public().prefetch_related(opinions)
    return render(request, "portal/committee.html", {"meetings": meetings, "crumbs": [Crumb("推進委員会")]})
