"""A small plan in the middle of its yearly round, and everybody who could lay hands on it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from goals.accounts import audit
from goals.models import Department, Membership, Revision, Theme
from goals.models.event import AuditAction
from goals.models.strategy import RevisionStatus
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing
from measures import reports
from measures.models import Measure, MeasureReport, Opinion, OpinionStatus
from tests.makers import (
    make_department,
    make_direction,
    make_expected_value,
    make_goal,
    make_indicator,
    make_measure,
    make_meeting,
    make_opinion,
    make_report,
    make_revision,
    make_revision_section,
    make_round,
    make_strategy,
    make_superuser,
    make_target,
    make_theme,
    make_theme_section,
    make_user,
    make_value,
)

TODAY = timezone.localdate()
YESTERDAY = TODAY - datetime.timedelta(days=1)
STEPS = {
    "P": RoundStatus.PREPARING,
    "O": RoundStatus.OPEN,
    "R": RoundStatus.REVIEW,
    "X": RoundStatus.PUBLISHED,
}


# Every Client would load the middleware again.
HANDLER = ClientHandler(enforce_csrf_checks=False)


@dataclass(repr=False)
class World:
    """What the requests are about; the round is open until to_step()."""

    round: Round
    own: Department  # its sheet is full, one value of it is still a draft
    second: Department  # also the own member's; nothing is entered yet
    value: YearlyValue
    draft: YearlyValue
    blank: Indicator
    report: MeasureReport
    handed_in: MeasureReport
    unreported: Measure
    opinion: Opinion  # the committee member's
    revision: Revision
    revision_draft: Revision
    theme: Theme
    account: User
    spare: Mapping[Any, Any]  # by model, a row that nothing else needs
    users: Mapping[str, User | None]
    sessions: dict[str, str] = field(default_factory=dict)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def browser(self, who: str) -> Client:
        """Return a fresh browser in which they are signed in, with no messages of earlier pages."""
        browser = Client()
        browser.handler = HANDLER
        if who in self.sessions:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return browser

    def to_step(self, step: str) -> None:
        """Take the round to P, O, R or X; then what was handed in and reported is published."""
        if step != "X":
            Round.objects.filter(pk=self.round.pk).update(status=STEPS[step])
            return
        YearlyValue.objects.filter(pk=self.value.pk).update(workflow=Workflow.CONFIRMED)
        MeasureReport.objects.filter(pk__in=[self.report.pk, self.handed_in.pk]).update(workflow=Workflow.CONFIRMED)
        round_ = Round.objects.get(pk=self.round.pk)
        publishing.publish(round_, published_on=TODAY, decision_number="企画第1号", user=None, along=[reports.publish])

    def typed_on(self, address: str) -> dict[str, Any]:
        """Return the form at an address of the admin, filled as a superuser gets it, as a browser would send it."""
        if address not in self.pages:
            context = self.browser("superuser").get(address).context
            forms = [context["adminform"].form]
            for inline in context["inline_admin_formsets"]:
                forms += [inline.formset.management_form, *inline.formset.forms]
            self.pages[address] = {
                field.html_name: _sent(field.value())
                for form in forms
                for field in form
                if field.value() is not None and field.value() is not False
            }
        return dict(self.pages[address])


def _sent(content: Any) -> Any:
    return [getattr(each, "pk", each) for each in content] if isinstance(content, list) else content


def make_world() -> World:
    strategy = make_strategy()
    revision = make_revision(strategy=strategy)
    draft_revision = make_revision(strategy=strategy, status=RevisionStatus.DRAFT)
    goal = make_goal(strategy=strategy)
    make_direction(goal=goal)
    theme = make_theme()
    own, second, elsewhere = (make_department(code=code) for code in ("kodomo", "kosodate", "kanko"))
    indicator, other_indicator = make_indicator(department=own), make_indicator(department=own)
    blank = make_indicator(department=second)
    target = make_target(indicator=indicator, revision=revision)
    measure = make_measure(department=own, revision=revision)
    second_measure = make_measure(department=own, revision=revision)
    unreported = make_measure(department=second, revision=revision)
    make_measure(department=own, revision=draft_revision)
    meeting = make_meeting()
    moved = make_user(role="所管課", departments=[elsewhere], username="moved")
    users: dict[str, User | None] = {
        "anonymous": None,
        "no role": make_user(departments=[own], username="no-role"),
        "own": make_user(role="所管課", departments=[own, second], username="own"),
        "other": make_user(role="所管課", departments=[elsewhere], username="other"),
        "moved": moved,
        "ended": make_user(role="所管課", departments=[own, second], ends_on=YESTERDAY, username="ended"),
        "member": make_user(role="委員", username="member"),
        "planner": make_user(role="企画調整課", username="planner"),
        "officer": make_user(role="システム管理", username="officer"),
        "superuser": make_superuser(username="superuser"),
    }
    for place in (own, second):
        Membership.objects.create(user=moved, department=place, ends_on=YESTERDAY)
    account = make_user(role="所管課", departments=[elsewhere], username="account")
    spare = {
        type(row): row
        for row in (
            make_strategy(),
            make_revision(strategy=strategy, status=RevisionStatus.DRAFT),
            make_revision_section(revision=revision),
            make_goal(strategy=strategy),
            make_direction(goal=goal),
            make_theme(slug="iju"),
            make_theme_section(theme=theme),
            make_department(code="spare"),
            Membership.objects.create(user=account, department=own),
            make_indicator(),
            make_target(indicator=other_indicator, revision=draft_revision),
            make_expected_value(target=target),
            make_measure(revision=draft_revision),
            make_meeting(held_on=datetime.date(2025, 10, 22)),
            audit.record(AuditAction.LOGIN, "ログイン"),
        )
    }
    world = World(
        round=make_round(strategy=strategy),
        own=own,
        second=second,
        value=make_value(indicator=indicator, workflow=Workflow.SUBMITTED),
        draft=make_value(indicator=other_indicator, value=Decimal(13)),
        blank=blank,
        report=make_report(measure=measure),
        handed_in=make_report(measure=second_measure, workflow=Workflow.SUBMITTED),
        unreported=unreported,
        opinion=make_opinion(meeting=meeting, status=OpinionStatus.SUBMITTED, author=users["member"]),
        revision=revision,
        revision_draft=draft_revision,
        theme=theme,
        account=account,
        spare=spare,
        users=users,
    )
    for who, user in users.items():
        if user:
            browser = Client()
            browser.force_login(user)
            world.sessions[who] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return world


def admin_address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
