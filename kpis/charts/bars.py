"""Lay out charts of horizontal bars: a row each, its name beside the bar, or above it where the box is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kpis.charts.canvas import SIZE
from kpis.charts.layout import ACTUAL, INVISIBLE, SURFACE, TEXT, WEAK, Json
from kpis.charts.lines import broken
from kpis.charts.placing import LINE_HEIGHT, Box
from kpis.charts.shapes import Drawing, Grid, Shape, Words, at, rectangle

LINE = SIZE * LINE_HEIGHT
_GAP = 12.0  # between a name and its bar
_FONTS = {"chart-label-weak": WEAK, "chart-tick": WEAK, "rating-count rating-count-good": SURFACE}


@dataclass(frozen=True, slots=True)
class Field:
    """The room of a drawing: where the bars begin and end, and whether names stand above them."""

    width: int
    left: float
    right: float
    top: float
    thickness: float = 16.0
    is_narrow: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What names a row; `lines_free` keeps room for more between a name above and its bar, `foot` under the bar."""

    name: str
    lead: str = ""  # a line of its own before the name
    lines_free: int = 0
    foot: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a share of the plot's width and at a row, both of which scale, and so many units from there."""

    css: str
    anchor: str
    share: float
    shift: float
    row: float
    drop: float
    text: str


@dataclass(frozen=True)
class Rows:
    """The rows of one drawing: `middles` of the bars, in units from the top of the plot."""

    field: Field
    heads: tuple[Head, ...]

    @cached_property
    def _lines(self) -> list[tuple[str, ...]]:
        field = self.field
        # A narrow box may be narrower than its drawing, and Plotly's words are not scaled.
        room = field.width - 40 if field.is_narrow else field.left - _GAP
        return [broken(head.name, SIZE, room) for head in self.heads]

    @cached_property
    def _heights(self) -> list[float]:
        field, heights = self.field, []
        for head, lines in zip(self.heads, self._lines, strict=True):
            count = len(lines) + bool(head.lead)
            if field.is_narrow:
                height = LINE * (count + head.lines_free) + field.thickness + 24
            else:
                height = max(LINE * count, field.thickness) + 18
            heights.append(height + head.foot)
        return heights

    @cached_property
    def middles(self) -> tuple[float, ...]:
        field, found, above = self.field, [], 0.0
        for head, height in zip(self.heads, self._heights, strict=True):
            own = height - head.foot
            found.append(above + (own - field.thickness / 2 - 14 if field.is_narrow else own / 2))
            above += height
        return tuple(found)

    @property
    def height(self) -> int:
        return round(self.field.top + sum(self._heights))

    @property
    def plot(self) -> Box:
        field = self.field
        return Box(field.left, field.top, field.width - field.right, self.height)

    def above_bar(self, lines: int) -> float:
        """Give how far the first of some lines stands from the middle of the bar under them."""
        return -self.field.thickness / 2 - 4 - LINE * (lines - 0.5)

    def reaches(self, half: float) -> list[tuple[float, float]]:
        """Give from where to where upright lines go: through all rows, or at each bar where words are above it."""
        if self.field.is_narrow:
            return [(middle - half, middle + half) for middle in self.middles]
        return [(0.0, self.plot.bottom - self.plot.top)]

    def names(self) -> Iterator[Label]:
        """Write the names: beside the bars, or above them."""
        for head, lines, middle in zip(self.heads, self._lines, self.middles, strict=True):
            words = [("chart-label-strong", head.lead)] if head.lead else []
            words += [("chart-word", line) for line in lines]
            first = -(len(words) - 1) / 2 * LINE
            if self.field.is_narrow:
                first = self.above_bar(len(words) + head.lines_free)
            for number, (css, text) in enumerate(words):
                yield Label(css, "start", 0.0, -self.field.left, middle, first + number * LINE, text)

    def drawing(
        self,
        grid: Sequence[tuple[str, float, float, float]],
        shapes: Sequence[Shape],
        marks: Sequence[Shape],
        labels: Sequence[Label],
    ) -> Drawing:
        """Draw upright lines (class, share of the width, from, to), then shapes and marks as they are, and the words."""
        plot = self.plot
        lines = ((css, at(self.x(share)), plot.top + start, plot.top + end) for css, share, start, end in grid)
        return Drawing(
            width=self.field.width,
            height=self.height,
            grid=tuple(Grid(css, x, at(start), x, at(end)) for css, x, start, end in lines),
            shapes=tuple(shapes),
            dots=(),
            marks=tuple(marks),
            words=tuple(self._words(label) for label in labels),
        )

    def bar(self, css: str, start: float, end: float, middle: float) -> Shape:
        """Draw a bar between two shares of the width."""
        top = self.plot.top + middle - self.field.thickness / 2
        return Shape(css, rectangle(self.x(start), top, self.x(end), top + self.field.thickness))

    def x(self, share: float) -> float:
        return self.plot.left + share * (self.plot.right - self.plot.left)

    def _words(self, label: Label) -> Words:
        y = self.plot.top + label.row + label.drop + SIZE * 0.36
        return Words(label.css, label.anchor, at(self.x(label.share) + label.shift), at(y), label.text)

    def layout(self, low: float, high: float, labels: Sequence[Label], shapes: Sequence[Json]) -> Json:
        """Lay out the figure like the drawing: the value axis from low to high, rows in units from the top."""
        plot = self.plot
        hidden = {"visible": False, "fixedrange": True}
        return {
            "font": {"size": SIZE, "color": TEXT},
            "paper_bgcolor": SURFACE,
            "plot_bgcolor": SURFACE,
            "margin": {"l": plot.left, "t": plot.top, "r": self.field.width - plot.right, "b": 0},
            "barmode": "overlay",
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": SURFACE,
                "bordercolor": WEAK,
                "font": {"color": TEXT, "size": SIZE},
                "align": "left",
            },
            "dragmode": False,
            "modebar": {"bgcolor": INVISIBLE, "color": WEAK, "activecolor": TEXT},
            "xaxis": hidden | {"range": [low, high]},
            "yaxis": hidden | {"range": [plot.bottom - plot.top, 0]},
            "shapes": list(shapes),
            "annotations": [_annotation(label) for label in labels],
        }


def upright(x: float, start: float, end: float) -> Json:
    """Draw an upright line behind everything, as the drawing's grid has it."""
    line = {"color": WEAK, "width": 1}
    return {
        "type": "line",
        "layer": "below",
        "x0": x,
        "x1": x,
        "y0": round(start, 1),
        "y1": round(end, 1),
        "line": line,
    }


def _annotation(label: Label) -> Json:
    is_strong = "strong" in label.css or "actual" in label.css or "count" in label.css
    color = ACTUAL if label.css.endswith("label-actual") else _FONTS.get(label.css, TEXT)
    ground = {"bgcolor": SURFACE} if "count" in label.css and color != SURFACE else {}
    return {
        "text": label.text,
        "xref": "paper",
        "x": round(label.share, 4),
        "y": round(label.row, 1),
        "xanchor": {"start": "left", "end": "right"}.get(label.anchor, "center"),
        "yanchor": "middle",
        "xshift": round(label.shift, 1),
        "yshift": round(-label.drop, 1),
        "showarrow": False,
        "borderpad": 0,
        "font": {"color": color, "weight": "bold" if is_strong else "normal"},
    } | ground
