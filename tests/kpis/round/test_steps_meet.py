"""Two steps of one round at the same moment: the later one sees what the earlier one did, and undoes nothing of it."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from kpis.entry.ledger import Entry, write
from kpis.models import Assessment, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing, steps
from kpis.round.access import Entrant
from kpis.round.settling import VALUES
from measures import entry as reports
from measures.entry import ReportEntry
from measures.models import MeasureReport
from tests.makers import make_indicator, make_report, make_round, make_user, make_value
from tests.transfer import confirm, upload

TODAY = datetime.date(2025, 9, 1)


def publish(round_: Round) -> None:
    publishing.publish(round_, published_on=TODAY, decision_number="企画第1号", user=None)


@pytest.mark.django_db
def test_a_round_that_was_published_meanwhile_is_neither_opened_nor_closed() -> None:
    for status, step in (
        (RoundStatus.REVIEW, lambda seen: steps.open_entry(seen, today=TODAY)),
        (RoundStatus.OPEN, steps.close_entry),
    ):
        round_ = make_round(status=status, fiscal_year=2024 if status == RoundStatus.OPEN else 2025)
        seen = Round.objects.get(pk=round_.pk)
        publish(round_)
        with pytest.raises(ValidationError):
            step(seen)
        round_.refresh_from_db()
        assert (round_.status, round_.decision_number) == (RoundStatus.PUBLISHED, "企画第1号")


def while_it_waits(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Begin the second in the middle of the first's transaction."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody begin to write beside another.")

    def act() -> None:
        try:
            second()
        finally:
            connections.close_all()

    thread = threading.Thread(target=act)
    with transaction.atomic():
        first()
        thread.start()
        time.sleep(0.5)  # until it stands before the lock, or has read what it should not
    thread.join(20)
    assert not thread.is_alive()


def planner() -> Client:
    client = Client()
    client.force_login(make_user(role="企画調整課"))
    return client


@pytest.mark.django_db(transaction=True)
def test_the_form_of_a_round_does_not_undo_its_publication() -> None:
    make_indicator()
    round_, client = make_round(status=RoundStatus.REVIEW), planner()
    address = reverse("admin:kpis_round_change", args=[round_.pk])
    while_it_waits(lambda: publish(round_), lambda: client.post(address, {"due_on": "2025-06-30"}))
    round_.refresh_from_db()
    assert (round_.status, round_.decision_number) == (RoundStatus.PUBLISHED, "企画第1号")
    assert Assessment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_value_that_is_confirmed_while_the_button_is_pressed_is_not_published_unseen() -> None:
    value, round_, client = make_value(workflow=Workflow.SUBMITTED), make_round(), planner()
    address = reverse("admin:kpis_round_publish", args=[round_.pk])
    seen = client.get(address).context["preview"].fingerprint
    data = {"published_on": f"{TODAY:%Y-%m-%d}", "decision_number": "企画第1号", "seen": seen}
    office = make_user(role="企画調整課")

    def confirm() -> None:
        VALUES.settle(round_, [f"{value.pk}-1"], note=None, user=office)

    while_it_waits(confirm, lambda: client.post(address, data))
    round_.refresh_from_db()
    assert (round_.status, Assessment.objects.count()) == (RoundStatus.OPEN, 0)


@pytest.mark.django_db(transaction=True)
def test_a_value_that_is_saved_while_it_is_confirmed_counts_both() -> None:
    value, round_, client = make_value(workflow=Workflow.SUBMITTED), make_round(), planner()
    entrant = Entrant(make_user(role="企画調整課"), TODAY)
    change = Entry(value.indicator, {"value": Decimal(13)}, 1)
    data = {"action": "confirm", "_selected_action": [value.pk]}
    address = reverse("admin:kpis_yearlyvalue_changelist")
    while_it_waits(
        lambda: write(round_, [change], entrant=entrant, reason="年度実績入力"), lambda: client.post(address, data)
    )
    saved = YearlyValue.objects.get()
    assert (saved.value, saved.version, saved.workflow) == (13, 3, Workflow.CONFIRMED)
    assert list(saved.history.order_by("version").values_list("version", "value")) == [(1, 12), (2, 13), (3, 13)]


@pytest.mark.django_db(transaction=True)
def test_a_file_of_rounds_does_not_undo_a_publication() -> None:
    make_indicator()
    round_, client = make_round(status=RoundStatus.REVIEW), planner()
    preview = upload(client, Round, "strategy_edition,fiscal_year,due_on\n3,令和6年度,2025-06-30\n")
    while_it_waits(lambda: publish(round_), lambda: confirm(client, Round, preview))
    round_.refresh_from_db()
    assert (round_.status, round_.decision_number) == (RoundStatus.PUBLISHED, "企画第1号")


@pytest.mark.django_db(transaction=True)
def test_a_report_that_is_saved_while_it_is_confirmed_counts_both() -> None:
    report, round_, client = make_report(workflow=Workflow.SUBMITTED), make_round(), planner()
    entrant = Entrant(make_user(role="企画調整課"), TODAY)
    change = ReportEntry(report.measure, {"summary": "書き足した。"}, 1)
    data = {"action": "confirm", "_selected_action": [report.pk]}
    address = reverse("admin:measures_measurereport_changelist")
    while_it_waits(
        lambda: reports.write(round_, [change], entrant=entrant, reason="取組の年度報告"),
        lambda: client.post(address, data),
    )
    saved = MeasureReport.objects.get()
    assert (saved.summary, saved.version, saved.workflow) == ("書き足した。", 3, Workflow.CONFIRMED)
