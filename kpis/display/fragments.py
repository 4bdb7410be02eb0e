"""Pieces of HTML that repeat on pages, each written once; the tags of the same names put them into templates.

Texts are escaped here by hand: format_html() takes longer than everything else in a list. Geometry is digits alone.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString

from kpis.charts import Sparkline, Track
from kpis.models import Tag

_CHIPS = {Tag.NEW.value: "chip-new", Tag.REVISED.value: "chip-revised"}
UNPUBLISHED = SafeString('<span class="weak">未公表</span>')
NO_FIGURE = SafeString('<span class="weak">－</span>')


def rating_mark(rating: str, label: str, word_hidden: bool = False) -> SafeString:
    """Write the mark and the word of a rating; needs includes/marks/sprite.html on the page."""
    name, css = escape(rating), "rating-word-hidden" if word_hidden else "rating-word"
    return SafeString(
        f'<span class="rating rating-{name.lower()}"><svg class="rating-mark" aria-hidden="true" focusable="false">'
        f'<use href="#rating-{name}"/></svg><span class="{css}">{escape(label)}</span></span>'
    )


def tag_chip(tag: str) -> SafeString:
    """Write 新 or 改 as a chip; nothing for what continues."""
    return SafeString(f'<span class="chip {_CHIPS[tag]}">{escape(tag)}</span>' if tag in _CHIPS else "")


def chips(tag: str, word: str = "") -> SafeString:
    """Write the tag and another word as chips in a row; nothing where there is neither."""
    found = tag_chip(tag) + (f'<span class="chip">{escape(word)}</span>' if word else "")
    return SafeString(f'<span class="chips">{found}</span>' if found else "")


def track_line(track: Track) -> SafeString:
    """Draw a progress track with its number beside it."""
    bar = tick = expected = ""
    if track.bar:
        behind = " track-bar-behind" if track.is_behind_start else ""
        bar = f'<path class="track-bar{behind}" d="{track.bar}"/>'
    if track.tick:
        tick = f'<path class="track-tick" d="{track.tick}"/>'
    if track.expected_label:
        expected = f' <span class="track-expected">（目安{escape(track.expected_label)}）</span>'
    start, end = track.start, track.end
    return SafeString(
        '<span class="track"><svg class="track-svg" viewBox="0 0 128 16" width="128" height="16" aria-hidden="true"'
        f' focusable="false"><path class="track-rail" d="M{start} 8L{end} 8"/>{bar}<path class="track-ends"'
        f' d="M{start} 3L{start} 13M{end} 3L{end} 13"/>{tick}</svg><span class="track-words">'
        f'<span class="track-number">{escape(track.label)}</span>{expected}</span></span>'
    )


def sparkline_drawing(sparkline: Sparkline) -> SafeString:
    """Draw the course without axes; the values stand beside it in words."""
    lines = "".join([f'<path class="sparkline-line" d="{line}"/>' for line in sparkline.lines])
    dots = "".join([f'<circle class="sparkline-dot" cx="{x}" cy="{y}" r="2"/>' for x, y in sparkline.dots])
    (x, y), hollow = sparkline.last, " sparkline-hollow" if sparkline.is_provisional else ""
    return SafeString(
        '<svg class="sparkline" viewBox="0 0 96 24" width="96" height="24" role="img"'
        f' aria-label="{escape(sparkline.label)}" focusable="false">{lines}{dots}'
        f'<circle class="sparkline-last{hollow}" cx="{x}" cy="{y}" r="3.5"/></svg>'
    )


def figure(text: str, year: str, state: str = "", *, is_strong: bool = False) -> SafeString:
    """Write a figure with its year standing back behind it."""
    words = f"<strong>{escape(text)}</strong>" if is_strong else escape(text)
    return SafeString(f'{words} <span class="weak small">{escape(year)}{escape(state)}</span>' if year else words)
