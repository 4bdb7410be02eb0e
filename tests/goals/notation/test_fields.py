"""A column of the database has the box that takes the notation of the city."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError

from goals.notation import forms
from goals.notation.fields import AddressField, FiscalYearField, NumberField


@pytest.mark.parametrize(("year", "fits"), [(1925, False), (1926, True), (2100, True), (2101, False)])
def test_a_year_fits_between_the_bounds_of_the_notation(year: int, fits: bool) -> None:
    field = FiscalYearField("年度")
    if fits:
        assert field.clean(year, None) == year
    else:
        with pytest.raises(ValidationError):
            field.clean(year, None)


def test_a_year_has_its_own_box_whatever_the_admin_would_put_in() -> None:
    box = FiscalYearField("年度").formfield(widget=django_forms.NumberInput)
    assert isinstance(box, forms.FiscalYearField)
    assert type(box.widget) is django_forms.TextInput
    assert (box.label, box.clean("R6")) == ("年度", 2024)
    plain = FiscalYearField("年度").formfield(form_class=django_forms.IntegerField)
    assert isinstance(plain, django_forms.IntegerField)


def test_a_number_is_exact_and_wide_enough_for_every_unit() -> None:
    field = NumberField("実績値")
    widest = Decimal("99999999999999.999999")
    assert (field.max_digits, field.decimal_places, field.verbose_name) == (20, 6, "実績値")
    assert field.clean(widest, None) == widest
    for beyond in (widest + 1, Decimal("0.0000001")):
        with pytest.raises(ValidationError):
            field.clean(beyond, None)
    assert NumberField("進捗率", decimal_places=9, max_digits=30).deconstruct()[3] == {
        "verbose_name": "進捗率",
        "max_digits": 30,
        "decimal_places": 9,
    }


def test_a_number_has_its_own_box() -> None:
    box = NumberField("実績値").formfield()
    assert isinstance(box, forms.NumberField)
    assert (box.label, box.clean("１，２３４")) == ("実績値", 1234)
    plain = NumberField("実績値").formfield(form_class=django_forms.DecimalField)
    assert isinstance(plain, django_forms.DecimalField)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("www4.city.kanazawa.lg.jp/a.pdf", "https://www4.city.kanazawa.lg.jp/a.pdf"),
        ("http://example.jp/", "http://example.jp/"),
    ],
)
def test_an_address_without_a_scheme_is_https(typed: str, address: str) -> None:
    box = AddressField("根拠資料").formfield()
    assert (box.label, box.clean(typed)) == ("根拠資料", address)
