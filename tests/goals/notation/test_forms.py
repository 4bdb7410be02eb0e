"""A box of a form takes what clerks write, and shows again what was stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from goals.notation.forms import FiscalYearField, NumberField

HINT = "例: 令和6年度、R6、2024"


def refusal(field: forms.Field, text: str) -> tuple[str, Any]:
    with pytest.raises(ValidationError) as raised:
        field.clean(text)
    return raised.value.messages[0], raised.value.code


@pytest.mark.parametrize(
    ("text", "year"), [("R6", 2024), ("令和6年度", 2024), (" 2024 ", 2024), ("", None), ("　", None), (None, None)]
)
def test_a_year_is_taken_in_any_notation(text: str | None, year: int | None) -> None:
    assert FiscalYearField(required=False).clean(text) == year


def test_what_is_no_year_is_refused_with_the_sentence_of_the_notation() -> None:
    said, code = refusal(FiscalYearField(), "R0")
    assert said.startswith("「R0」は年度として読み取れません。令和は元年から99年までです。")
    assert code == "invalid"
    assert refusal(FiscalYearField(), "") == ("このフィールドは必須です。", "required")


@pytest.mark.parametrize(("stored", "shown"), [(2024, "令和6年度"), ("R0", "R0"), ("", ""), (None, None)])
def test_a_stored_year_is_shown_in_its_era_and_a_refused_one_as_typed(stored: Any, shown: str | None) -> None:
    assert FiscalYearField().prepare_value(stored) == shown


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        (2024, "令和6年度", False),
        (2024, "R6", False),
        (2024, "令和7年度", True),
        (None, "", False),
        (None, "R6", True),
        (2024, "", True),
    ],
)
def test_only_another_year_is_a_change(initial: int | None, typed: str, changed: bool) -> None:
    assert FiscalYearField().has_changed(initial, typed) is changed


def test_the_box_of_a_year_is_short_and_says_how_to_write_one() -> None:
    field = FiscalYearField(min_value=0)
    assert (field.help_text, field.widget.attrs["size"]) == (HINT, 12)
    own = FiscalYearField(help_text="事業を始めた年度", widget=forms.HiddenInput)
    assert own.help_text == "事業を始めた年度"
    assert isinstance(own.widget, forms.HiddenInput)


@pytest.mark.parametrize(
    ("text", "number"), [("１，２３４", "1234"), ("△5.2", "-5.2"), ("0", "0"), ("", None), ("　", None), (None, None)]
)
def test_a_number_is_taken_in_any_notation(text: str | None, number: str | None) -> None:
    assert NumberField(required=False).clean(text) == (number and Decimal(number))


def test_the_unit_of_the_indicator_may_stand_behind_a_number_and_no_other() -> None:
    field = NumberField()
    assert field.clean("13人") == 13
    field.unit = "万人"
    assert field.clean("13万人") == 13
    assert refusal(field, "13人") == (
        "「13人」の「人」は使えません。この指標の単位は「万人」です。"
        "換算はされないので、「万人」での数値に直して入力してください。",
        "invalid",
    )


@pytest.mark.parametrize("text", ["－", "未公表", "集計中"])
def test_a_word_for_no_number_belongs_into_the_state(text: str) -> None:
    assert refusal(NumberField(), text) == (
        f"「{text}」は数値ではありません。値がないときは空欄にし、理由は「状態」で選んでください。",
        "missing",
    )


def test_a_number_that_is_required_is_asked_for() -> None:
    assert refusal(NumberField(), "") == ("このフィールドは必須です。", "required")


@pytest.mark.parametrize(
    ("stored", "shown"), [(Decimal("1234.500000"), "1,234.5"), (Decimal(0), "0"), ("約5", "約5"), (None, None)]
)
def test_a_stored_number_is_shown_plainly_and_a_refused_one_as_typed(stored: Any, shown: str | None) -> None:
    assert NumberField().prepare_value(stored) == shown


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        (Decimal("1234.500000"), "1,234.5", False),
        (Decimal(0), "0", False),
        (Decimal("1234.5"), "1,234.6", True),
        (Decimal(0), "", True),
        (None, "", False),
        (None, "0", True),
    ],
)
def test_only_another_number_is_a_change(initial: Decimal | None, typed: str, changed: bool) -> None:
    assert NumberField().has_changed(initial, typed) is changed


def test_the_box_of_a_number_opens_the_keys_for_numbers_on_a_phone() -> None:
    assert NumberField().widget.attrs == {"size": 16, "inputmode": "decimal"}
    assert isinstance(NumberField(widget=forms.HiddenInput).widget, forms.HiddenInput)
