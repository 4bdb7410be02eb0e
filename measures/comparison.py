"""What one revision changes against the one before: texts word by word, places, targets. Reads no database."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from kpis.display.summary import baseline_text, target_text, year_long
from kpis.models import Tag

if TYPE_CHECKING:
    from kpis.models import Indicator, Target
    from measures.models import Measure

# A change of script is where Japanese words begin, as near as one comes without a dictionary.
_WORD = re.compile(r"[一-龠々〆ヶ]+|[ぁ-ん]+|[ァ-ヴー]+|[A-Za-z]+|[0-9０-９.,，．]+|\s+|.")
_ALIKE = 0.3  # texts that share less are shown as one replaced by the other


class Part(StrEnum):
    """Whether a piece of text stayed, came or went."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Segment:
    """A piece of text and what became of it."""

    part: Part
    text: str


def differences(before: str, after: str) -> list[Segment]:
    """Return both texts in one, word by word: what went stands before what came in its place."""
    if before == after:
        return [Segment(Part.SAME, after)] if after else []
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _segments([(before, after)])
    pairs: list[tuple[str, str]] = []
    codes = matcher.get_opcodes()
    for place, (code, a, b, c, d) in enumerate(codes):
        one, other = "".join(old[a:b]), "".join(new[c:d])
        # A lone の between two changes is no text that stayed.
        is_lone = code == "equal" and len(one) == 1 and 0 < place < len(codes) - 1
        if (code != "equal" or is_lone) and pairs and pairs[-1][0] != pairs[-1][1]:
            pairs[-1] = (pairs[-1][0] + one, pairs[-1][1] + other)
        else:
            pairs.append((one, other))
    return _segments(pairs)


def _segments(pairs: Iterable[tuple[str, str]]) -> list[Segment]:
    found = []
    for before, after in pairs:
        if before == after:
            found.append(Segment(Part.SAME, after))
            continue
        found += [Segment(part, text) for part, text in ((Part.REMOVED, before), (Part.ADDED, after)) if text]
    return found


@dataclass(frozen=True)
class MeasureChange:
    """A measure that both revisions have, in other words or at another place."""

    before: Measure
    after: Measure

    @property
    def text(self) -> list[Segment]:
        return differences(self.before.text, self.after.text)

    @property
    def detail(self) -> list[Segment]:
        return differences(self.before.detail, self.after.detail)

    @property
    def is_reworded(self) -> bool:
        return (self.before.text, self.before.detail) != (self.after.text, self.after.detail)

    @property
    def is_moved(self) -> bool:
        return _place(self.before) != _place(self.after)

    @property
    def before_place(self) -> str:
        return place_text(self.before)

    @property
    def after_place(self) -> str:
        return place_text(self.after)


def _place(measure: Measure) -> tuple[int, int]:
    return (measure.direction_id, measure.number)


def place_text(measure: Measure) -> str:
    """Write where a measure stands in the document."""
    direction = measure.direction
    return f"基本目標{direction.goal.number}（{direction.number}）{direction.title}の{measure.number}番"


@dataclass(frozen=True)
class TargetChange:
    """A target that a revision sets, in words, and the one that it replaces, if any."""

    indicator: Indicator
    before: Target | None
    after: Target
    as_of: datetime.date | None = None

    @property
    def is_real(self) -> bool:
        """Tell whether anything that a citizen reads differs."""
        return (self.before_aim, self.before_base) != (self.after_aim, self.after_base)

    @property
    def base_differs(self) -> bool:
        return self.before_base != self.after_base

    @property
    def before_aim(self) -> str:
        return self._aim(self.before) if self.before else ""

    @property
    def after_aim(self) -> str:
        return self._aim(self.after)

    @property
    def before_base(self) -> str:
        return self._base(self.before) if self.before else ""

    @property
    def after_base(self) -> str:
        return self._base(self.after)

    def _aim(self, target: Target) -> str:
        return self._with_year(target_text(target, self.indicator.unit), target.target_year)

    def _base(self, target: Target) -> str:
        return self._with_year(baseline_text(target, self.indicator.unit), target.baseline_year)

    def _with_year(self, text: str, year: int | None) -> str:
        return f"{text}（{year_long(year, self.as_of)}）" if year is not None else text


@dataclass(frozen=True)
class Comparison:
    """Everything that a revision changes; a measure stands in one list only, a rewording before a move."""

    added: list[Measure] = field(default_factory=list)
    revised: list[MeasureChange] = field(default_factory=list)
    moved: list[MeasureChange] = field(default_factory=list)
    ended: list[Measure] = field(default_factory=list)
    targets: list[TargetChange] = field(default_factory=list)

    @property
    def counts(self) -> str:
        """Write 新1件・改3件・目標2件, leaving out what there is none of."""
        named: list[tuple[str, Sized]] = [
            ("新", self.added),
            ("改", self.revised),
            ("移動", self.moved),
            ("終了", self.ended),
            ("目標", self.targets),
        ]
        return "・".join(f"{name}{len(rows)}件" for name, rows in named if rows) or "違いはありません"

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.revised or self.moved or self.ended or self.targets)


def compare_measures(before: Sequence[Measure], after: Sequence[Measure]) -> Comparison:
    """Match measures by `continues`, else by code, and sort them by what became of them."""
    by_pk, by_code = {row.pk: row for row in before}, {row.code: row for row in before}
    found = Comparison()
    carried_on = set()
    for measure in after:
        earlier = by_pk.get(measure.continues_id) if measure.continues_id else None
        earlier = earlier or by_code.get(measure.code)
        if earlier is None:
            found.added.append(measure)
            continue
        carried_on.add(earlier.pk)
        change = MeasureChange(earlier, measure)
        if change.is_reworded or measure.tag == Tag.REVISED:
            found.revised.append(change)
        elif change.is_moved:
            found.moved.append(change)
    found.ended.extend(row for row in before if row.pk not in carried_on)
    return found


def compare_targets(before: Mapping[int, Target], after: Iterable[Target]) -> list[TargetChange]:
    """Set the targets of a revision against those in force before it, by indicator."""
    changes = (
        TargetChange(row.indicator, before.get(row.indicator_id), row, row.indicator.goal.strategy.as_of)
        for row in after
    )
    return [change for change in changes if change.is_real]
