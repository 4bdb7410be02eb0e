"""What stands in a file, as the one reader of all files tells it; test_uploads.py sends hostile ones to every door."""

from __future__ import annotations

import datetime
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
import xlsxwriter

from goals.importing import limits, reading
from goals.importing.limits import FileRefused
from tests.hostile_files import BOOK, ROWS, repacked, with_sheet, workbook


def rows_of(data: bytes) -> list[list[str]]:
    """Read a file that holds one table."""
    (table,) = reading.read(data).tables
    return table.rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_is_read_in_the_encodings_of_japanese_offices(encoding: str) -> None:
    assert rows_of("課名,値\r\n髙岡課,１２\r\n".encode(encoding)) == [["課名", "値"], ["髙岡課", "１２"]]


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("memo.txt", "これは Excel ではない")
    with pytest.raises(FileRefused, match=r"Excel ブック（\.xlsx）ではありません"):
        reading.read(buffer.getvalue())


def test_a_formula_with_its_result_is_read_as_the_result() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "値")
        sheet.write_formula(1, 0, "=1+1", None, 2)
    assert rows_of(buffer.getvalue()) == [["値"], ["2"]]


def test_a_formula_whose_result_is_an_empty_text_is_blank() -> None:
    blank = '<c r="A1" t="str"><f>IF(B1=0,"",B1)</f><v></v></c>'
    assert rows_of(with_sheet(f'<row r="1">{blank}<c r="B1"><v>0</v></c></row>')) == [["", "0"]]


def test_a_percentage_of_excel_is_the_figure_that_it_shows() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        sheet.write_row(0, 0, [0.498, 1, 0, -0.07, 0.1 + 0.2], percent)
    assert rows_of(buffer.getvalue()) == [["49.8%", "100%", "0%", "-7%", "30%"]]


@pytest.mark.parametrize(
    ("shown_as", "text"),
    [("0%;△0%", "4980%"), ("[Red]0.00%", "4980%"), ('0.0"%"', "49.8"), (r"0.0\%", "49.8"), ("0.0_%", "49.8")],
)
def test_a_percent_sign_that_only_stands_beside_the_number_makes_it_no_percentage(shown_as: str, text: str) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write_number(0, 0, 49.8, book.add_format({"num_format": shown_as}))
    assert rows_of(buffer.getvalue()) == [[text]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (49.8, "49.8"),
        (0.1 + 0.2, "0.3"),
        (2024.0, "2024"),
        (-1234567890.12345, "-1234567890.12345"),
        (1e17, "100000000000000000"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        (datetime.datetime(2024, 10, 22), "2024-10-22"),
        (datetime.datetime(2024, 10, 22, 13, 30), "2024-10-22"),
        (datetime.time(13, 30), "13:30:00"),
        ("2024.0", "2024.0"),
        ("'=1+1", "'=1+1"),
        (" 一行目\n二行目", " 一行目\n二行目"),
    ],
)
def test_a_cell_of_a_workbook_is_read_as_text(value: object, text: str) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append([value])
    book.save(buffer)
    assert rows_of(buffer.getvalue()) == [[text]]


def test_macros_and_links_to_other_files_are_not_read() -> None:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><broken'
    data = repacked(more={"xl/vbaProject.bin": b"\xd0\xcf macro", "xl/externalLinks/externalLink1.xml": link})
    assert reading.read(data) == reading.read(workbook())


def test_reading_ends_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SECONDS", -1)
    with pytest.raises(FileRefused, match="時間がかかりすぎる"):
        reading.read(workbook())


def test_a_bomb_takes_no_memory() -> None:
    data = repacked(packing=zipfile.ZIP_BZIP2, more={"xl/theme.xml": b"0" * 30_000_000})
    tracemalloc.start()
    with pytest.raises(FileRefused):
        reading.read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>1e999</v></c>", "Infinity"),
        ("<c><v>-1e-400</v></c>", "-0"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    ],
    ids=["infinite", "almost nothing", "an error"],
)
def test_a_figure_that_is_none_is_read_as_what_it_is(cell: str, text: str) -> None:
    assert rows_of(with_sheet(f"<row>{cell}</row>")) == [[text]]


@pytest.mark.parametrize(
    "cell",
    ["<v>nan</v>", f"<v>{'9' * 5000}</v>", "<f>1/0</f><v>#DIV/0!</v>"],
    ids=["not a number", "thousands of digits", "an error that says it is a number"],
)
def test_a_number_that_excel_would_not_write_is_refused(cell: str) -> None:
    with pytest.raises(FileRefused, match="壊れている"):
        reading.read(with_sheet(f"<row><c>{cell}</c></row>"))


def test_formulas_without_a_result_are_found_where_cells_do_not_name_their_place() -> None:
    data = with_sheet(
        "<row><c><v>1</v></c></row><row><c><v>2</v></c><c><f>1+1</f></c></row><row r='5'><c><f>2</f></c></row>"
    )
    (table,) = reading.read(data).tables
    assert table.lost == {(2, 2), (5, 1)}
    assert table.rows == [["1"], ["2", reading.NO_RESULT]]


def test_a_workbook_of_formatted_blanks_is_read() -> None:
    blanks = "".join(f'<row r="{n}"><c r="XFD{n}" s="0"/></row>' for n in range(3, 40))
    values = '<row r="1"><c r="A1" t="str"><v>値</v></c></row><row r="2"><c r="A2"><v>5</v></c></row>'
    assert rows_of(with_sheet(values + blanks)) == [["値"], ["5"]]


def test_the_sound_workbook_of_these_tests_is_read() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        assert BOOK in archive.namelist()
    assert rows_of(workbook()) == ROWS
