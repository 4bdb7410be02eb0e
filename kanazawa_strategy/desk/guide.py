"""The guide for staff inside the admin: a page per role, and a card to print (staff.md, Help)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from goals.accounts.roles import Role, groups_of

SLUGS = {role.name.lower(): role for role in Role}
PICTURES = "img/help"
_SIZE = slice(16, 24)  # width and height in the first block of a PNG


@dataclass(frozen=True)
class Picture:
    """A picture of the running system, by its path among the static files."""

    path: str
    width: int
    height: int


def start(request: HttpRequest) -> HttpResponse:
    """Lead to the guide of the role that the user holds; to who holds none, list all."""
    own = _own(request)
    return redirect("help-role", own[0]) if own else _page(request, "index", "使い方")


def role_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what one role does through the year."""
    if slug not in SLUGS:
        raise Http404(f"No role is called {slug}.")
    return _page(request, slug, f"使い方: {SLUGS[slug].label}")


def card(request: HttpRequest) -> HttpResponse:
    """Show the one page to print and put beside the screen."""
    return _page(request, "card", "早見表")


@lru_cache(maxsize=1)
def pictures() -> Mapping[str, Picture]:
    """Return the pictures by name, read once."""
    found = {}
    for file in sorted(settings.BASE_DIR.joinpath("static", PICTURES).glob("*.png")):
        with file.open("rb") as stream:
            width, height = struct.unpack(">II", stream.read(_SIZE.stop)[_SIZE])
        found[file.stem] = Picture(f"{PICTURES}/{file.name}", width, height)
    return found


def _own(request: HttpRequest) -> list[str]:
    """Return the addresses of the user's own roles."""
    names = set(groups_of(request.user).values_list("name", flat=True))
    return [slug for slug, role in SLUGS.items() if role.value in names]


def _page(request: HttpRequest, name: str, title: str) -> HttpResponse:
    own = _own(request)
    others = [slug for slug in SLUGS if slug not in own]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": title,
        "is_nav_sidebar_enabled": False,  # the text stands alone, and prints so
        "here": name,
        "roles": [(slug, SLUGS[slug].label, slug in own) for slug in own + others],
        "pictures": pictures(),
    }
    return TemplateResponse(request, f"admin/help/{name}.html", context)
