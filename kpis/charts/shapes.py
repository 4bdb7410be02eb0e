"""The pieces that drawings are made of, with their coordinates written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A straight line."""

    css: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A path."""

    css: str
    d: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle."""

    css: str
    x: str
    y: str
    r: str


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `anchor` is start, middle or end."""

    css: str
    anchor: str
    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template writes down; coordinates are texts, so that nothing is formatted there."""

    width: int
    height: int
    grid: tuple[Grid, ...]
    shapes: tuple[Shape, ...]
    dots: tuple[Dot, ...]
    marks: tuple[Shape, ...]
    words: tuple[Words, ...]


def at(number: float) -> str:
    """Write a coordinate: one decimal, none where it is 0."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def polyline(spots: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join([f"{at(x)} {at(y)}" for x, y in spots])


def rectangle(left: float, top: float, right: float, bottom: float) -> str:
    return polyline([(left, top), (right, top), (right, bottom), (left, bottom)]) + "Z"


def diamond(x: float, y: float, half: float) -> str:
    return polyline([(x, y - half), (x + half, y), (x, y + half), (x - half, y)]) + "Z"


def flag(x: float, y: float, height: float) -> str:
    """Draw a pole that stands on the spot, with a pennant to the left at its top."""
    return f"{polyline([(x, y), (x, y - height), (x - 12, y - height + 5), (x, y - height + 10)])}"
