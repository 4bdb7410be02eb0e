"""Where the yearly sheet stands in the admin, and the link that leads to it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.urls import path, reverse
from django.utils.html import format_html

from kpis import views
from kpis.models import Round


def urls(site: AdminSite) -> list[Any]:
    """Return the addresses under /admin/kpis/round/."""
    return [
        path("<int:pk>/sheet/", site.admin_view(views.sheet_choice), name="kpis_sheets"),
        path("<int:pk>/sheet/<slug:department>/", site.admin_view(views.sheet_page), name="kpis_sheet"),
        path(
            "<int:pk>/sheet/<slug:department>/rows/<str:code>/",
            site.admin_view(views.sheet_row),
            name="kpis_sheet_row",
        ),
    ]


def link(round_: Round) -> str:
    address = reverse("admin:kpis_sheets", args=[round_.pk])
    return format_html('<a href="{}">年度実績入力を開く</a>', address)
