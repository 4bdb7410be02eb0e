"""What machines ask for at addresses that everybody knows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse

from goals.publication.version import public


@public()
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to stay out of what is not for citizens, and show them the list of pages."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /committee/preview/",
        "Disallow: /search/",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the old name of the site's mark to it."""
    return HttpResponseRedirect(static("img/favicon.svg"))
