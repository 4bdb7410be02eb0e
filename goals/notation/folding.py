"""Words as a reader means them: width, case and kana folded for search, hits found again in the text as written."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
SPELLINGS = (("こども", "子ども", "子供"),)  # of one word; whoever asks for one means all
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
    for group in SPELLINGS:
        for written in group:
            if written in word:
                yield from (word.replace(written, other) for other in group)


def pieces(text: str, words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Cut a text into pieces as written, each with whether it is a hit; joined, they are the text."""
    folded, origins = _folded_with_origins(text)
    hit = [False] * len(text)
    for spelling in (found for word in words for found in _spellings(word)):
        start = folded.find(spelling)
        while start >= 0:
            first, end = origins[start][0], origins[start + len(spelling) - 1][1]
            hit[first:end] = [True] * (end - first)
            start = folded.find(spelling, start + 1)
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hit[place] != hit[begin]:
            yield text[begin:place], hit[begin]
            begin = place


def _folded_with_origins(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold a text, and tell for each folded character where what it came from begins and ends.

    What folds into one character, such as a half-width kana and its voicing mark (ﾊﾞ), is not taken apart.
    """
    folded, origins = "", []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins(text[begin:end], text[end]):
            continue
        part = fold(text[begin:end])
        folded += part
        origins += [(begin, end)] * len(part)
        begin = end
    return folded, origins


def _joins(before: str, character: str) -> bool:
    """Tell whether a character is a mark on the one before, or makes another with it: ᄒ and ᅡ make 하."""
    normal = functools.partial(unicodedata.normalize, "NFKC")
    is_mark = bool(unicodedata.combining(unicodedata.normalize("NFKD", character)[0]))
    return is_mark or normal(before + character) != normal(before) + normal(character)
