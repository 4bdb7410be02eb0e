"""The write path of a member's opinion: handed in for the next meeting, changed or withdrawn until it is public."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from goals.models import Goal
from kpis.models import Indicator
from measures.models import Measure, Meeting, Opinion, OpinionStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REASON = "委員のページから"
NO_MEETING = (
    "次の会議の予定がまだないため、いまは意見を受け付けていません。予定が決まりましたら、このページから提出できます。"
)
MEANWHILE = "同じときに、ほかの意見が保存されました。もう一度「提出する」を押してください。"
IS_PUBLIC = "この意見は公開されたため、ここでは直せません。直したいときは、企画調整課に連絡してください。"


class Closed(Exception):
    """Raised where nothing can be handed in or changed any more; says why, in Japanese."""


@dataclass(frozen=True)
class Subject:
    """What an opinion is about: a goal, or something under it."""

    goal: Goal
    indicator: Indicator | None = None
    measure: Measure | None = None


def next_meeting(today: datetime.date) -> Meeting | None:
    """Return the meeting that opinions are for now, listed or not: the earliest that is not over."""
    return Meeting.objects.filter(held_on__gte=today).order_by("held_on").first()


def hand_in(subject: Subject, text: str, author: User, *, today: datetime.date) -> Opinion:
    """Save a new opinion with the next number of its meeting; sent twice, it stays one.

    The meeting is locked: members who hand in at the same moment come one after the other. Raises Closed and
    ValidationError.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().filter(held_on__gte=today).order_by("held_on").first()
        if meeting is None:
            raise Closed(NO_MEETING)
        known = list(meeting.opinions.order_by("order"))
        opinion = Opinion(meeting=meeting, author=author, member=name_of(author))
        _say(opinion, subject, text, OpinionStatus.SUBMITTED)
        if same := next((row for row in known if _is_same(row, opinion)), None):
            return same
        opinion.order = max((row.order for row in known), default=0) + 1
        number = max((int(row.code.rpartition("-")[2]) for row in known), default=0) + 1
        opinion.code = f"{meeting.held_on:%Y-%m-%d}-{number}"
        try:
            with transaction.atomic():
                return _save(opinion)
        except IntegrityError as error:  # the office's forms enter opinions too, and wait for no meeting
            raise Closed(MEANWHILE) from error


def change(opinion: Opinion, subject: Subject, text: str, status: OpinionStatus) -> Opinion:
    """Save what its author says now, handed in or taken back as a draft. Raises Closed and ValidationError."""
    with transaction.atomic():
        locked = Opinion.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=opinion.pk)
        if locked.status == OpinionStatus.PUBLIC:
            raise Closed(IS_PUBLIC)
        return _save(_say(locked, subject, text, status))


def name_of(author: User) -> str:
    """Return the name under which an opinion will be public."""
    name = f"{author.last_name}委員" if author.last_name else author.get_username()
    return name[: Opinion._meta.get_field("member").max_length]


def _say(opinion: Opinion, subject: Subject, text: str, status: OpinionStatus) -> Opinion:
    opinion.goal, opinion.indicator, opinion.measure = subject.goal, subject.indicator, subject.measure
    opinion.text, opinion.status = text, status
    return opinion


def _is_same(row: Opinion, new: Opinion) -> bool:
    names = ("author_id", "goal_id", "indicator_id", "measure_id", "text", "status")
    return all(getattr(row, name) == getattr(new, name) for name in names)


def _save(opinion: Opinion) -> Opinion:
    opinion.full_clean()
    opinion._change_reason = REASON  # type: ignore[attr-defined]
    opinion.save()
    return opinion
