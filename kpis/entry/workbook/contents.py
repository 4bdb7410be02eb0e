"""What the cells of a line mean: a value with its state, a month, a choice, a text; each refused with a sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from goals.importing.cells import Choice, Text
from goals.importing.reading import NO_RESULT
from goals.notation.days import format_month, parse_month
from goals.notation.numbers import Missing, format_plain, parse_number
from kpis.judging.words import State
from kpis.models import YearlyValue
from kpis.models.value import SELF_RATINGS, VALUE_STATES

LABELS = {
    "value": "実績値",
    "state": "状態",
    "available_on": "公表予定",
    "note": "備考",
    "analysis": "要因分析",
    "next_steps": "今後の取組",
    "self_rating": "自己評価",
    "self_comment": "自己評価の理由",
}
TEXTS = ("note", "analysis", "next_steps", "self_comment")
_UNCOMPUTED = "計算結果の保存されていない数式です。Excel で開いて保存し直すか、値だけを貼り付けてください。"
_STATES = Choice(State.choices(), None)
_RATINGS = Choice(list(SELF_RATINGS))


def shown(name: str, content: Any) -> str:
    """Write a content as the preview shows it."""
    if content is None or content == "":
        return ""
    if name == "value":
        return format_plain(Decimal(content))
    if name == "state":
        return State(content).label
    if name == "available_on":
        return format_month(content)
    return _RATINGS.show(content) if name == "self_rating" else str(content)


def read_text(name: str, text: str, current: YearlyValue | None) -> Any:
    """Read a cell that stands by itself; raises ValueError."""
    if text == NO_RESULT:
        raise ValueError(_UNCOMPUTED)
    old = getattr(current, name) if current else None
    if name == "available_on":
        day = parse_month(text) if text.strip() else None
        same = isinstance(old, datetime.date) and day is not None and (old.year, old.month) == (day.year, day.month)
        return old if same else day
    if name == "self_rating":
        return _RATINGS.clean(text)
    cell = Text()
    return old if old and cell.keeps(old, text) else cell.clean(text)


def read_state(text: str) -> str | None:
    if text == NO_RESULT:
        raise ValueError("計算結果の保存されていない数式です。一覧から状態を選んでください。")
    found: str | None = _STATES.clean(text)
    return found


def read_value(text: str, unit: str, state: str | None) -> tuple[Decimal | None, str | None]:
    """Return the number, or the state that the word in its place stands for; raises ValueError.

    `state` is what the cell of the state says, None where it says nothing.
    """
    if text == NO_RESULT:
        raise ValueError(_UNCOMPUTED)
    number = parse_number(text, unit)
    if not isinstance(number, Missing):
        return number or abs(number), None  # −0 is 0
    meant = State.named(number.reason)
    if meant and state and state != meant:
        raise ValueError(
            f"「{text.strip()}」とありますが、状態は「{State(state).label}」です。どちらかに合わせてください。"
        )
    if meant is None and text.strip() and (state is None or state in VALUE_STATES):
        raise ValueError(
            f"「{text.strip()}」だけでは、値がない理由が分かりません。状態の欄で「未公表」「調査なし」などを選ぶか、"
            "実績値の欄に「未公表」などと入力してください。"
        )
    return None, meant
