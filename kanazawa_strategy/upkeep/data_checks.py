"""Check what is loaded: counts by goal, and what contradicts itself (domain.md §4)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from goals.models import Goal, Strategy
from goals.notation.years import FiscalYear
from kpis.display import prefetched
from kpis.judging import evaluation
from kpis.judging.words import Kind
from kpis.models import VALUE_STATES, Assessment, Indicator, Level, Tag, Target, YearlyValue
from measures.models import Measure, Opinion

COLUMNS = ("数値目標", "主なKPI", "他のKPI", "施策", "取組", "新", "改", "継続", "再掲")


@dataclass(frozen=True)
class Findings:
    """What was found: a table for the screen, errors to put right, and notes that are none."""

    table: list[str]
    errors: list[str]
    notes: list[str]


def check() -> Findings:
    """Look through the whole database; nothing is written."""
    values = list(YearlyValue.objects.select_related("indicator").order_by("indicator__code", "fiscal_year"))
    targets = list(targets_in_force().select_related("indicator", "revision__strategy"))
    errors = [
        *_current(),
        *_codes(),
        *_reprints(),
        *_years(targets),
        *_without_target(),
        *_values(values, targets),
        *_published(values),
    ]
    return Findings(list(_table()), errors, [*_falls(values), *_base_years(values, targets), *_departments()])


def targets_in_force() -> QuerySet[Target]:
    """Return the targets that judge from now on: of each indicator that of the newest adopted revision which sets one."""
    later = Target.objects.adopted().filter(
        indicator=OuterRef("indicator"), revision__number__gt=OuterRef("revision__number")
    )
    return Target.objects.adopted().filter(~Exists(later))


def _table() -> Iterator[str]:
    """Count by goal: indicators in use, measures of the revision in force."""
    for strategy in Strategy.objects.order_by("-edition"):
        yield f"{strategy.short_name} {strategy.name}"
        goals = list(strategy.goals.order_by("number"))
        rows = [_row(goal) for goal in goals]
        total = [_sum(column) for column in zip(*rows, strict=True)] or [0] * len(COLUMNS)
        yield _line("", COLUMNS)
        for goal, row in zip(goals, rows, strict=True):
            yield _line(f"基本目標{goal.number}", row)
        yield _line("計", total)


def _sum(column: Iterable[int | None]) -> int | None:
    """Add up what the sources give; None where they give nothing at all."""
    known = [count for count in column if count is not None]
    return sum(known) if known else None


def _row(goal: Goal) -> list[int | None]:
    levels = list(goal.indicators.filter(ended_on__isnull=True).values_list("level", flat=True))
    measures = list(Measure.objects.in_force().filter(direction__goal=goal))
    tags = [measure.tag for measure in measures]
    return [
        levels.count(Level.NUMERIC_TARGET),
        levels.count(Level.KPI),
        goal.other_kpi_count,
        goal.directions.count(),
        len(measures),
        tags.count(Tag.NEW),
        tags.count(Tag.REVISED),
        tags.count(""),
        sum(measure.reprint_of_id is not None for measure in measures),
    ]


def _line(label: str, cells: Iterable[object]) -> str:
    """Lay out one line of the table; full-width characters take two places."""
    line = label + " " * (10 - _width(label))
    for column, content in zip(COLUMNS, cells, strict=True):
        cell = "-" if content is None else str(content)
        line += " " * (max(_width(column), 4) + 2 - _width(cell)) + cell
    return line


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _current() -> Iterator[str]:
    count = Strategy.objects.filter(is_current=True).count()
    if count != 1:
        yield f"現行の戦略が{count}件あります。1件だけを現行の戦略にしてください。"


def _codes() -> Iterator[str]:
    """Find codes that differ only in case: addresses are lower case, so that they would meet."""
    measures = Measure.objects.public().values_list("revision__strategy__short_name", "revision__name", "code")
    kinds: dict[str, list[str]] = {
        "指標": list(Indicator.objects.values_list("code", flat=True)),
        "意見": list(Opinion.objects.values_list("code", flat=True)),
    }
    for strategy, revision, code in measures:
        kinds.setdefault(f"取組（{strategy} {revision}）", []).append(code)
    for kind, codes in kinds.items():
        same = defaultdict(list)
        for code in codes:
            same[code.lower()].append(code)
        for found in same.values():
            if len(found) > 1:
                yield f"{kind}のコードが重なっています（{'、'.join(sorted(found))}）。どちらかのコードを改めてください。"


def _reprints() -> Iterator[str]:
    """Look at what is public; a draft is looked at when it is to be adopted (measures.revisions.objections)."""
    reprints = Measure.objects.public().filter(reprint_of__isnull=False)
    reprints = reprints.select_related("revision", "reprint_of__revision")
    for measure in reprints.order_by("revision__strategy__edition", "revision__number", "code"):
        original = measure.reprint_of
        assert original is not None
        name = f"取組 {measure.code}（{measure.revision.name}）の再掲元 {original.code}"
        if original.pk == measure.pk:
            yield f"{name} は、この取組自身です。元の取組を選んでください。"
        elif original.reprint_of_id:
            yield f"{name} も再掲です。元の取組を選んでください。"
        elif original.revision_id != measure.revision_id:
            yield f"{name} は、別の改訂（{original.revision.name}）の取組です。同じ改訂の取組を選んでください。"
        if original.revision.is_draft:
            yield f"{name} は、まだ決定していない改訂の取組です。公開されている取組を選んでください。"


def _years(targets: Iterable[Target]) -> Iterator[str]:
    """Find targets that lack a year, or that the evaluation refuses."""
    for target in targets:
        name = f"指標 {target.indicator.code} の目標（{target.revision}）"
        if target.kind == Kind.UNSET:
            continue
        lacking = []
        if target.target_year is None and target.kind != Kind.MILESTONE:
            lacking.append("目標年度")
        if target.baseline_year is None and (target.baseline is not None or target.starts_from_zero):
            lacking.append("基準年度")
        if lacking:
            yield f"{name}に{'と'.join(lacking)}がありません。年度を入れてください。"
            continue
        try:
            evaluation.validate(target.spec({}))
        except ValueError as error:
            yield f"{name}: {error}"


def _without_target() -> Iterator[str]:
    for indicator in prefetched.for_list(Indicator.objects.in_order()):
        if indicator.target_in_force is None and indicator.ended_on is None:
            yield f"指標 {indicator.code} には、決定した改訂の目標がありません。目標を登録するか、廃止日を入れてください。"


def _values(values: Iterable[YearlyValue], targets: Iterable[Target]) -> Iterator[str]:
    """Find values that contradict their state, and milestones with another value than 0 and 1."""
    milestones = {target.indicator_id for target in targets if target.kind == Kind.MILESTONE}
    for value in values:
        if (value.value is not None) != (value.state in VALUE_STATES):
            yield f"{_of(value)}は、値と状態（{value.get_state_display()}）が合っていません。"
        elif value.value is not None and value.indicator_id in milestones and value.value not in (0, 1):
            yield f"{_of(value)}は、1（完了）か 0（未完了）にしてください。完了型の指標です。"


def _published(values: Iterable[YearlyValue]) -> Iterator[str]:
    """Find public values that differ from what their round froze: both only change together, by an amendment."""
    frozen = {(row.indicator_id, row.fiscal_year): row for row in Assessment.objects.public()}
    public = {(value.indicator_id, value.fiscal_year) for value in YearlyValue.objects.public()}
    for value in values:
        key = (value.indicator_id, value.fiscal_year)
        if key in public and key not in frozen:
            yield f"{_of(value)}は公表となっていますが、公表した年度評価がありません。"
        elif key in public and (frozen[key].value, frozen[key].state) != (value.value, value.state):
            yield f"{_of(value)}が、公表した年度評価の値と違います。「公表後の変更」で直してください。"
    codes = dict(Indicator.objects.values_list("pk", "code"))
    for key, row in frozen.items():
        if row.value is not None and key not in public:
            yield f"指標 {codes[key[0]]} の{FiscalYear(key[1])}の年度評価に、公表した実績値がありません。"


def _falls(values: Iterable[YearlyValue]) -> Iterator[str]:
    before: YearlyValue | None = None
    for value in values:
        if value.value is None or not value.indicator.is_cumulative:
            continue
        same = before is not None and before.indicator_id == value.indicator_id
        if before is not None and same and before.value is not None and value.value < before.value:
            yield f"{_of(value)}が前の値より小さくなっています。累計の指標です。"
        before = value


def _base_years(values: Iterable[YearlyValue], targets: Iterable[Target]) -> Iterator[str]:
    baselines = {(row.indicator_id, row.baseline_year): row.baseline for row in targets if row.baseline is not None}
    for value in values:
        baseline = baselines.get((value.indicator_id, value.fiscal_year))
        if baseline is not None and value.value is not None and value.value != baseline:
            yield f"{_of(value)}（{value.value.normalize():f}）が、基準値（{baseline.normalize():f}）と違います。"


def _departments() -> Iterator[str]:
    lacking = Indicator.objects.filter(department__isnull=True, ended_on__isnull=True, goal__strategy__is_current=True)
    codes = list(lacking.in_order().values_list("code", flat=True))
    if codes:
        yield f"所管課が決まっていない指標が{len(codes)}件あります（{'、'.join(codes)}）。"


def _of(value: YearlyValue) -> str:
    return f"指標 {value.indicator.code} の{value.year}の実績値"
