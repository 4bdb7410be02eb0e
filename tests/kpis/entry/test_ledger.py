"""The one way into the yearly values: all or nothing, never over another's save, only what changed."""

from __future__ import annotations

import datetime
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from kpis.entry.ledger import Entry, Problem, Refused, write
from kpis.judging.words import State
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from kpis.round.access import Entrant
from tests.makers import make_department, make_indicator, make_round, make_user, make_value

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2025, 6, 1)


def entry(indicator: Indicator, value: Any, seen: int | None = None, **changes: Any) -> Entry:
    return Entry(indicator, {"value": Decimal(value), **changes}, seen)


def own(**kwargs: Any) -> tuple[User, Indicator]:
    """Make an indicator and a member of the department that answers for it."""
    department = make_department(name="こども政策課")
    return make_user(role="所管課", departments=[department], **kwargs), make_indicator(department=department)


def enter(round_: Round, user: User, *entries: Entry) -> list[YearlyValue]:
    return write(round_, entries, entrant=Entrant(user, TODAY), reason="年度実績入力")


def refusals(round_: Round, user: User, *entries: Entry) -> list[Any]:
    with pytest.raises(Refused) as caught:
        enter(round_, user, *entries)
    return caught.value.refusals


def test_a_new_value_is_final_and_remembers_who_entered_it_and_why() -> None:
    user, indicator = own()
    (row,) = enter(make_round(), user, entry(indicator, 0))
    row.refresh_from_db()
    assert (row.value, row.state, row.workflow, row.version) == (0, State.FINAL, Workflow.DRAFT, 1)
    made = row.history.get()
    assert (made.history_user, made.history_change_reason, made.history_type) == (user, "年度実績入力", "+")


def test_all_or_nothing_is_written() -> None:
    user, indicator = own()
    theirs = make_indicator(department=make_department(name="観光課"))
    (refusal,) = refusals(make_round(), user, entry(indicator, 3), entry(theirs, 4))
    assert (refusal.problem, refusal.entry.indicator) == (Problem.REFUSED, theirs)
    assert not YearlyValue.objects.exists()


def test_every_refusal_is_told_at_once() -> None:
    user, indicator = own()
    second = make_indicator(department=indicator.department)
    without_state = entry(indicator, 3, state=State.UNPUBLISHED)
    found = refusals(make_round(), user, without_state, entry(second, 4, breaks_series=True))
    assert [refusal.problem for refusal in found] == [Problem.INVALID, Problem.INVALID]
    assert [list(refusal.messages) for refusal in found] == [["state"], ["note"]]


def test_only_what_changed_is_written() -> None:
    user, indicator = own()
    same, other = make_value(indicator=indicator), make_value(indicator=make_indicator(department=indicator.department))
    written = enter(make_round(), user, entry(indicator, 12, seen=1), entry(other.indicator, 13, seen=1))
    assert written == [other]
    for row in (same, other):
        row.refresh_from_db()
    assert (same.version, same.history.count()) == (1, 1)
    assert (other.version, other.value, other.history.count()) == (2, 13, 2)


def test_fields_that_are_not_named_stay() -> None:
    user, indicator = own()
    row = make_value(indicator=indicator, note="備考", analysis="分析")
    enter(make_round(), user, Entry(indicator, {"analysis": "新しい分析"}, 1))
    row.refresh_from_db()
    assert (row.value, row.note, row.analysis) == (12, "備考", "新しい分析")


def test_nobody_writes_over_what_another_has_saved() -> None:
    user, indicator = own()
    row = make_value(indicator=indicator, version=2)
    for seen in (1, None):
        (refusal,) = refusals(make_round() if seen else Round.objects.get(), user, entry(indicator, 13, seen=seen))
        assert (refusal.problem, refusal.current) == (Problem.CONFLICT, row)
    row.refresh_from_db()
    assert (row.value, row.version) == (12, 2)


def test_the_same_content_is_no_conflict() -> None:
    user, indicator = own()
    make_value(indicator=indicator, version=2)
    assert enter(make_round(), user, entry(indicator, 12, seen=1)) == []


def test_a_row_that_was_deleted_meanwhile_is_a_conflict() -> None:
    user, indicator = own()
    (refusal,) = refusals(make_round(), user, entry(indicator, 13, seen=1))
    assert (refusal.problem, refusal.current) == (Problem.CONFLICT, None)


def test_a_department_s_change_waits_for_confirmation_again_and_the_office_s_does_not() -> None:
    user, indicator = own()
    row = make_value(indicator=indicator, workflow=Workflow.CONFIRMED)
    round_ = make_round()
    enter(round_, make_user(role="企画調整課"), entry(indicator, 13, seen=1))
    row.refresh_from_db()
    assert row.workflow == Workflow.CONFIRMED
    enter(round_, user, entry(indicator, 14, seen=2))
    row.refresh_from_db()
    assert row.workflow == Workflow.DRAFT


@pytest.mark.parametrize("status", [RoundStatus.PREPARING, RoundStatus.REVIEW, RoundStatus.PUBLISHED])
def test_a_round_that_is_not_open_takes_nothing_from_a_department(status: RoundStatus) -> None:
    user, indicator = own()
    (refusal,) = refusals(make_round(status=status), user, entry(indicator, 13))
    assert refusal.problem == Problem.REFUSED
    assert not YearlyValue.objects.exists()


def test_a_field_of_the_system_is_not_entered() -> None:
    user, indicator = own()
    with pytest.raises(ValueError, match="workflow"):
        enter(make_round(), user, Entry(indicator, {"workflow": "PUBLISHED"}, None))


@pytest.mark.django_db(transaction=True)
def test_many_people_save_one_sheet_at_once_and_lose_nothing() -> None:
    """20 rows by 20 people, and one more row by two: the later of them is told."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        pytest.skip("Threads share one connection to SQLite in memory; PostgreSQL is what this is about.")
    user, first = own()
    rows = [first, *(make_indicator(department=first.department) for _ in range(20))]
    round_ = make_round()
    tasks = [(row, number) for number, row in enumerate(rows)] + [(first, 100)]
    start, outcomes, guard = threading.Barrier(len(tasks)), {}, threading.Lock()

    def save(indicator: Indicator, value: int) -> None:
        try:
            start.wait(10)
            enter(round_, user, entry(indicator, value))
            outcome = "saved"
        except Refused as refused:
            outcome = str(refused.refusals[0].problem)
        finally:
            connection.close()
        with guard:
            outcomes[value] = outcome

    threads = [threading.Thread(target=save, args=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted((outcomes.pop(0), outcomes.pop(100))) == ["CONFLICT", "saved"]
    assert set(outcomes.values()) == {"saved"}
    saved = dict(YearlyValue.objects.values_list("indicator_id", "value"))
    assert [saved[row.pk] for row in rows[1:]] == list(range(1, 21))
    assert saved[first.pk] in {0, 100}
    assert set(YearlyValue.objects.values_list("version", flat=True)) == {1}
