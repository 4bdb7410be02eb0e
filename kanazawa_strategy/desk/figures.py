"""Numbers on the desk of the admin, each with the list that it counts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from goals.models import Membership, Strategy
from goals.models.event import AuditAction, AuditEvent
from kanazawa_strategy.upkeep.data_checks import targets_in_force
from kpis.judging.words import Kind
from kpis.models import Indicator
from measures.models import Opinion, OpinionStatus

SOON = datetime.timedelta(days=60)  # memberships that end within this
_NUMBERED = [Kind.REACH, Kind.KEEP_AT_LEAST, Kind.KEEP_AT_MOST, Kind.RANGE]


@dataclass(frozen=True)
class Figure:
    """A number with its words, and the list that it counts."""

    label: str
    number: int
    url: str


def _list(model: str, **query: object) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(query)}"


def data_checks() -> list[Figure]:
    """Count what the plan lacks: 4 queries."""
    lacking = Q(kind__in=_NUMBERED, target_year__isnull=True)
    baseless = Q(Q(baseline__isnull=False) | Q(starts_from_zero=True), baseline_year__isnull=True)
    figures = [_targets("目標年度のない目標", lacking), _targets("基準年度のない目標", baseless)]
    current = Strategy.objects.filter(is_current=True).first()
    if current:
        nobodys = Indicator.objects.of(current).filter(department__isnull=True, ended_on__isnull=True)
        address = _list("kpis_indicator", strategy=current.pk, department="none", ended_on__isempty=1)
        figures.append(Figure("所管課の決まっていない指標", nobodys.count(), address))
    return figures


def _targets(label: str, lacking: Q) -> Figure:
    """Count among the targets in force; the list is told which, for none of its filters knows those."""
    keys = [str(pk) for pk in targets_in_force().filter(lacking).order_by("pk").values_list("pk", flat=True)]
    return Figure(label, len(keys), _list("kpis_target", id__in=",".join(keys) or "0"))


def opinions(today: datetime.date) -> list[Figure]:
    """Count what the office has to do about the committee's opinions: 3 queries."""
    submitted = Opinion.objects.filter(status=OpinionStatus.SUBMITTED)
    unanswered, overdue = Opinion.objects.unanswered(), Opinion.objects.overdue(today)
    return [
        Figure(
            "提出され、まだ公開していない意見",
            submitted.count(),
            _list("measures_opinion", status__exact=OpinionStatus.SUBMITTED.value),
        ),
        Figure("対応が未記入の意見", unanswered.count(), _list("measures_opinion", answered=0)),
        Figure(
            "そのうち期限を過ぎた意見", overdue.count(), _list("measures_opinion", answered=0, due_on__lt=str(today))
        ),
    ]


def opinions_of(departments: set[int], today: datetime.date) -> list[Figure]:
    """Count the opinions that wait for an answer of these departments: 2 queries; nothing where there is none."""
    theirs = Opinion.objects.filter(department__in=departments)
    number, overdue = theirs.unanswered().count(), theirs.overdue(today).count()
    query = {"answered": 0, "department__in": ",".join(map(str, sorted(departments)))}
    found = [
        Figure("担当する意見で、対応が未記入のもの", number, _list("measures_opinion", **query)),
        Figure("そのうち期限を過ぎたもの", overdue, _list("measures_opinion", **query, due_on__lt=str(today))),
    ]
    return found if number else []


def accounts(today: datetime.date) -> list[Figure]:
    """Count what those who keep the accounts look at: 4 queries."""
    week = today - datetime.timedelta(days=7)
    failed = AuditEvent.objects.filter(action=AuditAction.LOGIN_FAILED, at__date__gte=week)
    changed = AuditEvent.objects.filter(action=AuditAction.PERMISSION, at__date__gte=week)
    ending = Membership.objects.filter(ends_on__gte=today, ends_on__lte=today + SOON)
    log = "goals_auditevent"
    return [
        Figure("7日間のログイン失敗", failed.count(), _list(log, action__exact="LOGIN_FAILED", at__date__gte=week)),
        Figure("7日間の権限の変更", changed.count(), _list(log, action__exact="PERMISSION", at__date__gte=week)),
        Figure("使える利用者", User.objects.filter(is_active=True).count(), _list("auth_user", is_active__exact=1)),
        Figure(
            "60日以内に終わる所属・役割",
            ending.count(),
            _list("goals_membership", ends_on__gte=today, ends_on__lte=today + SOON),
        ),
    ]
