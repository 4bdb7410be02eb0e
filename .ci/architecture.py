"""Draw docs/pictures/architecture.svg from the import contracts in pyproject.toml: architecture.py [--check].

A band for each app, a row for each layer of its rooms; everything imports downwards only. With `--check` nothing is
written, and a picture that is not what the contracts say is an error.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

CONTRACTS, PICTURE = Path("pyproject.toml"), Path("docs/pictures/architecture.svg")
WIDTH, EDGE, LABEL, ROW, GAP, BETWEEN = 920, 20, 200, 28, 5, 14
COLOURS = ("#165e83", "#5d6c31", "#9b363c", "#8a6429")  # of the city's five, as in static/css/tokens.css
TITLE = "The rooms of the portal: each imports only from rooms below it"
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>{title}</title>
<!-- Made by .ci/architecture.py from the import contracts: `make picture` -->
<style>
text {{ font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1a1a1a; }}
.app {{ font-size: 16px; font-weight: 700; }}
.room {{ text-anchor: middle; }}
.paper {{ fill: #ffffff; stroke: #949494; }}
.box {{ fill: #f6f5f2; stroke: #949494; }}
.pure {{ fill: #e4eef4; stroke: #165e83; stroke-dasharray: 4 2; }}
</style>
<rect class="paper" x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="8"/>
"""
Rows = list[list[str]]


def rows_of(contract: dict[str, Any]) -> Rows:
    """Return the layers of a contract from above, each with its rooms; `a : b` and `a | b` stand side by side."""
    return [[room.strip(" ()") for room in re.split("[:|]", layer)] for layer in contract["layers"]]


def read() -> tuple[dict[str, Rows], set[str]]:
    """Return the rows of rooms of each app, from above, and the rooms that import no Django."""
    contracts = tomllib.loads(CONTRACTS.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [each for each in contracts if each["type"] == "layers"]
    apps = [app for each in layers if "containers" not in each for row in rows_of(each) for app in row]
    rooms = {name: rows_of(each) for each in layers for name in each.get("containers", [])}
    pure = {
        room
        for each in contracts
        if each["type"] == "forbidden" and "django" in each["forbidden_modules"]
        for room in each["source_modules"]
    }
    return {app: rooms.get(app, [["one room"]]) for app in apps}, pure


def box(left: float, top: int, width: float, name: str, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{left:g}" y="{top}" width="{width:g}" height="{ROW}" rx="4"/>'
        f'<text class="room" x="{left + width / 2:g}" y="{top + 19}">{escape(name)}</text>\n'
    )


def bands(apps: dict[str, Rows], pure: set[str]) -> Iterator[str]:
    """Yield the app with its name, then its rooms, row by row."""
    top, whole = EDGE, WIDTH - 2 * EDGE - LABEL
    for (app, rows), colour in zip(apps.items(), cycle(COLOURS), strict=False):
        height = len(rows) * (ROW + GAP) - GAP
        yield f'<rect fill="{colour}" x="{EDGE}" y="{top}" width="6" height="{height}"/>'
        yield f'<text class="app" x="{EDGE + 16}" y="{top + 19}">{escape(app)}</text>\n'
        for row in rows:
            width = round((whole - GAP * (len(row) - 1)) / len(row), 1)
            for place, room in enumerate(row):
                kind = "pure" if f"{app}.{room}" in pure else "box"
                yield box(EDGE + LABEL + place * (width + GAP), top, width, room, kind)
            top += ROW + GAP
        top += BETWEEN - GAP
    yield f'<text x="{EDGE}" y="{top + 19}">↓ Imports run downwards only.</text>\n'
    yield box(EDGE + LABEL + whole - 200, top, 200, "imports no Django", "pure")


def draw() -> str:
    apps, pure = read()
    body = "".join(bands(apps, pure))
    height = 2 * EDGE + sum(len(rows) * (ROW + GAP) - GAP + BETWEEN for rows in apps.values()) + ROW
    head = HEAD.format(width=WIDTH, height=height, inner_width=WIDTH - 1, inner_height=height - 1, title=TITLE)
    return f"{head}{body}</svg>\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if PICTURE.read_text(encoding="utf-8") != draw():
            sys.exit(f"{PICTURE} is not what the import contracts say: run `make picture`.")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        PICTURE.write_text(draw(), encoding="utf-8")
