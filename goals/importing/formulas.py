"""The formulas of a sheet that no program has computed: openpyxl gives their results, or nothing."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

from openpyxl.utils.cell import coordinate_to_tuple

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
    row = column = 0
    with archive.open(path) as opened:
        for event, element in ElementTree.iterparse(opened, ["start", "end"]):
            if element.tag == f"{_MAIN}row":
                if event == "start":
                    row, column = int(element.get("r", row + 1)), 0
                else:
                    element.clear()
            elif element.tag == f"{_MAIN}c" and event == "end":
                reference = element.get("r")  # not every program writes it
                row, column = coordinate_to_tuple(reference) if reference else (row, column + 1)
                formula, value = element.find(f"{_MAIN}f"), element.find(f"{_MAIN}v")
                computed = value is not None and (value.text or element.get("t") == "str")
                if formula is not None and not computed and column <= MAX_COLUMNS:
                    found.add((row, column))
    return found
