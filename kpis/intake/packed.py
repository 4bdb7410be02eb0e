"""What is checked of a workbook before its content is read: the size unpacked, the kind, and declarations of XML."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from goals.importing.files import FileRefused

MAX_UNPACKED = 60 * 1024 * 1024  # 200,000 cells take about a third of it
MAX_PARTS = 2_000
MAX_COLUMN = 500  # further right, nobody enters anything
_CHUNK = 1024 * 1024
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def check(archive: zipfile.ZipFile) -> None:
    """Refuse what is no workbook, what unpacks beyond measure, and XML that declares entities."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("パスワードの付いたファイルです。パスワードを外して保存し直してください。")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefused(
            "Excel ファイルの中身が大きすぎます。画像などを除き、必要なシートだけを新しいファイルにしてください。"
        )
    if "[Content_Types].xml" not in archive.namelist() or "xl/workbook.xml" not in archive.namelist():
        raise FileRefused(
            "Excel ブック（.xlsx）ではありません。Excel で開き、「Excel ブック（.xlsx）」で保存し直してください。"
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares(archive, part):
            raise FileRefused(
                "Excel ファイルの中に、Excel が書かない定義（DOCTYPE）があります。安全のため読み取りません。"
                "Excel で開いて保存し直してください。"
            )


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Tell whether a part declares a document type, or hides it in an encoding that this does not look through."""
    before = b""
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            if _DECLARATION.search(before + chunk) or b"\0" in chunk:
                return True
            before = chunk[-16:]
    return False


def formulas_without_result(archive: zipfile.ZipFile, path: str) -> set[tuple[int, int]]:
    """Return (row, column) of the cells with a formula that no program has computed yet."""
    with archive.open(path) as opened:
        before, has_some = b"", False
        while not has_some and (chunk := opened.read(_CHUNK)):
            has_some = bool(_FORMULA.search(before + chunk))
            before = chunk[-64:]
    found: set[tuple[int, int]] = set()
    if not has_some:
        return found
    with archive.open(path) as opened:
        for _, element in ElementTree.iterparse(opened):
            if element.tag == f"{_MAIN}c":
                reference = element.get("r")
                formula, value = element.find(f"{_MAIN}f"), element.find(f"{_MAIN}v")
                computed = value is not None and (value.text or element.get("t") == "str")
                if reference and formula is not None and not computed:
                    letters, row = coordinate_from_string(reference)
                    column = column_index_from_string(letters)
                    if column <= MAX_COLUMN:
                        found.add((row, column))
            elif element.tag == f"{_MAIN}row":
                element.clear()
    return found
