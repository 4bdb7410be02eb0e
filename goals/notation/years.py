"""Read and write Japanese fiscal years: R6, 令和6年度, H31, 2024, R5(2023)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

_REIWA_BEGINS = date(2019, 5, 1)
_HEISEI, _REIWA = 1989, 2019
_FIRST_READ, _LAST_READ = 1926, 2100
# letter: (name, year before its first, last number that is read)
ERAS = {"S": ("昭和", 1925, 64), "H": ("平成", 1988, 40), "R": ("令和", 2018, 99)}
LETTERS = {
    "R": "R",
    "r": "R",
    "令和": "R",
    "H": "H",
    "平成": "H",
    "S": "S",
    "昭和": "S",
}

_WHOLE = re.compile(r"([^()]+)(?:\(([^()]+)\))?")
_IN_ERA = re.compile(r"([RrHS]|令和|平成|昭和)(元|[0-9]{1,3})(?:年度?)?")
_WESTERN = re.compile(r"FY([0-9]{4})|([0-9]{4})(?:年度?)?")
_HINT = "令和6年度、R6、2024 のように入力してください。"


@dataclass(frozen=True, order=True, slots=True)
class FiscalYear:
    """Name the year that runs from April of `year` to the next March."""

    year: int

    def __post_init__(self) -> None:
        """Refuse years that no era here can name (令和99 is the last)."""
        if not _FIRST_READ <= self.year <= ERAS["R"][1] + ERAS["R"][2]:
            raise ValueError(f"「{self.year}」は年度として扱えません。{_HINT}")

    @classmethod
    def of(cls, day: date) -> Self:
        """Give the fiscal year of a local date: 2024-03-31 is in 2023, 2024-04-01 in 2024."""
        if isinstance(day, datetime):
            raise TypeError("A moment has no fiscal year before it has a time zone: pass the local date.")
        return cls(day.year if day.month >= 4 else day.year - 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a fiscal year as clerks write it, or raise ValueError with a sentence for them."""
        shown = text.strip()
        if not shown:
            raise ValueError(f"年度が空欄です。{_HINT}")
        whole = _WHOLE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
        # NFKC would turn the footnote mark of R6① into a digit.
        if whole is None or any(unicodedata.category(mark) == "No" for mark in text):
            raise ValueError(_unreadable(shown))
        outer, inner = whole.groups()
        year, is_western = _read(outer, shown)
        if inner is not None:
            other, other_is_western = _read(inner, shown)
            if is_western == other_is_western:
                raise ValueError(_unreadable(shown))
            if year != other:
                raise ValueError(
                    f"「{shown}」は和暦と西暦が食い違っています（{outer}は{year}年度、{inner}は{other}年度）。正しい方だけを入力してください。"
                )
        return cls(year)

    def long(self, as_of: date | None = None) -> str:
        """Write 令和6年度, in the era of a document of that date (before May 2019: 平成31年度)."""
        letter, number = self._in_era(as_of)
        return f"{ERAS[letter][0]}{'元' if number == 1 else number}年度"

    def short(self, as_of: date | None = None) -> str:
        """Write R6, in the era of a document of that date."""
        letter, number = self._in_era(as_of)
        return f"{letter}{number}"

    def first_mention(self, as_of: date | None = None) -> str:
        """Write 令和6年度（2024年度）, as pages do where a year first stands."""
        return f"{self.long(as_of)}（{self.year}年度）"

    def __str__(self) -> str:
        """Write the long form of today."""
        return self.long()

    def _in_era(self, as_of: date | None) -> tuple[str, int]:
        """Give the letter of the era and the number in it."""
        if self.year >= _REIWA and (as_of is None or as_of >= _REIWA_BEGINS):
            letter = "R"
        else:
            letter = "H" if self.year >= _HEISEI else "S"
        return letter, self.year - ERAS[letter][1]


def _read(part: str, shown: str) -> tuple[int, bool]:
    """Read one notation; tell the western year and whether it was written so."""
    if western := _WESTERN.fullmatch(part):
        year = int(western[1] or western[2])
        if not _FIRST_READ <= year <= _LAST_READ:
            raise ValueError(_unreadable(shown, f"西暦は{_FIRST_READ}年から{_LAST_READ}年までです。"))
        return year, True
    in_era = _IN_ERA.fullmatch(part)
    if in_era is None:
        raise ValueError(_unreadable(shown))
    name, before, last = ERAS[LETTERS[in_era[1]]]
    number = 1 if in_era[2] == "元" else int(in_era[2])
    if not 1 <= number <= last:
        raise ValueError(_unreadable(shown, f"{name}は元年から{last}年までです。"))
    return before + number, False


def _unreadable(shown: str, why: str = "") -> str:
    """Say that the text is no year, why, and what to type instead."""
    return f"「{shown}」は年度として読み取れません。{why}{_HINT}"
