"""The site's mark under the old name that browsers ask for by themselves: the stripes of favicon.svg as an .ico."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw

_SIDE, _LARGE = 32, 8  # units of the drawing, and how much larger it is drawn before it is scaled down
_STRIPE = re.compile(r'<path fill="(#[0-9a-f]{6})" d="M(\d+) (\d+)h(\d+)v(\d+)')


def icon() -> bytes:
    """Draw the mark at 16, 32 and 48 pixels."""
    image = Image.new("RGBA", (_SIDE * _LARGE, _SIDE * _LARGE))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, _SIDE * _LARGE - 1, _SIDE * _LARGE - 1), 6 * _LARGE, fill="#ffffff")
    drawing = Path(str(finders.find("img/favicon.svg"))).read_text(encoding="utf-8")
    for colour, *place in _STRIPE.findall(drawing):
        left, top, width, height = (int(part) * _LARGE for part in place)
        pen.rectangle((left, top, left + width - 1, top + height - 1), fill=colour)
    buffer = BytesIO()
    image.save(buffer, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    return buffer.getvalue()
