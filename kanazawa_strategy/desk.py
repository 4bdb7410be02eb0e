"""The home of the admin: what is mine to do, by role (staff.md, Home of the admin). It spans the apps."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from goals.audit import AuditAction, AuditEvent
from goals.models import Membership, Strategy
from kpis.access import Entrant
from kpis.evaluation import Kind
from kpis.models import Indicator, Round, RoundStatus, Target
from kpis.review import Line, Review, Share, Show
from measures.models import Opinion

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ROUNDS = 3  # the newest that are under way; the queries grow with them and with nothing else
SOON = datetime.timedelta(days=60)  # memberships that end within this
_NUMBERED = [Kind.REACH, Kind.KEEP_AT_LEAST, Kind.KEEP_AT_MOST, Kind.RANGE]


@dataclass(frozen=True)
class Figure:
    """A number with its words, and the list that it counts."""

    label: str
    number: int
    url: str


@dataclass(frozen=True)
class Task:
    """The sheet of one department in one round, for those who fill it in."""

    round: Round
    share: Share
    deadline: str
    url: str

    @property
    def left(self) -> int:
        return self.share.count(Show.BLANK) + self.share.count(Show.DRAFT)

    @property
    def returned(self) -> list[Line]:
        return [line for line in self.share.lines if line.fits(Show.RETURNED)]


@dataclass(frozen=True)
class Progress:
    """How far a round has come: a row of figures per department, and in all."""

    round: Round
    deadline: str
    rows: list[tuple[str, list[Figure]]]
    total: list[Figure]
    late: list[Figure]
    doubtful: Figure
    returned: Figure
    url: str


@dataclass
class Desk:
    """What a user finds on coming in; empty for who has no role."""

    tasks: list[Task] = field(default_factory=list)
    runs_rounds: bool = False
    progress: list[Progress] = field(default_factory=list)
    checks: list[Figure] = field(default_factory=list)
    accounts: list[Figure] = field(default_factory=list)


def desk_of(user: User | AnonymousUser, today: datetime.date) -> Desk:
    """Read what is on the user's desk: the same number of queries, however much lies on it."""
    entrant, desk = Entrant(user, today), Desk()
    own = entrant.departments if user.has_perm("kpis.change_yearlyvalue") else set()
    desk.runs_rounds = entrant.runs_rounds
    if own or desk.runs_rounds:
        under_way = Round.objects.filter(status__in=[RoundStatus.OPEN, RoundStatus.REVIEW]).select_related("strategy")
        for round_ in under_way[:ROUNDS]:
            review = Review.of(round_, None if desk.runs_rounds else own)
            desk.tasks += [_task(round_, share, today) for share in review.shares if _is_of(share, own)]
            if desk.runs_rounds:
                desk.progress.append(_progress(review, today))
    if desk.runs_rounds:
        desk.checks = [*_data_checks(), *_opinions(today)]
    if user.has_perm("goals.view_auditevent"):
        desk.accounts = _accounts(today)
    return desk


def deadline_of(round_: Round, today: datetime.date) -> str:
    """Write how many days are left."""
    if round_.status == RoundStatus.REVIEW:
        return "受付は終わり、企画調整課が確認中"
    if round_.due_on is None:
        return "締切は未定"
    days = (round_.due_on - today).days
    if days > 0:
        return f"締切まで{days}日"
    return f"締切を{-days}日過ぎています" if days else "締切は今日"


def _is_of(share: Share, own: set[int]) -> bool:
    return share.department is not None and share.department.pk in own


def _task(round_: Round, share: Share, today: datetime.date) -> Task:
    return Task(round_, share, deadline_of(round_, today), reverse("admin:kpis_sheet", args=[round_.pk, share.code]))


def _progress(review: Review, today: datetime.date) -> Progress:
    round_ = review.round
    everything = Share(None, review.lines)
    overdue = [(share, share.late(round_.due_on, today)) for share in review.shares]
    return Progress(
        round_,
        deadline_of(round_, today),
        [(_name(share), _figures(round_, share, share.code)) for share in review.shares],
        _figures(round_, everything, ""),
        [Figure(_name(share), late, _review(round_, share.code)) for share, late in overdue if late],
        Figure(
            "注意のある値（前年度からの急な変化、累計の減少など）",
            everything.count(Show.DOUBTFUL),
            _review(round_, "", Show.DOUBTFUL),
        ),
        Figure("差戻し中の値", everything.count(Show.RETURNED), _review(round_, "", Show.RETURNED)),
        _review(round_),
    )


def _name(share: Share) -> str:
    return str(share.department or "（所管課なし）")


def _figures(round_: Round, share: Share, code: str) -> list[Figure]:
    steps = [Show.BLANK, Show.DRAFT, Show.SUBMITTED, Show.CONFIRMED]
    name = _name(share) if code else "合計"
    return [
        Figure(f"{name} 全件", len(share.lines), _review(round_, code)),
        *(Figure(f"{name} {step.label}", share.count(step), _review(round_, code, step)) for step in steps),
    ]


def _review(round_: Round, code: str = "", show: str = "") -> str:
    query = {key: str(value) for key, value in {"department": code, "workflow": show}.items() if value}
    address = reverse("admin:kpis_round_review", args=[round_.pk])
    return f"{address}?{urlencode(query)}" if query else address


def _list(model: str, **query: object) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(query)}"


def _data_checks() -> list[Figure]:
    """Count what the plan lacks: 4 queries."""
    lacking = Q(kind__in=_NUMBERED, target_year__isnull=True)
    baseless = Q(baseline__isnull=False, baseline_year__isnull=True)
    figures = [
        Figure(
            "目標年度のない目標",
            Target.objects.filter(lacking).count(),
            _list("kpis_target", kind__in=",".join(_NUMBERED), target_year__isnull=True),
        ),
        Figure(
            "基準年度のない目標",
            Target.objects.filter(baseless).count(),
            _list("kpis_target", baseline__isnull=False, baseline_year__isnull=True),
        ),
    ]
    current = Strategy.objects.filter(is_current=True).first()
    if current:
        nobodys = Indicator.objects.of(current).filter(department__isnull=True, ended_on__isnull=True)
        address = _list("kpis_indicator", strategy=current.pk, department="none", ended_on__isempty=1)
        figures.append(Figure("所管課の決まっていない指標", nobodys.count(), address))
    return figures


def _opinions(today: datetime.date) -> list[Figure]:
    unanswered = Opinion.objects.filter(response="")
    overdue = unanswered.filter(due_on__lt=today)
    return [
        Figure("対応が未記入の意見", unanswered.count(), _list("measures_opinion", answered=0)),
        Figure(
            "そのうち期限を過ぎた意見", overdue.count(), _list("measures_opinion", answered=0, due_on__lt=str(today))
        ),
    ]


def _accounts(today: datetime.date) -> list[Figure]:
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
