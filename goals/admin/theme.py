from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest

from goals.admin import resources
from goals.admin.base import SOURCE_FIELDS, PortalAdmin, Stacked
from goals.models import Theme, ThemeSection


class SectionInline(Stacked):
    model = ThemeSection
    fields = ("order", "heading", "body", "source_place", "source_note")
    verbose_name_plural = "本文（ページに載る順）"


@admin.register(Theme)
class ThemeAdmin(PortalAdmin):
    resource_classes = [resources.ThemeResource]
    list_display = ["label", "name", "slug", "order", "section_count"]
    search_fields = ["label", "name", "summary"]
    inlines = [SectionInline]
    fieldsets = [
        (
            None,
            {
                "fields": ("label", "name", "slug", "summary", "order"),
                "description": "取組に付く札です。「アドレスの名前」は公開後に変えないでください。リンクが切れます。",
            },
        ),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(sections_n=Count("sections"))

    @admin.display(description="本文の項目", ordering="sections_n")
    def section_count(self, obj: Any) -> str:
        return f"{obj.sections_n}件"


@admin.register(ThemeSection)
class ThemeSectionAdmin(PortalAdmin):
    resource_classes = [resources.ThemeSectionResource]
    list_display = ["heading", "theme", "order"]
    list_select_related = ["theme"]
    list_filter = ["theme"]
    search_fields = ["heading", "body"]
    fieldsets = [(None, {"fields": ("theme", "order", "heading", "body")}), SOURCE_FIELDS]
