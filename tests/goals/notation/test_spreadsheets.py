"""Texts come back from a spreadsheet as they went out, and run nothing on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.notation.spreadsheets import CP932, UTF8, encoded, guarded, unguarded


@pytest.mark.parametrize(
    ("text", "written"),
    [
        *((text, f"'{text}") for text in ("=1+1", "+81", "-5", "@name", "\tx", "\rx", "'=1", "''-5")),
        *((text, text) for text in ("", "x", "x=1", "'x", "'", "５", "－5", " =1", "\n=1")),
    ],
)
def test_only_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str, written: str) -> None:
    assert guarded(text) == written
    assert unguarded(written) == text


@pytest.mark.parametrize("text", ["=1+1", "-5", "'x", "x", ""])
def test_what_was_typed_without_an_apostrophe_of_ours_loses_none(text: str) -> None:
    assert unguarded(text) == text


@given(st.text(alphabet="'=+-@\t\ra", max_size=6))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("髙岡①", "髙岡①"),
        ("𠮷野", "〓野"),
        ("𠮷☃野𠮷", "〓〓野〓"),
        ("—¥\u00a0", "―￥ "),
    ],
)
def test_cp932_has_a_geta_for_each_character_that_it_lacks(text: str, read: str) -> None:
    assert encoded(text, CP932).decode("cp932") == read


def test_utf_8_keeps_every_character_behind_a_mark_for_excel() -> None:
    assert encoded("𠮷—¥", UTF8) == b"\xef\xbb\xbf" + "𠮷—¥".encode()


def test_a_geta_is_written_and_never_read_into_a_broken_file() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\x81".decode("cp932", "geta")
