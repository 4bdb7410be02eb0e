from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpis.judging.evaluation import expected_value, judge, validate
from kpis.judging.facts import Judgement, Observation, TargetSpec, Thresholds
from kpis.judging.words import RATING_ORDER, Group, Kind, Rating, State

D = Decimal
ACTIVITY = TargetSpec(Kind.REACH, D("47.5"), 2023, D(59), 2028, unit="%", decimals=1)
SURVEY = replace(ACTIVITY, survey_tolerance=D(3))
STUDENTS = TargetSpec(Kind.REACH, D(2000), 2014, D(1800), 2019, unit="人", decimals=0)
TRIALS = TargetSpec(Kind.REACH, None, 2023, D(12), 2028, starts_from_zero=True, unit="事業", decimals=0)
SATISFIED = TargetSpec(Kind.KEEP_AT_LEAST, D("95.3"), 2022, D(95), 2028, unit="%", decimals=1)
AT_MOST = TargetSpec(Kind.KEEP_AT_MOST, D(4), 2022, D(5), 2028, unit="件", decimals=0)
BETWEEN = TargetSpec(Kind.RANGE, D(12), 2022, D(10), 2028, upper=D(15), unit="件", decimals=0)
VISION = TargetSpec(Kind.MILESTONE, None, 2014, None, 2019)
BIRTHS = TargetSpec(Kind.UNSET, D("1.35"), 2022, None, None, decimals=2)


def seen(year: int, value: str, state: State = State.FINAL) -> Observation:
    return Observation(year, D(value), state)


def figures(spec: TargetSpec, year: int, value: str) -> tuple[Rating, dict[str, Decimal]]:
    """Give the rating, and the figures that have a meaning, ratios to four places."""
    found = judge(spec, seen(year, value))
    ratios = {"progress": found.progress, "pace": found.pace}
    amounts = {"expected": found.expected, "margin": found.margin}
    rounded = {name: ratio.quantize(D("0.0001")) for name, ratio in ratios.items() if ratio is not None}
    return found.rating, rounded | {name: amount for name, amount in amounts.items() if amount is not None}


@pytest.mark.parametrize(
    ("spec", "year", "value", "rating", "progress", "pace", "expected", "margin"),
    [
        (ACTIVITY, 2024, "49.8", Rating.ON_TRACK, "0.2", "1", "49.8", "0"),
        (ACTIVITY, 2025, "51.5", Rating.NEARLY, "0.3478", "0.8696", "52.1", "-0.6"),
        (SURVEY, 2025, "46.9", Rating.FLAT, "-0.0522", "-0.1304", "52.1", "-5.2"),
        (ACTIVITY, 2025, "46.9", Rating.WORSE, "-0.0522", "-0.1304", "52.1", "-5.2"),
        (STUDENTS, 2016, "1900", Rating.ON_TRACK, "0.5", "1.25", "1920", "20"),
        (STUDENTS, 2019, "1700", Rating.ACHIEVED, "1.5", "1.5", "1800", "100"),
        (TRIALS, 2024, "3", Rating.ON_TRACK, "0.25", "1.25", "2.4", "0.6"),
        (TargetSpec(Kind.REACH, D(11), 2023, D(53), 2025), 2026, "53", Rating.ACHIEVED, "1", "1", "53", "0"),
        (TargetSpec(Kind.REACH, D(5), 2020, D(0), 2024), 2022, "0", Rating.ACHIEVED, "1", "2", "2.5", "2.5"),
    ],
)
def test_the_worked_examples_of_a_path_hold(
    spec: TargetSpec, year: int, value: str, rating: Rating, progress: str, pace: str, expected: str, margin: str
) -> None:
    wanted = {"progress": D(progress), "pace": D(pace), "expected": D(expected), "margin": D(margin)}
    assert figures(spec, year, value) == (rating, wanted)


@pytest.mark.parametrize(
    ("spec", "year", "value", "rating", "margin"),
    [
        (SATISFIED, 2024, "94.0", Rating.NOT_KEPT, "-1.0"),
        (replace(SATISFIED, baseline=D("94.6")), 2024, "95.0", Rating.KEPT, "0"),
        (SATISFIED, 2024, "95.1", Rating.KEPT, "0.1"),
        (SATISFIED, 2031, "94.9", Rating.NOT_KEPT, "-0.1"),
        (AT_MOST, 2024, "5", Rating.KEPT, "0"),
        (AT_MOST, 2024, "0", Rating.KEPT, "5"),
        (AT_MOST, 2024, "6", Rating.NOT_KEPT, "-1"),
        (BETWEEN, 2024, "10", Rating.KEPT, "0"),
        (BETWEEN, 2024, "15", Rating.KEPT, "0"),
        (BETWEEN, 2024, "14", Rating.KEPT, "1"),
        (BETWEEN, 2024, "9", Rating.NOT_KEPT, "-1"),
        (BETWEEN, 2024, "18", Rating.NOT_KEPT, "-3"),
        (replace(SATISFIED, upper=D(96)), 2024, "97", Rating.KEPT, "2"),
        (replace(AT_MOST, upper=D(3)), 2024, "4", Rating.KEPT, "1"),
    ],
)
def test_what_is_to_be_kept_has_a_margin_but_no_progress(
    spec: TargetSpec, year: int, value: str, rating: Rating, margin: str
) -> None:
    assert figures(spec, year, value) == (rating, {"margin": D(margin)})


@pytest.mark.parametrize("state", list(State))
def test_without_a_target_nothing_is_judged_whatever_the_value(state: State) -> None:
    value = D("1.34") if state.has_value else None
    found = judge(BIRTHS, Observation(2024, value, state))
    assert replace(found, reason="") == Judgement(Rating.NO_TARGET)


@pytest.mark.parametrize(
    ("state", "rating"),
    [
        (State.NOT_APPLICABLE, Rating.ENDED),
        (State.NOT_SURVEYED, Rating.NOT_SURVEYED),
        (State.UNPUBLISHED, Rating.NO_VALUE),
        (State.COLLECTING, Rating.NO_VALUE),
        (None, Rating.NO_VALUE),
    ],
)
@pytest.mark.parametrize("spec", [ACTIVITY, SURVEY, TRIALS, SATISFIED, AT_MOST, BETWEEN, VISION])
def test_a_missing_value_is_rated_by_its_reason_and_never_as_zero(
    spec: TargetSpec, state: State | None, rating: Rating
) -> None:
    found = judge(spec, Observation(2025, None, state))
    assert found.rating is rating
    assert (found.progress, found.pace, found.margin) == (None, None, None)
    assert found.rating.group is Group.UNJUDGED


def test_the_expected_value_is_known_before_the_actual_is() -> None:
    assert judge(ACTIVITY, Observation(2025, None, State.UNPUBLISHED)).expected == D("52.1")
    assert judge(ACTIVITY, Observation(2023, None, State.UNPUBLISHED)).expected is None
    assert judge(ACTIVITY, Observation(2025, None, State.NOT_APPLICABLE)).expected is None


def test_a_milestone_is_done_or_not() -> None:
    assert figures(VISION, 2018, "0") == (Rating.NOT_DONE, {})
    assert figures(VISION, 2014, "1") == (Rating.DONE, {})
    with pytest.raises(ValueError, match="1（完了）か 0（未完了）"):
        judge(VISION, seen(2018, "0.5"))


@pytest.mark.parametrize("spec", [ACTIVITY, SURVEY, TRIALS, SATISFIED, AT_MOST, BETWEEN])
def test_the_baseline_year_and_those_before_it_are_not_judged(spec: TargetSpec) -> None:
    assert spec.baseline_year is not None
    for year in (spec.baseline_year, spec.baseline_year - 1):
        assert figures(spec, year, "60") == (Rating.BASE_YEAR, {})
    assert figures(spec, spec.baseline_year + 1, "60")[0] is not Rating.BASE_YEAR


def test_a_provisional_value_is_judged_like_a_final_one_and_the_reason_says_so() -> None:
    final, *others = (
        judge(ACTIVITY, seen(2025, "51.5", state)) for state in (State.FINAL, State.PRELIMINARY, State.ESTIMATE)
    )
    assert all(replace(other, reason="") == replace(final, reason="") for other in others)
    assert [other.reason.removeprefix(final.reason) for other in others] == [
        "速報値による判定です。",
        "推計値による判定です。",
    ]


@pytest.mark.parametrize(
    ("year", "value", "rating"),
    [
        (2025, "47.5", Rating.BEHIND),
        (2025, "51.17", Rating.BEHIND),
        (2025, "51.18", Rating.NEARLY),
        (2025, "52.09", Rating.NEARLY),
        (2025, "52.1", Rating.ON_TRACK),
        (2025, "58.99", Rating.ON_TRACK),
        (2025, "59", Rating.ACHIEVED),
        (2024, "177", Rating.ACHIEVED),
        (2028, "58.99", Rating.NEARLY),
        (2028, "56.69", Rating.BEHIND),
        (2035, "56.70", Rating.NEARLY),
        (2028, "47.49", Rating.WORSE),
    ],
)
def test_each_limit_belongs_to_the_better_rating(year: int, value: str, rating: Rating) -> None:
    assert judge(ACTIVITY, seen(year, value)).rating is rating


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        ("47.51", Rating.BEHIND),
        ("47.5", Rating.FLAT),
        ("44.51", Rating.FLAT),
        ("44.5", Rating.WORSE),
        ("40", Rating.WORSE),
        ("0", Rating.WORSE),
    ],
)
def test_a_survey_is_flat_within_less_than_its_tolerance(value: str, rating: Rating) -> None:
    assert judge(SURVEY, seen(2025, value)).rating is rating


def test_a_survey_without_any_tolerance_is_flat_only_on_the_baseline() -> None:
    strict = replace(SURVEY, survey_tolerance=D(0))
    assert [judge(strict, seen(2025, value)).rating for value in ("47.5", "47.4")] == [Rating.FLAT, Rating.WORSE]


def test_a_falling_survey_is_flat_above_its_baseline() -> None:
    worry = TargetSpec(Kind.REACH, D(40), 2023, D(30), 2028, survey_tolerance=D(3), unit="%", decimals=1)
    values = ("38.1", "40", "42.9", "43")
    assert [judge(worry, seen(2024, value)).rating for value in values] == [
        *(Rating.NEARLY, Rating.FLAT, Rating.FLAT, Rating.WORSE)
    ]


@pytest.mark.parametrize(
    ("baseline", "target", "value", "rating"),
    [
        ("0", "10", "0", Rating.BEHIND),
        ("0", "10", "2", Rating.ON_TRACK),
        ("10", "0", "0", Rating.ACHIEVED),
        ("10", "0", "10", Rating.BEHIND),
        ("-10", "0", "0", Rating.ACHIEVED),
        ("-10", "0", "-12", Rating.WORSE),
        ("-10", "10", "0", Rating.ON_TRACK),
        ("0", "-10", "-2", Rating.ON_TRACK),
        ("0", "-10", "1", Rating.WORSE),
    ],
)
def test_zero_is_a_number_as_baseline_target_and_value(baseline: str, target: str, value: str, rating: Rating) -> None:
    spec = TargetSpec(Kind.REACH, D(baseline), 2020, D(target), 2025)
    assert judge(spec, seen(2021, value)).rating is rating


def test_a_path_from_zero_ignores_what_stands_as_baseline() -> None:
    assert judge(TRIALS, seen(2024, "0")).rating is Rating.BEHIND
    assert judge(replace(TRIALS, baseline=D(7)), seen(2024, "3")) == judge(TRIALS, seen(2024, "3"))


def test_a_value_set_by_hand_is_expected_until_the_target_year() -> None:
    spec = replace(ACTIVITY, expected={2024: D(48), 2025: D("47.5"), 2026: D(46), 2028: D(70)})
    assert [expected_value(spec, year) for year in range(2022, 2030)] == [
        *(None, D("47.5"), D(48), D("47.5"), D(46), D("56.7"), D(59), D(59))
    ]


def test_there_is_no_pace_where_nothing_better_than_the_baseline_is_expected() -> None:
    spec = replace(ACTIVITY, expected={2024: D("47.5"), 2025: D(46)})
    assert figures(spec, 2024, "47.5") == (
        Rating.ON_TRACK,
        {"progress": D(0), "expected": D("47.5"), "margin": D(0)},
    )
    assert judge(spec, seen(2025, "46.5")).rating is Rating.ON_TRACK
    assert judge(spec, seen(2025, "45.9")).rating is Rating.WORSE


def test_the_expected_path_goes_from_the_baseline_to_the_target_and_stays() -> None:
    assert [expected_value(STUDENTS, year) for year in (2013, 2014, 2015, 2018, 2019, 2025)] == [
        *(None, D(2000), D(1960), D(1840), D(1800), D(1800))
    ]
    assert expected_value(SATISFIED, 2025) is None


@pytest.mark.parametrize("year", [2024, 2028])
@pytest.mark.parametrize(
    "spec",
    [
        *(replace(ACTIVITY, baseline=None), replace(ACTIVITY, target=None), replace(ACTIVITY, target_year=None)),
        replace(ACTIVITY, kind=Kind.UNSET),
    ],
)
def test_nothing_is_expected_on_a_path_without_its_ends(spec: TargetSpec, year: int) -> None:
    assert expected_value(spec, year) is None


def test_without_a_baseline_year_only_the_target_is_expected() -> None:
    spec = replace(ACTIVITY, baseline_year=None)
    assert [expected_value(spec, year) for year in (2020, 2027, 2028)] == [None, None, D(59)]
    ratings = [judge(spec, seen(2025, value)).rating for value in ("47", "47.5", "58", "59")]
    assert ratings == [Rating.WORSE, Rating.BEHIND, Rating.BEHIND, Rating.ACHIEVED]
    assert judge(spec, seen(2028, "58")).rating is Rating.NEARLY


def test_a_third_of_the_way_is_on_track_exactly() -> None:
    spec = TargetSpec(Kind.REACH, D(0), 2020, D("0.1"), 2023)
    assert judge(spec, seen(2021, "0.0333333333333333333333333333333333")).rating is Rating.NEARLY
    assert expected_value(replace(spec, target=D(1)), 2021) == D(f"0.{'3' * 28}")
    thirds = TargetSpec(Kind.REACH, D(1), 2020, D(2), 2023, expected={2022: D(2)})
    just = judge(thirds, seen(2022, "1.8"))
    assert (just.rating, just.pace) == (Rating.NEARLY, D("0.8"))


def test_the_thresholds_are_data() -> None:
    assert Thresholds() == Thresholds(near_pace=D("0.8"), survey_tolerance=D(3), rule_version="1")
    strict, mild = Thresholds(near_pace=D("0.9")), Thresholds(near_pace=D("0.3"))
    assert judge(ACTIVITY, seen(2025, "51.5"), strict).rating is Rating.BEHIND
    assert judge(ACTIVITY, seen(2025, "49.0"), mild).rating is Rating.NEARLY


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (replace(ACTIVITY, target=D("47.50")), "維持型を選んでください"),
        (replace(TRIALS, target=D(0)), "維持型を選んでください"),
        (replace(ACTIVITY, baseline=None), "「0から開始」を選んでください"),
        (replace(ACTIVITY, target=None), "目標値を入力してください"),
        (replace(ACTIVITY, target_year=None), "目標年度を入力してください"),
        (replace(ACTIVITY, target_year=2023), "目標年度は基準年度より後の年度にしてください"),
        (replace(SATISFIED, target_year=2021), "目標年度は基準年度より後の年度にしてください"),
        (replace(VISION, target_year=2014), "目標年度は基準年度より後の年度にしてください"),
        (replace(SATISFIED, target=None), "目標値を入力してください"),
        (replace(AT_MOST, target=None), "目標値を入力してください"),
        (replace(BETWEEN, target=None), "目標値を入力してください"),
        (replace(BETWEEN, upper=None), "上限の両方を入力してください"),
        (replace(BETWEEN, upper=D(9)), "上限以下にしてください"),
    ],
)
def test_a_target_that_contradicts_itself_is_refused(spec: TargetSpec, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        validate(spec)
    with pytest.raises(ValueError, match=told):
        judge(spec, seen(2024, "50"))


@pytest.mark.parametrize(
    "spec",
    [
        *(ACTIVITY, SURVEY, STUDENTS, TRIALS, SATISFIED, AT_MOST, BETWEEN, VISION, BIRTHS),
        replace(SATISFIED, target_year=None),
        replace(SATISFIED, baseline=None, baseline_year=None),
        replace(SATISFIED, target=D("95.3")),
        replace(BETWEEN, upper=D(10)),
        replace(VISION, baseline_year=None, target_year=None),
        replace(BIRTHS, baseline=None, baseline_year=None),
    ],
)
def test_a_sound_target_passes(spec: TargetSpec) -> None:
    validate(spec)
    assert judge(spec, Observation(2025, None, None)).rating in (Rating.NO_VALUE, Rating.NO_TARGET)


@pytest.mark.parametrize(
    "observation",
    [
        *(Observation(2024, None, state) for state in State if state.has_value),
        *(Observation(2024, D(0), state) for state in State if not state.has_value),
        Observation(2024, D(50), None),
    ],
)
def test_a_value_and_a_state_that_contradict_each_other_are_refused(observation: Observation) -> None:
    for spec in (ACTIVITY, BIRTHS):
        with pytest.raises(ValueError, match="実績値と状態が合っていません"):
            judge(spec, observation)


def test_the_values_of_the_words_are_their_names_and_every_word_has_a_label() -> None:
    for words in (Kind, State, Rating, Group):
        assert [word.value for word in words] == [word.name for word in words]
        assert all(words(word.name) is word and word.label for word in words)


def test_ratings_have_the_labels_of_the_table() -> None:
    assert {rating.name: rating.label for rating in Rating} == {
        "NO_TARGET": "目標未設定",
        "ENDED": "対象外",
        "NOT_SURVEYED": "調査なし",
        "NO_VALUE": "未公表",
        "DONE": "完了",
        "NOT_DONE": "未完了",
        "BASE_YEAR": "基準年度",
        "KEPT": "維持",
        "NOT_KEPT": "範囲外",
        "ACHIEVED": "目標達成",
        "ON_TRACK": "順調",
        "NEARLY": "概ね順調",
        "BEHIND": "遅れ",
        "FLAT": "横ばい",
        "WORSE": "後退",
    }


def test_from_the_target_year_on_what_is_not_reached_is_called_so() -> None:
    changed = {rating: rating.label_in(True) for rating in Rating if rating.label_in(True) != rating.label}
    assert changed == {Rating.NEARLY: "未達・あとわずか", Rating.BEHIND: "未達"}
    assert [rating.label_in(False) for rating in Rating] == [rating.label for rating in Rating]
    assert [ACTIVITY.is_due(year) for year in (2027, 2028, 2029)] == [False, True, True]


def test_ratings_fall_into_the_groups_of_the_contract() -> None:
    members = {group: {rating.name for rating in Rating if rating.group is group} for group in Group}
    assert members == {
        Group.GOOD: {"ACHIEVED", "ON_TRACK", "KEPT", "DONE"},
        Group.CLOSE: {"NEARLY"},
        Group.ATTENTION: {"BEHIND", "FLAT", "WORSE", "NOT_KEPT", "NOT_DONE"},
        Group.UNJUDGED: {"NO_TARGET", "ENDED", "NOT_SURVEYED", "NO_VALUE", "BASE_YEAR"},
    }


def test_every_rating_has_its_place_by_need_of_attention() -> None:
    assert set(RATING_ORDER) == set(Rating)
    assert len(RATING_ORDER) == len(Rating)
    assert RATING_ORDER[0] is Rating.WORSE
    good = [rating for rating in RATING_ORDER if rating.group is Group.GOOD]
    bad = [rating for rating in RATING_ORDER if rating.group is Group.ATTENTION]
    assert RATING_ORDER.index(bad[-1]) < RATING_ORDER.index(Rating.NO_VALUE) < RATING_ORDER.index(good[0])
