from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from goals.models import Theme
from goals.notation.folding import holds, pieces, words_of
from goals.publication.version import public
from kanazawa_strategy.pages.frame import Crumb
from kpis.models import Indicator
from measures.models import Measure, Opinion

SHOWN = 50  # of one kind
LONGEST = 200  # characters of a question
AROUND = 60  # characters of a text before its first hit


@dataclass(frozen=True)
class Entry:
    """One thing that can be found: in `texts`, shown with a part of the first of `bodies` that holds the first word."""

    url: str
    place: str
    title: str
    bodies: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """One thing that was found, with its words marked."""

    url: str
    place: str
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Kind:
    """What was found of one kind of thing."""

    label: str
    hits: list[Hit]

    @property
    def shown(self) -> list[Hit]:
        return self.hits[:SHOWN]


@public("q")
def search(request: HttpRequest) -> HttpResponse:
    """Find indicators, measures, opinions and themes that hold every word: 7 queries."""
    question = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
    words = words_of(question)
    kinds = [Kind(label, _hits(entries(), words)) for label, entries in KINDS] if words else []
    ctx: dict[str, Any] = {
        "question": question,
        "words": words,
        "kinds": [kind for kind in kinds if kind.hits],
        "total": sum(len(kind.hits) for kind in kinds),
        "shown_at_most": SHOWN,
        "crumbs": [Crumb("さがす")],
    }
    return render(request, "portal/search.html", ctx)


def _indicators() -> Iterator[Entry]:
    for row in Indicator.objects.select_related("goal__strategy", "direction").in_order():
        place = f"{row.goal.strategy.short_name} {row.code}"
        texts = (row.code, row.name, row.definition, row.source, row.note)
        yield Entry(row.get_absolute_url(), place, row.name, (row.definition,), texts)


def _measures() -> Iterator[Entry]:
    for row in Measure.objects.in_force().counted().select_related("revision__strategy").in_order():
        place = f"{row.revision.strategy.short_name} {row.code}"
        yield Entry(row.get_absolute_url(), place, row.text, (row.detail,), (row.code, row.text, row.detail))


def _opinions() -> Iterator[Entry]:
    rows = Opinion.objects.public().select_related("meeting").order_by("-meeting__held_on", "order", "code")
    for row in rows:
        url, place = f"{reverse('committee')}#opinion-{row.code}", f"{row.member}（{row.meeting}）"
        yield Entry(url, place, row.text, (row.response,), (row.member, row.text, row.response, row.outcome))


def _themes() -> Iterator[Entry]:
    for row in Theme.objects.prefetch_related("sections"):
        bodies = (row.summary, *(text for section in row.sections.all() for text in (section.heading, section.body)))
        yield Entry(row.get_absolute_url(), row.label, row.name, bodies, (row.name, row.label, *bodies))


KINDS: tuple[tuple[str, Callable[[], Iterator[Entry]]], ...] = (
    ("指標", _indicators),
    ("取組", _measures),
    ("推進委員会の意見", _opinions),
    ("関連計画・テーマ", _themes),
)


def _hits(entries: Iterable[Entry], words: Sequence[str]) -> list[Hit]:
    return [_hit(entry, words) for entry in entries if holds(entry.texts, words)]


def _hit(entry: Entry, words: Sequence[str]) -> Hit:
    body = next((text for text in entry.bodies if holds([text], words[:1])), entry.bodies[0])
    return Hit(entry.url, entry.place, marked(entry.title, words), _excerpt(body, words))


def _excerpt(text: str, words: Sequence[str]) -> SafeString:
    """Mark the words in the part of a text where the first of them stands; nothing of a text without any."""
    cut = list(pieces(text, words))
    first = next((number for number, (_, is_hit) in enumerate(cut) if is_hit), None)
    if first is None:
        return SafeString("")
    start = max(0, sum(len(part) for part, _ in cut[:first]) - AROUND)
    part = text[start : start + 3 * AROUND]
    before, after = "…" if start else "", "…" if start + 3 * AROUND < len(text) else ""
    return format_html("{}{}{}", before, marked(part, words), after)


def marked(text: str, words: Sequence[str]) -> SafeString:
    """Mark the hits in a text, everything else escaped."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if is_hit else part,) for part, is_hit in pieces(text, words))
    )
