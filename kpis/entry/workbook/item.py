"""One cell of an upload, and what would become of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar


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


ORDER = [Outcome.REJECTED, Outcome.CONFLICT, Outcome.CHANGE, Outcome.NEW, Outcome.NOT_TAKEN, Outcome.SAME]
DOUBTED = "DOUBTED"  # asks for what looks odd, whatever becomes of it


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
    doubt: str = ""  # what is to be checked about a value that would be written

    @property
    def outcome_label(self) -> str:
        return self.outcome.label

    @property
    def is_written(self) -> bool:
        return self.outcome in {Outcome.NEW, Outcome.CHANGE}

    @property
    def is_left_out(self) -> bool:
        return self.outcome in {Outcome.REJECTED, Outcome.CONFLICT}

    @property
    def rank(self) -> tuple[bool, int]:
        """Order what is to be looked at before what is not: refused, odd, and then the rest."""
        return not (self.is_left_out or self.doubt), ORDER.index(self.outcome)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(**{**kept, "outcome": Outcome(kept["outcome"])})


Row = TypeVar("Row", bound=Item)


@dataclass
class Told(Generic[Row]):
    """What an upload would do: as it is told to the user, and the entries that would be written."""

    items: list[Row] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Stand for what was shown, so that nothing else is written."""
        return hashlib.sha256(repr(self.items).encode()).hexdigest()[:32]

    @property
    def counts(self) -> dict[Outcome, int]:
        found = Counter(item.outcome for item in self.items)
        return {outcome: found[outcome] for outcome in Outcome}

    @property
    def left_out(self) -> int:
        return sum(item.is_left_out for item in self.items)

    @property
    def written(self) -> int:
        return sum(item.is_written for item in self.items)

    def listed(self, wanted: str) -> list[Row]:
        """Return the items of one outcome, or those with a doubt, or all that would not stay as they are."""
        items = sorted(self.items, key=lambda item: item.rank)
        if wanted == DOUBTED:
            return [item for item in items if item.doubt]
        return [item for item in items if item.outcome == wanted or (not wanted and item.outcome != Outcome.SAME)]

    @property
    def doubts(self) -> int:
        return sum(bool(item.doubt) for item in self.items)
