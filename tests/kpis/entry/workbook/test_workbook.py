"""調査票 comes back: upload, preview by cell, confirmation; nothing is written before it, and never over another's save."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from goals.models.event import AuditAction, AuditEvent
from kpis.entry.ledger import Entry, write
from kpis.entry.workbook import form as workbook_form
from kpis.judging.words import State
from kpis.models import Indicator, Round, RoundStatus, Upload, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

pytestmark = pytest.mark.django_db

ROW = 4  # the first row of the form that is filled in
VALUE, STATE, MONTH, NOTE, RATING, VERSION = 9, 10, 11, 12, 15, 17


def sign_in(role: str, *departments: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, departments=departments))
    return client


def send(client: Client, round_: Round, data: bytes | str, name: str = "調査票.xlsx") -> Any:
    content = data.encode() if isinstance(data, str) else data
    address = reverse("admin:kpis_round_intake", args=[round_.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)


def said(page: Any) -> list[tuple[str, str, str]]:
    """Return outcome, place and code of every cell that would not stay as it is."""
    return [(item.outcome.name, item.place, item.code) for item in page.context["plan"].items if item.outcome != "SAME"]


def reasons(page: Any) -> str:
    return " ".join(item.reason for item in page.context["plan"].items)


def confirm(client: Client, page: Any, **kwargs: Any) -> Any:
    """Confirm what the page shows, with the tick that figures which look odd ask for."""
    data = {"seen": page.context["plan"].fingerprint, "checked": "1", **kwargs}
    return client.post(page.request["PATH_INFO"], data, follow=True)


def form_of(client: Client, round_: Round, department: Any) -> openpyxl.Workbook:
    """Download the department's form."""
    response = client.get(reverse("admin:kpis_round_workbook", args=[round_.pk, department.code]))
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.content))


def packed(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_case() -> tuple[Round, Any, Indicator, Client]:
    """Make an open round with one indicator of こども課, and its clerk."""
    department = make_department(code="kodomo", name="こども課")
    indicator = make_indicator(name="保健室の数", department=department)
    make_target(indicator=indicator)
    return make_round(), department, indicator, sign_in("所管課", department)


def test_what_was_just_downloaded_goes_back_in_as_the_same() -> None:
    round_, department, indicator, client = make_case()
    make_value(
        indicator=indicator,
        value=Decimal("0.1"),
        note="=危ない\r\n二行目",
        analysis="'=x",
        next_steps="髙島屋",
        self_rating="ON_TRACK",
        self_comment="-",
    )
    late = make_indicator(department=department)
    make_value(indicator=late, state=State.UNPUBLISHED, available_on="2025-09-15")
    make_value(indicator=late, fiscal_year=2023, value=Decimal("-3"))
    make_indicator(department=department)  # nothing entered yet
    page = send(client, round_, packed(form_of(client, round_, department)))
    assert said(page) == []
    assert page.context["plan"].counts["SAME"] == 9
    assert "書き込む欄はありません" in page.content.decode()


def test_nothing_is_written_before_the_confirmation_and_then_once() -> None:
    round_, department, _, client = make_case()
    book = form_of(client, round_, department)
    sheet = book["調査票"]
    sheet.cell(ROW, VALUE, "１，２３４件")
    sheet.cell(ROW, NOTE, "全数を数えた")
    page = send(client, round_, packed(book))
    assert said(page) == [("NEW", "I4", "3-1-K01"), ("NEW", "J4", "3-1-K01"), ("NEW", "L4", "3-1-K01")]
    assert "まだ何も書き込んでいません" in page.content.decode()
    assert not YearlyValue.objects.exists()
    done = confirm(client, page)
    value = YearlyValue.objects.get()
    assert (value.value, value.state, value.note) == (Decimal(1234), "FINAL", "全数を数えた")
    assert value.history.first().history_change_reason == "調査票の取り込み: 調査票.xlsx"
    assert AuditEvent.objects.filter(action=AuditAction.IMPORT).count() == 1
    assert "書き込みました" in done.content.decode()
    again = confirm(client, page)
    assert "もう書き込んであります" in again.content.decode()
    assert YearlyValue.objects.get().version == 1


def test_zero_negative_and_blank_keep_their_meaning() -> None:
    round_, department, first, client = make_case()
    second, third = make_indicator(department=department), make_indicator(department=department)
    make_value(indicator=third, note="消すもの")
    book = form_of(client, round_, department)
    sheet = book["調査票"]
    sheet.cell(ROW, VALUE, 0)
    sheet.cell(ROW + 1, VALUE, "△５．２")
    sheet.cell(ROW + 2, VALUE).value = None
    sheet.cell(ROW + 2, STATE, "集計中")
    sheet.cell(ROW + 2, MONTH, "令和７年９月")
    sheet.cell(ROW + 2, NOTE).value = None
    page = send(client, round_, packed(book))
    assert reasons(page).strip() == ""
    confirm(client, page)
    rows = {row.indicator_id: row for row in YearlyValue.objects.all()}
    assert (rows[first.pk].value, rows[second.pk].value) == (0, Decimal("-5.2"))
    last = rows[third.pk]
    assert (last.value, last.state, str(last.available_on), last.note) == (None, "COLLECTING", "2025-09-01", "")
    assert (last.version, last.workflow) == (2, Workflow.DRAFT)


def test_a_blank_without_a_reason_is_refused_by_its_cell() -> None:
    round_, department, indicator, client = make_case()
    make_value(indicator=indicator)
    book = form_of(client, round_, department)
    book["調査票"].cell(ROW, VALUE).value = None
    book["調査票"].cell(ROW, STATE).value = None
    page = send(client, round_, packed(book))
    assert said(page) == [("REJECTED", "I4", "3-1-K01")]
    assert "空欄にはできません" in reasons(page)


def test_rejected_cells_are_left_out_only_knowingly_and_the_rest_is_unharmed() -> None:
    round_, department, first, client = make_case()
    second = make_indicator(department=department)
    book = form_of(client, round_, department)
    book["調査票"].cell(ROW, VALUE, "約12件")
    book["調査票"].cell(ROW + 1, VALUE, 7)
    page = send(client, round_, packed(book))
    assert ("REJECTED", "I4", first.code) in said(page)
    assert "概数" in page.content.decode()
    refused = confirm(client, page)
    assert "除いて書き込むことを選んで" in refused.content.decode()
    assert not YearlyValue.objects.exists()
    confirm(client, page, leave_out="1")
    assert YearlyValue.objects.get().indicator == second


def test_an_old_version_of_the_form_does_not_go_over_another_save() -> None:
    round_, department, indicator, client = make_case()
    value = make_value(indicator=indicator)
    book = form_of(client, round_, department)
    value.value, value.version = Decimal(50), 2
    value.save()
    book["調査票"].cell(ROW, VALUE, 13)
    page = send(client, round_, packed(book))
    assert said(page) == [("CONFLICT", "I4", "3-1-K01")]
    assert "50" in page.content.decode()
    confirm(client, page, leave_out="1")
    value.refresh_from_db()
    assert value.value == 50


def test_what_changes_between_preview_and_confirmation_is_shown_again() -> None:
    round_, _, indicator, client = make_case()
    value = make_value(indicator=indicator)
    page = send(client, round_, f"コード,令和6年度\n{indicator.code},13\n", "a.csv")
    assert said(page) == [("CHANGE", "B2", indicator.code)]
    value.value, value.version = Decimal(50), 2
    value.save()
    again = confirm(client, page)
    assert "もう一度確かめてください" in again.content.decode()
    assert said(again) == [("CONFLICT", "B2", indicator.code)]
    value.refresh_from_db()
    assert value.value == 50


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    round_, department, _, client = make_case()
    make_indicator(department=department)
    page = send(client, round_, "コード,R6\n3-1-K01,1\n3-1-K02,2\n", "a.csv")

    def fail_after(round_: Round, entries: list[Entry], **kwargs: Any) -> None:
        write(round_, entries, **kwargs)
        assert YearlyValue.objects.count() == 2
        raise RuntimeError("power cut")

    monkeypatch.setattr("kpis.entry.ledger.write", fail_after)
    with pytest.raises(RuntimeError):
        confirm(client, page)
    assert not YearlyValue.objects.exists()
    assert Upload.objects.get().applied_at is None


def test_the_report_lists_every_cell_and_guards_its_texts() -> None:
    round_, _, indicator, client = make_case()
    page = send(client, round_, f"コード,R6,備考\n{indicator.code},5,=1+1\nX-9,3,\n", "a.csv")
    address = reverse("admin:kpis_round_intake_report", args=[round_.pk, page.context["upload"].pk])
    rows = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["区別", "シート", "行", "セル"]
    assert ["新規", "CSV", "2", "C2", indicator.code, "備考", "'=1+1", "", "'=1+1", "", ""] in rows
    assert any(row[0] == "受け付けられない" and "X-9" in row[-2] for row in rows)


def test_another_departments_code_is_refused_and_the_own_unharmed() -> None:
    round_, _, own, client = make_case()
    other = make_indicator(department=make_department())
    page = send(client, round_, f"コード,R6\n{own.code},1\n{other.code},2\n", "a.csv")
    assert ("REJECTED", "A3", other.code) in said(page)
    assert "ほかの課が所管" in reasons(page)
    confirm(client, page, leave_out="1")
    assert YearlyValue.objects.get().indicator == own


def test_planners_bring_in_all_departments_and_take_all_forms(planner_client: Client) -> None:
    round_, _, own, _ = make_case()
    other = make_indicator(department=make_department())
    confirm(planner_client, send(planner_client, round_, f"コード,R6\n{own.code},1\n{other.code},2\n", "a.csv"))
    assert YearlyValue.objects.count() == 2
    response = planner_client.get(reverse("admin:kpis_round_workbooks", args=[round_.pk]))
    assert response.headers["Content-Type"] == "application/zip"
    assert workbook_form.all_workbooks(round_).count(b"chosahyo-2024-") == 4  # two files, each named twice


def test_who_may() -> None:
    round_, department, indicator, client = make_case()
    page = send(client, round_, f"コード,R6\n{indicator.code},1\n", "a.csv")
    upload = page.context["upload"]
    other = make_department()
    form = reverse("admin:kpis_round_workbook", args=[round_.pk, department.code])
    everything = reverse("admin:kpis_round_workbooks", args=[round_.pk])
    intake = reverse("admin:kpis_round_intake", args=[round_.pk])
    preview = reverse("admin:kpis_round_intake_preview", args=[round_.pk, upload.pk])
    report = reverse("admin:kpis_round_intake_report", args=[round_.pk, upload.pk])
    for address in (form, everything, intake, preview, report):
        assert "/admin/login/" in Client().get(address).headers["Location"]
        assert sign_in("委員").get(address).status_code == 403
        assert sign_in("システム管理").get(address).status_code == 403
    neighbour = sign_in("所管課", other)
    assert neighbour.get(form).status_code == 403
    assert client.get(everything).status_code == 403
    assert neighbour.get(intake).status_code == 200
    for address in (preview, report):
        assert neighbour.get(address).status_code == 404  # an upload belongs to its user
        assert client.get(address).status_code == 200
    assert neighbour.post(preview, {"seen": page.context["plan"].fingerprint}).status_code == 404
    second = make_round(fiscal_year=2025)
    assert client.get(reverse("admin:kpis_round_intake_preview", args=[second.pk, upload.pk])).status_code == 404
    assert not YearlyValue.objects.exists()


@pytest.mark.parametrize("status", [RoundStatus.PREPARING, RoundStatus.REVIEW, RoundStatus.PUBLISHED])
def test_a_round_that_takes_no_entries_takes_no_file(status: str) -> None:
    round_, _, indicator, client = make_case()
    page = send(client, round_, f"コード,R6\n{indicator.code},1\n", "a.csv")
    round_.status = status
    if status == RoundStatus.PUBLISHED:
        round_.published_on, round_.decision_number = "2025-09-01", "1"
    round_.save()
    assert "plan" not in send(client, round_, f"コード,R6\n{indicator.code},1\n", "a.csv").context
    again = confirm(client, page)
    assert "まだ何も書き込んでいません" in again.content.decode()
    assert not YearlyValue.objects.exists()
