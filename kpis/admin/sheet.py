"""The sheet of the yearly values in the admin, and the link that leads to it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html

from kpis.entry.sheet import Sheet
from kpis.entry.sheet.pages import SheetPages
from kpis.models import Round, YearlyValue

VALUES = SheetPages(
    sheet=Sheet,
    table=YearlyValue,
    name="kpis_sheet",
    part="sheet",
    label="年度実績入力",
    thing="指標",
    things="kpis_indicator",
    templates="admin/kpis/sheet",
)


def link(round_: Round) -> str:
    address = reverse(f"admin:{VALUES.name}s", args=[round_.pk])
    return format_html(
        '<a href="{}">開く<span class="visually-hidden">（{}の年度実績入力）</span></a>', address, round_
    )
