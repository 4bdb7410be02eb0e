"""Indicators, targets and values come in by codes; what is wrong is told in sentences and nothing is written."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.test import Client

from goals.models.event import AuditAction, AuditEvent
from goals.publication import version
from kpis.judging.words import Kind
from kpis.models import ExpectedValue, Indicator, Level, Round, RoundStatus, Target
from kpis.round import publishing
from tests.makers import (
    make_goal,
    make_indicator,
    make_revision,
    make_round,
    make_target,
    make_user,
)
from tests.transfer import address, bring, confirm, refusals, upload

pytestmark = pytest.mark.django_db

HEAD = "indicator_code,strategy_edition,revision_number,fiscal_year,value\n"


def make_known(*codes: str) -> list[Target]:
    """Make a target for each code, of the first revision, in 件."""
    revision = make_revision(number=1)
    return [make_target(indicator=make_indicator(code=code, unit="件"), revision=revision) for code in codes]


# Any table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_row_comes_in_from_csv_in_any_encoding(planner_client: Client, encoding: str) -> None:
    make_indicator(code="3-1-K01", unit="件")
    page = bring(planner_client, Indicator, "indicator_code,definition\n3-1-K01,髙岡町を含む\n".encode(encoding))
    indicator = Indicator.objects.get()
    assert indicator.definition == "髙岡町を含む"
    assert indicator.history.latest().history_change_reason == "ファイルの取込み"
    assert "指標を取り込みました。新規 0件、変更 1件、同じ 0件。" in page.content.decode()


def test_headings_may_be_the_japanese_words(planner_client: Client) -> None:
    make_known("3-1-K01")
    head = "指標のコード,戦略の版,改訂の番号,年度,目安値\n"
    bring(planner_client, ExpectedValue, head + "３－１－Ｋ０１,3,1,R6,０\n")
    row = ExpectedValue.objects.get()
    assert (row.fiscal_year, row.value) == (2024, 0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("3-1-K99,3,1,2024,1", "「3-1-K99」"),
        ("3-1-K01,3,1,令和0年度,1", "年度として読み取れません"),
        ("3-1-K01,3,1,H99,1", "年度として読み取れません"),
        ("3-1-K01,3,1,,1", "空欄です"),
        (",3,1,2024,1", "はありません"),
        ("3-1-K01,3,1,2024,abc", "数値として読み取れません"),
        ("3-1-K01,3,1,2024,約50", "数値だけを入力"),
        ("3-1-K01,3,1,2024,12人", "この指標の単位は「件」です"),
        ("3-1-K01,3,1,2024,", "空欄です"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_nothing_is_written(planner_client: Client, row: str, says: str) -> None:
    make_known("3-1-K01", "3-1-K02")
    page = upload(planner_client, ExpectedValue, HEAD + "3-1-K02,3,1,2024,3\n" + row + "\n")
    found = refusals(page)
    assert found
    assert all(text.startswith("3") for text in found)
    assert says in " ".join(found)
    content = page.content.decode()
    assert "3行目" in content
    for english in ("ConversionSyntax", "does not exist", "Enter a", "NULL", "Exception"):
        assert english not in content
    assert not ExpectedValue.objects.exists()


def test_a_second_row_for_one_thing_names_both_lines(planner_client: Client) -> None:
    make_known("3-1-K01")
    rows = "3-1-K01,3,1,R6,3\n3-1-k01,3,1,2024,4\n3-1-K01,3,1,2024,4\n"
    page = upload(planner_client, ExpectedValue, HEAD + rows)
    assert any("2行目と4行目が、どちらも同じもの" in text for text in refusals(page))
    assert not ExpectedValue.objects.exists()


def test_missing_columns_are_named(planner_client: Client) -> None:
    page = upload(planner_client, Target, "code,nendo,value\n3-1-K01,R6,3\n")
    assert refusals(page) == [
        "ファイルに必要な列がありません: indicator_code、revision_number、strategy_edition。1行目に列の名前を入れてください。"
        "この画面から書き出したファイルを元にすると確実です。"
    ]


@pytest.mark.parametrize("data", [b"PK\x03\x04 junk", b"\x00\x01\x02", b"indicator_code,fiscal_year\n"])
def test_a_broken_file_is_a_sentence_and_no_error_page(planner_client: Client, data: bytes) -> None:
    page = upload(planner_client, Target, data, "data.xlsx")
    assert page.status_code == 200
    assert len(refusals(page)) == 1


def test_import_needs_the_right_to_add_and_change() -> None:
    make_known("3-1-K01")
    assert Client().get(address(Target, "import")).status_code == 302
    for role in ("所管課", "委員", "システム管理", ""):
        client = Client()
        client.force_login(make_user(role=role))
        assert client.get(address(Target, "import")).status_code == 403
        data = {"import_file_name": "x", "original_file_name": "x", "format": "0"}
        assert client.post(address(Target, "process_import"), data).status_code == 403


def test_an_upload_that_is_gone_before_its_confirmation_is_asked_for_again(planner_client: Client) -> None:
    data = {"import_file_name": "gone", "original_file_name": "data.csv", "format": "0", "resource": "0"}
    page = planner_client.post(address(Target, "process_import"), data, follow=True)
    assert "もう一度ファイルを選んでください" in page.content.decode()


def test_a_row_that_fits_no_more_between_preview_and_confirmation_stops_the_whole_file(planner_client: Client) -> None:
    first, second = make_known("3-1-K01", "3-1-K02")
    preview = upload(planner_client, ExpectedValue, HEAD + "3-1-K01,3,1,2024,1\n3-1-K02,3,1,2024,1\n")
    second.delete()
    page = confirm(planner_client, ExpectedValue, preview)
    assert "何も書き込んでいません" in page.content.decode()
    assert not first.expected_values.exists()


def test_the_import_is_in_the_log(planner_client: Client) -> None:
    make_known("3-1-K01")
    bring(planner_client, ExpectedValue, HEAD + "3-1-K01,3,1,2024,1\n", "meyasu.csv")
    event = AuditEvent.objects.get(action=AuditAction.IMPORT)
    assert (str(event.user), event.summary) == ("kikaku", "目安値を取り込み（1件）meyasu.csv")


# Indicators and targets


def test_an_indicator_comes_in_under_its_goal_and_is_public_at_once(planner_client: Client) -> None:
    make_goal(number=1)
    before = version.current().number
    bring(
        planner_client,
        Indicator,
        "indicator_code,strategy_edition,goal_number,level,basis,name,unit,order\n"
        "3-1-N1,3,1,数値目標,市民意識指標,産み育てやすいまちだと感じる市民の割合,%,1\n",
    )
    indicator = Indicator.objects.get()
    assert (indicator.goal.number, indicator.level, indicator.unit) == (1, Level.NUMERIC_TARGET, "%")
    assert version.current().number == before + 1


def test_an_unknown_goal_is_named_by_its_numbers(planner_client: Client) -> None:
    make_goal(number=1)
    page = upload(
        planner_client,
        Indicator,
        "indicator_code,strategy_edition,goal_number,level,basis,name,order\n3-5-K01,3,5,KPI,ACTIVITY,指標,1\n",
    )
    assert "strategy_edition「3」、goal_number「5」の基本目標はありません。" in " ".join(refusals(page))


def test_columns_that_a_file_does_not_have_stay_as_they_are(planner_client: Client) -> None:
    make_indicator(code="3-1-K01", name="旧い名前", definition="残る定義")
    bring(planner_client, Indicator, "indicator_code,name\n3-1-K01,新しい名前\n")
    indicator = Indicator.objects.get()
    assert (indicator.name, indicator.definition) == ("新しい名前", "残る定義")


TARGET = (
    "indicator_code,strategy_edition,revision_number,kind,baseline,baseline_year,target,target_year,starts_from_zero\n"
)


def test_a_target_comes_in_with_its_years_in_any_notation(planner_client: Client) -> None:
    make_indicator(code="3-1-K01", unit="%")
    make_revision(number=1)
    bring(planner_client, Target, TARGET + "3-1-K01,3,1,到達型,47.5%,R5,59,令和10年度,0\n")
    target = Target.objects.get()
    assert (target.kind, target.baseline, target.target) == (Kind.REACH, Decimal("47.5"), 59)
    assert (target.baseline_year, target.target_year) == (2023, 2028)


def test_a_target_comes_in_from_percentages_as_excel_shows_them(planner_client: Client) -> None:
    make_indicator(code="3-1-K01", unit="%")
    make_revision(number=1)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        sheet.write_row(0, 0, TARGET.strip().split(","))
        sheet.write_row(1, 0, ["3-1-K01", 3, 1, "到達型", None, 2023, None, 2028, 0])
        sheet.write_number("E2", 0.475, percent)
        sheet.write_number("G2", 0.59, percent)
    bring(planner_client, Target, buffer.getvalue(), "data.xlsx")
    target = Target.objects.get()
    assert (target.baseline, target.target) == (Decimal("47.5"), 59)


@pytest.mark.parametrize("year", ["2028", "いつか"])
def test_the_sheets_that_were_not_read_are_named_beside_the_preview_and_the_refusals(
    planner_client: Client, year: str
) -> None:
    make_indicator(code="3-1-K01", unit="%")
    make_revision(number=1)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        hidden, sheet = book.add_worksheet("下書き"), book.add_worksheet("目標")
        hidden.hide()
        sheet.activate()
        sheet.write_row(0, 0, TARGET.strip().split(","))
        sheet.write_row(1, 0, ["3-1-K01", 3, 1, "到達型", 47, 2023, 59, year, 0])
    page = upload(planner_client, Target, buffer.getvalue(), "data.xlsx")
    assert ("confirm_form" in page.context) == (year == "2028")
    assert "<li>非表示のシート「下書き」は読みませんでした。</li>" in page.content.decode()
    assert "読まなかったところ" not in upload(planner_client, Target, TARGET).content.decode()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("3-1-K01,3,1,REACH,59,2023,59,2028,0", "維持型を選んでください"),
        ("3-1-K01,3,1,REACH,,2023,59,2028,0", "0から開始"),
        ("3-1-K01,3,1,REACH,47,2028,59,2023,0", "目標年度"),
        ("3-1-K01,3,9,REACH,47,2023,59,2028,0", "revision_number「9」の改訂はありません"),
        ("3-1-K01,3,1,なにか,47,2023,59,2028,0", "到達型、維持型"),
    ],
)
def test_a_target_that_cannot_be_judged_is_refused(planner_client: Client, row: str, says: str) -> None:
    make_indicator(code="3-1-K01", unit="%")
    make_revision(number=1)
    page = upload(planner_client, Target, TARGET + row + "\n")
    assert says in " ".join(refusals(page))
    assert not Target.objects.exists()


def test_an_expected_value_finds_its_target(planner_client: Client) -> None:
    target = make_target(indicator=make_indicator(code="3-1-K01"), revision=make_revision(number=1))
    bring(
        planner_client,
        ExpectedValue,
        "indicator_code,strategy_edition,revision_number,fiscal_year,value\n3-1-K01,3,1,R6,13\n",
    )
    row = ExpectedValue.objects.get()
    assert (row.target, row.fiscal_year, row.value) == (target, 2024, 13)


def test_an_import_cannot_open_or_publish_a_round(planner_client: Client) -> None:
    round_ = make_round(status=RoundStatus.PREPARING)
    bring(
        planner_client,
        Round,
        "strategy_edition,fiscal_year,due_on,status,published_on\n3,2024,2025-07-31,PUBLISHED,2025-09-01\n",
    )
    round_.refresh_from_db()
    assert (str(round_.due_on), round_.status, round_.published_on) == ("2025-07-31", RoundStatus.PREPARING, None)
    assert publishing.outcomes(round_) == []


def test_a_target_without_its_revision_is_refused_and_no_error_page(planner_client: Client) -> None:
    indicator = make_indicator(code="3-1-K01")
    page = upload(planner_client, Target, TARGET + "3-1-K01,3,,REACH,47,2023,59,2028,0\n")
    assert "空欄です" in " ".join(refusals(page))
    form = {"indicator": indicator.pk, "kind": "REACH", "target": "59", "baseline": "47"}
    inline = {"expected_values-TOTAL_FORMS": "0", "expected_values-INITIAL_FORMS": "0"}
    assert planner_client.post(address(Target, "add"), form | inline).status_code == 200
