"""The block above the list of tables on the home of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from kanazawa_strategy.desk.tasks import desk_of

register = template.Library()


@register.inclusion_tag("admin/desk/desk.html", takes_context=True)
def desk(context: Any) -> dict[str, Any]:
    """Show what is the user's to do."""
    return {"desk": desk_of(context["request"].user, timezone.localdate())}
