"""Amendments from a file: preview line by line, nothing before the confirmation, then all at once through amend()."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals.models.event import AuditAction, AuditEvent
from goals.publication import version as public_version
from kpis.amending.changes import Change, amend
from kpis.judging.words import Rating, State
from kpis.models import Amendment, AmendmentKind, Assessment, Indicator, Round, Upload, Workflow, YearlyValue
from kpis.round import publishing
from tests.makers import (
    make_department,
    make_goal,
    make_indicator,
    make_revision,
    make_round,
    make_strategy,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

FILE = reverse("admin:kpis_amendment_changes")
TEMPLATE = reverse("admin:kpis_amendment_template")
HEAD = "指標コード,年度,種類,値,状態,理由,変更日,委員会評価,委員会の意見"
WHY = "統計が確定したため。"


def make_published(*values: dict[str, Any] | None, unit: str = "件", year: int = 2024) -> list[Indicator]:
    """Publish one indicator for each of the values (None: not entered), of 10（R5）→20（R10）, on 1 September."""
    rows = []
    for value in values:
        indicator = make_indicator(unit=unit)
        make_target(indicator=indicator)
        if value is not None:
            make_value(indicator=indicator, fiscal_year=year, **{"workflow": Workflow.CONFIRMED, **value})
        rows.append(indicator)
    publish(make_round(fiscal_year=year))
    return rows


def publish(round_: Round) -> None:
    day = datetime.date(round_.fiscal_year + 1, 9, 1)
    publishing.publish(round_, published_on=day, decision_number="企画第1号", user=None)


def send(client: Client, data: bytes | str, name: str = "変更.csv") -> Any:
    content = data.encode() if isinstance(data, str) else data
    return client.post(FILE, {"file": SimpleUploadedFile(name, content)}, follow=True)


def sent(client: Client, *lines: str) -> Any:
    return send(client, "\n".join([HEAD, *lines, ""]))


def confirm(client: Client, page: Any, **kwargs: Any) -> Any:
    data = {"seen": page.context["plan"].fingerprint, **kwargs}
    return client.post(page.request["PATH_INFO"], data, follow=True)


def told(page: Any) -> list[tuple[str, str]]:
    return [(item.outcome.name, item.place) for item in page.context["plan"].items]


def reasons(page: Any) -> str:
    return " ".join(item.reason for item in page.context["plan"].items if item.reason)


def packed(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def shown(page: Any) -> tuple[str, str, str, str]:
    (item,) = page.context["plan"].items
    return item.old, item.new, item.old_rating, item.new_rating


def test_nothing_is_registered_before_the_confirmation_and_then_once(planner_client: Client) -> None:
    first, second = make_published({"state": State.PRELIMINARY}, {"value": None, "state": State.UNPUBLISHED})
    version = public_version.current().number
    page = sent(
        planner_client,
        f"{first.code},R6,確定値,11.5,,{WHY},2025-10-01,,",
        f"{second.code},令和6年度,追加公表,0,速報,遅れて分かったため。,令和7年10月2日,,",
    )
    assert told(page) == [("CHANGE", "A2"), ("CHANGE", "A3")]
    assert "まだ何も登録していません" in page.content.decode()
    assert not Amendment.objects.exists()
    assert public_version.current().number == version
    done = confirm(planner_client, page)
    assert "2件の公表後の変更を登録し、公開しました" in done.content.decode()
    made = {row.indicator_id: row for row in Amendment.objects.all()}
    assert (made[first.pk].kind, made[first.pk].reason, made[first.pk].made_on) == (
        "FINALISATION",
        WHY,
        datetime.date(2025, 10, 1),
    )
    assert str(made[first.pk].made_by) == "kikaku"
    values = {row.indicator_id: (row.value, row.state) for row in Assessment.objects.all()}
    assert values == {first.pk: (Decimal("11.5"), "FINAL"), second.pk: (Decimal(0), "PRELIMINARY")}
    assert {row.indicator_id: (row.value, row.state) for row in YearlyValue.objects.all()} == values
    assert public_version.current().number > version
    assert AuditEvent.objects.get(action=AuditAction.IMPORT).summary == "公表後の変更 変更.csv（2件）"
    assert AuditEvent.objects.filter(action=AuditAction.AMEND).count() == 2
    again = confirm(planner_client, page)
    assert "もう登録してあります" in again.content.decode()
    assert Amendment.objects.count() == 2


def test_the_preview_shows_what_is_published_and_what_would_be(planner_client: Client) -> None:
    (row,) = make_published({"state": State.PRELIMINARY})
    page = sent(planner_client, f"{row.code},R6,確定値,11.5,,{WHY},,,")
    assert shown(page) == ("12件 速報", "11.5件 確定", "順調", "遅れ")
    content = page.content.decode()
    for text in ("<del>12件 速報</del>", "<ins>11.5件 確定</ins>", "<ins>遅れ</ins>", WHY, row.name):
        assert text in content
    assert f"変更日 {timezone.localdate().isoformat()}" in content  # today where the file names none
    confirm(planner_client, page)
    assert Assessment.objects.get().rating == Rating.BEHIND
    after = planner_client.get(page.request["PATH_INFO"]).content.decode()
    assert "<del>12件 速報</del>" in after  # what was registered can be looked up


def test_the_rating_is_judged_by_the_target_that_was_frozen(planner_client: Client) -> None:
    (row,) = make_published(None)
    make_target(indicator=row, revision=make_revision(), target=Decimal(1000))
    page = sent(planner_client, f"{row.code},R6,追加公表,12,,遅れて分かったため。,,,")
    assert shown(page) == ("値なし", "12件 確定", "未公表", "順調")
    confirm(planner_client, page)
    frozen = Assessment.objects.get()
    assert (frozen.target, frozen.rating) == (20, Rating.ON_TRACK)


@pytest.mark.parametrize(
    ("published", "line", "value", "state"),
    [
        ({"value": None, "state": "COLLECTING"}, "追加公表,0,", "0", "FINAL"),
        ({"value": None, "state": "COLLECTING"}, "追加,△５．２件,推計", "-5.2", "ESTIMATE"),
        ({"value": None, "state": "COLLECTING"}, "ADDITION,−0,確定", "0", "FINAL"),
        ({"value": None, "state": "COLLECTING"}, "追加公表,,調査なし", None, "NOT_SURVEYED"),
        ({"value": None, "state": "UNPUBLISHED"}, "追加公表,集計中,", None, "COLLECTING"),
        ({"state": "PRELIMINARY"}, "確定値,12,", "12", "FINAL"),
        ({"state": "ESTIMATE"}, "確定,１３,FINAL", "13", "FINAL"),
        ({}, '訂正,"1,234",', "1234", "FINAL"),
        ({"state": "PRELIMINARY"}, "訂正,13,", "13", "PRELIMINARY"),
        ({}, "correction,13,速報", "13", "PRELIMINARY"),
        ({}, "訂正,未公表,", None, "UNPUBLISHED"),
        ({}, "訂正,,対象外", None, "NOT_APPLICABLE"),
    ],
)
def test_each_notation_is_read(
    planner_client: Client, published: dict[str, Any], line: str, value: str | None, state: str
) -> None:
    (row,) = make_published(published)
    page = sent(planner_client, f"{row.code},R6,{line},{WHY},,,")
    assert reasons(page) == ""
    confirm(planner_client, page)
    frozen = Assessment.objects.get()
    assert (frozen.value, frozen.state) == (None if value is None else Decimal(value), state)


@pytest.mark.parametrize("year", ["R6", "令和６年度", "2024", "FY2024", "R6(2024)"])
def test_years_and_codes_are_read_in_every_notation(planner_client: Client, year: str) -> None:
    make_published({})
    page = sent(planner_client, f"３－１－ｋ０１,{year},訂正,13,,{WHY},,,")
    assert told(page) == [("CHANGE", "A2")]


def test_the_committee_speaks_beside_the_figure(planner_client: Client) -> None:
    (row,) = make_published({"state": State.PRELIMINARY})
    page = sent(
        planner_client,
        f"{row.code},R6,委員会評価,,,推進委員会の議論による。,,遅れ,もっとできる。",
        f"{row.code},R6,確定値,13,,{WHY},,,",
    )
    assert reasons(page) == ""
    assert page.context["plan"].items[0].new_rating == "遅れ"
    confirm(planner_client, page)
    frozen = Assessment.objects.get()
    assert (frozen.value, frozen.rating) == (13, Rating.ON_TRACK)
    assert (frozen.committee_rating, frozen.committee_comment) == (Rating.BEHIND, "もっとできる。")


@pytest.mark.parametrize(
    ("line", "cell", "says"),
    [
        (",R6,訂正,13,,理由,,,", "A2", "指標コードが空欄"),
        ("9-9-K99,R6,訂正,13,,理由,,,", "A2", "「9-9-K99」というコードの指標はありません"),
        ("3-1-K01,,訂正,13,,理由,,,", "B2", "年度が空欄"),
        ("3-1-K01,R66年,訂正,13,,理由,,,", "B2", "この年度はまだ公表されていません"),
        ("3-1-K01,R0,訂正,13,,理由,,,", "B2", "年度として読み取れません"),
        ("3-1-K01,R7,訂正,13,,理由,,,", "B2", "この年度はまだ公表されていません"),
        ("3-1-K01,R6,,13,,理由,,,", "C2", "次のどれかを入れてください: 追加公表、確定値、訂正、委員会評価"),
        ("3-1-K01,R6,修正,13,,理由,,,", "C2", "「修正」は使えません"),
        ("3-1-K01,R6,追加公表,13,,理由,,,", "C2", "もう公表されています"),
        ("3-1-K01,R6,確定値,13,,理由,,,", "C2", "速報または推計"),
        ("3-1-K01,R6,訂正,約13,,理由,,,", "D2", "概数"),
        ("3-1-K01,R6,訂正,13人,,理由,,,", "D2", "この指標の単位は「件」です"),
        ("3-1-K01,R6,訂正,=12+1,,理由,,,", "D2", "数式"),
        ("3-1-K01,R6,訂正,,,理由,,,", "D2", "値が空欄"),
        ("3-1-K01,R6,訂正,,確定,理由,,,", "D2", "値が空欄"),
        ("3-1-K01,R6,訂正,－,,理由,,,", "D2", "値がない理由が分かりません"),
        ("3-1-K01,R6,訂正,13,未公表,理由,,,", "C2", "実績値が入っているのに"),
        ("3-1-K01,R6,訂正,13,よい,理由,,,", "E2", "「よい」は使えません"),
        ("3-1-K01,R6,訂正,13,,,,,", "F2", "理由が空欄"),
        ("3-1-K01,R6,訂正,13,,　,,,", "F2", "理由が空欄"),
        ("3-1-K01,R6,訂正,13,,〓,,,", "F2", "Shift_JIS"),
        ("3-1-K01,R6,訂正,13,,理由,きのう,,", "G2", "日付として読み取れません"),
        ("3-1-K01,R6,訂正,13,,理由,2025-08-31,,", "G2", "公表日（2025-09-01）より前"),
        ("3-1-K01,R6,訂正,13,,理由,2100-01-01,,", "G2", "先の日付"),
        ("3-1-K01,R6,訂正,13,,理由,,遅れ,", "H2", "種類が「委員会評価」の行に"),
        ("3-1-K01,R6,委員会評価,13,,理由,,遅れ,", "D2", "行を分けて"),
        ("3-1-K01,R6,委員会評価,,,理由,,,意見", "H2", "推進委員会の評価を"),
        ("3-1-K01,R6,委員会評価,,,理由,,最高,", "H2", "「最高」は使えません"),
        ("3-1-K01,R6,訂正,123456789012345678,,理由,,,", "C2", "桁"),
    ],
)
def test_a_line_that_cannot_be_taken_says_which_cell_and_why(
    planner_client: Client, line: str, cell: str, says: str
) -> None:
    make_published({})
    page = sent(planner_client, line)
    assert ("REJECTED", cell) in told(page)
    assert says in reasons(page)
    assert says in page.content.decode()
    assert "登録する変更はありません" in page.content.decode()
    confirm(planner_client, page, leave_out="1")
    assert not Amendment.objects.exists()


def test_every_bad_cell_of_a_line_is_named_at_once(planner_client: Client) -> None:
    make_published({})
    page = sent(planner_client, "3-1-K01,R6,修正,約13,よい,,きのう,,")
    assert {place for _, place in told(page)} == {"C2", "E2", "F2", "G2"}
    assert page.context["plan"].lines_left_out == 1


def test_rejected_lines_are_left_out_only_knowingly(planner_client: Client) -> None:
    first, second = make_published({}, {})
    page = sent(planner_client, f"{first.code},R6,訂正,13,,{WHY},,,", f"{second.code},R6,訂正,約13,,{WHY},,,")
    assert "受け付けられない行（1行）を除いて登録する" in page.content.decode()
    refused = confirm(planner_client, page)
    assert "除いて登録することを選んで" in refused.content.decode()
    assert not Amendment.objects.exists()
    confirm(planner_client, page, leave_out="1")
    assert Amendment.objects.get().indicator == first


def test_a_duplicated_line_is_refused_and_so_is_its_double(planner_client: Client) -> None:
    first, second = make_published({}, {})
    page = sent(
        planner_client,
        f"{first.code},R6,訂正,13,,{WHY},,,",
        f"{second.code},R6,訂正,13,,{WHY},,,",
        f"{first.code},2024,訂正,14,,{WHY},,,",
    )
    assert told(page) == [("REJECTED", "A2"), ("CHANGE", "A3"), ("REJECTED", "A4")]
    assert "二つ以上あります（CSV 2行目、CSV 4行目）" in reasons(page)
    confirm(planner_client, page, leave_out="1")
    assert Amendment.objects.get().indicator == second


def test_what_somebody_amended_after_the_upload_is_refused(planner_client: Client) -> None:
    first, second = make_published({}, {})
    page = sent(planner_client, f"{first.code},R6,訂正,13,,{WHY},,,", f"{second.code},R6,訂正,13,,{WHY},,,")
    change = Change(kind=AmendmentKind.CORRECTION, reason="別の理由", value=Decimal(50), state=State.FINAL)
    amend(Round.objects.get(), first, change, user=None, made_on=datetime.date(2025, 10, 1))
    again = confirm(planner_client, page)
    assert "もう一度確かめてください" in again.content.decode()
    assert told(again) == [("CONFLICT", "A2"), ("CHANGE", "A3")]
    assert "今は 50件 確定" in reasons(again)
    assert Amendment.objects.count() == 1
    confirm(planner_client, again, leave_out="1")
    assert {row.indicator_id: row.value for row in Assessment.objects.all()} == {first.pk: 50, second.pk: 13}


def test_a_file_that_says_otherwise_of_what_is_published_is_refused(planner_client: Client) -> None:
    (row,) = make_published({"state": State.PRELIMINARY})

    def outcome(value: str, state: str) -> str:
        head = "指標コード,年度,公表中の値,公表中の状態,種類,値,理由"
        page = send(planner_client, f"{head}\n{row.code},R6,{value},{state},確定値,13,{WHY}\n")
        return told(page)[0][0]

    assert outcome("12", "速報") == outcome("", "") == outcome("１２件", "") == "CHANGE"
    assert outcome("11", "速報") == outcome("12", "確定") == outcome("", "値なし") == outcome("不明", "") == "CONFLICT"


def test_the_same_file_again_changes_nothing_twice(planner_client: Client) -> None:
    (row,) = make_published({"state": State.PRELIMINARY})
    line = f"{row.code},R6,確定値,13,,{WHY},,,"
    confirm(planner_client, sent(planner_client, line))
    page = sent(planner_client, line)
    assert told(page) == [("SAME", "A2")]
    assert "すべて、公表している内容と同じです" in page.content.decode()
    confirm(planner_client, page)
    assert Amendment.objects.count() == 1


def test_all_or_nothing(planner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_published({}, {})
    page = sent(planner_client, f"{first.code},R6,訂正,13,,{WHY},,,", f"{second.code},R6,訂正,13,,{WHY},,,")

    def fail_at_the_second(round_: Round, indicator: Indicator, change: Change, **kwargs: Any) -> Amendment:
        if indicator == second:
            assert Amendment.objects.count() == 1
            raise RuntimeError("power cut")
        return amend(round_, indicator, change, **kwargs)

    monkeypatch.setattr("kpis.amending.file.uploads.amend", fail_at_the_second)
    with pytest.raises(RuntimeError):
        confirm(planner_client, page)
    assert not Amendment.objects.exists()
    assert Upload.objects.get().applied_at is None
    assert not AuditEvent.objects.filter(action=AuditAction.IMPORT).exists()


def test_a_publication_taken_back_meanwhile_takes_no_amendment(planner_client: Client) -> None:
    (row,) = make_published({})
    page = sent(planner_client, f"{row.code},R6,訂正,13,,{WHY},,,")
    publishing.unpublish(Round.objects.get(), reason="誤って公表した。", user=make_superuser())
    again = confirm(planner_client, page)
    assert told(again) == [("REJECTED", "B2")]
    assert "まだ公表されていません" in reasons(again)
    assert not Amendment.objects.exists()


def test_a_figure_that_looks_odd_is_told_and_not_forbidden(planner_client: Client) -> None:
    odd, plain, late = make_published({}, {}, {"value": None, "state": State.COLLECTING})
    for row in (odd, plain, late):
        make_value(indicator=row, fiscal_year=2023, value=Decimal(12), workflow=Workflow.PUBLISHED)
        make_value(indicator=row, fiscal_year=2025, value=Decimal(1))  # later years and drafts say nothing
    lines = [f"{odd.code},R6,訂正,120000,,{WHY},,,", f"{plain.code},R6,訂正,13,,{WHY},,,"]
    page = sent(planner_client, *lines, f"{late.code},R6,追加公表,,調査なし,{WHY},,,")
    assert [bool(item.doubt) for item in page.context["plan"].items] == [True, False, False]
    assert "令和5年度の12件から+119,988件" in page.content.decode()
    only = planner_client.get(f"{page.request['PATH_INFO']}?kind=DOUBTED")
    assert [item.code for item in only.context["page"]] == [odd.code]
    confirm(planner_client, page)
    assert Assessment.objects.get(indicator=odd).value == 120_000


def test_one_file_speaks_of_several_years_and_strategies(planner_client: Client) -> None:
    (row,) = make_published({})
    make_value(indicator=row, fiscal_year=2023, workflow=Workflow.CONFIRMED)
    publish(make_round(fiscal_year=2023))
    other = make_strategy(edition=1)
    old = make_indicator(goal=make_goal(strategy=other))
    make_value(indicator=old, fiscal_year=2018, workflow=Workflow.CONFIRMED)
    publish(make_round(strategy=other, fiscal_year=2018))
    page = sent(
        planner_client,
        *(f"{code},{year},訂正,13,,{WHY},,," for code, year in ((row.code, "R5"), (row.code, "R6"), (old.code, "H30"))),
    )
    assert reasons(page) == ""
    confirm(planner_client, page)
    assert {row.fiscal_year: row.value for row in Assessment.objects.all()} == {2023: 13, 2024: 13, 2018: 13}


def test_the_report_lists_every_line_and_guards_its_texts(planner_client: Client) -> None:
    (row,) = make_published({})
    page = sent(planner_client, f"{row.code},R6,訂正,13,,=理由,,,", "X-9,R6,訂正,=1,,理由,,,")
    address = reverse("admin:kpis_amendment_report", args=[page.context["upload"].pk])
    lines = list(csv.DictReader(io.StringIO(planner_client.get(address).content.decode("utf-8-sig"))))
    assert (lines[0]["区別"], lines[0]["公表中"], lines[0]["変更後"]) == ("変更", "12件 確定", "13件 確定")
    assert lines[0]["理由（公開）"] == "'=理由"
    assert (lines[1]["区別"], lines[1]["セル"]) == ("受け付けられない", "A3")
    assert "X-9" in lines[1]["受け付けられない理由"]


# The template


def template(client: Client) -> openpyxl.Workbook:
    response = client.get(TEMPLATE)
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    return openpyxl.load_workbook(io.BytesIO(response.content))


def column(sheet: Any, title: str) -> int:
    return [cell.value for cell in sheet[1]].index(title) + 1


def test_the_template_holds_what_is_not_final_and_goes_back_in_unchanged(planner_client: Client) -> None:
    waiting = {"value": None, "state": State.UNPUBLISHED, "available_on": "2026-03-01"}
    first, late, blank, *_ = make_published(
        {"state": State.PRELIMINARY, "value": Decimal("0.1")},
        waiting,
        None,
        {"value": None, "state": State.NOT_SURVEYED},
    )
    final = make_indicator()
    sheet = template(planner_client)["公表後の変更"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2) if row[0].value]
    assert [row[0] for row in rows] == [first.code, late.code, blank.code]
    assert final.code not in {row[0] for row in rows}
    assert rows[0][1:8] == ["令和6年度", first.name, "件", 0.1, "速報", None, "確定値"]
    assert rows[1][4:8] == [None, "未公表", "2026年3月", "追加公表"]
    assert rows[2][5] == "値なし"
    page = send(planner_client, packed(template(planner_client)), "ひな形.xlsx")
    assert "登録する変更が見つかりませんでした" in page.context["form"].errors["file"][0]
    assert "3行（2、3、4行目）は、値も理由も空欄なので読みませんでした" in page.context["form"].errors["file"][0]
    assert not Upload.objects.exists()


def test_the_filled_template_is_registered_and_its_blank_lines_change_nothing(planner_client: Client) -> None:
    first, late, blank = make_published(
        {"state": State.PRELIMINARY, "value": Decimal("0.1")}, {"value": None, "state": State.UNPUBLISHED}, None
    )
    book = template(planner_client)
    sheet = book["公表後の変更"]
    for row, value in ((2, 0), (4, "△5.2")):
        sheet.cell(row, column(sheet, "値"), value)
        sheet.cell(row, column(sheet, "理由"), WHY)
    sheet.cell(4, column(sheet, "変更日"), datetime.date(2025, 10, 1))
    page = send(planner_client, packed(book), "ひな形.xlsx")
    assert reasons(page) == ""
    assert "1行（3行目）は、値も理由も空欄" in page.content.decode()
    confirm(planner_client, page)
    values = {row.indicator_id: row.value for row in Assessment.objects.all()}
    assert values == {first.pk: 0, late.pk: None, blank.pk: Decimal("-5.2")}
    assert Amendment.objects.get(indicator=blank).made_on == datetime.date(2025, 10, 1)
    # What was downloaded before no longer agrees with what is published.
    sheet.cell(2, column(sheet, "値"), 7)
    assert told(send(planner_client, packed(book)))[0][0] == "CONFLICT"


def test_a_line_that_slipped_beside_another_name_is_refused(planner_client: Client) -> None:
    first, second = make_published({}, {})
    page = send(planner_client, f"指標コード,指標名,年度,種類,値,理由\n{first.code},{second.name},R6,訂正,13,{WHY}\n")
    assert "行がずれていないか" in reasons(page)


# Who


def client_of(who: str) -> Client:
    client = Client()
    if who == "superuser":
        client.force_login(make_superuser())
    elif who:
        client.force_login(make_user(role=who, departments=[make_department()] if who == "所管課" else []))
    return client


@pytest.mark.parametrize(
    ("who", "status"),
    [("", 302), ("所管課", 403), ("委員", 403), ("システム管理", 403), ("企画調整課", 200), ("superuser", 200)],
)
def test_who_may(planner_client: Client, who: str, status: int) -> None:
    (row,) = make_published({})
    page = sent(planner_client, f"{row.code},R6,訂正,13,,{WHY},,,")
    upload = page.context["upload"]
    client = client_of(who)
    for address in (FILE, TEMPLATE):
        assert client.get(address).status_code == status
    allowed = status == 200
    before = Upload.objects.count()
    answer = sent(client, f"{row.code},R6,訂正,14,,{WHY},,,")
    assert (Upload.objects.count() > before) == allowed
    others = 404 if allowed else status  # an upload belongs to its user
    preview = reverse("admin:kpis_amendment_preview", args=[upload.pk])
    assert client.get(preview).status_code == others
    assert client.get(reverse("admin:kpis_amendment_report", args=[upload.pk])).status_code == others
    assert client.post(preview, {"seen": page.context["plan"].fingerprint}).status_code == others
    assert not Amendment.objects.exists()
    if allowed:
        confirm(client, answer)
        assert Assessment.objects.get().value == 14


def test_list_and_form_lead_to_the_file_for_those_who_may(planner_client: Client) -> None:
    make_published({})
    listed, added = reverse("admin:kpis_amendment_changelist"), reverse("admin:kpis_amendment_add")
    for address in (listed, added):
        assert f'href="{FILE}"' in planner_client.get(address).content.decode()
    assert f'href="{FILE}"' not in client_of("所管課").get(listed).content.decode()


def test_the_pages_of_the_form_and_of_the_file_do_not_mix(planner_client: Client) -> None:
    (row,) = make_published({})
    page = sent(planner_client, f"{row.code},R6,訂正,13,,{WHY},,,")
    address = reverse("admin:kpis_round_intake_preview", args=[Round.objects.get().pk, page.context["upload"].pk])
    assert planner_client.get(address).status_code == 404
    round_ = make_round(fiscal_year=2025)
    make_indicator()
    form = planner_client.post(
        reverse("admin:kpis_round_intake", args=[round_.pk]),
        {"file": SimpleUploadedFile("a.csv", f"コード,R7\n{row.code},5\n".encode())},
        follow=True,
    )
    assert (
        planner_client.get(reverse("admin:kpis_amendment_preview", args=[form.context["upload"].pk])).status_code == 404
    )


def test_the_number_of_queries_of_the_preview_does_not_depend_on_the_number_of_lines(planner_client: Client) -> None:
    rows = make_published(*[{"state": State.PRELIMINARY} for _ in range(12)])

    def queries(count: int) -> int:
        page = sent(planner_client, *(f"{row.code},R6,確定値,13,,{WHY},,," for row in rows[:count]))
        with CaptureQueriesContext(connection) as found:
            planner_client.get(page.request["PATH_INFO"])
        return len(found)

    assert queries(2) == queries(12)
