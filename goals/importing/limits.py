"""How much a file may hold, each limit with its reason, and the refusal of one that holds more."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

MAX_BYTES = 10 * 1024 * 1024  # a workbook with 10,000 values takes under one
MAX_CELLS = 200_000  # 2,000 indicators in 100 columns
MAX_ROWS = 100_000
MAX_COLUMNS = 500  # further right, nobody enters anything
MAX_TEXT = 131_072  # characters of a cell: what Python's csv takes unless a library allowed it more
MAX_PLACES = 1_200_000  # rows and blank cells between those with something in them: formatted, or merely named
MAX_SECONDS = 20  # for one reading; a sound file of 200,000 cells takes a fourth of it

# Of a workbook, which is a zip of XML
MAX_UNPACKED = 60 * 1024 * 1024  # 200,000 cells take about a third of it
MAX_PARTS = 2_000
MAX_TAGS = 2_500_000  # 200,000 cells, each with a text of its own, take 1,600,000
MAX_CELL_TAGS = 2 * MAX_CELLS  # those that are only formatted count too: a whole row is held in memory

TOO_MANY = f"表が大きすぎます。{MAX_CELLS:,}セルまでに分けて取り込んでください。"
TOO_WIDE = f"表の横幅が大きすぎます。内容を{MAX_COLUMNS}列までに収めてください。"
TOO_SLOW = "ファイルの読み取りに時間がかかりすぎるため、途中でやめました。表を小さく分けて取り込んでください。"
SAVE_AS = "Excel で「名前を付けて保存」を選び、「Excel ブック（.xlsx）」か「CSV UTF-8」で保存し直してください。"

Row = TypeVar("Row", bound=Sequence[object])


class FileRefused(ValueError):
    """A file that cannot be read, with the sentence that says why and what to do."""


def bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """Pass the rows of a sheet on; raise FileRefused when what it says of its own extent, or its reading, has no end."""
    places, end = 0, time.monotonic() + MAX_SECONDS
    for row in rows:
        places += 1 + len(row)
        if places > MAX_PLACES:
            raise FileRefused(TOO_MANY)
        if time.monotonic() > end:
            raise FileRefused(TOO_SLOW)
        yield row
