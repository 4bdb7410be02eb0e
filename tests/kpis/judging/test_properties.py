from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from kpis.judging.evaluation import expected_value, judge
from kpis.judging.facts import Judgement, Observation, TargetSpec
from kpis.judging.words import Group, Kind, Rating, State

WORST_FIRST = [Rating.WORSE, Rating.FLAT, Rating.BEHIND, Rating.NEARLY, Rating.ON_TRACK, Rating.ACHIEVED]
MIRRORED = {Kind.KEEP_AT_LEAST: Kind.KEEP_AT_MOST, Kind.KEEP_AT_MOST: Kind.KEEP_AT_LEAST}

numbers = st.decimals(-1000, 1000, places=2)
factors = st.decimals("0.01", 100, places=2)
years = st.integers(2024, 2034)
base_years = st.integers(2015, 2023)


@st.composite
def reach_specs(draw: st.DrawFn) -> TargetSpec:
    baseline, target = draw(numbers), draw(numbers)
    from_zero = draw(st.booleans())
    assume(target != (0 if from_zero else baseline))
    return TargetSpec(
        Kind.REACH,
        None if from_zero else baseline,
        draw(base_years),
        target,
        draw(st.integers(2024, 2032)),
        expected=draw(st.dictionaries(years, numbers, max_size=2)),
        survey_tolerance=draw(st.none() | st.decimals(0, 20, places=1)),
        starts_from_zero=from_zero,
        unit=draw(st.sampled_from(["%", "件", "万人", ""])),
        decimals=draw(st.none() | st.integers(0, 2)),
    )


@st.composite
def keep_specs(draw: st.DrawFn) -> TargetSpec:
    kind = draw(st.sampled_from([Kind.KEEP_AT_LEAST, Kind.KEEP_AT_MOST, Kind.RANGE]))
    low, high = sorted((draw(numbers), draw(numbers)))
    upper = high if kind is Kind.RANGE else None
    return TargetSpec(kind, draw(st.none() | numbers), draw(base_years), low, draw(st.none() | st.just(2028)), upper)


def rated(spec: TargetSpec, year: int, value: Decimal) -> Judgement:
    return judge(spec, Observation(year, value, State.FINAL))


def times(spec: TargetSpec, factor: Decimal) -> TargetSpec:
    """Measure the same target in another unit; a negative factor mirrors it."""

    def scaled(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * factor

    low, high = scaled(spec.target), scaled(spec.upper)
    if factor < 0 and high is not None:
        low, high = high, low
    return replace(
        spec,
        kind=MIRRORED.get(spec.kind, spec.kind) if factor < 0 else spec.kind,
        baseline=scaled(spec.baseline),
        target=low,
        upper=high,
        expected={year: value * factor for year, value in spec.expected.items()},
        survey_tolerance=None if spec.survey_tolerance is None else spec.survey_tolerance * abs(factor),
    )


@given(reach_specs(), years, numbers, numbers)
def test_a_better_actual_never_gets_a_worse_rating(spec: TargetSpec, year: int, one: Decimal, other: Decimal) -> None:
    worse, better = sorted((one, other), reverse=not spec.rises)
    ranks = [WORST_FIRST.index(rated(spec, year, value).rating) for value in (worse, better)]
    assert ranks[0] <= ranks[1]


@given(reach_specs(), years, numbers)
def test_the_sign_of_progress_agrees_with_the_direction(spec: TargetSpec, year: int, value: Decimal) -> None:
    found = rated(spec, year, value)
    assert spec.start is not None
    assert found.progress is not None
    gain = value - spec.start if spec.rises else spec.start - value
    assert (found.progress > 0, found.progress < 0) == (gain > 0, gain < 0)


@given(reach_specs(), years, st.decimals(0, 1000, places=2))
def test_overshoot_stays_achieved(spec: TargetSpec, year: int, beyond: Decimal) -> None:
    assert spec.target is not None
    found = rated(spec, year, spec.target + (beyond if spec.rises else -beyond))
    assert found.rating is Rating.ACHIEVED
    assert found.progress is not None
    assert found.progress >= 1


@given(reach_specs() | keep_specs(), years, numbers, factors)
def test_another_unit_changes_no_rating(spec: TargetSpec, year: int, value: Decimal, factor: Decimal) -> None:
    one, other = rated(spec, year, value), rated(times(spec, factor), year, value * factor)
    assert (one.rating, one.progress, one.pace) == (other.rating, other.progress, other.pace)


@given(reach_specs() | keep_specs(), years, numbers)
def test_a_mirrored_indicator_is_rated_the_same(spec: TargetSpec, year: int, value: Decimal) -> None:
    one, other = rated(spec, year, value), rated(times(spec, Decimal(-1)), year, -value)
    assert replace(one, expected=None, reason="") == replace(other, expected=None, reason="")
    assert one.expected == (None if other.expected is None else -other.expected)


@given(reach_specs(), years)
def test_what_is_expected_is_on_track_or_better(spec: TargetSpec, year: int) -> None:
    spec = replace(spec, baseline_year=2020, target_year=2024 if year >= 2030 else 2030)  # no recurring decimals
    expected = expected_value(spec, year)
    assert expected is not None
    assert rated(spec, year, expected).rating in (Rating.ON_TRACK, Rating.ACHIEVED)


@given(keep_specs(), years, numbers)
def test_what_is_kept_has_a_margin_that_is_not_negative(spec: TargetSpec, year: int, value: Decimal) -> None:
    found = rated(spec, year, value)
    assert found.margin is not None
    assert (found.rating is Rating.KEPT) == (found.margin >= 0)
    assert (found.progress, found.pace, found.expected) == (None, None, None)


@given(reach_specs() | keep_specs(), years, numbers, st.sampled_from([*list(State), None]))
def test_every_judgement_has_its_reason_in_plain_sentences(
    spec: TargetSpec, year: int, value: Decimal, state: State | None
) -> None:
    has_value = state is not None and state.has_value
    found = judge(spec, Observation(year, value if has_value else None, state))
    assert found.reason.endswith("。")
    assert not set("{}") & set(found.reason)
    assert "None" not in found.reason
    assert (found.rating.group is Group.UNJUDGED) == (not has_value)
