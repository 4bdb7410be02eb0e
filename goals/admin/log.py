from __future__ import annotations

from typing import Any

from django.contrib import admin

from goals.admin import resources
from goals.admin.base import ReadOnlyAdmin
from goals.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The log of security and publication; not even a superuser edits it here."""

    resource_classes: list[Any] = [resources.AuditEventResource]
    list_display = ["at", "action", "user", "department", "address", "summary"]
    list_select_related = ["user"]
    list_filter = ["action", ("user", admin.RelatedOnlyFieldListFilter), "at"]
    search_fields = ["summary", "user__username", "department"]
    date_hierarchy = "at"
    fields = ("at", "action", "user", "department", "address", "summary")
