"""How an indicator stood in one round: judged by what was frozen then, beside the year before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kpis.charts import Chart, trend_chart
from kpis.display.summary import Summary
from kpis.display.yearline import YearLine
from kpis.judging.facts import TargetSpec
from kpis.judging.words import RATING_ORDER, Group, Rating
from kpis.models import Assessment, Indicator, YearlyValue

_UNJUDGED = Group.UNJUDGED


@dataclass(frozen=True)
class Move:
    """A rating that is another than the year before; `step` is 1 for better, -1 for worse, 0 where it is the first."""

    standing: Standing
    before: str
    after: str
    step: int


class Standing(Summary):
    """One indicator in one round; needs for_round() and its assessment of that round, saved or not."""

    def __init__(self, indicator: Indicator, row: Assessment, value: YearlyValue | None = None) -> None:
        super().__init__(indicator)
        self.row = row
        self.value = value
        frozen = (target for target in indicator.adopted_targets if target.pk == row.target_row_id)
        self.target = next(frozen, self.target)

    @cached_property
    def lines(self) -> list[YearLine]:
        """Return the years up to this round, the newest first."""
        year = self.row.fiscal_year
        rows = [self.row, *(row for row in self.indicator.public_assessments if row.fiscal_year < year)]
        by_year = {row.fiscal_year: row for row in rows}
        return [YearLine(row, self.as_of, by_year.get(row.fiscal_year - 1)) for row in rows]

    @cached_property
    def spec(self) -> TargetSpec:
        """Return the target as it was frozen."""
        return self.row.spec

    @property
    def line(self) -> YearLine:
        return self.lines[0]

    @property
    def earlier_target_text(self) -> str:
        """Return nothing: the target is the one that this year was judged by."""
        return ""

    @cached_property
    def before(self) -> YearLine | None:
        """Return the line of the year before, where there is one."""
        year = self.row.fiscal_year - 1
        return next((line for line in self.lines[1:] if line.assessment.fiscal_year == year), None)

    @cached_property
    def move(self) -> Move | None:
        """Return how the rating moved since the year before; None where it did not, or this year is not judged."""
        before, after = self.before, self.line
        if before is None or before.rating == after.rating or after.rating.group is _UNJUDGED:
            return None
        return Move(self, before.rating_label, after.rating_label, _step(before.rating, after.rating))

    @property
    def needs(self) -> list[str]:
        """Say why the committee should look at it: regression, two years behind, missing data; empty where nothing."""
        found = []
        rating, before = self.line.rating, self.before
        if rating is Rating.WORSE:
            found.append("基準値より後退しています。")
        if self.move and self.move.step < 0 and before:
            found.append(f"前年度の「{before.rating_label}」から「{self.rating_label}」に下がりました。")
        if rating.group is Group.ATTENTION and before and before.rating.group is Group.ATTENTION:
            found.append("2年続けて注意が必要な評価です。")
        elif rating.group is Group.ATTENTION and not found:
            found.append(f"評価が「{self.rating_label}」です。")
        if rating is Rating.NO_VALUE:
            is_awaited = not self.row.pk and self.value is None  # before publication
            found.append(
                "確認が済んだ実績値が、まだありません。"
                if is_awaited
                else f"実績値がありません（{self.line.state_label}）。"
            )
        return found

    @cached_property
    def chart(self) -> Chart:
        return trend_chart(self.trend, f"trend-{self.indicator.code.lower()}")

    @property
    def judgements_differ(self) -> bool:
        return self.line.judgements_differ

    @property
    def is_judged_by_others(self) -> bool:
        """Tell whether the department or the committee gave a judgement of its own."""
        return bool(self.row.self_rating or self.row.committee_rating)


def _step(before: Rating, after: Rating) -> int:
    if before.group is _UNJUDGED:
        return 0
    return 1 if RATING_ORDER.index(after) > RATING_ORDER.index(before) else -1


def by_need(rows: Iterable[Standing]) -> list[Standing]:
    """Sort by need of attention, the worst first."""
    return sorted(rows, key=lambda row: RATING_ORDER.index(row.rating))
