"""Dates and months as clerks write them, and every door that takes them: the same everywhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from goals.admin.base import NOTATION
from goals.importing.cells import Day, Month, cell_for
from goals.notation.days import format_day, format_month, parse_day, parse_month
from kpis.entry.sheet.cells import RowForm
from kpis.models import Indicator, Round, YearlyValue

DAY, FIRST = datetime.date(2025, 9, 15), datetime.date(2025, 9, 1)
DAYS = ["2025-09-15", "2025/9/15", "2025.9.15", "2025年9月15日", "２０２５年９月１５日", "2025-09-15 00:00:00"]
DAYS += ["令和7年9月15日", "R7.9.15", "r7/9/15", "Ｒ７－９－１５", " 令和 7年 9月15日 "]
MONTHS = [
    "2025年9月",
    "2025-09",
    "2025/9",
    "2025.9",
    "２０２５年９月",
    "令和7年9月",
    "R7.9",
    "Ｒ７．９",
    "令和 7年 9月",
]
NONE = [
    "",
    "きのう",
    "9月",
    "2025",
    "令和7年",
    "2025-13-01",
    "2025年13月",
    "R7.9.31.1",
    "2025-09-15 12:00",
    "平成七年九月",
]


@pytest.mark.parametrize("text", DAYS)
def test_a_date_is_read_in_every_notation_and_as_a_month_it_stays_that_day(text: str) -> None:
    assert parse_day(text) == parse_month(text) == DAY


@pytest.mark.parametrize("text", MONTHS)
def test_a_month_is_read_as_its_first_day_and_is_no_date(text: str) -> None:
    assert parse_month(text) == FIRST
    with pytest.raises(ValueError, match="日付として読み取れません"):
        parse_day(text)


@pytest.mark.parametrize(
    ("day", "month", "meant"),
    [
        ("令和元年5月1日", "令和元年5月", datetime.date(2019, 5, 1)),
        ("H31.4.1", "H31.4", datetime.date(2019, 4, 1)),
        ("平成元年2月1日", "平成元年2月", datetime.date(1989, 2, 1)),
        ("昭和60/4/1", "S60/4", datetime.date(1985, 4, 1)),
    ],
)
def test_every_era_is_read(day: str, month: str, meant: datetime.date) -> None:
    assert parse_day(day) == parse_month(month) == meant


def test_a_month_with_a_day_that_it_has_not_is_that_month_and_no_date() -> None:
    assert parse_month("2025年9月31日") == FIRST
    with pytest.raises(ValueError, match="「2025年9月31日」は日付として"):
        parse_day("2025年9月31日")


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize(("read", "thing"), [(parse_day, "日付"), (parse_month, "年月")])
def test_what_is_neither_is_refused_with_a_sentence(
    read: Callable[[str], datetime.date], thing: str, text: str
) -> None:
    with pytest.raises(ValueError, match=f"^「{text.strip()}」は{thing}として読み取れません。"):
        read(text)


def test_a_day_and_a_month_are_written_without_noughts() -> None:
    assert (format_day(DAY), format_month(DAY)) == ("2025年9月15日", "2025年9月")


# The doors


def box_of(table: Any, name: str) -> Any:
    """Return the box that the admin gives a field of a table."""
    screen = admin.site.get_model_admin(table)
    return screen.formfield_for_dbfield(table._meta.get_field(name), RequestFactory().get("/"))


@pytest.mark.parametrize("text", DAYS)
def test_a_date_is_the_same_in_a_file_and_in_a_form(text: str) -> None:
    assert Day().clean(text) == DAY
    for table, name in ((Round, "due_on"), (Indicator, "ended_on")):
        assert box_of(table, name).clean(text) == DAY


@pytest.mark.parametrize("text", [*DAYS, *MONTHS])
def test_a_month_is_the_same_in_a_file_a_form_and_the_sheet(text: str) -> None:
    meant = DAY if text in DAYS else FIRST
    assert cell_for(YearlyValue._meta.get_field("available_on")).clean(text) == meant
    assert box_of(YearlyValue, "available_on").clean(text) == meant
    form = RowForm({"state": "UNPUBLISHED", "available_on": text}, indicator=Indicator())
    form.is_valid()
    assert form.cleaned_data["available_on"] == FIRST


def test_a_box_takes_what_django_reads_too_and_may_be_blank() -> None:
    assert box_of(Round, "due_on").clean("09/15/2025") == DAY
    assert box_of(Round, "due_on").clean("") is None
    assert Month(None).clean(" ") is None


def test_a_box_refuses_with_the_sentence_of_its_reader() -> None:
    with pytest.raises(ValidationError, match="「きのう」は日付として読み取れません"):
        box_of(Round, "due_on").clean("きのう")
    with pytest.raises(ValidationError, match="「きのう」は年月として読み取れません"):
        box_of(YearlyValue, "available_on").clean("きのう")


def test_every_screen_of_the_admin_reads_dates_so() -> None:
    (field,) = NOTATION
    screens = [screen for screen in admin.site._registry.values() if hasattr(screen, "note_change")]
    assert screens
    for screen in screens:
        for each in (screen, *(inline(screen.model, admin.site) for inline in screen.inlines)):
            assert each.formfield_overrides[field]["form_class"] is NOTATION[field]["form_class"]
