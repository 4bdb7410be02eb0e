"""The committee's dashboard of a round: counts, moves, reasons for attention, three judgements, the pack, and the preview."""

from __future__ import annotations

import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from goals.accounts.roles import Role
from kanazawa_strategy.committee import dashboard
from kanazawa_strategy.committee.dashboard import Dashboard
from kanazawa_strategy.committee.pack_pages import parts_of
from kpis.judging.words import Kind, State
from kpis.models import Indicator, RoundStatus, Workflow
from kpis.round import publishing
from tests.makers import (
    make_department,
    make_goal,
    make_indicator,
    make_meeting,
    make_opinion,
    make_round,
    make_strategy,
    make_target,
    make_user,
    make_value,
)
from tests.portal.world import make_survey, publish_year, read

pytestmark = pytest.mark.django_db

SECRET = Decimal("53.9")


def make_rising(code: str, **kwargs: Any) -> Indicator:
    """Make an indicator from 0（R5）to 100（R10）."""
    indicator = make_indicator(code=code, unit="件", **kwargs)
    make_target(indicator=indicator, baseline=Decimal(0), target=Decimal(100), kind=Kind.REACH)
    return indicator


@pytest.fixture
def world(db: None) -> Dashboard:
    """Publish two years: K01 falls behind, K02 gets better, K03 stays behind, K04 has no value in the second."""
    for number in range(1, 5):
        make_rising(f"3-1-K0{number}", name=f"指標{number}")
    behind = Decimal(10)
    publish_year(2024, **{"3_1_K01": Decimal(25), "3_1_K02": behind, "3_1_K03": behind, "3_1_K04": Decimal(20)})
    second: dict[str, Decimal | State] = {"3_1_K01": Decimal(26), "3_1_K02": Decimal(60), "3_1_K03": Decimal(12)}
    publish_year(2025, **second, **{"3_1_K04": State.COLLECTING})
    return reloaded()


def reloaded(year: int = 2025) -> Dashboard:
    board = dashboard.published(year)
    assert board is not None
    return board


def names(rows: list[Any]) -> list[str]:
    return [row.standing.indicator.name for row in rows]


def test_ratings_that_moved_are_told_apart_by_their_way(world: Dashboard) -> None:
    assert names(world.worse) == ["指標1"]
    assert names(world.better) == ["指標2"]
    assert names(world.newly) == []
    (move,) = world.worse
    assert (move.before, move.after) == ("順調", "遅れ")


def test_what_is_judged_for_the_first_time_is_no_move_up_or_down(world: Dashboard) -> None:
    publish_year(2026, **{"3_1_K04": Decimal(60)})
    board = reloaded(2026)
    assert names(board.newly) == ["指標4"]
    assert names(board.better) == names(board.worse) == []


def test_each_indicator_that_needs_attention_says_why(world: Dashboard) -> None:
    reasons = {item.standing.indicator.name: item.reasons for item in world.attention}
    assert reasons == {
        "指標1": ["前年度の「順調」から「遅れ」に下がりました。"],
        "指標3": ["2年続けて注意が必要な評価です。"],
        "指標4": ["実績値がありません（集計中）。"],
    }


def test_an_unanswered_opinion_draws_attention_until_it_is_answered(world: Dashboard) -> None:
    second = Indicator.objects.get(name="指標2")
    opinion = make_opinion(indicator=second, indicators=[second])
    assert reloaded().attention[-1].reasons == ["対応が公表されていない意見が1件あります。"]
    opinion.response = "調べます。"
    opinion.save()
    assert "指標2" not in names(reloaded().attention)


def test_worse_than_the_baseline_is_said(db: None) -> None:
    make_survey()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    publish_year(2025, **{"3_1_N1": Decimal(40)})
    assert reloaded().attention[0].reasons == [
        "基準値より後退しています。",
        "前年度の「順調」から「後退」に下がりました。",
    ]


def test_counts_are_by_goal_level_and_department_and_keep_the_unjudged(world: Dashboard) -> None:
    assert world.whole.text == "4件中 順調1・遅れ2・未判定1"
    assert [tally.text for tally in world.by_goal] == [world.whole.text]
    assert [tally.label for tally in world.by_level] == ["KPI"]
    assert [tally.label for tally in world.by_department] == ["所管課の記載なし"]
    Indicator.objects.filter(name="指標1").update(department=make_department(name="子育て支援課"))
    assert [(tally.label, len(tally.rows)) for tally in reloaded().by_department] == [
        ("子育て支援課", 1),
        ("所管課の記載なし", 3),
    ]


def test_a_year_keeps_the_target_that_it_was_judged_by_and_shows_no_later_year(world: Dashboard) -> None:
    board = reloaded(2024)
    assert [row.line.value_text for row in board.rows] == ["25件", "10件", "10件", "20件"]
    assert board.heat_map is not None
    assert board.heat_map.years == ["R6"]
    assert {row.target_text for row in board.rows} == {"100件"}


def test_the_page_shows_all_parts_and_a_goal_of_its_own(client: Client, world: Dashboard) -> None:
    page = read(client, "/committee/2025/")
    for text in (
        "令和7年度（2025年度）の評価",
        "前年度からの動き",
        "注意が必要な指標",
        "年度ごとの評価",
        "3つの評価",
        "公表。",
    ):
        assert text in page
    assert "公表前" not in page
    assert "意見は、まだ公開されていません" in read(client, "/committee/2025/goals/1/")


@pytest.mark.once
@pytest.mark.parametrize("path", ["2025/goals/9/", "2030/", "2025/goals/0/", "2030/pack/", "2030/pack.xlsx"])
def test_what_is_not_published_is_not_found(client: Client, world: Dashboard, path: str) -> None:
    assert client.get(f"/committee/{path}").status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("query", ["edition=9", "edition=x", "edition=", "edition=999999999", "edition=\x00", "goal=1"])
def test_a_strange_query_leaves_the_page_whole(client: Client, world: Dashboard, query: str) -> None:
    assert "令和7年度（2025年度）の評価" in read(client, f"/committee/2025/?{query}")


@pytest.mark.parametrize("path", ["", "goals/1/", "pack/", "pack.xlsx"])
def test_the_number_of_queries_does_not_grow(
    client: Client, world: Dashboard, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(5, 20):
        make_rising(f"3-1-K{number:02}", name=f"指標{number}")
    publish_year(2026, **{"3_1_K01": Decimal(30)})
    make_opinion()
    with django_assert_max_num_queries(12):
        assert client.get(f"/committee/2026/{path}").status_code == 200


def test_two_editions_of_one_year_are_told_apart_by_every_link(client: Client, world: Dashboard) -> None:
    earlier = make_strategy(edition=1, name="前の戦略", short_name="第1期", is_current=False)
    make_goal(strategy=earlier, number=1, title="前の目標")
    older = make_round(strategy=earlier, fiscal_year=2025)
    publishing.publish(older, published_on=datetime.date(2026, 8, 20), decision_number="企画第2号", user=None)
    assert "第3次" in read(client, "/committee/2025/")
    page = read(client, "/committee/2025/?edition=1")
    for address in (
        "/committee/2025/goals/1/?edition=1",
        "/committee/2025/pack/?edition=1",
        "/committee/2025/?edition=1",
    ):
        assert f'href="{address}"' in page
    assert "前の目標" in read(client, "/committee/2025/goals/1/?edition=1")


# The pack


def test_the_pack_has_a_document_for_each_goal_and_each_focus(world: Dashboard) -> None:
    make_goal(number=2, title="集うまち")
    focus = Indicator.objects.filter(name="指標3")
    make_meeting(fiscal_year=2025, focus_indicators=focus)
    board = reloaded()
    assert [(part.number, part.kind) for part in parts_of(board)] == [
        (1, "whole"),
        (2, "goal"),
        (3, "goal"),
        (4, "focus"),
        (5, "judgements"),
        (6, "opinions"),
    ]
    assert [row.indicator.name for row in board.focus] == ["指標3"]
    assert len(board.bundled) == 3


def test_a_meeting_that_is_not_listed_chooses_nothing_in_public(world: Dashboard) -> None:
    make_meeting(fiscal_year=2025, is_listed=False, focus_indicators=Indicator.objects.all())
    assert reloaded().focus == []


@pytest.mark.once
def test_the_workbook_holds_numbers_and_is_ready_to_print(client: Client, world: Dashboard) -> None:
    answer = client.get("/committee/2025/pack.xlsx")
    assert answer["Content-Disposition"].endswith('filename="committee-2025.xlsx"')
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.sheetnames == [
        "全体",
        "基本目標1",
        "重点審査",
        "前年度からの動き",
        "注意が必要な指標",
        "3つの評価",
        "意見と対応",
    ]
    sheet = book["基本目標1"]
    heads = {cell.value: cell.column for cell in sheet[4]}
    first = {name: sheet.cell(5, column) for name, column in heads.items()}
    assert (first["実績値"].value, first["実績値"].data_type) == (26, "n")
    assert (first["進捗率"].value, first["進捗率"].number_format) == (0.26, "0.0%")
    assert first["評価"].value == "遅れ"
    for page in book.worksheets:
        assert page.print_title_rows == "$4:$4"
        assert page.print_area
        assert page.page_setup.paperSize == 9
    assert "公表前" not in str(book["全体"].oddHeader.left.text)


@pytest.mark.once
def test_a_text_in_the_workbook_is_no_formula(client: Client, world: Dashboard) -> None:
    make_opinion(text="=1+1")
    book = openpyxl.load_workbook(BytesIO(client.get("/committee/2025/pack.xlsx").content))
    cell = book["意見と対応"]["D5"]
    assert (cell.value, cell.data_type) == ("'=1+1", "s")


# Before publication


@pytest.fixture
def waiting(world: Dashboard) -> None:
    """Open the round of FY2026 with one confirmed value and one that is not."""
    make_round(fiscal_year=2026, status=RoundStatus.REVIEW)
    for name, workflow in (("指標1", Workflow.CONFIRMED), ("指標2", Workflow.SUBMITTED)):
        indicator = Indicator.objects.get(name=name)
        make_value(indicator=indicator, fiscal_year=2026, value=SECRET, workflow=workflow)


def member_client() -> Client:
    client = Client()
    client.force_login(make_user(Role.MEMBER))
    return client


PREVIEW = ["", "goals/1/", "pack/", "pack.xlsx"]


@pytest.mark.parametrize("path", PREVIEW)
def test_members_read_the_round_under_review_and_no_cache_keeps_it(waiting: None, path: str) -> None:
    answer = member_client().get(f"/committee/preview/2026/{path}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    if path != "pack.xlsx":
        page = answer.content.decode()
        assert "公表前" in page
        assert page.count("54件") > 0
    else:
        assert "公表前" in str(openpyxl.load_workbook(BytesIO(answer.content))["全体"].oddHeader.left.text)


def test_only_confirmed_values_are_judged_in_the_preview(waiting: None) -> None:
    board = dashboard.under_review(2026)
    assert board is not None
    assert board.attention[-1].reasons == ["確認が済んだ実績値が、まだありません。"]
    assert [(row.indicator.name, row.rating_label) for row in board.rows[:2]] == [
        ("指標1", "概ね順調"),
        ("指標2", "未公表"),
    ]


@pytest.mark.once
@pytest.mark.parametrize("path", PREVIEW)
def test_others_are_sent_to_the_door_or_away(waiting: None, client: Client, path: str) -> None:
    address = f"/committee/preview/2026/{path}"
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")
    client.force_login(make_user(username="dareka"))
    assert client.get(address).status_code == 403


@pytest.mark.once
def test_a_membership_that_ended_opens_no_door(waiting: None) -> None:
    client = Client()
    client.force_login(make_user(Role.MEMBER, ends_on=timezone.localdate() - datetime.timedelta(days=1)))
    assert client.get("/committee/preview/2026/").status_code == 403


def test_a_round_in_preparation_or_published_has_no_preview(waiting: None) -> None:
    make_round(fiscal_year=2027, status=RoundStatus.PREPARING)
    client = member_client()
    assert client.get("/committee/preview/2027/").status_code == 404
    assert client.get("/committee/preview/2025/").status_code == 404


def test_publication_turns_the_preview_into_the_page_with_the_same_ratings(waiting: None, client: Client) -> None:
    before = dashboard.under_review(2026)
    assert before is not None
    round_ = before.round
    publishing.publish(round_, published_on=datetime.date(2027, 8, 20), decision_number="企画第1号", user=None)
    after = reloaded(2026)
    assert [row.rating for row in after.rows] == [row.rating for row in before.rows]
    assert [row.line.value_text for row in after.rows] == [row.line.value_text for row in before.rows]
