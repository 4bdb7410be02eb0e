"""Filters of the templates: thin wrappers over tested functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from goals.notation.numbers import format_plain
from kpis.display import fragments, table
from kpis.entry.sheet import inputs

register = template.Library()

register.simple_tag(fragments.rating_mark)
register.simple_tag(fragments.tag_chip)
register.simple_tag(fragments.track_line)
register.simple_tag(fragments.sparkline_drawing)
register.simple_tag(table.indicator_rows)
register.simple_tag(inputs.sheet_inputs)
register.simple_tag(inputs.sheet_words)

_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}


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


@register.filter
def linked_data(content: Mapping[str, Any]) -> SafeString:
    """Write schema.org data into the page, safe inside its element as json_script is."""
    text = json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))
