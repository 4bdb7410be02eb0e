"""Django's own lists and forms stay within the screen: what is wider scrolls in a frame of its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import ViewportSize

from kpis.models import Indicator
from tests.browser.places import DEMONSTRATION
from tests.browser.test_layout import STICKING_OUT, scrolls_sideways
from tests.browser.visitor import Visitor

PHONE: ViewportSize = {"width": 390, "height": 844}
BETWEEN: ViewportSize = {"width": 1024, "height": 900}
DESK: ViewportSize = {"width": 1280, "height": 900}


def too_wide(visitor: Visitor, *paths: str, sizes: tuple[ViewportSize, ...]) -> list[str]:
    found = []
    for path in paths:
        page = visitor.open(path)
        for size in sizes:
            page.set_viewport_size(size)
            if scrolls_sideways(page):
                found.append(f"{path} at {size['width']} px: {page.evaluate(STICKING_OUT)}")
    return found


@DEMONSTRATION
class TestTheDemonstration:
    def test_no_list_of_a_table_scrolls_sideways(self, visitor: Visitor) -> None:
        visitor.come_as("admin")
        names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
        lists = [reverse(f"admin:{name}_changelist") for name in names]
        assert too_wide(visitor, *lists, sizes=(PHONE, BETWEEN, DESK)) == []

    def test_no_form_of_an_indicator_scrolls_sideways(self, visitor: Visitor) -> None:
        visitor.come_as("kikaku")
        for code in ("3-1-N1", "3-1-K03"):
            form = reverse("admin:kpis_indicator_change", args=[Indicator.objects.get(code=code).pk])
            assert too_wide(visitor, form, sizes=(PHONE, DESK)) == []
