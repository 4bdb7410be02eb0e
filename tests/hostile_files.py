"""Files that somebody sends to do harm, or by mistake, each with a piece of the sentence that refuses it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter

from goals.importing.limits import MAX_BYTES, MAX_CELL_TAGS, MAX_PARTS, MAX_ROWS, MAX_TAGS, MAX_UNPACKED

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = [["指標コード", "code", "年度", "種類", "値", "理由"], ["3-1-K01", "kodomo", "R6", "訂正", "5", "集計の誤り"]]


def workbook(rows: list[list[str]] = ROWS) -> bytes:
    """Write a sound workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
    return buffer.getvalue()


def repacked(
    *, changed: Mapping[str, bytes] | None = None, more: Mapping[str, bytes] | None = None, packing: int = 8
) -> bytes:
    """Write the sound workbook again with other parts in it, packed as `packing` says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as source, zipfile.ZipFile(buffer, "w", packing) as target:
        for name in source.namelist():
            target.writestr(name, (changed or {}).get(name, source.read(name)))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return buffer.getvalue()


def with_sheet(content: str) -> bytes:
    """Write a workbook whose one sheet holds these rows, in XML."""
    text = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{content}</sheetData></worksheet>'
    return repacked(changed={SHEET: text.encode()})


def laughing() -> bytes:
    """Write XML whose ten lines unfold to a thousand million words."""
    lines = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{"".join(lines)}]><x>&l9;</x>'.encode()


def elsewhere(content: bytes) -> bytes:
    """Write a workbook whose sheet stands in a part that does not look like XML by its name."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as source:
        links = source.read("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"media/image1.png")
    return repacked(changed={"xl/_rels/workbook.xml.rels": links}, more={"xl/media/image1.png": content})


def lying() -> bytes:
    """Write a zip whose part declares to be small, and is not."""
    data = bytearray(repacked(changed={SHEET: b" " * 3_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if struct.unpack_from("<I", data, at + offset)[0] == 3_000_000:
                struct.pack_into("<I", data, at + offset, 1000)
    return bytes(data)


def nested() -> bytes:
    """Write a zip in a zip in a zip."""
    inner = workbook()
    for _ in range(3):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", inner)
        inner = buffer.getvalue()
    return inner


def doubled() -> bytes:
    """Write a workbook with two parts of one name."""
    other = "xl/worksheets/sheet2.xml"
    return repacked(more={other: b"<x/>"}).replace(other.encode(), SHEET.encode())


_EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # The zip
    "larger than allowed": (lambda: b"x" * (MAX_BYTES + 1), "10MB"),
    "a bomb": (lambda: repacked(more={"xl/media/image1.png": b"0" * (MAX_UNPACKED + 1)}), "中身が大きすぎます"),
    "a bomb that says it is small": (lying, "壊れている"),
    "thousands of parts": (
        lambda: repacked(more={f"docProps/{n}.xml": b"" for n in range(MAX_PARTS + 1)}),
        "中身が大きすぎます",
    ),
    "a zip in a zip": (nested, "Excel ブック（.xlsx）ではありません"),
    "packed by LZMA": (lambda: repacked(packing=zipfile.ZIP_LZMA), "Excel が書かない方法"),
    "packed by bzip2": (lambda: repacked(packing=zipfile.ZIP_BZIP2), "Excel が書かない方法"),
    "two parts of one name": (doubled, "Excel が書かない方法"),
    "cut off": (lambda: workbook()[:-200], "壊れている"),
    # XML
    "a thousand million laughs": (lambda: repacked(changed={STRINGS: laughing()}), "DOCTYPE"),
    "an entity from outside": (lambda: repacked(changed={SHEET: _EXTERNAL}), "DOCTYPE"),
    "an entity in UTF-16": (lambda: repacked(changed={BOOK: _EXTERNAL.decode().encode("utf-16")}), "DOCTYPE"),
    "an entity in a part that calls itself a picture": (lambda: elsewhere(laughing()), "DOCTYPE"),
    "the same in UTF-16": (lambda: elsewhere(_EXTERNAL.decode().encode("utf-16-be")), "DOCTYPE"),
    "no end of tags": (lambda: repacked(changed={STRINGS: b"<a/>" * MAX_TAGS + b"<b/>"}), "表が大きすぎます"),
    "tags without an end": (lambda: with_sheet("<row>" * 100_000), "壊れている"),
    # The sheet
    "a row two thousand million rows down": (
        lambda: with_sheet('<row r="1"><c><v>1</v></c></row><row r="2000000000"><c><v>1</v></c></row>'),
        "表が大きすぎます",
    ),
    "blank cells to the far right": (
        lambda: with_sheet("".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(1, 200))),
        "表が大きすぎます",
    ),
    "one row of blank cells": (lambda: with_sheet(f"<row>{'<c/>' * (MAX_CELL_TAGS + 1)}</row>"), "表が大きすぎます"),
    "a value to the far right": (
        lambda: with_sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'),
        "横幅が大きすぎます",
    ),
    # CSV
    "a text with NUL": (lambda: "指標コード,値\n3-1-K01,\0\n".encode(), "CSV か Excel のファイルではない"),
    "two encodings in one file": (
        lambda: "指標コード,値\n".encode() + "理由\n".encode("cp932"),
        "文字を読み取れません",
    ),
    "one line without an end": (lambda: b"x" * MAX_BYTES, "CSV として読み取れません"),
    "one line of commas": (lambda: b"a,b\n" + b"," * 300_000, "表が大きすぎます"),
    "nothing but line ends": (lambda: b"a,b\n" + b"\n" * (MAX_ROWS + 1), "表が大きすぎます"),
    "hundreds of columns": (lambda: ",".join(f"c{n}" for n in range(501)).encode() + b"\n1\n", "横幅が大きすぎます"),
    # Something else
    "a program": (lambda: b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)), "CSV か Excel のファイルではない"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "CSV か Excel のファイルではない"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "古い形式"),
    "a zip's first bytes": (lambda: b"PK\x03\x04 and nothing else", "壊れている"),
}
