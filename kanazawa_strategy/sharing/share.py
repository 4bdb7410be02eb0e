"""The picture of an indicator for those who share its page: drawn when its words change, kept in DATA_DIR/share."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
_MARGIN = 80
_TEXT, _WEAK = "#1a1a1a", "#595959"
_FIVE = ("#9b363c", "#165e83", "#8a6429", "#5d6c31", "#724c73")  # 加賀五彩, as in static/css/tokens.css
# Where Debian, Windows and macOS keep a bold Japanese font, with its number in the collection
_PLACES = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 0),
    ("/usr/share/fonts/truetype/noto/NotoSansCJK-Bold.ttc", 0),
    ("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", 0),
    ("C:/Windows/Fonts/YuGothB.ttc", 0),
    ("C:/Windows/Fonts/meiryob.ttc", 0),
    ("/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc", 0),
)


@dataclass(frozen=True)
class Words:
    """What stands on the picture."""

    place: str
    name: str
    figure: str
    comparison: str
    notice: str = ""


@lru_cache(maxsize=1)
def font_file() -> tuple[str, int] | None:
    """Return the Japanese font to write with: SHARE_FONT, else one where systems keep theirs; None without any."""
    places = [(settings.SHARE_FONT, 0)] if settings.SHARE_FONT else _PLACES
    return next(((name, number) for name, number in places if Path(name).is_file()), None)


def picture(code: str, words: Words) -> bytes | None:
    """Return the PNG, drawn only where the same words are not kept yet; None where there is no font to write with."""
    font = font_file()
    if font is None:
        return None
    digest = hashlib.sha256(repr((words, font)).encode()).hexdigest()[:16]
    kept = Path(settings.DATA_DIR, "share", f"{code}-{digest}.png")
    if kept.is_file():
        return kept.read_bytes()
    drawn = draw(words)
    _keep(kept, drawn)
    for older in kept.parent.glob(f"{code}-????????????????.png"):
        if older != kept:
            older.unlink(missing_ok=True)
    return drawn


def draw(words: Words) -> bytes:
    """Draw 1200 × 630 pixels: stripes, place, name, figure, what it compares with."""
    image = Image.new("RGB", SIZE, "#ffffff")
    pen = ImageDraw.Draw(image)
    width = SIZE[0] / len(_FIVE)
    for number, colour in enumerate(_FIVE):
        pen.rectangle((number * width, 0, (number + 1) * width, 20), fill=colour)
    pen.text((_MARGIN, 64), words.place, font=_font(32), fill=_WEAK)
    lines = wrapped(words.name, 54, 3)
    for number, line in enumerate(lines):
        pen.text((_MARGIN, 118 + 76 * number), line, font=_font(54), fill=_TEXT)
    below = 118 + 76 * len(lines) + 26
    pen.text((_MARGIN, below), words.figure, font=_font(76), fill=_FIVE[1])
    for number, line in enumerate(wrapped(words.comparison, 34, 2)):
        pen.text((_MARGIN, below + 108 + 48 * number), line, font=_font(34), fill=_TEXT)
    pen.text((_MARGIN, SIZE[1] - 66), f"金沢版総合戦略ポータル　{words.notice}".strip(), font=_font(28), fill=_WEAK)
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def wrapped(text: str, size: int, most: int) -> list[str]:
    """Break a text into at most so many lines that fit the picture; what is over ends in an ellipsis."""
    font, room = _font(size), SIZE[0] - 2 * _MARGIN
    lines = [""]
    for character in text:
        if font.getlength(lines[-1] + character) > room:
            lines.append("")
        lines[-1] += character
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
    return [line for line in lines if line]


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    found = font_file()
    assert found is not None  # picture() asks first
    return ImageFont.truetype(found[0], size, index=found[1])


def _keep(path: Path, drawn: bytes) -> None:
    """Write the file whole or not at all: two readers may ask for it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(drawn)
    os.replace(file.name, path)
