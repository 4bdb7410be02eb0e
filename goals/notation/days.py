"""Read and write dates and months: 2024-10-22, 2024年10月, 令和6年10月22日, R6.10; blanks between do not count."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from goals.notation.years import ERAS, LETTERS

_MONTH = r"(?:([RHS]|令和|平成|昭和)(元|\d{1,2})|(\d{4}))[-/.年](\d{1,2})"
_DAY = re.compile(rf"{_MONTH}[-/.月](\d{{1,2}})日?(?:T?00:00(?::00)?)?", re.IGNORECASE)
# Where a month is asked for, its day may be one that it has not: 2026.9.31.
_IN_MONTH = re.compile(rf"{_MONTH}月?(?:[-/.]?\d{{1,2}}日?)?", re.IGNORECASE)


def parse_day(text: str) -> date:
    """Read a date as clerks write it, or raise ValueError with a sentence for them."""
    if found := _date(_DAY, text):
        return found
    raise ValueError(
        f"「{text.strip()}」は日付として読み取れません。2024-10-22 や 令和6年10月22日 のように入力してください。"
    )


def parse_month(text: str) -> date:
    """Read a month, as its first day; a whole date stays that day. Raise ValueError with a sentence."""
    if found := _date(_DAY, text) or _date(_IN_MONTH, text):
        return found
    raise ValueError(
        f"「{text.strip()}」は年月として読み取れません。2026年11月 や 令和8年11月 のように入力してください。"
    )


def _date(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        return None
    era, number, western, month, day = (*found.groups(), "1")[:5]
    try:
        before = ERAS[LETTERS[era.upper()]][1] if era else 0
        return date(int(western) if western else before + (1 if number == "元" else int(number)), int(month), int(day))
    except ValueError:
        return None


def format_day(day: date) -> str:
    """Write 2024年10月22日."""
    return f"{format_month(day)}{day.day}日"


def format_month(day: date) -> str:
    """Write 2024年10月."""
    return f"{day.year}年{day.month}月"
