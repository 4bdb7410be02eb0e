"""Mails to those who still have values to enter (staff.md, Reminders): one a person and day, only what is theirs."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse

from goals.models import Membership
from kpis.models import Indicator, Reminder, Round, RoundStatus, Workflow, YearlyValue
from measures import reports
from measures.models import Measure, MeasureReport

RowT = TypeVar("RowT")

BEFORE = (30, 7, 1)  # days before the due date
AFTER = (1, 7)  # days after it; from then on every EVERY days
EVERY = 30
_UNKNOWN = "値がまだ分からないときは、「状態」で「未公表」を選び、公表予定の月を入れてください。\n"


@dataclass(frozen=True)
class Letter:
    """What one person is told about one round."""

    round: Round
    user: User
    waiting: list[Indicator] = field(default_factory=list)
    unreported: list[Measure] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"【金沢版総合戦略】{self.round}の{self._things}の入力のお願い"

    @property
    def _things(self) -> str:
        return "と".join(name for name, rows in (("実績値", self.waiting), ("取組報告", self.unreported)) if rows)

    def body(self, today: datetime.date) -> str:
        """Write the mail: the deadline, what is still to be entered, where."""
        address = settings.SITE_URL.rstrip("/") + reverse("admin:index")
        return (
            f"{self.user.get_full_name() or self.user.get_username()} 様\n\n"
            f"{self.round}の{self._things}について、{_deadline(self.round, today)}\n"
            f"{_listed('指標', self.waiting)}{_listed('取組', self.unreported)}"
            f"次の画面から入力し、提出してください。\n{address}\n\n"
            f"{_UNKNOWN if self.waiting else ''}"
            "行き違いで提出済みのときは、ご容赦ください。\n\n企画調整課\n"
        )


def _listed(thing: str, rows: Sequence[object]) -> str:
    names = "\n".join(f"・{row}" for row in rows)
    return f"まだ提出されていない{thing}が{len(rows)}件あります。\n\n{names}\n\n" if rows else ""


def _deadline(round_: Round, today: datetime.date) -> str:
    due_on, days = round_.due_on, round_.days_left(today)
    assert due_on is not None  # letters() takes rounds with a due date only
    assert days is not None
    shown = f"締切は{due_on.month}月{due_on.day}日"
    if days > 0:
        return f"{shown}です（あと{days}日）。"
    return f"{shown}でした（{-days}日過ぎています）。" if days else f"{shown}、本日です。"


def is_due(days: int) -> bool:
    """Tell whether a mail goes out with so many days left: 30, 7 and 1 before, 1, 7 and every 30 after."""
    return days in BEFORE or -days in AFTER or (days < 0 and -days % EVERY == 0)


def letters(today: datetime.date) -> Iterator[Letter]:
    """Give the mails of today; a person who already got one today about a round gets no second."""
    rounds = Round.objects.filter(status=RoundStatus.OPEN, due_on__isnull=False).select_related("strategy")
    for round_ in rounds:
        days = round_.days_left(today)
        if days is not None and is_due(days):
            yield from _letters_of(round_, today)


def _letters_of(round_: Round, today: datetime.date) -> Iterator[Letter]:
    values, measures = _waiting(round_, today), _unreported(round_)
    sent = set(Reminder.objects.filter(round=round_, sent_on=today).values_list("user_id", flat=True))
    people: dict[User, set[int]] = defaultdict(set)
    members = Membership.objects.in_force(today).filter(department__in={*values, *measures}, user__is_active=True)
    for member in members.select_related("user").order_by("user__username"):
        if member.user_id not in sent and member.department_id:
            people[member.user].add(member.department_id)
    for user, departments in people.items():
        yield Letter(round_, user, _of(departments, values), _of(departments, measures))


def _of(departments: set[int], waiting: Mapping[int, list[RowT]]) -> list[RowT]:
    return [row for department, rows in waiting.items() if department in departments for row in rows]


def _waiting(round_: Round, today: datetime.date) -> dict[int, list[Indicator]]:
    """Return the indicators that are not handed in, by department; what can't be known yet is not late."""
    rows = {row.indicator_id: row for row in YearlyValue.objects.of_round(round_)}
    found: dict[int, list[Indicator]] = defaultdict(list)
    indicators = Indicator.objects.of(round_.strategy).filter(ended_on__isnull=True, department__isnull=False)
    for indicator in indicators.in_order():
        row = rows.get(indicator.pk)
        waits = row is None or (row.workflow == Workflow.DRAFT and not row.comes_later(today))
        if indicator.department_id and waits:
            found[indicator.department_id].append(indicator)
    return found


def _unreported(round_: Round) -> dict[int, list[Measure]]:
    """Return the measures whose report is not handed in, by department."""
    done = MeasureReport.objects.of_round(round_).exclude(workflow=Workflow.DRAFT).values("measure__code")
    found: dict[int, list[Measure]] = defaultdict(list)
    for measure in reports.due(round_).filter(department__isnull=False).exclude(code__in=done).in_order():
        if measure.department_id:
            found[measure.department_id].append(measure)
    return found


def send(today: datetime.date) -> tuple[list[Letter], list[Letter]]:
    """Send the mails of today; return those sent, and those to people without an address."""
    sent, unsent = [], []
    with get_connection() as connection:
        for letter in list(letters(today)):
            if not letter.user.email:
                unsent.append(letter)
                continue
            with transaction.atomic():  # the record stays only if the mail went out
                Reminder.objects.create(round=letter.round, user=letter.user, sent_on=today)
                EmailMessage(letter.subject, letter.body(today), to=[letter.user.email], connection=connection).send()
            sent.append(letter)
    return sent, unsent
