from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goals.models import Revision
from kanazawa_strategy.context import Crumb
from kanazawa_strategy.pages.news import newest_changes, of_revision
from measures.revisions import compare_all


def changes(request: HttpRequest) -> HttpResponse:
    """List what became public: rounds, amendments and revisions, each revision with what it changed."""
    revisions = list(Revision.objects.adopted().select_related("strategy"))
    found = compare_all(revisions)
    dated = [
        replace(news, comparison=found.get(news.revision.pk)) if news.revision else news for news in newest_changes()
    ]
    undated = [of_revision(row, found.get(row.pk)) for row in reversed(revisions) if row.adopted_on is None]
    ctx = {
        "years": [(year, list(news)) for year, news in groupby(dated, key=lambda news: news.on.year if news.on else 0)],
        "undated": undated,
        "crumbs": [Crumb("公表と改訂の記録")],
    }
    return render(request, "portal/changes.html", ctx)
