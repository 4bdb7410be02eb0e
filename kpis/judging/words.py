"""The words of judging: kinds of targets, states of values, ratings and their groups. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A member's value is its name; its label is what the pages print."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member; looking one up takes the value alone."""
        member = str.__new__(cls, value)
        member._value_, member.label = value, label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return them as fields and forms offer them."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def named(cls, label: str) -> Self | None:
        """Return the member that is written so, None where there is none."""
        return next((member for member in cls if member.label == label), None)


class Kind(Word):
    """What a target asks for (金沢版総合戦略: →, 以上を維持, 策定完了, 再設定)."""

    REACH = "REACH", "到達型"
    KEEP_AT_LEAST = "KEEP_AT_LEAST", "維持型（以上）"
    KEEP_AT_MOST = "KEEP_AT_MOST", "維持型（以下）"
    RANGE = "RANGE", "範囲型"
    MILESTONE = "MILESTONE", "完了型"
    UNSET = "UNSET", "目標未設定"


class State(Word):
    """How firm a value is, or why there is none (domain.md §4)."""

    FINAL = "FINAL", "確定"
    PRELIMINARY = "PRELIMINARY", "速報"
    ESTIMATE = "ESTIMATE", "推計"
    UNPUBLISHED = "UNPUBLISHED", "未公表"
    NOT_SURVEYED = "NOT_SURVEYED", "調査なし"
    COLLECTING = "COLLECTING", "集計中"
    NOT_APPLICABLE = "NOT_APPLICABLE", "対象外"

    @property
    def has_value(self) -> bool:
        """Tell whether a value stands with this state."""
        return self in (State.FINAL, State.PRELIMINARY, State.ESTIMATE)


class Group(Word):
    """The groups of ratings, for charts and counts."""

    GOOD = "GOOD", "達成・順調"
    CLOSE = "CLOSE", "あとわずか"
    ATTENTION = "ATTENTION", "注意が必要"
    UNJUDGED = "UNJUDGED", "未判定"


class Rating(Word):
    """The judgement of one value (domain.md §5)."""

    NO_TARGET = "NO_TARGET", "目標未設定"
    ENDED = "ENDED", "対象外"
    NOT_SURVEYED = "NOT_SURVEYED", "調査なし"
    NO_VALUE = "NO_VALUE", "未公表"
    DONE = "DONE", "完了"
    NOT_DONE = "NOT_DONE", "未完了"
    BASE_YEAR = "BASE_YEAR", "基準年度"
    KEPT = "KEPT", "維持"
    NOT_KEPT = "NOT_KEPT", "範囲外"
    ACHIEVED = "ACHIEVED", "目標達成"
    ON_TRACK = "ON_TRACK", "順調"
    NEARLY = "NEARLY", "概ね順調"
    BEHIND = "BEHIND", "遅れ"
    FLAT = "FLAT", "横ばい"
    WORSE = "WORSE", "後退"

    def label_in(self, after_target: bool) -> str:
        """Give the label; from the target year on, what is not reached is 未達."""
        late = {Rating.NEARLY: "未達・あとわずか", Rating.BEHIND: "未達"}
        return late.get(self, self.label) if after_target else self.label

    @property
    def group(self) -> Group:
        """Give the group that charts and counts put it in."""
        return _GROUP_OF[self]


_BY_ATTENTION = (
    (Group.ATTENTION, "WORSE NOT_KEPT FLAT BEHIND NOT_DONE"),
    (Group.CLOSE, "NEARLY"),
    (Group.UNJUDGED, "NO_VALUE"),
    (Group.GOOD, "ON_TRACK KEPT DONE ACHIEVED"),
    (Group.UNJUDGED, "BASE_YEAR NOT_SURVEYED NO_TARGET ENDED"),
)
_GROUP_OF = {Rating(name): group for group, names in _BY_ATTENTION for name in names.split()}
RATING_ORDER = tuple(_GROUP_OF)
