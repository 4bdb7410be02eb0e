"""What a file may hold, how it is read, and what a clerk is told."""

from __future__ import annotations

import datetime
import io
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import tablib
from hypothesis import given
from hypothesis import strategies as st

from goals.importing import Choice, Day, Flag, Number, Text, Whole, Year, formats, limits
from goals.importing.diff import Diff
from goals.importing.limits import FileRefused
from goals.importing.waiting import Waiting

STATES = Choice([("FINAL", "確定"), ("PRELIMINARY", "速報")], required=True)


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# Cells


@pytest.mark.parametrize(
    ("cell", "written", "meant"),
    [
        (Number(), "49.8", Decimal("49.8")),
        (Number(), "１，２３４", Decimal(1234)),
        (Number(), "△5.2", Decimal("-5.2")),
        (Number(), "0", Decimal(0)),
        (Number(), "", None),
        (Number(), "－", None),
        (Year(), "R6", 2024),
        (Year(), "令和6年度", 2024),
        (Year(), "２０２４", 2024),
        (Whole(), "12", 12),
        (Whole(), "", None),
        (STATES, "FINAL", "FINAL"),
        (STATES, "速報", "PRELIMINARY"),
        (Flag(), "はい", True),
        (Flag(), "0", False),
        (Flag(), "FALSE", False),
        (Flag(None), "", None),
        (Day(), "2024-10-22", datetime.date(2024, 10, 22)),
        (Day(), "2024/10/22", datetime.date(2024, 10, 22)),
        (Day(), "令和6年10月22日", datetime.date(2024, 10, 22)),
        (Day(), "R6.10.22", datetime.date(2024, 10, 22)),
        (Text(), "'=1+1", "=1+1"),
        (Text(), "''=1+1", "'=1+1"),
        (Text(), "'普通の引用符", "'普通の引用符"),
    ],
)
def test_a_cell_is_read_as_clerks_write_it(cell: Any, written: Any, meant: Any) -> None:
    assert cell.clean(written) == meant
    assert cell.clean(written) is not False or meant is False


@pytest.mark.parametrize(
    ("cell", "written", "says"),
    [
        (Number(), "約50", "数値だけを入力"),
        (Number(), "abc", "数値として読み取れません"),
        (Number(), "=A1", "数式"),
        (Number(required=True), "", "空欄です"),
        (Year(), "R0", "令和は元年から"),
        (Year(), "H99", "年度として読み取れません"),
        (Year(required=True), "", "令和6年度、R6、2024"),
        (Whole(), "1.5", "整数ではありません"),
        (STATES, "未定", "確定、速報"),
        (STATES, "", "確定、速報"),
        (Flag(), "たぶん", "はい なら 1"),
        (Day(), "2024-13-01", "日付として読み取れません"),
        (Text(), "〓島屋", "Shift_JIS"),
    ],
)
def test_a_bad_cell_is_refused_with_a_sentence(cell: Any, written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        cell.clean(written)
    assert "Decimal" not in str(refusal.value)


def test_the_unit_of_the_row_is_checked_and_never_converted() -> None:
    assert Number().clean("864万人", unit="万人") == 864
    with pytest.raises(ValueError, match="万人"):
        Number().clean("8,640千人", unit="万人")


@pytest.mark.parametrize("text", ["=1+1", "+81-76", "-", "@here", "\tx", "\rx", "'=1+1", "''@", "'x", "x", ""])
def test_text_that_excel_would_run_gets_one_apostrophe_out_and_loses_one_in(text: str) -> None:
    written = Text().render(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert Text().clean(written) == text


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="〓")
        | st.sampled_from("'=+-@\t\n\r")
    )
)
def test_any_text_comes_back_to_the_letter(text: str) -> None:
    if text.strip():
        assert Text().clean(Text().render(text)) == text


def test_numbers_stay_numbers_negative_ones_too() -> None:
    assert Number().render(Decimal("-5.200000")) == "-5.2"
    assert Number().render(Decimal("100")) == "100"
    assert Number().render(Decimal("0")) == "0"
    assert Number().render(Decimal("-5.2"), force_native_type=True) == Decimal("-5.2")


# Files


def test_a_workbook_is_read_with_its_numbers_and_without_its_blank_end() -> None:
    dataset = formats.table(workbook(["課名", "値"], ["髙岡課", 49.8], [None, None], ["次の課", 0], [None, None]))
    assert list(dataset) == [("髙岡課", "49.8"), ("", ""), ("次の課", "0")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "見出しがありません"),
        (b"code,name\r\n", "内容の行がありません"),
        (b"PK\x03\x04 no zip", "ファイルが壊れている"),
        (b"\xd0\xcf\x11\xe0 old", "古い形式"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "CSV か Excel のファイルではない"),
        (b"a,b\r\n1,2,3\r\n", "2行目に、見出しのない列"),
        (b'a,b\r\n"1,2\r\n', "引用符"),
        (b"a,a\r\n1,2\r\n", "同じ見出し"),
        (b"x" * (limits.MAX_BYTES + 1), "大きすぎます"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        formats.table(data)


def test_a_formula_without_its_result_is_refused_rather_than_read_as_blank() -> None:
    with pytest.raises(FileRefused, match=r"2行目に、計算結果の保存されていない数式（A2）"):
        formats.table(workbook(["値"], ["=1+1"]))


def test_of_a_workbook_the_first_visible_sheet_comes_in_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    for title in ("一覧", "前年", "空のシート"):
        book.create_sheet(title)
    book.active.append(["値"])
    book.active.sheet_state, book.active.title = "hidden", "下書き"
    for row in (["値"], [5]):
        book["一覧"].append(row)
        book["前年"].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    dataset = formats.table(buffer.getvalue())
    assert list(dataset) == [("5",)]
    assert dataset.notes == [
        "非表示のシート「下書き」は読みませんでした。",
        "シート「前年」は読みませんでした。取り込むのは、最初のシートだけです。",
    ]


@pytest.mark.parametrize("kind", [formats.CSV, formats.Excel])
def test_what_is_written_is_read_back(kind: Any) -> None:
    rows = [
        ("=1+1", Decimal("49.8")),
        ("二行\r\nの文", Decimal("-5.2")),
        ("髙島屋 〜 𠮷", Decimal(0)),
        ("Word の改行\x0bと戻り\r", Decimal("99999999999999.999999")),
        ("_x0041_", Decimal("-12345678901234.5")),
        ("\t＝", 12345678901234567),
        (" 前後の空白 ", Decimal("0.000001")),
    ]
    dataset = tablib.Dataset(*rows, headers=["text", "value"])
    back = formats.table(kind().export_data(dataset))
    assert [row[0] for row in back] == [row[0] for row in rows]
    assert [Number().clean(row[1]) for row in back] == [row[1] for row in rows]


def test_csv_starts_with_a_mark_so_that_excel_reads_it_as_utf_8() -> None:
    assert formats.CSV().export_data(tablib.Dataset(("値",), headers=["a"])) == "\ufeffa\r\n値\r\n".encode()


def test_what_shift_jis_lacks_becomes_a_geta_and_comes_back_as_unchanged() -> None:
    data = formats.ShiftJIS().export_data(tablib.Dataset(("𠮷野",), headers=["name"]))
    assert data.decode("cp932") == "name\r\n〓野\r\n"
    assert Text().keeps("𠮷野", "〓野")
    assert not Text().keeps("𠮷野", "〓町")
    assert not Text().keeps("𠮷野", "吉野")


# Waiting for confirmation


def test_an_upload_waits_for_its_confirmation_and_is_swept_away_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    forgotten = Waiting()
    forgotten.save(b"old")
    os.utime(str(forgotten.name), (0, 0))
    fresh = Waiting(read_mode="rb")
    fresh.save(b"new")
    assert [path.name for path in tmp_path.iterdir()] == [Path(str(fresh.name)).name]
    assert Waiting(name=Path(str(fresh.name)).name, read_mode="rb").read() == b"new"


def test_no_other_file_of_the_machine_is_taken_for_an_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "secret.csv").write_text("x")
    with pytest.raises(FileNotFoundError):
        Waiting(name="secret.csv").read()


# Preview


def test_the_preview_marks_what_goes_and_what_comes_without_styles_and_escaped() -> None:
    diff = object.__new__(Diff)
    diff.left, diff.right, diff.new = ["49.8", "<b>", "同じ"], ["51.5", "<i>", "同じ"], False
    assert diff.as_html() == [
        "<del>49.8</del> → <ins>51.5</ins>",
        "<del>&lt;b&gt;</del> → <ins>&lt;i&gt;</ins>",
        "同じ",
    ]


def test_long_texts_are_compared_piece_by_piece() -> None:
    text = "市民と事業者と行政がともに取り組み、誰もが安心して暮らせるまちを目指して、相談の窓口を増やします。"
    diff = object.__new__(Diff)
    diff.left, diff.right, diff.new = [text], [text.replace("相談", "支援")], False
    assert diff.as_html()[0].count("<del>") == 1
    assert "<del>相談</del><ins>支援</ins>" in diff.as_html()[0]
