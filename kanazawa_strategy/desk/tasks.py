"""The home of the admin: what is mine to do, by role (staff.md, Home of the admin). It spans the apps."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from kanazawa_strategy.desk.figures import Figure, accounts, data_checks, opinions, opinions_of
from kpis.models import Round, RoundStatus
from kpis.review.lists import Line, Review, ReviewLine, ReviewList, Share, Show
from kpis.round.access import Entrant
from measures.review import ReportReview

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ROUNDS = 3  # the newest that are under way; the queries grow with them and with nothing else
_STEPS = [Show.BLANK, Show.DRAFT, Show.SUBMITTED, Show.CONFIRMED]


@dataclass(frozen=True)
class Task:
    """A sheet of one department in one round, for those who fill it in."""

    round: Round
    share: Share[Any]
    deadline: str
    thing: str
    button: str
    url: str

    @property
    def left(self) -> int:
        return self.share.count(Show.BLANK) + self.share.count(Show.DRAFT)

    @property
    def returned(self) -> list[ReviewLine]:
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
    reports: list[Figure]
    url: str


@dataclass
class Desk:
    """What a user finds on coming in; empty for who has no role."""

    tasks: list[Task] = field(default_factory=list)
    runs_rounds: bool = False
    progress: list[Progress] = field(default_factory=list)
    opinions: list[Figure] = field(default_factory=list)
    checks: list[Figure] = field(default_factory=list)
    accounts: list[Figure] = field(default_factory=list)


def desk_of(user: User | AnonymousUser, today: datetime.date) -> Desk:
    """Read what is on the user's desk: the same number of queries, however much lies on it."""
    entrant, desk = Entrant(user, today), Desk()
    own = entrant.departments if user.has_perm("kpis.change_yearlyvalue") else set()
    desk.runs_rounds = entrant.runs_rounds
    if own or desk.runs_rounds:
        under_way = Round.objects.under_way().select_related("strategy")
        for round_ in under_way[:ROUNDS]:
            review = Review.of(round_, None if desk.runs_rounds else own)
            reports = ReportReview.of(round_, None if desk.runs_rounds else own)
            desk.tasks += _tasks(review, own, today, "kpis_sheet", "実績値", "年度実績入力を開く")
            desk.tasks += _tasks(reports, own, today, "measures_sheet", "取組報告", "取組の年度報告を開く")
            if desk.runs_rounds:
                desk.progress.append(_progress(review, reports, today))
    if desk.runs_rounds:
        desk.opinions, desk.checks = opinions(today), data_checks()
    elif own:
        desk.opinions = opinions_of(own, today)
    if user.has_perm("goals.view_auditevent"):
        desk.accounts = accounts(today)
    return desk


def deadline_of(round_: Round, today: datetime.date) -> str:
    """Write how many days are left, while a round takes entries."""
    if round_.status == RoundStatus.REVIEW:
        return "受付は終わり、企画調整課が確認中"
    return round_.deadline(today) or "締切は未定"


def _tasks(
    review: ReviewList[Any], own: set[int], today: datetime.date, sheet: str, thing: str, button: str
) -> list[Task]:
    """Return what the user's departments have to fill in of one kind."""
    round_, tasks = review.round, []
    for share in review.shares:
        if share.department is not None and share.department.pk in own:
            url = reverse(f"admin:{sheet}", args=[round_.pk, share.code])
            tasks.append(Task(round_, share, deadline_of(round_, today), thing, button, url))
    return tasks


def _progress(review: Review, reports: ReportReview, today: datetime.date) -> Progress:
    round_ = review.round
    everything = Share(None, review.lines)
    return Progress(
        round_,
        deadline_of(round_, today),
        [(_name(share), _figures(round_, share, share.code)) for share in review.shares],
        _figures(round_, everything, ""),
        [*_late(review, today, _review), *_late(reports, today, _report_review, "（取組報告）")],
        Figure(
            "注意のある値（前年度からの急な変化、累計の減少など）",
            everything.count(Show.DOUBTFUL),
            _review(round_, "", Show.DOUBTFUL),
        ),
        Figure("差戻し中の値", everything.count(Show.RETURNED), _review(round_, "", Show.RETURNED)),
        _report_figures(reports),
        _review(round_),
    )


def _late(
    review: ReviewList[Any], today: datetime.date, address: Callable[[Round, str], str], thing: str = ""
) -> list[Figure]:
    """Count by department what should have been handed in."""
    round_ = review.round
    counts = [(share, share.late(round_, today)) for share in review.shares]
    return [Figure(f"{_name(share)}{thing}", late, address(round_, share.code)) for share, late in counts if late]


def _report_figures(reports: ReportReview) -> list[Figure]:
    everything = Share(None, reports.lines)
    shows = [*_STEPS, Show.RETURNED] if reports.lines else []
    return [Figure(show.label, everything.count(show), _report_review(reports.round, "", show)) for show in shows]


def _name(share: Share[Any]) -> str:
    return str(share.department or "（所管課なし）")


def _figures(round_: Round, share: Share[Line], code: str) -> list[Figure]:
    name = _name(share) if code else "合計"
    return [
        Figure(f"{name} 全件", len(share.lines), _review(round_, code)),
        *(Figure(f"{name} {step.label}", share.count(step), _review(round_, code, step)) for step in _STEPS),
    ]


def _review(round_: Round, code: str = "", show: str = "") -> str:
    return _narrowed("admin:kpis_round_review", round_, code, show)


def _report_review(round_: Round, code: str = "", show: str = "") -> str:
    return _narrowed("admin:measures_review", round_, code, show)


def _narrowed(name: str, round_: Round, code: str, show: str) -> str:
    query = {key: str(value) for key, value in {"department": code, "workflow": show}.items() if value}
    address = reverse(name, args=[round_.pk])
    return f"{address}?{urlencode(query)}" if query else address
