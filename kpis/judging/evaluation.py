"""Judge one value of an indicator against its target. Pure: no Django, no database, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from kpis.judging import sentences
from kpis.judging.facts import STANDARD, Facts, Judgement, Observation, TargetSpec, Thresholds
from kpis.judging.words import Kind, Rating, State

_DIVISION = Context(prec=28)


UNSET = TargetSpec(Kind.UNSET, None, None, None, None)  # of an indicator without a target


def validate(spec: TargetSpec) -> None:
    """Raise ValueError, with a sentence for the clerk, on a target that cannot be judged."""
    if flaw := _flaw(spec):
        raise ValueError(flaw)


def _flaw(spec: TargetSpec) -> str | None:
    """Say what is wrong with a target."""
    base, due, kind = spec.baseline_year, spec.target_year, spec.kind
    if kind is Kind.UNSET:
        return None
    if base is not None and due is not None and due <= base:
        return "目標年度は基準年度より後の年度にしてください。"
    if kind is Kind.MILESTONE:
        return None
    if spec.target is None:
        return "目標値を入力してください。"
    if kind is Kind.RANGE:
        if spec.upper is None:
            return "範囲の下限（目標値）と上限の両方を入力してください。"
        return "範囲の下限（目標値）を上限以下にしてください。" if spec.upper < spec.target else None
    if kind is not Kind.REACH:
        return None
    if spec.start is None:
        return "基準値を入力するか、「0から開始」を選んでください。"
    if spec.start == spec.target:
        return "目標値が基準値と同じです。今の水準を保つ目標なら、維持型を選んでください。"
    return "目標年度を入力してください。" if due is None else None


def expected_value(spec: TargetSpec, year: int) -> Decimal | None:
    """Give E(y), the value expected in a year on the way to a REACH target, for charts too."""
    return _decimal(_expected(spec, year))


def judge(
    spec: TargetSpec, observation: Observation, thresholds: Thresholds = STANDARD, *, as_of: date | None = None
) -> Judgement:
    """Rate one observation, and say why (in the era of `as_of`); raise ValueError on what contradicts itself."""
    validate(spec)
    has_value = observation.state is not None and observation.state.has_value
    if has_value != (observation.value is not None):
        raise ValueError("実績値と状態が合っていません。確定・速報・推計には値を入れ、それ以外では空欄にしてください。")
    judgement = _rate(spec, observation, thresholds)
    facts = Facts(spec, observation, judgement, as_of=as_of)
    return replace(judgement, reason=sentences.reason(facts, thresholds.near_pace))


def _rate(spec: TargetSpec, observation: Observation, thresholds: Thresholds) -> Judgement:
    """Find the first row of the table that fits."""
    year, value, state = observation.fiscal_year, observation.value, observation.state
    if spec.kind is Kind.UNSET:
        return Judgement(Rating.NO_TARGET)
    if state is State.NOT_APPLICABLE:
        return Judgement(Rating.ENDED)
    if value is None:
        rating = Rating.NOT_SURVEYED if state is State.NOT_SURVEYED else Rating.NO_VALUE
        return Judgement(rating, expected=None if spec.is_base(year) else expected_value(spec, year))
    if spec.kind is Kind.MILESTONE:
        if value not in (0, 1):
            raise ValueError("完了型の実績値は、1（完了）か 0（未完了）で入力してください。")
        return Judgement(Rating.DONE if value == 1 else Rating.NOT_DONE)
    if spec.is_base(year):
        return Judgement(Rating.BASE_YEAR)
    if spec.kind is Kind.REACH:
        return _reach(spec, year, Fraction(value), thresholds)
    assert spec.target is not None
    above = Fraction(value) - Fraction(spec.target)
    margin = -above if spec.kind is Kind.KEEP_AT_MOST else above
    if spec.kind is Kind.RANGE and spec.upper is not None:
        margin = min(above, Fraction(spec.upper) - Fraction(value))
    return Judgement(Rating.KEPT if margin >= 0 else Rating.NOT_KEPT, margin=_decimal(margin))


def _reach(spec: TargetSpec, year: int, actual: Fraction, thresholds: Thresholds) -> Judgement:
    """Rate a value on its way, on exact fractions: a third of the way must not round."""
    assert spec.start is not None
    assert spec.target is not None
    start, target = Fraction(spec.start), Fraction(spec.target)
    better = 1 if spec.rises else -1
    gain, progress = better * (actual - start), (actual - start) / (target - start)
    expected = _expected(spec, year)
    margin = pace = None
    if expected is not None:
        margin = better * (actual - expected)
        if better * (expected - start) > 0:
            pace = (actual - start) / (expected - start)
    if progress >= 1:
        rating = Rating.ACHIEVED
    elif margin is not None and margin >= 0:
        rating = Rating.ON_TRACK
    elif pace is not None and pace >= Fraction(thresholds.near_pace):
        rating = Rating.NEARLY
    elif gain > 0 or (gain == 0 and spec.survey_tolerance is None):
        rating = Rating.BEHIND
    elif spec.survey_tolerance is not None and (gain == 0 or -gain < Fraction(spec.survey_tolerance)):
        rating = Rating.FLAT
    else:
        rating = Rating.WORSE
    return Judgement(rating, _decimal(progress), _decimal(pace), _decimal(expected), _decimal(margin))


def _expected(spec: TargetSpec, year: int) -> Fraction | None:
    """Give E(y) exactly; None where no path is known: before the baseline year, or without one."""
    base, due = spec.baseline_year, spec.target_year
    if spec.kind is not Kind.REACH or spec.start is None or spec.target is None or due is None:
        return None
    if year >= due:
        return Fraction(spec.target)
    if year in spec.expected:
        return Fraction(spec.expected[year])
    if base is None or year < base:
        return None
    start = Fraction(spec.start)
    return start + (Fraction(spec.target) - start) * Fraction(year - base, due - base)


def _decimal(exact: Fraction | None) -> Decimal | None:
    """Turn a result into a Decimal of 28 digits."""
    return None if exact is None else _DIVISION.divide(Decimal(exact.numerator), Decimal(exact.denominator))
