"""Find places for words in a drawing: each beside its mark, none over another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

_WIDE, _DIGIT, _OTHER = 1.0, 0.62, 0.66
_NARROW = {".": 0.32, ",": 0.32, "%": 0.95}
LINE_HEIGHT = 1.3
_GAP = 4.0
_SIDES = (
    "top center",
    "bottom center",
    "top left",
    "top right",
    "middle right",
    "middle left",
    "bottom right",
    "bottom left",
)


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text generously, whatever the reader's font."""
    return size * sum(
        _WIDE
        if unicodedata.east_asian_width(mark) in "WFA"
        else _NARROW.get(mark, _DIGIT if mark.isdigit() else _OTHER)
        for mark in text
    )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in drawing units."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, room: float = 0.0) -> bool:
        return (
            self.left < other.right + room
            and other.left < self.right + room
            and self.top < other.bottom + room
            and other.top < self.bottom + room
        )

    def inside(self, outer: Box) -> bool:
        return (
            self.left >= outer.left
            and self.right <= outer.right
            and self.top >= outer.top
            and self.bottom <= outer.bottom
        )

    def shifted_into(self, outer: Box) -> Box:
        """Move sideways until it is inside, as far as it is not wider than that."""
        shift = max(outer.left - self.left, 0.0) or min(outer.right - self.right, 0.0)
        return Box(self.left + shift, self.top, self.right + shift, self.bottom)


@dataclass(frozen=True, slots=True)
class Label:
    """Words wanted at a mark: `reach` is the half height of the mark, `sides` the order of preference."""

    text: str
    x: float
    y: float
    spot: tuple[int, Decimal]  # year and value of the mark
    css: str = ""
    reach: float = 5.0
    sides: Sequence[str] = _SIDES
    may_stray: bool = True  # a line or two away from the mark, rather than left out


@dataclass(frozen=True, slots=True)
class Placed:
    """Words that have found their place."""

    text: str
    css: str
    spot: tuple[int, Decimal]
    anchor: str
    x: float
    baseline: float
    box: Box


@dataclass
class Sheet:
    """What stands in the drawing already: marks and words are kept clear, lines where possible."""

    area: Box
    size: float
    taken: list[Box] = field(default_factory=list)
    lines: list[Sequence[tuple[float, float]]] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def put(self, label: Label) -> None:
        """Place a label where it hides least, or leave it out where no place is free (the table has it)."""
        best: tuple[float, Placed] | None = None
        for cost, place in self._places(label):
            if best and cost >= best[0]:
                continue
            if not place.box.inside(self.area) or any(place.box.meets(other, 1.0) for other in self.taken):
                continue
            cost += sum(6.0 for line in self.lines if _crosses(line, place.box))
            if best is None or cost < best[0]:
                best = (cost, place)
        if best:
            self.placed.append(best[1])
            self.taken.append(best[1].box)

    def _places(self, label: Label) -> Iterator[tuple[float, Placed]]:
        width, height = text_width(label.text, self.size), self.size * LINE_HEIGHT
        for rank, side in enumerate(label.sides):
            vertical, horizontal = side.split()
            for farther in (0, 1, 2) if vertical != "middle" and label.may_stray else (0,):
                away = label.reach + _GAP + farther * height * 0.8
                top = {
                    "top": label.y - away - height,
                    "middle": label.y - height / 2,
                    "bottom": label.y + away,
                }[vertical]
                beside = label.reach + _GAP if vertical == "middle" else -label.reach
                left = {
                    "left": label.x - beside - width,
                    "center": label.x - width / 2,
                    "right": label.x + beside,
                }[horizontal]
                box = Box(left, top, left + width, top + height)
                if vertical != "middle":
                    box = box.shifted_into(self.area)
                anchor, x = _anchored(horizontal, box)
                place = Placed(label.text, label.css, label.spot, anchor, x, box.top + self.size * 0.98, box)
                yield rank + farther * 5.0 + abs(box.left - left) * 0.02, place


def _anchored(horizontal: str, box: Box) -> tuple[str, float]:
    if horizontal == "left":
        return "end", box.right
    if horizontal == "right":
        return "start", box.left
    return "middle", (box.left + box.right) / 2


def _crosses(line: Sequence[tuple[float, float]], box: Box) -> bool:
    """Tell whether a line of points goes through a box (Liang and Barsky's clipping)."""
    return any(_segment_crosses(start, end, box) for start, end in pairwise(line))


def _segment_crosses(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    if (start[0] < box.left and end[0] < box.left) or (start[0] > box.right and end[0] > box.right):
        return False
    low, high = 0.0, 1.0
    dx, dy = end[0] - start[0], end[1] - start[1]
    for delta, room in (
        (-dx, start[0] - box.left),
        (dx, box.right - start[0]),
        (-dy, start[1] - box.top),
        (dy, box.bottom - start[1]),
    ):
        if delta == 0:
            if room < 0:
                return False
        elif delta < 0:
            low = max(low, room / delta)
        else:
            high = min(high, room / delta)
    return low <= high
