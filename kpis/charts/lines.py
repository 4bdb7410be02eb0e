"""Break words into the lines that fit beside a bar, or above it."""

from __future__ import annotations

import re
from functools import lru_cache

from kpis.charts.placing import text_width

_OPENING, _CLOSING = "「『（(", "、。，．・：；！？」』）)"
# A word with its ending (評価される, アプリの, ダウンロード数), with the marks that may not be parted from it.
_PIECES = re.compile(
    rf"[{_OPENING}]*(?:[一-龯々〇]+|[ァ-ヴー]+[一-龯]?|[0-9A-Za-z.,%+\-]+|[^ぁ-ん{_OPENING}{_CLOSING}])?[ぁ-ん]*[{_CLOSING}]*",
)


@lru_cache(maxsize=2048)  # names, the same on many pages
def broken(text: str, size: float, room: float) -> tuple[str, ...]:
    """Break a text into as few lines as fit, all about as long."""
    lines = _filled(text, size, room)
    narrower = room
    while len(lines) > 1 and narrower > room / 2:
        narrower -= size / 2
        closer = _filled(text, size, narrower)
        if len(closer) > len(lines) or any(text_width(line, size) > room for line in closer):
            break
        lines = closer
    return lines


def _filled(text: str, size: float, room: float) -> tuple[str, ...]:
    lines = [""]
    for piece in _PIECES.findall(text):
        # What is longer than a line is broken wherever it must be.
        for part in piece if text_width(piece, size) > room else [piece]:
            if lines[-1] and text_width(lines[-1] + part, size) > room:
                lines.append("")
            lines[-1] += part
    return tuple(line.strip("\u3000 ") for line in lines)
