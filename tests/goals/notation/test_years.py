from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.notation.years import FiscalYear

BEFORE_REIWA = date(2015, 10, 30)
years = st.integers(1926, 2100).map(FiscalYear)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("R6", 2024),
        ("r6", 2024),
        ("R06", 2024),
        ("令和6", 2024),
        ("令和6年", 2024),
        ("令和6年度", 2024),
        ("令和元年度", 2019),
        ("令和元", 2019),
        ("R元", 2019),
        ("R1", 2019),
        ("H31", 2019),
        ("平成31年度", 2019),
        ("平成元年", 1989),
        ("H1", 1989),
        ("H32", 2020),
        ("H40", 2028),
        ("R99", 2117),
        ("S1", 1926),
        ("昭和63年度", 1988),
        ("S64", 1989),
        ("2024", 2024),
        ("2024年", 2024),
        ("2024年度", 2024),
        ("FY2024", 2024),
        ("1926", 1926),
        ("2100", 2100),
        ("R5(2023)", 2023),
        ("令和5年度（2023年度）", 2023),
        ("2023（R5）", 2023),
        ("2019年度(平成31年度)", 2019),
        ("R5 (FY2023)", 2023),
        ("Ｒ６", 2024),
        ("２０２４年度", 2024),
        ("　令和 ６ 年度\n", 2024),
        ("㋿6", 2024),
        ("㍻31年", 2019),
    ],
)
def test_a_year_is_read_in_every_notation_of_the_city(text: str, year: int) -> None:
    assert FiscalYear.parse(text) == FiscalYear(year)


@pytest.mark.parametrize(
    "text",
    [
        *("", "　", "R", "R0", "R-1", "R100", "R5.5", "R5-R10", "R5～R10", "R6①", "H0", "H41", "H99", "S0", "S65"),
        *(
            "25",
            "20245",
            "1925",
            "2101",
            "0000",
            "FY",
            "FY24",
            "FY2024年度",
            "FYR6",
            "令和六年度",
            "二〇二四",
            "令和年度",
        ),
        *("6年度", "R6年度度", "R6/2024", "2024-04-01", "2024.0", "約2024", "M45", "大正15", "令和6年度末", "R٦"),
        *("R5()", "R5(2023", "R5(2023)(2023)", "(2023)", "R5(2024)", "2023(2023)", "R5(令和5年度)", "R5(1900)"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"。$"):
        FiscalYear.parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "年度が空欄です。令和6年度、R6、2024 のように入力してください。"),
        (" 　", "年度が空欄です。令和6年度、R6、2024 のように入力してください。"),
        ("25", "「25」は年度として読み取れません。令和6年度、R6、2024 のように入力してください。"),
        ("　２５ ", "「２５」は年度として読み取れません。令和6年度、R6、2024 のように入力してください。"),
        (
            "R0",
            "「R0」は年度として読み取れません。令和は元年から99年までです。令和6年度、R6、2024 のように入力してください。",
        ),
        (
            "H99",
            "「H99」は年度として読み取れません。平成は元年から40年までです。令和6年度、R6、2024 のように入力してください。",
        ),
        (
            "1900",
            "「1900」は年度として読み取れません。西暦は1926年から2100年までです。令和6年度、R6、2024 のように入力してください。",
        ),
        (
            "R5（2024）",
            "「R5（2024）」は和暦と西暦が食い違っています（R5は2023年度、2024は2024年度）。正しい方だけを入力してください。",
        ),
    ],
)
def test_the_refusal_says_what_is_wrong_and_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 (the whole sentence is compared)
        FiscalYear.parse(text)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("day", "long"),
    [
        (date(2024, 3, 31), "令和5年度"),
        (date(2024, 4, 1), "令和6年度"),
        (date(2024, 12, 31), "令和6年度"),
        (date(2025, 1, 1), "令和6年度"),
        (date(2019, 3, 31), "平成30年度"),
        (date(2019, 4, 1), "令和元年度"),
        (date(1989, 3, 31), "昭和63年度"),
    ],
)
def test_a_fiscal_year_runs_from_april_to_march(day: date, long: str) -> None:
    assert FiscalYear.of(day).long() == long


def test_a_moment_is_refused_because_its_day_depends_on_the_time_zone() -> None:
    with pytest.raises(TypeError):
        FiscalYear.of(datetime(2024, 3, 31, 15, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("year", "as_of", "long", "short"),
    [
        (2024, None, "令和6年度", "R6"),
        (2019, None, "令和元年度", "R1"),
        (2018, None, "平成30年度", "H30"),
        (1989, None, "平成元年度", "H1"),
        (1988, None, "昭和63年度", "S63"),
        (2019, BEFORE_REIWA, "平成31年度", "H31"),
        (2020, BEFORE_REIWA, "平成32年度", "H32"),
        (2014, BEFORE_REIWA, "平成26年度", "H26"),
        (1988, BEFORE_REIWA, "昭和63年度", "S63"),
        (2019, date(2019, 4, 30), "平成31年度", "H31"),
        (2019, date(2019, 5, 1), "令和元年度", "R1"),
        (2028, date(2025, 3, 1), "令和10年度", "R10"),
    ],
)
def test_a_year_prints_in_the_era_of_its_document(year: int, as_of: date | None, long: str, short: str) -> None:
    assert (FiscalYear(year).long(as_of), FiscalYear(year).short(as_of)) == (long, short)


def test_the_first_mention_has_both_calendars() -> None:
    assert FiscalYear(2024).first_mention() == "令和6年度（2024年度）"
    assert FiscalYear(2019).first_mention(BEFORE_REIWA) == "平成31年度（2019年度）"
    assert str(FiscalYear(2024)) == f"{FiscalYear(2024)}" == "令和6年度"


def test_years_are_ordered_and_hashable() -> None:
    assert sorted([FiscalYear(2024), FiscalYear(2019)]) == [FiscalYear(2019), FiscalYear(2024)]
    assert {FiscalYear.parse("H31"), FiscalYear.parse("R1")} == {FiscalYear(2019)}


@pytest.mark.parametrize("year", [0, 1925, 2118])
def test_a_year_outside_every_era_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="年度として扱えません"):
        FiscalYear(year)


@given(years)
def test_what_is_printed_today_is_read_back(year: FiscalYear) -> None:
    for text in (year.long(), year.short(), year.first_mention(), str(year.year)):
        assert FiscalYear.parse(text) == year


@given(st.integers(1926, 2028).map(FiscalYear))
def test_what_a_document_before_reiwa_prints_is_read_back(year: FiscalYear) -> None:
    for text in (year.long(BEFORE_REIWA), year.short(BEFORE_REIWA), year.first_mention(BEFORE_REIWA)):
        assert FiscalYear.parse(text) == year


@given(st.text())
def test_no_text_does_more_than_be_read_or_refused_in_japanese(text: str) -> None:
    try:
        answer = str(FiscalYear.parse(text))
    except ValueError as refusal:
        answer = str(refusal)
    assert answer.endswith(("年度", "。"))


@given(st.dates(date(1926, 4, 1), date(2100, 12, 31)))
def test_every_day_lies_in_its_fiscal_year(day: date) -> None:
    year = FiscalYear.of(day).year
    assert date(year, 4, 1) <= day <= date(year + 1, 3, 31)
