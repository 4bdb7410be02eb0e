"""Words as a reader means them: width, case and kana folded for search, hits found again in the text as written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_SPELLINGS = (("こども", "子ども", "子供"),)  # of one word; whoever asks for one means all
WORDS = 8  # of one question; what is over them is left out


def fold(text: str) -> str:
    """Fold width, case, composition and kana: ＫＰＩ, kpi and ｋｐｉ are one word, コドモ and こども too."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA)


def words_of(question: str) -> list[str]:
    """Return the folded words of a question; a text has to hold all of them."""
    return list(dict.fromkeys(fold(question).split()))[:WORDS]


def holds(texts: Iterable[str], words: Sequence[str]) -> bool:
    """Tell whether every word stands in one of the texts."""
    folded = "\n".join(fold(text) for text in texts)
    return all(any(spelling in folded for spelling in _spellings(word)) for word in words)


def _spellings(word: str) -> Iterator[str]:
    yield word
    for group in _SPELLINGS:
        for written in group:
            if written in word:
                yield from (word.replace(written, other) for other in group if other != written)


def pieces(text: str, words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Cut a text into pieces as written, each with whether it is a hit; joined, they are the text."""
    folded, places = _folded_with_places(text)
    hit = [False] * len(text)
    for spelling in (found for word in words for found in _spellings(word)):
        start = folded.find(spelling) if spelling else -1
        while start >= 0:
            first, last = places[start], places[start + len(spelling) - 1]
            hit[first : last + 1] = [True] * (last + 1 - first)
            start = folded.find(spelling, start + 1)
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hit[place] != hit[begin]:
            yield text[begin:place], hit[begin]
            begin = place


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Fold a text, and tell for each folded character where it came from.

    A half-width kana and its voicing mark (ﾊﾞ) fold into one character; it came from the first of the two.
    """
    folded, places = "", []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins(text[end]):
            continue
        part = fold(text[begin:end])
        folded += part
        places += [begin + min(place, end - begin - 1) for place in range(len(part))]
        begin = end
    return folded, places


def _joins(character: str) -> bool:
    return character in "ﾞﾟ" or bool(unicodedata.combining(character))
