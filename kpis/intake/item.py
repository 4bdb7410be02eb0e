"""One cell of an upload, and what would become of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What becomes of a cell (staff.md, Excel and CSV)."""

    NEW = "NEW"
    CHANGE = "CHANGE"
    SAME = "SAME"
    REJECTED = "REJECTED"
    CONFLICT = "CONFLICT"
    NOT_TAKEN = "NOT_TAKEN"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Outcome.NEW: "新規",
    Outcome.CHANGE: "変更",
    Outcome.SAME: "同じ",
    Outcome.REJECTED: "受け付けられない",
    Outcome.CONFLICT: "他の人が変更済",
    Outcome.NOT_TAKEN: "取り込まない（他の年度）",
}


@dataclass
class Item:
    """A cell by its place in the file, with its content as typed, old and new as the screen writes them."""

    outcome: Outcome
    sheet: str
    row: int
    place: str
    code: str
    label: str
    typed: str = ""
    old: str = ""
    new: str = ""
    reason: str = ""

    @property
    def outcome_label(self) -> str:
        return self.outcome.label

    @property
    def is_written(self) -> bool:
        return self.outcome in {Outcome.NEW, Outcome.CHANGE}

    @property
    def is_left_out(self) -> bool:
        return self.outcome in {Outcome.REJECTED, Outcome.CONFLICT}

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Item:
        return cls(**{**kept, "outcome": Outcome(kept["outcome"])})
