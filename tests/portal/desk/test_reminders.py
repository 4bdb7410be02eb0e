from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command

from goals.models import Department
from kanazawa_strategy.desk import reminders
from kpis.judging.words import State
from kpis.models import Indicator, Reminder, Round, Workflow
from tests.makers import (
    make_department,
    make_indicator,
    make_measure,
    make_report,
    make_round,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db
DUE = datetime.date(2026, 6, 30)
WEEK_BEFORE = DUE - datetime.timedelta(days=7)


@pytest.fixture
def open_round() -> Round:
    """Make an open round, due on 30 June, in which 子ども課 (clerk: hanako) has one indicator to enter."""
    round_ = make_round(fiscal_year=2025, due_on=DUE)
    department = make_department(code="kodomo", name="子ども課")
    make_indicator(code="3-1-K01", name="保健室の数", department=department)
    make_user("所管課", [department], username="hanako", email="hanako@example.jp", last_name="金沢", first_name="花子")
    return round_


@pytest.mark.parametrize(
    ("days", "goes_out"),
    [
        *[(days, True) for days in (30, 7, 1, -1, -7, -30, -60)],
        *[(days, False) for days in (29, 8, 0, -2, -31)],
    ],
)
def test_mails_go_out_on_the_agreed_days(days: int, goes_out: bool) -> None:
    assert reminders.is_due(days) is goes_out


@pytest.mark.usefixtures("open_round")
def test_a_clerk_gets_one_mail_with_what_is_theirs() -> None:
    make_indicator(code="3-1-K02", name="よその指標", department=make_department())
    sent, unsent = reminders.send(WEEK_BEFORE)
    assert (len(sent), unsent) == (1, [])
    (letter,) = mail.outbox
    assert letter.to == ["hanako@example.jp"]
    assert "保健室の数" in letter.body
    assert "よその指標" not in letter.body
    assert "締切は6月30日です（あと7日）。" in letter.body


@pytest.mark.usefixtures("open_round")
def test_nobody_gets_two_mails_on_one_day() -> None:
    reminders.send(WEEK_BEFORE)
    reminders.send(WEEK_BEFORE)
    assert len(mail.outbox) == Reminder.objects.count() == 1


@pytest.mark.parametrize(
    ("workflow", "state", "available_on", "waits"),
    [
        (Workflow.DRAFT, State.FINAL, None, True),
        (Workflow.SUBMITTED, State.FINAL, None, False),
        (Workflow.DRAFT, State.UNPUBLISHED, datetime.date(2026, 9, 1), False),
        (Workflow.DRAFT, State.UNPUBLISHED, datetime.date(2026, 6, 1), True),
    ],
)
@pytest.mark.usefixtures("open_round")
def test_what_is_handed_in_or_can_t_be_known_yet_is_not_late(
    workflow: Workflow, state: State, available_on: datetime.date | None, waits: bool
) -> None:
    make_value(
        indicator=Indicator.objects.get(), fiscal_year=2025, workflow=workflow, state=state, available_on=available_on
    )
    assert bool(list(reminders.letters(WEEK_BEFORE))) is waits


def test_only_open_rounds_with_a_due_date_are_reminded_of(open_round: Round) -> None:
    open_round.status = "REVIEW"
    open_round.save()
    assert not list(reminders.letters(WEEK_BEFORE))


@pytest.mark.usefixtures("open_round")
def test_who_left_or_was_disabled_gets_nothing() -> None:
    department = Indicator.objects.get().department
    assert department is not None
    make_user("所管課", [department], username="taro", email="taro@example.jp", ends_on=datetime.date(2026, 3, 31))
    make_user("所管課", [department], username="jiro", email="jiro@example.jp", is_active=False)
    assert [letter.user.username for letter in reminders.letters(WEEK_BEFORE)] == ["hanako"]


def test_a_dry_run_prints_and_sends_nothing(open_round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: WEEK_BEFORE)
    output = StringIO()
    call_command("send_reminders", dry_run=True, stdout=output)
    assert "宛先: hanako@example.jp" in output.getvalue()
    assert (mail.outbox, Reminder.objects.count()) == ([], 0)
    call_command("send_reminders", stdout=output)
    assert "1通を送りました。" in output.getvalue()


def test_who_has_no_address_is_named(open_round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: WEEK_BEFORE)
    department = Indicator.objects.get().department
    assert department is not None
    make_user("所管課", [department], username="saburo")
    output = StringIO()
    call_command("send_reminders", stdout=output)
    assert "メールアドレスがないため送れませんでした: saburo" in output.getvalue()
    assert Reminder.objects.count() == 1


@pytest.mark.usefixtures("open_round")
def test_reports_that_are_not_handed_in_stand_in_the_same_mail() -> None:
    kodomo = Department.objects.get(code="kodomo")
    make_measure(text="保育料を無償化", department=kodomo)
    make_report(
        measure=make_measure(text="もう提出した取組", department=kodomo), fiscal_year=2025, workflow="SUBMITTED"
    )
    make_measure(text="よその取組", department=make_department())
    reminders.send(WEEK_BEFORE)
    (letter,) = mail.outbox
    assert letter.subject == "【金沢版総合戦略】第3次 令和7年度の実績値と取組報告の入力のお願い"
    assert "まだ提出されていない指標が1件あります" in letter.body
    assert "まだ提出されていない取組が1件あります" in letter.body
    assert "保育料を無償化" in letter.body
    assert "もう提出した取組" not in letter.body
    assert "よその取組" not in letter.body


def test_who_has_only_reports_left_is_told_of_them_alone(open_round: Round) -> None:
    kodomo = Department.objects.get(code="kodomo")
    make_value(indicator=Indicator.objects.get(), fiscal_year=2025, workflow=Workflow.SUBMITTED)
    make_measure(text="保育料を無償化", department=kodomo)
    (letter,) = reminders.letters(WEEK_BEFORE)
    assert letter.subject == f"【金沢版総合戦略】{open_round}の取組報告の入力のお願い"
    assert "未公表" not in letter.body(WEEK_BEFORE)
