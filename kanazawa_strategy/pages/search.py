from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from goals.folding import holds, pieces, words_of
from goals.models import Theme
from goals.publication import public
from kanazawa_strategy.context import Crumb
from kpis.models import Indicator
from measures.models import Measure, Opinion

SHOWN = 50  # of one kind
LONGEST = 200  # characters of a question
_AROUND = 60  # characters of a text before its first hit


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
    more_url: str = ""

    @property
    def shown(self) -> list[Hit]:
        return self.hits[:SHOWN]


@public("q")
def search(request: HttpRequest) -> HttpResponse:
    """Find indicators, measures, opinions and themes that hold every word: 7 queries."""
    question = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
    words = words_of(question)
    kinds = [_indicators(words), _measures(words), _opinions(words), _themes(words)] if words else []
    ctx: dict[str, Any] = {
        "question": question,
        "words": words,
        "kinds": [kind for kind in kinds if kind.hits],
        "total": sum(len(kind.hits) for kind in kinds),
        "shown_at_most": SHOWN,
        "crumbs": [Crumb("さがす")],
    }
    return render(request, "portal/search.html", ctx)


def _indicators(words: Sequence[str]) -> Kind:
    rows = Indicator.objects.select_related("goal__strategy", "direction").in_order()
    found = [
        _hit(row.get_absolute_url(), f"{row.goal.strategy.short_name} {row.code}", row.name, row.definition, words)
        for row in rows
        if holds([row.code, row.name, row.definition, row.source, row.note], words)
    ]
    return Kind("指標", found)


def _measures(words: Sequence[str]) -> Kind:
    found = [
        _hit(row.get_absolute_url(), f"{row.revision.strategy.short_name} {row.code}", row.text, row.detail, words)
        for row in Measure.objects.in_force().counted().select_related("revision__strategy").in_order()
        if holds([row.code, row.text, row.detail], words)
    ]
    return Kind("取組", found)


def _opinions(words: Sequence[str]) -> Kind:
    rows = Opinion.objects.public().select_related("meeting").order_by("-meeting__held_on", "order", "code")
    found = [
        _hit(
            f"{reverse('committee')}#opinion-{row.code}",
            f"{row.member}（{row.meeting}）",
            row.text,
            row.response,
            words,
        )
        for row in rows
        if holds([row.member, row.text, row.response, row.outcome], words)
    ]
    return Kind("推進委員会の意見", found)


def _themes(words: Sequence[str]) -> Kind:
    found = []
    for row in Theme.objects.prefetch_related("sections"):
        texts = [row.summary, *(text for section in row.sections.all() for text in (section.heading, section.body))]
        if holds([row.name, row.label, *texts], words):
            body = next((text for text in texts if holds([text], words[:1])), row.summary)
            found.append(_hit(row.get_absolute_url(), row.label, row.name, body, words))
    return Kind("関連計画・テーマ", found)


def _hit(url: str, place: str, title: str, text: str, words: Sequence[str]) -> Hit:
    return Hit(url, place, marked(title, words), _excerpt(text, words))


def _excerpt(text: str, words: Sequence[str]) -> SafeString:
    """Mark the words in the part of a text where the first of them stands; nothing of a text without any."""
    cut = list(pieces(text, words))
    first = next((number for number, (_, is_hit) in enumerate(cut) if is_hit), None)
    if first is None:
        return SafeString("")
    start = max(0, sum(len(part) for part, _ in cut[:first]) - _AROUND)
    part = text[start : start + 3 * _AROUND]
    before, after = "…" if start else "", "…" if start + 3 * _AROUND < len(text) else ""
    return format_html("{}{}{}", before, marked(part, words), after)


def marked(text: str, words: Sequence[str]) -> SafeString:
    """Mark the hits in a text, everything else escaped."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if is_hit else part,) for part, is_hit in pieces(text, words))
    )
