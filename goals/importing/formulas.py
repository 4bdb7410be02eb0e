"""The formulas of a sheet that no program has computed: openpyxl gives their results, or nothing."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from goals.importing.limits import MAX_COLUMNS

_CHUNK = 1024 * 1024
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


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
                    if column <= MAX_COLUMNS:
                        found.add((row, column))
            elif element.tag == f"{_MAIN}row":
                element.clear()
    return found
