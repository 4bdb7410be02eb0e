"""How the files of the open data are written: CSV, cp932, JSON, Excel (domain.md §7)."""

from __future__ import annotations

import csv
import datetime
import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.importing import Text
from goals.publication import version
from goals.publication.version import PublicVersion
from kanazawa_strategy import opendata
from kanazawa_strategy.opendata import Column, Type, writers
from kpis.judging.words import State
from kpis.models import Workflow
from kpis.round import publishing
from tests.makers import make_goal, make_indicator, make_measure, make_opinion, make_round, make_target, make_value

COLUMNS = (
    Column("name", Type.STRING, "名前"),
    Column("amount", Type.NUMBER, "数値"),
    Column("day", Type.DATE, "日付"),
    Column("flag", Type.BOOLEAN, "真偽"),
    Column("codes", Type.LIST, "並び"),
)


def row(name: str = "", amount: Decimal | int | None = None, **cells: Any) -> dict[str, Any]:
    return {"name": name, "amount": amount, "day": None, "flag": False, "codes": [], **cells}


def csv_of(*rows: dict[str, Any], encoding: str = "utf-8-sig") -> list[list[str]]:
    text = opendata.csv_bytes(COLUMNS, rows, encoding).decode(encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


def json_of(*rows: dict[str, Any]) -> Any:
    return json.loads(opendata.json_bytes(COLUMNS, rows, {"dataset": "x"}), parse_float=Decimal)


def sheet_of(*rows: dict[str, Any]) -> Any:
    sheet = writers.Sheet("sheet", "題名 & 副題", COLUMNS, rows)
    return openpyxl.load_workbook(io.BytesIO(writers.workbook_bytes([sheet], {}, "")))["sheet"]


def test_csv_begins_with_a_bom_ends_its_lines_with_crlf_and_quotes_only_where_it_must() -> None:
    content = opendata.csv_bytes(COLUMNS, [row("東,西", 1), row('"南"', 2)])
    assert content == (
        b"\xef\xbb\xbfname,amount,day,flag,codes\r\n" + '"東,西",1,,false,\r\n"""南""",2,,false,\r\n'.encode()
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("0"), "0"),
        (Decimal("0.000000"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("59.000000"), "59"),
        (Decimal("42.500000"), "42.5"),
        (Decimal("-1.500000"), "-1.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-6"), "0.000001"),
        (Decimal("14593.000000"), "14593"),
        (Decimal("12345678901234.123456"), "12345678901234.123456"),
        (100, "100"),
        (None, ""),
    ],
)
def test_a_number_is_written_bare_in_csv_and_json(number: Decimal | int | None, text: str) -> None:
    assert csv_of(row(amount=number))[1][1] == text
    content = opendata.json_bytes(COLUMNS, [row(amount=number)], {"dataset": "x"}).decode()
    assert f'"amount": {text or "null"},' in content


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_json_and_csv_hold_every_digit_of_a_figure(number: Decimal) -> None:
    assert Decimal(csv_of(row(amount=number))[1][1]) == number
    assert Decimal(str(json_of(row(amount=number))["rows"][0]["amount"])) == number


@settings(max_examples=30, deadline=None)
@given(st.decimals(min_value=-(10**8), max_value=10**8, places=6))
def test_excel_shows_a_figure_of_fifteen_digits_as_it_is(number: Decimal) -> None:
    assert Decimal(str(sheet_of(row(amount=number)).cell(2, 2).value)) == number


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("一行目。\n二行目", "一行目。二行目"),
        ("一行目\r\n二行目\n\n  三行目", "一行目 二行目 三行目"),
        ("一行目\u2028二行目\x0b三行目\x85四行目", "一行目 二行目 三行目 四行目"),
        ("・甲\n・乙", "・甲 ・乙"),
        ("　前後の空白 \n", "前後の空白"),
        ("制御\x07文字\x00", "制御文字"),
        ("\n", ""),
    ],
)
def test_a_text_stands_on_one_line_in_every_file(text: str, cell: str) -> None:
    assert csv_of(row(text))[1][0] == cell
    assert json_of(row(text))["rows"][0]["name"] == (cell or None)
    assert sheet_of(row(text)).cell(2, 1).value == (cell or None)


@pytest.mark.parametrize("text", ["=1+1", "+81", "-", "@name", "'=1+1", "''-5", "－全角"])
def test_text_that_looks_like_a_formula_gets_one_apostrophe_in_csv_and_excel_but_not_in_json(text: str) -> None:
    written = text if text.startswith("－") else f"'{text}"
    assert csv_of(row(text))[1][0] == written
    assert sheet_of(row(text)).cell(2, 1).value == written
    assert json_of(row(text))["rows"][0]["name"] == text


def test_a_list_that_looks_like_a_formula_gets_its_apostrophe_too() -> None:
    assert csv_of(row(codes=["=a", "b"]))[1][4] == "'=a;b"


def test_a_negative_number_gets_no_apostrophe() -> None:
    assert csv_of(row(amount=Decimal(-5)))[1][1] == "-5"
    assert sheet_of(row(amount=Decimal(-5))).cell(2, 2).value == -5


@given(st.text(alphabet="'=+-@\tあa1", max_size=8))
def test_import_takes_off_exactly_the_apostrophe_that_was_put_there(text: str) -> None:
    assert Text().clean(opendata.guarded(text)) == text


def test_cp932_gets_what_it_has_and_a_geta_mark_for_what_it_lacks() -> None:
    rows = [row("髙田①㎡−〜…吉𠮷☃—")]
    content = opendata.csv_bytes(COLUMNS, rows, opendata.CP932)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.decode("cp932").splitlines()[1].split(",")[0] == "髙田①㎡－～…吉〓〓―"
    assert csv_of(*rows)[1][0] == "髙田①㎡−〜…吉𠮷☃—"


def test_lists_are_joined_in_csv_and_excel_and_arrays_in_json() -> None:
    cells = row(codes=["こども", "移住;定住"])
    assert csv_of(cells)[1][4] == "こども;移住；定住"
    assert sheet_of(cells).cell(2, 5).value == "こども;移住；定住"
    assert json_of(cells)["rows"][0]["codes"] == ["こども", "移住；定住"]
    assert json_of(row())["rows"][0]["codes"] == []


def test_excel_has_real_numbers_dates_and_truths_and_text_that_is_never_a_formula() -> None:
    sheet = sheet_of(row("172014", Decimal("0.1"), day=datetime.date(2025, 9, 1), flag=True, codes=["a"]), row("=1+1"))
    name, amount, day, flag, codes = (sheet.cell(2, place) for place in range(1, 6))
    assert (name.value, name.data_type) == ("172014", "s")
    assert (amount.value, amount.data_type) == (0.1, "n")
    assert (day.value, day.is_date, day.number_format) == (datetime.datetime(2025, 9, 1), True, "yyyy-mm-dd")
    assert (flag.value, flag.data_type) == (True, "b")
    assert codes.value == "a"
    assert sheet.cell(3, 1).data_type == "s"
    assert not sheet.merged_cells.ranges
    assert [cell.value for cell in sheet[1]] == [column.name for column in COLUMNS]


def test_blank_text_and_numbers_leave_a_cell_of_excel_empty_and_zero_does_not() -> None:
    sheet = sheet_of(row("", None), row("", 0))
    assert [sheet.cell(2, 1).value, sheet.cell(2, 2).value, sheet.cell(3, 2).value] == [None, None, 0]


def publish_figures() -> None:
    indicator = make_indicator(decimals=1, unit="%", note="備考")
    make_target(indicator=indicator, baseline=Decimal("47.5"), target=Decimal(59))
    for year, value in ((2024, Decimal("49.8")), (2025, Decimal("51.5"))):
        make_value(indicator=indicator, fiscal_year=year, value=value, workflow=Workflow.CONFIRMED, note="調査\n方法")
        round_ = make_round(fiscal_year=year)
        publishing.publish(round_, published_on=datetime.date(year + 1, 9, 1), decision_number="1", user=None)
    make_measure(detail="併せて、進める")
    make_opinion(outcome="進めた")


@pytest.mark.django_db
def test_the_same_figures_stand_in_csv_json_and_excel() -> None:
    publish_figures()
    release = opendata.current()
    book = openpyxl.load_workbook(io.BytesIO(opendata.workbook(release)))
    assert book.sheetnames == list(opendata.DATASETS)
    for name, dataset in opendata.DATASETS.items():
        lines = list(csv.reader(io.StringIO(opendata.dataset_csv(dataset, release).decode("utf-8-sig"), newline="")))
        objects = json.loads(opendata.dataset_json(dataset, release), parse_float=Decimal)["rows"]
        cells = [[cell.value for cell in line] for line in book[name].iter_rows()]
        assert lines[0] == cells[0] == list(objects[0])
        numbers = [place for place, column in enumerate(dataset.columns) if column.type in {"number", "integer"}]
        assert numbers
        for line, found, line_of_cells in zip(lines[1:], objects, cells[1:], strict=True):
            for place in numbers:
                in_csv, in_json, in_excel = line[place], found[lines[0][place]], line_of_cells[place]
                if in_csv == "":
                    assert in_json is in_excel is None
                else:
                    assert Decimal(in_csv) == in_json == Decimal(str(in_excel))


@pytest.mark.django_db
def test_no_field_of_any_csv_holds_a_line_break() -> None:
    make_goal(source_note="甲\n乙")
    publish_figures()
    for dataset in opendata.DATASETS.values():
        content = opendata.dataset_csv(dataset, opendata.current()).decode("utf-8-sig")
        assert content.count("\r\n") == content.count("\n") == len(list(dataset.rows())) + 1


@pytest.mark.django_db
def test_json_says_what_it_holds_and_under_which_licence(settings: Any) -> None:
    settings.OPENDATA_LICENSE_NAME, settings.OPENDATA_LICENSE_URL = "CC BY 4.0", "https://example.jp/by"
    publish_figures()
    PublicVersion.objects.update(changed_at=datetime.datetime(2025, 9, 30, 20, 0, tzinfo=datetime.UTC))
    head = json.loads(opendata.dataset_json(opendata.DATASETS["values"], opendata.current()))
    del head["rows"]
    assert head == {
        "dataset": "values",
        "title": "実績値",
        "updated": "2025-10-01",  # already the next day in Japan
        "license": {"name": "CC BY 4.0", "url": "https://example.jp/by"},
        "notice": "",
    }


@pytest.mark.django_db
def test_the_same_data_gives_the_same_bytes() -> None:
    publish_figures()
    release = opendata.current()
    assert opendata.workbook(release) == opendata.workbook(release)
    assert opendata.data_package(release) == opendata.data_package(release)


def make_demo() -> None:
    publish_figures()
    PublicVersion.objects.update(is_demo=True)


MARK = "デモデータ（実績値は架空です）"


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "column", "text"),
    [
        ("goals", "source_note", MARK),
        ("indicators", "note", f"備考 {MARK}"),
        ("values", "note", f"調査 方法 {MARK}"),
    ],
)
def test_rows_of_the_demo_are_marked_in_their_free_text(name: str, column: str, text: str) -> None:
    make_demo()
    found = json.loads(opendata.dataset_json(opendata.DATASETS[name], opendata.current()))
    assert found["notice"] == MARK
    assert found["rows"][0][column] == text


@pytest.mark.django_db
def test_the_demos_mark_follows_the_reason_and_leaves_measures_and_opinions_alone() -> None:
    make_demo()
    release = opendata.current()
    texts = {name: opendata.dataset_csv(each, release).decode() for name, each in opendata.DATASETS.items()}
    assert texts["assessments"].count(MARK) == 2
    assert MARK not in texts["measures"]
    assert MARK not in texts["opinions"]
    assert "併せて、進める" in texts["measures"]


@pytest.mark.once
@pytest.mark.django_db
def test_the_demos_workbook_and_package_are_marked() -> None:
    make_demo()
    release = opendata.current()
    book = openpyxl.load_workbook(io.BytesIO(opendata.workbook(release)))
    package = json.loads(opendata.data_package(release))
    assert MARK in book.properties.title
    assert all(MARK in sheet.oddHeader.left.text and MARK in sheet.oddFooter.left.text for sheet in book)
    assert MARK in package["title"]
    assert MARK in package["description"]
    assert release.file_name("values", ending="csv") == "demo-kanazawa-strategy-values.csv"


@pytest.mark.once
@pytest.mark.django_db
def test_the_real_files_carry_no_mark(settings: Any) -> None:
    publish_figures()
    release = opendata.current()
    book = openpyxl.load_workbook(io.BytesIO(opendata.workbook(release)))
    assert book.properties.title == "金沢版総合戦略 オープンデータ"
    assert settings.OPENDATA_LICENSE_NAME in book.properties.description
    assert "デモ" not in opendata.data_package(release).decode()
    assert "デモ" not in "".join(opendata.dataset_csv(each, release).decode() for each in opendata.DATASETS.values())


@pytest.mark.django_db
def test_an_indicators_own_json_carries_its_row_even_before_a_value_is_published() -> None:
    indicator = make_indicator(name="出生率")
    make_target(indicator=indicator, target=Decimal("1.60"), baseline=Decimal("1.3"))
    make_value(indicator=indicator, state=State.FINAL)
    found = json.loads(opendata.indicator_json("3-1-K01", opendata.current()), parse_float=Decimal)
    assert found["rows"] == []
    assert (found["dataset"], found["title"], found["indicator"]["target_value"]) == (
        "3-1-K01",
        "出生率",
        Decimal("1.6"),
    )
    header = opendata.indicator_csv("3-1-K01", opendata.current()).decode("utf-8-sig")
    assert header == ",".join(column.name for column in opendata.INDICATOR_FILE_COLUMNS) + "\r\n"


@pytest.mark.django_db
def test_an_indicators_own_files_hold_the_figures_of_the_datasets_and_the_demos_mark() -> None:
    make_demo()
    release = opendata.current()
    [first, second] = json.loads(opendata.indicator_json("3-1-K01", release))["rows"]
    everything = json.loads(opendata.dataset_json(opendata.DATASETS["values"], release))["rows"]
    assert [{name: each[name] for name in everything[0]} for each in (first, second)] == everything
    assert (second["progress_percent"], second["rating"], second["note"]) == (34.8, "NEARLY", f"調査 方法 {MARK}")
    assert "34.8" in opendata.indicator_csv("3-1-K01", release, opendata.CP932).decode("cp932")


@pytest.mark.django_db
def test_nothing_is_dated_before_anything_was_published() -> None:
    assert opendata.current().updated is None
    assert version.current().pk == 1
    assert json.loads(opendata.dataset_json(opendata.DATASETS["goals"], opendata.current()))["updated"] is None
    assert "created" not in json.loads(opendata.data_package(opendata.current()))
