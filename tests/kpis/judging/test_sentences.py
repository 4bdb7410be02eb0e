from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.judging.evaluation import judge
from kpis.judging.facts import Facts, Observation, TargetSpec
from kpis.judging.sentences import reason, roll_up_sentence, status_sentence
from kpis.judging.words import Kind, Rating, State

D = Decimal
ACTIVITY = TargetSpec(Kind.REACH, D("47.500000"), 2023, D("59.000000"), 2028, unit="%", decimals=1)
SURVEY = replace(ACTIVITY, survey_tolerance=D(3))
STUDENTS = TargetSpec(Kind.REACH, D(2000), 2014, D(1800), 2019, unit="人", decimals=0)
TRIALS = TargetSpec(Kind.REACH, None, 2023, D(12), 2028, starts_from_zero=True, unit="事業", decimals=0)
SATISFIED = TargetSpec(Kind.KEEP_AT_LEAST, D("95.3"), 2022, D(95), 2028, unit="%", decimals=1)
AT_MOST = TargetSpec(Kind.KEEP_AT_MOST, D(4), 2022, D(5), 2028, unit="件", decimals=0)
BETWEEN = TargetSpec(Kind.RANGE, D(12), 2022, D(10), 2028, upper=D(15), unit="件", decimals=0)
VISION = TargetSpec(Kind.MILESTONE, None, 2014, None, 2019)
BIRTHS = TargetSpec(Kind.UNSET, D("1.35"), 2022, None, None, decimals=2)
FIRST_STRATEGY = date(2015, 10, 30)


def told(
    spec: TargetSpec,
    year: int,
    value: str | None,
    state: State | None = State.FINAL,
    *,
    before: str | None = None,
    before_year: int | None = None,
    as_of: date | None = None,
) -> str:
    seen = Observation(year, None if value is None else D(value), state)
    previous = None if before is None else D(before)
    return status_sentence(Facts(spec, seen, judge(spec, seen), previous, before_year or year - 1, as_of))


def why(spec: TargetSpec, year: int, value: str | None, state: State | None = State.FINAL) -> str:
    return judge(spec, Observation(year, None if value is None else D(value), state)).reason


@pytest.mark.parametrize(
    ("spec", "year", "value", "sentence"),
    [
        (
            ACTIVITY,
            2025,
            "51.5",
            "令和7年度（2025年度）は51.5%。目標59%（令和10年度）まで7.5ポイント。目安値52.1%を0.6ポイント下回り、概ね順調です。",
        ),
        (
            ACTIVITY,
            2024,
            "49.8",
            "令和6年度（2024年度）は49.8%。目標59%（令和10年度）まで9.2ポイント。目安値49.8%に届き、順調です。",
        ),
        (
            ACTIVITY,
            2024,
            "50.8",
            "令和6年度（2024年度）は50.8%。目標59%（令和10年度）まで8.2ポイント。目安値49.8%を1.0ポイント上回り、順調です。",
        ),
        (
            ACTIVITY,
            2025,
            "47.5",
            "令和7年度（2025年度）は47.5%。目標59%（令和10年度）まで11.5ポイント。目安値52.1%を4.6ポイント下回り、遅れています。",
        ),
        (
            SURVEY,
            2025,
            "46.9",
            "令和7年度（2025年度）は46.9%。目標59%（令和10年度）まで12.1ポイント。目安値52.1%を5.2ポイント下回り、基準値と比べて横ばいです。",
        ),
        (
            ACTIVITY,
            2025,
            "46.9",
            "令和7年度（2025年度）は46.9%。目標59%（令和10年度）まで12.1ポイント。目安値52.1%を5.2ポイント下回り、基準値より後退しています。",
        ),
        (
            ACTIVITY,
            2026,
            "60",
            "令和8年度（2026年度）は60.0%。目標59%（令和10年度）を1.0ポイント上回り、達成しています。",
        ),
        (ACTIVITY, 2028, "59", "令和10年度（2028年度）は59.0%。目標59%（令和10年度）に届き、達成しています。"),
        (
            ACTIVITY,
            2028,
            "58.5",
            "令和10年度（2028年度）は58.5%。目標59%（令和10年度）には0.5ポイント届かず、未達（あとわずか）です。",
        ),
        (ACTIVITY, 2029, "50", "令和11年度（2029年度）は50.0%。目標59%（令和10年度）には9.0ポイント届かず、未達です。"),
        (
            ACTIVITY,
            2028,
            "47",
            "令和10年度（2028年度）は47.0%。目標59%（令和10年度）には12.0ポイント届かず、基準値より後退しています。",
        ),
        (ACTIVITY, 2023, "47.5", "令和5年度（2023年度）は47.5%。基準年度の値です。目標値は59%（令和10年度）です。"),
        (
            ACTIVITY,
            2021,
            "45",
            "令和3年度（2021年度）は45.0%。基準年度（令和5年度）より前の値です。目標値は59%（令和10年度）です。",
        ),
        (
            replace(ACTIVITY, baseline_year=None),
            2025,
            "50",
            "令和7年度（2025年度）は50.0%。目標59%（令和10年度）まで9.0ポイント。目安値はなく、遅れています。",
        ),
        (
            STUDENTS,
            2016,
            "1900",
            "平成28年度（2016年度）は1,900人。減少を目指しており、目標1,800人（令和元年度）まで100人。目安値1,920人を20人下回り、順調です。",
        ),
        (
            STUDENTS,
            2017,
            "2100",
            "平成29年度（2017年度）は2,100人。減少を目指しており、目標1,800人（令和元年度）まで300人。目安値1,880人を220人上回り、基準値より後退しています。",
        ),
        (
            STUDENTS,
            2019,
            "1700",
            "令和元年度（2019年度）は1,700人。減少を目指しており、目標1,800人（令和元年度）を100人下回り、達成しています。",
        ),
        (
            TRIALS,
            2024,
            "0",
            "令和6年度（2024年度）は0事業。目標12事業（令和10年度）まで12事業。目安値2事業を2事業下回り、遅れています。",
        ),
        (
            TRIALS,
            2024,
            "2",
            "令和6年度（2024年度）は2事業。目標12事業（令和10年度）まで10事業。目安値2事業をわずかに下回り、概ね順調です。",
        ),
        (SATISFIED, 2024, "95.0", "令和6年度（2024年度）は95.0%。目標の95%以上を維持しています。"),
        (SATISFIED, 2024, "94.0", "令和6年度（2024年度）は94.0%。目標の95%を1.0ポイント下回り、維持できていません。"),
        (AT_MOST, 2024, "0", "令和6年度（2024年度）は0件。目標の5件以下を維持しています。"),
        (AT_MOST, 2024, "6", "令和6年度（2024年度）は6件。目標の5件を1件上回り、維持できていません。"),
        (BETWEEN, 2024, "12", "令和6年度（2024年度）は12件。目標の10件以上15件以下を維持しています。"),
        (BETWEEN, 2024, "8", "令和6年度（2024年度）は8件。目標の10件を2件下回り、維持できていません。"),
        (BETWEEN, 2024, "17", "令和6年度（2024年度）は17件。目標の15件を2件上回り、維持できていません。"),
        (VISION, 2019, "1", "令和元年度（2019年度）の時点で完了しています。"),
        (VISION, 2018, "0", "平成30年度（2018年度）の時点でまだ完了していません。目標は完了（令和元年度）です。"),
        (BIRTHS, 2023, "1.34", "令和5年度（2023年度）は1.34。目標値が設定されていないため、評価していません。"),
    ],
)
def test_the_sentence_of_a_page_tells_value_target_and_standing(
    spec: TargetSpec, year: int, value: str, sentence: str
) -> None:
    assert told(spec, year, value) == sentence


@pytest.mark.parametrize(
    ("value", "before", "before_year", "change"),
    [
        ("51.5", "49.8", 2024, "前年度より1.7ポイント増えました。"),
        ("51.5", "52", 2024, "前年度より0.5ポイント減りました。"),
        ("51.5", "51.50", 2024, "前年度と同じです。"),
        ("51.5", "0", 2024, "前年度より51.5ポイント増えました。"),
        ("51.5", "49.5", 2022, "前回より2.0ポイント増えました。"),
    ],
)
def test_the_sentence_ends_with_the_change_since_the_last_value(
    value: str, before: str, before_year: int, change: str
) -> None:
    without = told(ACTIVITY, 2025, value)
    assert told(ACTIVITY, 2025, value, before=before, before_year=before_year) == without + change


def test_a_provisional_value_is_marked_where_it_stands() -> None:
    assert told(ACTIVITY, 2025, "51.5", State.PRELIMINARY).startswith("令和7年度（2025年度）は51.5%（速報値）。目標59%")
    assert told(ACTIVITY, 2025, "51.5", State.ESTIMATE).startswith("令和7年度（2025年度）は51.5%（推計値）。目標59%")
    assert told(VISION, 2019, "1", State.PRELIMINARY) == "令和元年度（2019年度）の時点で完了しています（速報値）。"


@pytest.mark.parametrize(
    ("state", "start"),
    [
        (State.UNPUBLISHED, "令和7年度（2025年度）の実績値はまだ公表されていません。"),
        (State.COLLECTING, "令和7年度（2025年度）の実績値は集計中です。"),
        (State.NOT_SURVEYED, "令和7年度（2025年度）は調査を行わない年度です。"),
        (State.NOT_APPLICABLE, "令和7年度（2025年度）は対象外です。"),
        (None, "令和7年度（2025年度）の実績値はまだ公表されていません。"),
    ],
)
def test_without_a_value_the_sentence_says_why_and_where_the_way_goes(state: State | None, start: str) -> None:
    assert told(ACTIVITY, 2025, None, state) == f"{start}基準値は47.5%（令和5年度）、目標値は59%（令和10年度）です。"


@pytest.mark.parametrize(
    ("spec", "premise"),
    [
        (ACTIVITY, "基準値は47.5%（令和5年度）、目標値は59%（令和10年度）です。"),
        (TRIALS, "0事業（令和5年度）から始まり、目標値は12事業（令和10年度）です。"),
        (SATISFIED, "基準値は95.3%（令和4年度）、目標値は95%以上（令和10年度）です。"),
        (AT_MOST, "基準値は4件（令和4年度）、目標値は5件以下（令和10年度）です。"),
        (BETWEEN, "基準値は12件（令和4年度）、目標値は10件以上15件以下（令和10年度）です。"),
        (replace(SATISFIED, baseline=None, target_year=None), "目標値は95%以上です。"),
        (VISION, "目標は完了（令和元年度）です。"),
        (BIRTHS, "基準値は1.35（令和4年度）、目標値は設定されていません。"),
    ],
)
def test_before_any_value_the_sentence_gives_baseline_and_target(spec: TargetSpec, premise: str) -> None:
    assert status_sentence(Facts(spec, None)) == f"実績値はまだ公表されていません。{premise}"


def test_a_value_without_a_judgement_stands_beside_baseline_and_target() -> None:
    facts = Facts(ACTIVITY, Observation(2025, D("51.5"), State.FINAL))
    assert status_sentence(facts) == (
        "令和7年度（2025年度）は51.5%。基準値は47.5%（令和5年度）、目標値は59%（令和10年度）です。"
    )


def test_the_years_of_an_old_document_stay_in_its_era() -> None:
    assert told(STUDENTS, 2019, "1700", as_of=FIRST_STRATEGY) == (
        "平成31年度（2019年度）は1,700人。減少を目指しており、目標1,800人（平成31年度）を100人下回り、達成しています。"
    )
    seen = Observation(2016, D(1900), State.FINAL)
    judged = judge(STUDENTS, seen)
    assert "目標値1,800人（R1）まで" in judged.reason
    assert "目標値1,800人（H31）まで" in judge(STUDENTS, seen, as_of=FIRST_STRATEGY).reason
    assert "目標値1,800人（H31）まで" in reason(Facts(STUDENTS, seen, judged, as_of=FIRST_STRATEGY), D("0.8"))


WAY = "基準値47.5%（R5）から目標値59%（R10）までの道のり"


@pytest.mark.parametrize(
    ("spec", "year", "value", "sentence"),
    [
        (ACTIVITY, 2024, "49.8", f"{WAY}のうち、20.0%まで進みました。R6の目安値49.8%に届いているため、「順調」です。"),
        (
            ACTIVITY,
            2025,
            "51.5",
            f"{WAY}のうち、34.8%まで進みました。R7の目安値52.1%には0.6ポイント届きませんが、目安値までの道のりを87.0%（基準は80%以上）進んだため、「概ね順調」です。",
        ),
        (
            ACTIVITY,
            2028,
            "58.5",
            f"{WAY}のうち、95.7%まで進みました。目標年度を迎え、目標値には0.5ポイント届きませんが、基準の80%以上を進んだため、「未達・あとわずか」です。",
        ),
        (
            ACTIVITY,
            2025,
            "49",
            f"{WAY}のうち、13.0%まで進みました。R7の目安値52.1%には3.1ポイント届かず、進みが目安値までの道のりの32.6%で、基準の80%に満たないため、「遅れ」です。",
        ),
        (
            ACTIVITY,
            2029,
            "50",
            f"{WAY}のうち、21.7%まで進みました。目標年度を迎え、目標値には9.0ポイント届かず、進みが基準の80%に満たないため、「未達」です。",
        ),
        (
            SURVEY,
            2025,
            "46.9",
            f"{WAY}に対する進捗率は−5.2%です。基準値47.5%を0.6ポイント下回りましたが、調査の誤差とみなす3ポイント未満の差のため、「横ばい」です。",
        ),
        (
            SURVEY,
            2025,
            "47.5",
            f"{WAY}に対する進捗率は0.0%です。基準値47.5%から変わっていないため、「横ばい」です。",
        ),
        (
            ACTIVITY,
            2025,
            "46.9",
            f"{WAY}に対する進捗率は−5.2%です。基準値47.5%を0.6ポイント下回り、目標から遠ざかったため、「後退」です。",
        ),
        (
            ACTIVITY,
            2026,
            "60",
            f"{WAY}のうち、108.7%まで進みました。実績値60.0%が目標値に届いたため、「目標達成」です。",
        ),
        (
            STUDENTS,
            2016,
            "2100",
            "基準値2,000人（H26）から目標値1,800人（R1）までの道のりに対する進捗率は−50.0%です。基準値2,000人を100人上回り、目標から遠ざかったため、「後退」です。",
        ),
        (
            TRIALS,
            2024,
            "3",
            "0事業（R5）から目標値12事業（R10）までの道のりのうち、25.0%まで進みました。R6の目安値2事業に届いているため、「順調」です。",
        ),
        (
            TRIALS,
            2024,
            "2",
            "0事業（R5）から目標値12事業（R10）までの道のりのうち、16.7%まで進みました。R6の目安値2事業にはわずかに届きませんが、目安値までの道のりを83.3%（基準は80%以上）進んだため、「概ね順調」です。",
        ),
        (
            replace(ACTIVITY, baseline_year=None),
            2025,
            "50",
            "基準値47.5%から目標値59%（R10）までの道のりのうち、21.7%まで進みました。この年度の目安値がないため、目標値に届くまでは「遅れ」とします。",
        ),
        (ACTIVITY, 2023, "47.5", "R5は基準年度のため、評価していません。評価は翌年度からです。"),
        (ACTIVITY, 2022, "47", "R4は基準年度（R5）より前のため、評価していません。"),
        (SATISFIED, 2024, "95", "実績値95.0%が、維持する水準（95%以上）を満たしているため、「維持」です。"),
        (SATISFIED, 2024, "94", "実績値94.0%が、維持する水準の95%を1.0ポイント下回りましたので、「範囲外」です。"),
        (BETWEEN, 2024, "17", "実績値17件が、維持する水準の15件を2件上回りましたので、「範囲外」です。"),
        (VISION, 2019, "1", "R1の時点で完了しているため、「完了」です。"),
        (VISION, 2018, "0", "H30の時点で完了していないため、「未完了」です。"),
        (BIRTHS, 2023, "1.34", "目標値が設定されていないため、評価していません。"),
    ],
)
def test_the_reason_of_a_rating_has_the_figures_put_in(spec: TargetSpec, year: int, value: str, sentence: str) -> None:
    assert why(spec, year, value) == sentence


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.UNPUBLISHED, "R7の実績値がまだ公表されていないため、評価していません。"),
        (State.COLLECTING, "R7の実績値が集計中のため、評価していません。"),
        (State.NOT_SURVEYED, "R7は調査を行わない年度のため、評価していません。"),
        (State.NOT_APPLICABLE, "R7は対象外のため、評価していません。"),
        (None, "R7の実績値がまだ登録されていないため、評価していません。"),
    ],
)
def test_the_reason_of_no_rating_is_why_the_value_is_missing(state: State | None, sentence: str) -> None:
    assert why(ACTIVITY, 2025, None, state) == sentence


def test_a_pace_that_only_rounds_up_to_the_limit_does_not_look_like_it() -> None:
    long_way = TargetSpec(Kind.REACH, D(0), 2020, D(100000), 2022)
    assert "道のりの80.0%弱で、基準の80%に満たないため、「遅れ」です。" in why(long_way, 2021, "39999")
    assert "道のりを80.0%（基準は80%以上）進んだため、「概ね順調」です。" in why(long_way, 2021, "40000")


@pytest.mark.parametrize(
    ("ratings", "sentence"),
    [
        (
            [Rating.ON_TRACK] * 4
            + [Rating.ACHIEVED] * 3
            + [Rating.BEHIND] * 2
            + [Rating.NO_VALUE, Rating.ENDED, Rating.NO_TARGET],
            "12件中 達成3・順調4・遅れ2・未判定3",
        ),
        ([Rating.NOT_SURVEYED], "1件中 未判定1"),
        (
            list(Rating),
            "15件中 達成1・完了1・維持1・順調1・概ね順調1・未完了1・遅れ1・横ばい1・範囲外1・後退1・未判定5",
        ),
        ([], "0件"),
    ],
)
def test_a_roll_up_counts_by_rating_with_the_unjudged_visible(ratings: list[Rating], sentence: str) -> None:
    assert roll_up_sentence(Counter(ratings)) == sentence


def test_a_roll_up_of_an_edition_that_is_over_says_what_was_missed() -> None:
    assert roll_up_sentence({Rating.NEARLY: 1, Rating.BEHIND: 2, Rating.WORSE: 0}, after_target=True) == (
        "3件中 未達・あとわずか1・未達2"
    )


@given(
    st.sampled_from([ACTIVITY, SURVEY, STUDENTS, TRIALS, SATISFIED, AT_MOST, BETWEEN, BIRTHS]),
    st.integers(2010, 2035),
    st.decimals(-5000, 5000, places=2),
    st.sampled_from([*list(State), None]),
    st.none() | st.decimals(-5000, 5000, places=2),
)
def test_every_value_has_whole_sentences(
    spec: TargetSpec, year: int, value: Decimal, state: State | None, previous: Decimal | None
) -> None:
    seen = Observation(year, value if state is not None and state.has_value else None, state)
    facts = Facts(spec, seen, judge(spec, seen), previous, year - 1)
    for text in (status_sentence(facts), status_sentence(replace(facts, judgement=None))):
        assert text.endswith("。")
        assert not {"{", "}"} & set(text)
        assert "None" not in text
