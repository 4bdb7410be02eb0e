from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models import Theme
from kpis.judging.words import Kind, State
from kpis.models import Indicator, Workflow
from tests.makers import (
    make_goal,
    make_indicator,
    make_measure,
    make_meeting,
    make_opinion,
    make_revision,
    make_strategy,
    make_target,
    make_theme,
    make_value,
)
from tests.portal.world import make_survey, publish_year, read


@pytest.fixture
def indicator(db: None) -> Indicator:
    return make_survey()


def test_a_published_value_appears_with_sentence_rating_reason_and_table(client: Client, indicator: Indicator) -> None:
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    publish_year(2025, **{"3_1_N1": Decimal("51.5")})
    page = read(client, "/indicators/3-1-n1/")
    for text in ("令和7年度（2025年度）は51.5%", "概ね順調", "なぜこの評価？", "+1.7ポイント", "52.1%", "34.8%"):
        assert text in page, text
    assert "（51.5 − 47.5）÷（59 − 47.5）＝ 34.8%" in page


def test_an_unpublished_value_appears_nowhere(client: Client, indicator: Indicator) -> None:
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_value(
        indicator=indicator,
        fiscal_year=2025,
        value=Decimal("77.7"),
        workflow=Workflow.CONFIRMED,
        analysis="秘密の分析",
        note="秘密の備考",
    )
    for path in ("/", "/strategies/3/", "/strategies/3/goals/1/", "/indicators/", "/indicators.csv"):
        assert "77.7" not in read(client, path), path
    for path in ("/indicators/3-1-n1/", "/indicators/3-1-n1.csv", "/indicators/3-1-n1.json", "/opendata/values.csv"):
        page = read(client, path)
        assert "77.7" not in page, path
        assert "秘密" not in page, path


def test_the_measures_and_targets_of_a_draft_revision_are_not_public(client: Client, indicator: Indicator) -> None:
    make_measure(text="いまの取組")
    draft = make_revision(number=2, status="DRAFT")
    make_target(indicator=indicator, revision=draft, baseline=Decimal("47.5"), target=Decimal("88.8"))
    make_measure(revision=draft, code="3-1-1-77", text="まだ秘密の取組")
    assert "88.8" not in read(client, "/indicators/3-1-n1/")
    assert "秘密" not in read(client, "/measures/")
    assert client.get("/measures/3-1-1-77/").status_code == 404


def test_a_member_s_opinion_is_shown_only_when_the_office_made_it_public(client: Client, db: None) -> None:
    make_opinion(text="公開の意見", status="PUBLIC")
    make_opinion(text="提出したばかりの意見", status="SUBMITTED")
    page = read(client, "/committee/")
    assert "公開の意見" in page
    assert "提出したばかりの意見" not in page


def test_zero_is_shown_as_a_value_everywhere(client: Client, db: None) -> None:
    indicator = make_indicator(code="3-1-K01", name="待機児童数", unit="人")
    make_target(indicator=indicator, baseline=Decimal(5), target=Decimal(0), target_year=2026)
    publish_year(2024, **{"3_1_K01": Decimal(0)})
    for path in ("/indicators/", "/strategies/3/goals/1/", "/indicators/3-1-k01/"):
        page = read(client, path)
        assert "0人" in page, path
        assert "目標達成" in page, path
    row = json.loads(client.get("/indicators/3-1-k01.json").content)["rows"][0]
    assert row["value"] == 0
    assert row["progress_percent"] == 100


def test_a_missing_year_says_why_and_is_never_zero(client: Client, indicator: Indicator) -> None:
    publish_year(2024, **{"3_1_N1": State.NOT_SURVEYED})
    page = read(client, "/indicators/3-1-n1/")
    assert "調査なし" in page
    assert "0.0%" not in page


def test_the_same_figure_stands_in_list_page_csv_and_json(client: Client, db: None) -> None:
    indicator = make_indicator(code="3-1-K01", unit="件", decimals=1)
    make_target(indicator=indicator, baseline=Decimal(0), target=Decimal(9), baseline_year=2023, target_year=2026)
    publish_year(2024, **{"3_1_K01": Decimal("2.25")})
    assert "2.3件" in read(client, "/indicators/")
    assert "2.3件" in read(client, "/indicators/3-1-k01/")
    assert "25.0%" in read(client, "/indicators/3-1-k01/")
    row = json.loads(client.get("/indicators/3-1-k01.json").content)["rows"][0]
    assert (row["value"], row["progress_percent"], row["expected_value"]) == (2.25, 25, 3)
    assert ",2.25," in client.get("/indicators/3-1-k01.csv").content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("rating=ACHIEVED", ["届いた指標"], ["遅れた指標", "まだの指標"]),
        ("rating=NO_VALUE", ["まだの指標"], ["届いた指標"]),
        ("q=遅れた", ["遅れた指標"], ["届いた指標"]),
        ("q=指標 届いた", ["届いた指標"], ["遅れた指標"]),
        ("level=NUMERIC_TARGET", [], ["届いた指標", "遅れた指標"]),
        ("goal=2", [], ["届いた指標"]),
        ("goal=9&level=zz&rating=%00&edition=x", ["届いた指標", "遅れた指標", "まだの指標"], []),
        ("edition=1", [], ["届いた指標"]),
        ("theme=kodomo", ["届いた指標"], ["遅れた指標"]),
    ],
)
def test_the_list_of_indicators_can_be_narrowed(
    client: Client, db: None, query: str, shown: list[str], hidden: list[str]
) -> None:
    reached, late = (make_indicator(code=f"3-1-K0{n}", name=name) for n, name in ((1, "届いた指標"), (2, "遅れた指標")))
    open_ = make_indicator(code="3-1-K03", name="まだの指標")
    for each in (reached, late, open_):
        make_target(indicator=each)
    make_goal(number=2)
    make_strategy(edition=1, name="第1期", short_name="第1期")
    make_measure(themes=[make_theme()], indicators=[reached])
    publish_year(2024, **{"3_1_K01": Decimal(20), "3_1_K02": Decimal("10.1")})
    page = read(client, f"/indicators/?{query}")
    table = page[page.index('role="status"') :]
    for name in shown:
        assert name in table
    for name in hidden:
        assert name not in table


def test_the_list_sorted_by_attention_puts_what_got_worse_first(client: Client, db: None) -> None:
    for code, name in (("3-1-K01", "順調な指標"), ("3-1-K02", "後退した指標")):
        make_target(indicator=make_indicator(code=code, name=name))
    publish_year(2024, **{"3_1_K01": Decimal(19), "3_1_K02": Decimal(9)})
    page = read(client, "/indicators/?sort=attention")
    assert page.index("後退した指標") < page.index("順調な指標")


def test_a_revised_target_stands_above_the_earlier_one(client: Client, indicator: Indicator) -> None:
    later = make_revision(number=2, name="令和8年度改訂")
    make_target(indicator=indicator, revision=later, baseline=Decimal("47.5"), target=Decimal(62))
    page = read(client, "/indicators/3-1-n1/")
    facts = page[page.index("この指標について") :]
    assert facts.index("62%") < facts.index("59%")
    assert "目標値は62%" in page


def test_codes_in_addresses_are_lower_case_and_others_are_led_there(client: Client, indicator: Indicator) -> None:
    response = client.get("/indicators/3-1-N1/")
    assert (response.status_code, response["Location"]) == (301, "/indicators/3-1-n1/")
    assert client.get("/indicators/3-1-n1").status_code == 301


def test_a_keep_target_has_no_progress_and_a_margin_in_points(client: Client, db: None) -> None:
    indicator = make_indicator(code="3-1-K05", unit="%", decimals=1)
    make_target(indicator=indicator, kind=Kind.KEEP_AT_LEAST, baseline=Decimal("95.3"), target=Decimal(95))
    publish_year(2024, **{"3_1_K05": Decimal("94.0")})
    page = read(client, "/indicators/3-1-k05/")
    assert "95%以上を維持" in page
    assert "−1.0ポイント" in page
    assert "進捗率</dt>" not in page


def test_an_unknown_address_gets_a_helpful_page_in_the_site_s_look(client: Client, db: None) -> None:
    for path in ("/nothing/", "/indicators/3-9-k99/", "/measures/9-9-9-99/", "/themes/none/", "/strategies/99/"):
        response = client.get(path)
        assert response.status_code == 404, path
        assert "ページが見つかりません" in response.content.decode(), path


def test_the_page_for_failures_needs_no_database() -> None:
    from django.test import RequestFactory

    from kanazawa_strategy.pages.errors import failed

    response = failed(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "ただいま表示できません" in response.content.decode()


def test_an_empty_database_answers_politely(client: Client, db: None) -> None:
    assert "準備中" in read(client, "/")
    for path in ("/strategies/", "/indicators/", "/measures/", "/committee/", "/about/method/", "/opendata/"):
        read(client, path)


def _grow(count: int) -> None:
    """Add so many indicators, measures and opinions, with three published years."""
    meeting = make_meeting()
    theme = make_theme()
    codes = []
    for number in range(1, count + 1):
        indicator = make_indicator(code=f"3-1-K{number:02}")
        make_target(indicator=indicator)
        measure = make_measure(themes=[theme], indicators=[indicator])
        make_opinion(meeting=meeting, measures=[measure], indicators=[indicator])
        codes.append(indicator.code.replace("-", "_"))
    for year in (2024, 2025, 2026):
        publish_year(year, **{code: Decimal(year - 2012) for code in codes})


PATHS = [
    "/",
    "/strategies/",
    "/strategies/3/",
    "/strategies/3/goals/1/",
    "/indicators/",
    "/indicators/?rating=ON_TRACK&theme=kodomo",
    "/indicators/3-1-k01/",
    "/measures/",
    "/measures/3-1-1-01/",
    "/themes/kodomo/",
    "/committee/",
    "/about/method/",
]


@pytest.mark.once
def test_a_page_needs_at_most_twelve_queries_whatever_it_holds(client: Client, db: None) -> None:
    _grow(4)
    few = {path: queries_of(client, path) for path in PATHS}
    _grow_more()
    for path, before in few.items():
        assert len(before) <= 12, (path, before)
        assert len(queries_of(client, path)) == len(before), path


def queries_of(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        read(client, path)
    return [query["sql"][:120] for query in found.captured_queries]


def _grow_more() -> None:
    """Add measures, opinions and indicators to what _grow() made."""
    for number in range(5, 12):
        indicator = make_indicator(code=f"3-1-K{number:02}")
        make_target(indicator=indicator)
        measure = make_measure(indicators=[indicator], themes=Theme.objects.all())
        make_opinion(measures=[measure], indicators=[indicator])


def test_a_year_after_a_break_in_the_series_is_not_compared_with_the_one_before(client: Client, db: None) -> None:
    indicator = make_indicator(code="3-1-K01")
    make_target(indicator=indicator)
    publish_year(2024, **{"3_1_K01": Decimal(12)})
    make_value(
        indicator=indicator,
        fiscal_year=2025,
        value=Decimal(15),
        breaks_series=True,
        note="数え方を変えました。",
        workflow=Workflow.CONFIRMED,
    )
    publish_year(2025)
    page = read(client, "/indicators/3-1-k01/")
    assert "+3件" not in page
    assert "前年度より" not in page
    assert "前年度までと比べられません。数え方を変えました。" in page


def test_a_replaced_target_stands_under_the_new_one_in_lists(client: Client, indicator: Indicator) -> None:
    later = make_revision(number=2, name="令和8年度改訂")
    make_target(indicator=indicator, revision=later, baseline=Decimal("47.5"), target=Decimal(62))
    page = read(client, "/indicators/")
    assert page.index("62%") < page.index("改訂前 59%（R10）")


def test_editions_stand_side_by_side_by_goal(client: Client, indicator: Indicator) -> None:
    earlier = make_strategy(edition=1, name="金沢版総合戦略", short_name="第1期", is_current=False)
    make_goal(strategy=earlier, number=1, title="前の目標")
    make_goal(strategy=earlier, number=5, title="前だけの目標")
    page = read(client, "/strategies/")
    table = page[page.index("基本目標ごとに比べる") :]
    for text in ("47.5%（R5） → 59%（R10）", "前の目標", "前だけの目標", "ありません。"):
        assert text in table
