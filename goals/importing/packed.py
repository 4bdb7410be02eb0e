"""What is checked of a workbook before its content is read: how it is packed, its size unpacked, what XML declares."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from goals.importing.limits import (
    MAX_CELL_TAGS,
    MAX_PARTS,
    MAX_TAGS,
    MAX_UNPACKED,
    SAVE_AS,
    TOO_MANY,
    FileRefused,
)

_CHUNK = 1024 * 1024
_LONGEST = 200  # bytes of the beginning of a tag
# In ASCII and both byte orders of UTF-16, which are all that the XML parser finds out by itself.
_DECLARATION = re.compile(
    b"|".join(b"\0?".join(re.escape(bytes([byte])) for byte in word) for word in (b"<!DOCTYPE", b"<!ENTITY")),
    re.IGNORECASE,
)
_CELL = re.compile(rb"<(?:[^\s<>/:!?]{1,100}:)?c[\s/>]")
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others unpack without a limit to what comes at a time


def check(archive: zipfile.ZipFile) -> None:
    """Refuse what is no workbook, what unpacks beyond measure, and XML that declares entities."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("パスワードの付いたファイルです。パスワードを外して保存し直してください。")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefused(
            "Excel ファイルの中身が大きすぎます。画像などを除き、必要なシートだけを新しいファイルにしてください。"
        )
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise FileRefused(
            "Excel ブック（.xlsx）ではありません。Excel で開き、「Excel ブック（.xlsx）」で保存し直してください。"
        )
    if len(set(names)) < len(names) or any(part.compress_type not in _PACKINGS for part in parts):
        raise FileRefused(f"Excel が書かない方法でまとめられたファイルです。{SAVE_AS}")
    _check_contents(archive, parts)


def _check_contents(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Unpack every part once, a piece at a time; zipfile itself holds each to the size that it declares."""
    tags = cells = 0
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        for piece in _pieces(archive, part):
            # With NUL in it, XML is in an encoding that this does not look through
            if _DECLARATION.search(piece) or (is_xml and b"\0" in piece):
                raise FileRefused(
                    "Excel ファイルの中に、Excel が書かない定義（DOCTYPE）があります。安全のため読み取りません。"
                    "Excel で開いて保存し直してください。"
                )
            tags += piece.count(b"<")
            cells += sum(1 for _ in _CELL.finditer(piece))
            if tags > MAX_TAGS or cells > MAX_CELL_TAGS:
                raise FileRefused(TOO_MANY)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part in pieces that cut no beginning of a tag in two."""
    rest = b""
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"<", max(0, len(piece) - _LONGEST))
            cut = len(piece) if cut < 0 else cut
            rest = piece[cut:]
            yield piece[:cut]
    yield rest
