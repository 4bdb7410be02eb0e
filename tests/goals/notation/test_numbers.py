from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.notation.numbers import (
    Figures,
    Missing,
    difference_unit,
    format_decimals,
    format_difference,
    format_percent,
    format_plain,
    parse_number,
    whole,
    with_unit,
)

numbers = st.decimals(-(10**12), 10**12, places=3)
UNITS = ["%", "件", "万人", "千人", "人", "ポイント", "か所", "億円", ""]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("0.0", "0"),
        ("-0", "0"),
        ("1234", "1234"),
        ("1,234", "1234"),
        ("1,234,567.8", "1234567.8"),
        ("１，２３４", "1234"),
        ("1.234", "1.234"),
        ("△5.2", "-5.2"),
        ("▲3", "-3"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("－３", "-3"),
        ("+3", "3"),
        ("＋３", "3"),
        ("12.3%", "12.3"),
        ("12.3％", "12.3"),
        ("▲1.2ポイント", "-1.2"),
        ("14,593件", "14593"),
        ("506人", "506"),
        ("53地区", "53"),
        ("23校区", "23"),
        ("60クラブ", "60"),
        ("1,269者", "1269"),
        ("12事業", "12"),
        ("50品", "50"),
        ("3㎡", "3"),
        ("007", "7"),
        ("　42.5\t", "42.5"),
        ("99999999999999999999.123456", "99999999999999999999.123456"),
    ],
)
def test_a_number_is_read_as_clerks_type_it(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


def test_a_negative_zero_is_plain_zero() -> None:
    assert str(parse_number("△0")) == "0"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "空欄"),
        (" 　", "空欄"),
        *((mark, "値なし") for mark in ("-", "－", "−", "―", "‐", "‑", "…", "...", " - ")),
        *((word, word) for word in ("未公表", "集計中", "調査なし", "対象外")),
        ("該当なし", "対象外"),
        ("未公表 ", "未公表"),
    ],
)
def test_an_absent_number_is_missing_with_a_reason(text: str, reason: str) -> None:
    assert parse_number(text) == parse_number(text, "%") == Missing(reason)


def test_zero_is_a_value_and_never_missing() -> None:
    for text in ("0", "０", "0%", "0.00", "0件"):
        number = parse_number(text)
        assert isinstance(number, Decimal)
        assert number == 0


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("864万人", "万人", "864"),
        ("864", "万人", "864"),
        ("14千人", "千人", "14"),
        ("59%", "%", "59"),
        ("５９％", "％", "59"),
        ("12㎡", "㎡", "12"),
        ("12m²", "㎡", "12"),
        ("1.6", "", "1.6"),
        ("3.5人/日", "人/日", "3.5"),
    ],
)
def test_the_unit_of_the_indicator_may_stand_behind(text: str, unit: str, number: str) -> None:
    assert parse_number(text, unit) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("8,640千人", "万人", "「千人」は使えません。この指標の単位は「万人」です。"),
        ("864万人", "人", "「万人」は使えません。"),
        ("864人", "万人", "換算はされないので、「万人」での数値に直して入力してください。"),
        ("1.2ポイント", "%", "「ポイント」は使えません。"),
        ("1.6人", "", "この指標の単位はありません。換算はされないので、数値だけを入力してください。"),
    ],
)
def test_another_unit_is_refused_and_never_converted(text: str, unit: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_number(text, unit)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("=1+1", "数式"),
        ("=SUM(A1:A3)", "数式"),
        ("1 234", "途中に空白"),
        ("12 件", "途中に空白"),
        ("△ 5", "途中に空白"),
        ("50\n60", "途中に空白"),
        ("約50", "概数や範囲"),
        ("50人以上", "概数や範囲"),
        ("100弱", "概数や範囲"),
        ("47.5%(R5)", "かっこ書き"),
        ("47.5％（R5）", "かっこ書き"),
        ("(5.2)", "かっこ書き"),
        ("1e5", "指数"),
        ("1.2E+3", "指数"),
        ("3×10", "指数"),
        ("NaN", "数値ではありません"),
        ("Infinity", "数値ではありません"),
        ("-inf", "数値ではありません"),
        ("∞", "数値ではありません"),
        ("10²", "丸数字や上付き"),
        ("5①", "丸数字や上付き"),
        ("1½", "丸数字や上付き"),
        ("1,23", "桁区切り"),
        ("1,2345", "桁区切り"),
        ("12,34,567", "桁区切り"),
        ("0,123", "桁区切り"),
        ("1,23人", "桁区切り"),
        ("1,200人と300人", "数値が二つ以上"),
        ("864万人", "千・万・億"),
        ("14千人", "千・万・億"),
        ("3億円", "千・万・億"),
        ("1万2千", "千・万・億"),
        ("1人2千円", "千・万・億"),
        ("50/100", "数値が二つ以上"),
        ("10～20", "数値が二つ以上"),
        ("10、20", "数値が二つ以上"),
        ("1.2.3", "数値が二つ以上"),
        ("5%10", "数値が二つ以上"),
        ("2024-05", "数値が二つ以上"),
        ("5羽", "「羽」は単位として読み取れません"),
        ("5abc", "「abc」は単位として読み取れません"),
        ("五十", "漢数字"),
        ("百件", "漢数字"),
        ("十2件", "数値として読み取れません"),
        ("5.", "数値として読み取れません"),
        ("1,234.", "数値として読み取れません"),
        (".5", "数値として読み取れません"),
        ("--5", "数値として読み取れません"),
        ("-△5", "数値として読み取れません"),
        ("+", "数値として読み取れません"),
        ("%", "数値として読み取れません"),
        ("——", "数値として読み取れません"),
        ("……", "数値として読み取れません"),
        ("不明", "数値として読み取れません"),
        ("不明5羽", "数値として読み取れません"),
        ("info", "数値として読み取れません"),
        ("N/A", "数値として読み取れません"),
        ("±3", "数値として読み取れません"),
        ("٣", "数値として読み取れません"),
        ("@1", "数値として読み取れません"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)^「.*{told}.*。$"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [("不明", "数値として読み取れません"), ("10～20", "数値が二つ以上"), ("10%20", "数値が二つ以上")],
)
def test_what_is_no_number_is_told_before_its_unit(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_number(text, "%")


def test_the_refusal_quotes_the_cell_as_it_was_typed() -> None:
    with pytest.raises(ValueError, match=r"^「４７．５％（R5）」はかっこ書き"):
        parse_number(" ４７．５％（R5） ")


@given(st.text(), st.sampled_from([None, *UNITS]))
def test_no_text_does_more_than_be_read_or_refused_in_japanese(text: str, unit: str | None) -> None:
    try:
        answer: str | Decimal | Missing = parse_number(text, unit)
    except ValueError as refusal:
        answer = str(refusal)
    match answer:
        case str():
            assert answer.endswith("。")
        case Decimal():
            assert answer.is_finite()
        case Missing():
            assert answer.reason


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("59", "59"),
        ("59.000000", "59"),
        ("42.50", "42.5"),
        ("1.6", "1.6"),
        ("14593", "14,593"),
        ("0", "0"),
        ("0.00", "0"),
        ("-0.0", "0"),
        ("100", "100"),
        ("1E+3", "1,000"),
        ("-1234.50", "−1,234.5"),
    ],
)
def test_a_plain_number_has_separators_and_no_trailing_zeros(number: str, text: str) -> None:
    assert format_plain(Decimal(number)) == text


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        ("51.5", 1, "51.5"),
        ("59", 1, "59.0"),
        ("0", 1, "0.0"),
        ("0.05", 1, "0.1"),
        ("0.25", 1, "0.3"),
        ("-0.25", 1, "−0.3"),
        ("-0.04", 1, "0.0"),
        ("2.5", 0, "3"),
        ("14593.4", 0, "14,593"),
        ("999.95", 1, "1,000.0"),
        ("12345678901234567890.55", 1, "12,345,678,901,234,567,890.6"),
        (f"1{'0' * 30}.5", 0, f"1{',000' * 9},001"),
        ("1.50", None, "1.5"),
        ("49.83333333333333333333333333", None, "49.833333"),
    ],
)
def test_a_figure_is_rounded_half_up_at_its_decimals(number: str, decimals: int | None, text: str) -> None:
    assert format_decimals(Decimal(number), decimals) == text


@pytest.mark.parametrize(
    ("change", "unit", "decimals", "text"),
    [
        ("1.2", "%", 1, "+1.2ポイント"),
        ("-3", "件", 0, "−3件"),
        ("0", "件", 0, "±0件"),
        ("0.00", "%", 1, "±0ポイント"),
        ("-0.04", "%", 1, "±0ポイント"),
        ("5", "万人", 0, "+5万人"),
        ("0.05", "", 2, "+0.05"),
        ("1200", "人", 0, "+1,200人"),
        ("-1.50", "%", None, "−1.5ポイント"),
        ("10", "件", 0, "+10件"),
    ],
)
def test_a_change_carries_its_sign(change: str, unit: str, decimals: int | None, text: str) -> None:
    assert format_difference(Decimal(change), unit, decimals) == text


def test_a_ratio_prints_as_a_percentage_rounded_half_up() -> None:
    assert [
        format_percent(Decimal(ratio)) for ratio in ("0.8696", "0.869", "0.2", "-0.0522", "1.5", "0", "0.8695")
    ] == [*("87.0%", "86.9%", "20.0%", "−5.2%", "150.0%", "0.0%", "87.0%")]
    assert format_percent(Decimal("0.8"), 0) == format_percent(Decimal("0.80"), None) == "80%"
    assert format_percent(Decimal("0.855"), None) == "85.5%"


def test_integers_print_as_well_as_decimals() -> None:
    assert (format_plain(1200), format_decimals(-3, 1), format_percent(1)) == ("1,200", "−3.0", "100.0%")


def test_percentages_differ_by_points_and_an_indicator_may_have_no_unit() -> None:
    assert [difference_unit(unit) for unit in ("%", "件", "")] == ["ポイント", "件", ""]
    assert (with_unit("59", "%"), with_unit("1.6", "")) == ("59%", "1.6")


def test_the_figures_of_an_indicator_are_written_in_its_unit() -> None:
    survey = Figures("%", 1)
    assert (survey.plain(Decimal("59.0")), survey.actual(Decimal(59))) == ("59%", "59.0%")
    assert (survey.gap(Decimal("-7.5")), survey.points(Decimal(3))) == ("7.5ポイント", "3ポイント")


def test_a_difference_that_rounds_to_nothing_is_called_slight_and_not_zero() -> None:
    count = Figures("件", 0)
    assert count.gap(Decimal("0.4")) == "わずか"
    assert count.against(Decimal("-0.4")) == "をわずかに下回り"
    assert (count.against(Decimal(2)), count.against(Decimal(0))) == ("を2件上回り", "に届き")
    assert (count.gap(Decimal(0)), count.moved(Decimal("0.4"))) == ("0件", "よりわずかに増えました")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("0", 0), ("12", 12), ("007", 7), ("１２", 12), ("9" * 18, 10**18 - 1)),
        *((text, None) for text in (None, "", " ", "9" * 19, "-1", "+1", "1.0", "1,234", "²", "x")),
    ],
)
def test_a_key_is_read_from_digits_and_nothing_else(text: str | None, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(("thing", "name"), [(Missing("空欄"), "reason"), (Figures("%", 1), "unit")])
def test_what_was_read_and_how_figures_are_written_stays_so(thing: Any, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(thing, name, "件")


@given(numbers, st.sampled_from(UNITS))
def test_a_plain_number_is_read_back(number: Decimal, unit: str) -> None:
    assert parse_number(with_unit(format_plain(number), unit), unit) == number


@given(numbers, st.integers(3, 6), st.sampled_from(UNITS))
def test_a_number_with_decimals_is_read_back(number: Decimal, decimals: int, unit: str) -> None:
    assert parse_number(with_unit(format_decimals(number, decimals), unit), unit) == number


@given(numbers.filter(lambda number: number != 0), st.sampled_from(UNITS))
def test_a_change_is_read_back(change: Decimal, unit: str) -> None:
    assert parse_number(format_difference(change, unit, 3), difference_unit(unit)) == change


@given(numbers, st.integers(0, 3))
def test_rounding_moves_a_number_by_half_a_unit_at_most(number: Decimal, decimals: int) -> None:
    shown = parse_number(format_decimals(number, decimals))
    assert isinstance(shown, Decimal)
    assert abs(shown - number) <= Decimal(5).scaleb(-decimals - 1)
