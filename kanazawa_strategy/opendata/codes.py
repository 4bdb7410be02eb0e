"""The code tables: the words that stand in coded columns, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.judging.words import Kind, Rating, State
from kpis.models import Basis, Level, Tag
from measures.models import ResponseClass


@dataclass(frozen=True)
class Code:
    """One word of a table; `meaning` only where the label does not say it."""

    code: str
    label: str
    meaning: str = ""


@dataclass(frozen=True)
class CodeTable:
    """The words of one or more columns, in the order of the domain."""

    name: str
    title: str
    entries: tuple[Code, ...]
    note: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(entry.code for entry in self.entries)


_STATES = {
    State.PRELIMINARY: "後で確定値に改められることがあります。",
    State.ESTIMATE: "推計による値です。",
    State.UNPUBLISHED: "値はまだありません。公表の見込みが分かるときは available_on に入れます。",
    State.NOT_SURVEYED: "その年度は調査を行っていません。",
    State.COLLECTING: "値を集計しています。",
    State.NOT_APPLICABLE: "その年度は指標の対象外です。",
}
_KINDS = {
    Kind.REACH: "基準値から目標値まで、増やす、または減らす目標です。",
    Kind.KEEP_AT_LEAST: "目標値以上を保つ目標です。",
    Kind.KEEP_AT_MOST: "目標値以下を保つ目標です。",
    Kind.RANGE: "目標値（下限）から上限までの範囲に保つ目標です。どちらの値も含みます。",
    Kind.MILESTONE: "「策定完了」のような目標です。実績値は 1（完了）か 0（未完了）です。",
    Kind.UNSET: "目標値が定められていません。",
}
_TAGS = {Tag.NEW: "この改訂で新たに設けたもの。", Tag.REVISED: "この改訂で改めたもの。"}


def _late(rating: Rating) -> str:
    late = rating.label_in(after_target=True)
    return "" if late == rating.label else f"目標年度からは「{late}」と書きます。"


LEVEL = CodeTable(
    "level",
    "区分",
    (
        Code(Level.NUMERIC_TARGET.label, "数値目標", "基本目標ごとに置かれた目標です。"),
        Code(Level.KPI.label, "KPI", "施策の進み具合を測る指標です。"),
    ),
)
BASIS = CodeTable("basis", "指標の種類", tuple(Code(str(basis.value), str(basis.label)) for basis in Basis))
KIND = CodeTable("kind", "目標の型", tuple(Code(kind.value, kind.label, _KINDS[kind]) for kind in Kind))
STATE = CodeTable(
    "state", "実績値の状態", tuple(Code(state.value, state.label, _STATES.get(state, "")) for state in State)
)
RATING = CodeTable(
    "rating",
    "評価",
    tuple(Code(rating.value, rating.label, _late(rating)) for rating in Rating),
    "self_rating と committee_rating にも、この言葉が入ります。",
)
TAG = CodeTable(
    "tag",
    "新・改",
    tuple(Code(str(tag.value), str(tag.label), _TAGS[tag]) for tag in Tag),
    "空欄は、続けているものです。",
)
RESPONSE_CLASS = CodeTable(
    "response_class",
    "市の対応の区分",
    tuple(Code(str(word.value), str(word.label)) for word in ResponseClass),
    "空欄は、区分がないものです。",
)

TABLES = (LEVEL, BASIS, KIND, STATE, RATING, TAG, RESPONSE_CLASS)
