"""Read numbers as clerks type them, and write them as the pages show them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from goals.notation.words import NO_FIGURE

MINUS = "−"  # U+2212, the width of a plus sign
_EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)  # wide enough that only quantize() ever rounds

_NUMBER = re.compile(r"([+\-−△▲]?)([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")
_KEY_DIGITS = 18  # as many as a key of the database may have
# Dropped where the caller names no unit; with one, only that unit is.
_COUNTERS = re.compile(
    "%|ポイント|件|人|名|者|組|社|団体|組織|企業|事業|事業所|店|店舗|品|品目|台|本|冊|点|枚|個|回|便|泊|人泊|円|日|時間|分|歳|位|倍|種類"
    "|世帯|戸|棟|館|校|校区|園|クラブ|地区|町会|[かカヵケヶ]所|箇所|施設|区画|路線|講座|科目|km2?|m2?|ha|t|kg|kWh"
)
_SCALES = re.compile(r"[十百千万億兆]")
_VAGUE = re.compile(r"約|およそ|おおよそ|程度|前後|以上|以下|未満|[余弱強超]")
_EXPONENT = re.compile(r"[0-9][eE][+\-−]?[0-9]|[0-9][×x*^]")
_NOT_FINITE = re.compile(r"[+\-−]?(?:s?nan|inf(?:inity)?|∞)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Missing:
    """Stand for a cell without a number; `reason` is the name of its state, 空欄, or 値なし for a dash."""

    reason: str


def parse_number(text: str, unit: str | None = None) -> Decimal | Missing:
    """Read one cell; with `unit`, no other counter is let through. Raise ValueError with a sentence."""
    shown = text.strip()
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if cleaned in NO_FIGURE:
        return Missing(NO_FIGURE[cleaned])
    found = _NUMBER.match(cleaned)
    if found is None or not _is_counter(cleaned[found.end() :], unit) or _hides_digits(shown):
        raise ValueError(f"「{shown}」{_what_is_wrong(cleaned, shown, unit)}")
    sign, digits, fraction = found.groups()
    number = Decimal(digits.replace(",", "") + (fraction or ""))
    return number if sign in ("", "+") or number == 0 else number.copy_negate()


def whole(text: str | None) -> int | None:
    """Read a key or a count out of an address or a hidden field; None where it is none, or longer than any key."""
    return int(text) if text and text.isdecimal() and len(text) <= _KEY_DIGITS else None


def format_plain(value: Decimal | int) -> str:
    """Write a number as the source prints it: 59, 42.5, 14,593, without trailing zeros."""
    text = f"{Decimal(value).copy_abs():,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if value < 0 else text


def format_decimals(value: Decimal | int, decimals: int | None) -> str:
    """Write a number with so many decimals, half up; None: as it is, six at most."""
    if decimals is None:
        return format_plain(_round(value, 6))
    rounded = _round(value, decimals)
    return f"{MINUS if rounded < 0 else ''}{rounded.copy_abs():,f}"


def with_unit(text: str, unit: str) -> str:
    """Attach the unit; an indicator without one has ""."""
    return f"{text}{unit}"


def difference_unit(unit: str) -> str:
    """Give the unit of a difference: percentages differ by ポイント."""
    return "ポイント" if unit == "%" else unit


def format_difference(value: Decimal | int, unit: str, decimals: int | None) -> str:
    """Write a change with its sign: +1.2ポイント, −3件, ±0件."""
    text = format_decimals(value, decimals)
    if not text.strip("0."):
        text = "±0"
    elif value > 0:
        text = f"+{text}"
    return with_unit(text, difference_unit(unit))


def format_percent(ratio: Decimal | int, places: int | None = 1) -> str:
    """Write a ratio as a percentage, half up: 0.8696 is 87.0%; None: with the places it has."""
    return f"{format_decimals(Decimal(ratio).scaleb(2, _EXACT), places)}%"


@dataclass(frozen=True, slots=True)
class Figures:
    """Write the figures of one indicator: its unit attached, actuals at its decimals."""

    unit: str
    decimals: int | None

    def plain(self, value: Decimal | int) -> str:
        """Write a baseline or a target as the source prints it: 59%."""
        return with_unit(format_plain(value), self.unit)

    def actual(self, value: Decimal | int) -> str:
        """Write an actual or a computed figure: 51.5%."""
        return with_unit(format_decimals(value, self.decimals), self.unit)

    def gap(self, difference: Decimal) -> str:
        """Write how far two figures are apart, without a sign: 7.5ポイント, わずか."""
        text = format_decimals(difference.copy_abs(), self.decimals)
        if difference and not text.strip("0."):
            return "わずか"
        return with_unit(text, difference_unit(self.unit))

    def points(self, difference: Decimal) -> str:
        """Write a limit of difference as it was set: 3ポイント."""
        return with_unit(format_plain(difference), difference_unit(self.unit))

    def moved(self, difference: Decimal) -> str:
        """Say how a figure has changed: より1.7ポイント増えました, と同じです."""
        verb = "増えました" if difference > 0 else "減りました"
        return f"より{self.by(difference)}{verb}" if difference else "と同じです"

    def by(self, difference: Decimal) -> str:
        """Write a gap as it stands before a verb: 7.5ポイント, わずかに."""
        gap = self.gap(difference)
        return "わずかに" if gap == "わずか" else gap

    def against(self, difference: Decimal, same: str = "に届き") -> str:
        """Compare a figure with another, as the stem of a sentence: を0.6ポイント下回り."""
        if difference == 0:
            return same
        verb = "上回り" if difference > 0 else "下回り"
        return f"を{self.by(difference)}{verb}"


def _round(value: Decimal | int, decimals: int) -> Decimal:
    """Round half up (away from zero), whatever the context of the thread."""
    return Decimal(value).quantize(_step(decimals), context=_EXACT)


@cache
def _step(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _is_counter(rest: str, unit: str | None) -> bool:
    """Tell whether what follows the number may stand there."""
    if unit is not None:
        return rest in ("", unicodedata.normalize("NFKC", unit))
    return rest == "" or _COUNTERS.fullmatch(rest) is not None


def _hides_digits(text: str) -> bool:
    """Tell whether NFKC makes digits of marks: 10², 5① (but m² is a unit)."""
    return any(
        unicodedata.category(mark) == "No" and not text[:place][-1:].isalpha() for place, mark in enumerate(text)
    )


def _what_is_wrong(cleaned: str, shown: str, unit: str | None) -> str:
    """End the sentence of refusal: what is wrong with the cell, and what to type instead."""
    body = re.sub(r"[^0-9]+$", "", cleaned)
    found = _NUMBER.match(cleaned)
    rest = cleaned[found.end() :] if found else ""
    if cleaned.startswith("="):
        return "は数式のため取り込めません。計算した結果の数値を入力してください。"
    if re.search(r"\s", cleaned):
        return "は途中に空白があります。空白を取り除いて入力してください。"
    if _VAGUE.search(cleaned):
        return "は概数や範囲のため取り込めません。「約」「以上」などを除き、数値だけを入力してください。"
    if re.search(r"[()\[\]【】〔〕]", cleaned):
        return "はかっこ書きを含むため取り込めません。数値だけを入力し、補足は備考に書いてください。"
    if _EXPONENT.search(cleaned):
        return "は指数や計算式の形のため取り込めません。1,200 のように、桁をすべて書いて入力してください。"
    if _NOT_FINITE.fullmatch(cleaned):
        return "は数値ではありません。値がないときは空欄にしてください。"
    if _hides_digits(shown):
        return "は丸数字や上付きの数字を含むため取り込めません。普通の数字で入力し、注は備考に書いてください。"
    if re.fullmatch(r"[+\-−△▲]?[0-9,]+(?:\.[0-9]*)?", body) and not _NUMBER.fullmatch(body):
        return "は桁区切りの位置が正しくありません。1,234 のように3桁ごとに区切るか、区切らずに入力してください。"
    if unit is not None and rest and not re.search(r"[0-9]", rest):
        wanted = f"単位は「{unit}」です" if unit else "単位はありません"
        action = f"「{unit}」での数値に直して" if unit else "数値だけを"
        return f"の「{rest}」は使えません。この指標の{wanted}。換算はされないので、{action}入力してください。"
    if _SCALES.search(rest):
        return "は千・万・億などを含むため取り込めません。12,000 のように、桁をすべて数字で入力してください。"
    if len(re.findall(r"[0-9]+", cleaned)) > 1 and rest not in ("", "."):
        return "には数値が二つ以上あります。一つの欄には数値を一つだけ入力してください。"
    if rest and not rest.startswith("."):
        return f"の「{rest}」は単位として読み取れません。数値だけを入力してください。"
    if re.fullmatch(r"[+\-−△▲]?[〇零一二三四五六七八九十百千万億兆]+\D*", cleaned):
        return "は漢数字のため取り込めません。123 のような算用数字で入力してください。"
    return "は数値として読み取れません。42.5 や 1,234 のように入力し、値がないときは空欄にしてください。"
