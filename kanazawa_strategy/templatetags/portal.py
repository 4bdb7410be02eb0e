"""Filters of the templates: thin wrappers over tested functions."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from goals.numbers import format_plain

register = template.Library()


@register.filter
def plain_number(value: Decimal | int) -> str:
    """Write a number with separators: 3000 is 3,000."""
    return format_plain(value)


@register.filter
def unbroken(text: str) -> SafeString:
    """Let a line break only behind ・, as in 達成3・順調4."""
    parts = text.replace("件中 ", "件中 ・").split("・")
    ends = ["・"] * (len(parts) - 1) + [""]
    pieces = [(part + ("" if part.endswith("件中 ") else end),) for part, end in zip(parts, ends, strict=True)]
    return format_html_join("", '<span class="nowrap">{}</span>', pieces)
