"""A Django view that returns bytes and nothing else: the measure for the stored pages. Serve `bare:application`.

BARE_PAGE names the file to return, BARE_TYPE and BARE_ENCODING its headers.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="only-for-measuring", USE_TZ=True
)
PAGE = Path(os.environ["BARE_PAGE"]).read_bytes()
HEADERS = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE, headers=HEADERS)


urlpatterns = [path("", page)]
application = get_wsgi_application()
