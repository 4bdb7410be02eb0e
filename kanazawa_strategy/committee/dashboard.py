"""The dashboard of one round: what citizens see once it is published, and what members see before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from goals.models import Goal
from kpis.charts import Chart, RatingBar, progress_chart
from kpis.charts.progress import Progress
from kpis.display import prefetched
from kpis.display.heatmap import HeatMap, heat_map
from kpis.display.standing import Move, Standing, by_need
from kpis.display.summary import bar_of, count_by_rating
from kpis.judging.sentences import roll_up_sentence
from kpis.judging.words import Rating
from kpis.models import Indicator, Level, Round, YearlyValue
from kpis.round import publishing
from measures.models import Meeting, Opinion


@dataclass(frozen=True)
class Tally:
    """Counts by rating of a goal, a level or a department."""

    label: str
    rows: Sequence[Standing]
    goal: Goal | None = None

    @property
    def counts(self) -> Counter[Rating]:
        return count_by_rating(self.rows)

    @property
    def text(self) -> str:
        return roll_up_sentence(self.counts)

    @property
    def bar(self) -> RatingBar | None:
        return bar_of(self.counts)


@dataclass(frozen=True)
class Attention:
    """An indicator that the committee should look at, with the reasons."""

    standing: Standing
    reasons: list[str]


@dataclass(frozen=True)
class Dashboard:
    """One round, whole or one goal of it. `is_preview` marks what is not public yet (公表前)."""

    round: Round
    rows: list[Standing]
    goals: list[Goal]
    opinions: list[Opinion]
    meetings: list[Meeting]
    published: list[Round]  # every published round, the newest first
    is_preview: bool = False

    @property
    def year(self) -> str:
        return self.round.year.first_mention(self.round.strategy.as_of)

    @property
    def year_short(self) -> str:
        return self.round.year.long(self.round.strategy.as_of)

    @property
    def has_namesake(self) -> bool:
        """Tell whether the year alone does not name the round: another edition has one of the same year."""
        own = self.round
        same = (row for row in self.published if row.fiscal_year == own.fiscal_year)
        return any(row.strategy_id != own.strategy_id for row in same) or (
            not own.strategy.is_current and self.is_preview
        )

    def of_goal(self, goal: Goal) -> Dashboard:
        """Return the same for one goal."""
        rows = [row for row in self.rows if row.indicator.goal_id == goal.pk]
        opinions = [opinion for opinion in self.opinions if opinion.goal_id == goal.pk]
        return replace(self, rows=rows, opinions=opinions)

    @cached_property
    def whole(self) -> Tally:
        return Tally("全体", self.rows)

    @cached_property
    def by_goal(self) -> list[Tally]:
        return [
            Tally(f"基本目標{goal.number}", [row for row in self.rows if row.indicator.goal_id == goal.pk], goal)
            for goal in self.goals
        ]

    @cached_property
    def by_level(self) -> list[Tally]:
        return self._by(lambda row: row.indicator.level, lambda row: Level(row.indicator.level).label)

    @cached_property
    def by_department(self) -> list[Tally]:
        """Return the departments in their order; indicators without one come last."""
        tallies = self._by(
            lambda row: row.indicator.department_id,
            lambda row: row.indicator.department.name if row.indicator.department else "所管課の記載なし",
        )
        return sorted(tallies, key=lambda tally: tally.rows[0].indicator.department is None)

    def _by(self, key: Callable[[Standing], Hashable], label: Callable[[Standing], str]) -> list[Tally]:
        groups: dict[Hashable, list[Standing]] = defaultdict(list)
        for row in self.rows:
            groups[key(row)].append(row)
        return [Tally(label(rows[0]), rows) for rows in groups.values()]

    @cached_property
    def moves(self) -> list[Move]:
        return [row.move for row in by_need(self.rows) if row.move]

    @property
    def better(self) -> list[Move]:
        return [move for move in self.moves if move.step > 0]

    @property
    def worse(self) -> list[Move]:
        return [move for move in self.moves if move.step < 0]

    @property
    def newly(self) -> list[Move]:
        """Return what was not judged the year before."""
        return [move for move in self.moves if move.step == 0]

    @cached_property
    def attention(self) -> list[Attention]:
        """Return regressions, two years behind, missing data and unanswered opinions, the worst first."""
        waiting: Counter[int] = Counter()
        for opinion in self.unanswered:
            waiting.update({row.pk for row in opinion.indicators.all()} | {opinion.indicator_id or 0})
        found = []
        for row in by_need(self.rows):
            reasons = row.needs
            if count := waiting[row.indicator.pk]:
                reasons.append(f"対応が公表されていない意見が{count}件あります。")
            if reasons:
                found.append(Attention(row, reasons))
        return found

    @property
    def unanswered(self) -> list[Opinion]:
        return [opinion for opinion in self.opinions if not opinion.response]

    @cached_property
    def judged_by_others(self) -> list[Standing]:
        """Return the rows where another judgement stands beside the rule's, those that differ first."""
        found = [row for row in self.rows if row.is_judged_by_others]
        return sorted(found, key=lambda row: not row.judgements_differ)

    @cached_property
    def heat_map(self) -> HeatMap | None:
        return heat_map(self.rows)

    @cached_property
    def progress(self) -> Chart | None:
        """Return the chart of all progress rates of the year."""
        if not self.rows:
            return None
        shown = (row.progress_row(self.round.fiscal_year) for row in self.rows)
        return progress_chart(Progress.of(shown, self.year_short), "progress")

    @cached_property
    def focus(self) -> list[Standing]:
        """Return the indicators that a meeting on this round chose for 重点審査."""
        chosen = {row.pk for meeting in self.meetings for row in meeting.focus_indicators.all()}
        return [row for row in self.rows if row.indicator.pk in chosen]

    @cached_property
    def bundled(self) -> list[Standing]:
        """Return what is left for 一括審議."""
        chosen = {row.indicator.pk for row in self.focus}
        return [row for row in self.rows if row.indicator.pk not in chosen]


def published(fiscal_year: int, edition: int | None = None) -> Dashboard | None:
    """Return a published round: at most 12 queries whatever its size; of two editions the newer unless one is named."""
    known = published_rounds()
    round_ = _find(known, fiscal_year, edition)
    if round_ is None:
        return None
    values = YearlyValue.objects.public().of_round(round_)
    by_indicator = {value.indicator_id: value for value in values}
    rows = []
    for indicator in prefetched.for_round(Indicator.objects.of(round_.strategy).in_order()):
        row = next((row for row in indicator.public_assessments if row.round_id == round_.pk), None)
        if row:
            rows.append(Standing(indicator, row, by_indicator.get(indicator.pk)))
    return _dashboard(round_, rows, known, is_preview=False)


def under_review(fiscal_year: int, edition: int | None = None) -> Dashboard | None:
    """Return a round before its publication, judged as it would be today. Only for members (members.py).

    Raises ValidationError, naming the indicator, where a target or value contradicts itself.
    """
    waiting = Round.objects.under_way().filter(fiscal_year=fiscal_year)
    round_ = _find(waiting.select_related("strategy").order_by("-strategy__edition"), fiscal_year, edition)
    if round_ is None:
        return None
    rows = [Standing(outcome.indicator, row, outcome.value) for outcome, row in publishing.drafts(round_)]
    return _dashboard(round_, rows, published_rounds(), is_preview=True)


def published_rounds() -> list[Round]:
    """Return every published round, the newest first: 1 query."""
    rows = Round.objects.published().select_related("strategy")
    return list(rows.order_by("-fiscal_year", "-strategy__edition"))


def _find(known: Iterable[Round], fiscal_year: int, edition: int | None) -> Round | None:
    """Return the round of a year; an edition that has none of that year is ignored, as any unknown question is."""
    fits = [row for row in known if row.fiscal_year == fiscal_year]
    named = (row for row in fits if row.strategy.edition == edition)
    return next(named, fits[0] if fits else None)


def _dashboard(round_: Round, rows: list[Standing], known: list[Round], *, is_preview: bool) -> Dashboard:
    """Add the goals, the meetings that treat the round, and the opinions of the strategy: 6 queries."""
    meetings = Meeting.objects.filter(fiscal_year=round_.fiscal_year).prefetch_related("focus_indicators")
    return Dashboard(
        round_,
        rows,
        list(Goal.objects.filter(strategy=round_.strategy).for_page()),
        list(Opinion.objects.public().filter(goal__strategy=round_.strategy).for_list()),
        list(meetings if is_preview else meetings.filter(is_listed=True)),
        known,
        is_preview,
    )
