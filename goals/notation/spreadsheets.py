"""What every file for spreadsheets needs: texts that are no formulas, and cp932 for old ones."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal

UTF8, CP932 = "utf-8-sig", "cp932"
GETA = "〓"  # stands for what cp932 lacks
# What cp932 has under another code point.
_TWINS = str.maketrans({"—": "―", "¥": "￥", "\u00a0": " "})
# A cell that starts so would be run as a formula by Excel; the apostrophes before it are ours, one per trip.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def _geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return GETA * (error.end - error.start), error.end


codecs.register_error("geta", _geta)


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    A text that has the apostrophe already gets another, so that taking exactly one off restores every text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take exactly the apostrophe off that guarded() put before a text."""
    return text[1:] if _GUARDED.match(text) else text


def encoded(text: str, encoding: str) -> bytes:
    """Encode a file: UTF-8 with BOM, or cp932 with 〓 for what it lacks."""
    return text.translate(_TWINS).encode(CP932, "geta") if encoding == CP932 else text.encode(encoding)


def is_exact(number: Decimal) -> bool:
    """Tell whether a cell of Excel holds every digit of a number: it keeps fifteen, and rounds the rest."""
    return len(number.normalize().as_tuple().digits) <= 15
