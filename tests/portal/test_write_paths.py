"""Every address that writes, by everybody, in every step of the round: who may, and that nobody else leaves a trace."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.test import RequestFactory, override_settings
from django.urls import resolve

from goals.audit import AuditEvent
from goals.models import (
    Department,
    Direction,
    Goal,
    Membership,
    Revision,
    RevisionSection,
    Strategy,
    Theme,
    ThemeSection,
)
from kpis.models import Amendment, Assessment, ExpectedValue, Indicator, Round, Target, YearlyValue
from measures.models import Measure, MeasureReport, Meeting, Opinion
from tests.portal import deeds
from tests.portal.deeds import Deed, action, add, bring, change, delete, delete_selected, go_back, inline
from tests.portal.round_world import World, make_world

pytestmark = pytest.mark.django_db

# P: the round is in preparation, O: open, R: in review, X: published
ALWAYS = "PORX"


OFFICE = ("planner", "superuser")
KEEPERS = ("planner", "officer", "superuser")
TRIED = {  # everybody once, and again in the steps that may make a difference to them
    "P": ("own", "other", "planner"),
    "O": ("anonymous", "no role", "ended", "own", "other", "moved", "member", *KEEPERS),
    "R": ("own", "other", "planner"),
    "X": ("own", "other", "member", "planner", "superuser"),
}


@dataclass(frozen=True)
class Line:
    """One thing that can be sent to one address: who may, in which steps of the round; nobody else may ever."""

    address: str
    deed: Deed
    who: dict[str, str]
    steps: str
    about: str = ""
    only: Any = None  # where the form saves more than this table, and that more is for the office at any time

    def tried_by(self, step: str) -> tuple[str, ...]:
        if self.steps == ALWAYS:
            return TRIED[step]
        return ("own", "planner") if step == "X" else ("anonymous", "no role", "own", "member", *KEEPERS)

    def __str__(self) -> str:
        return f"{self.address}{f' ({self.about})' if self.about else ''}"


def of_round(address: str, deed: Deed, about: str = "", only: Any = None, **who: str) -> Line:
    """Make a line of something that hangs on the step of the round."""
    return Line(address, deed, who, ALWAYS, about, only)


def of_plan(address: str, deed: Deed, *who: str, about: str = "", steps: str = "O") -> Line:
    """Make a line of something that the step of the round has no say in, nor the department."""
    return Line(address, deed, dict.fromkeys(who, ALWAYS), steps, about)


SIGNED_IN = ("no role", "own", "member", *KEEPERS)

LINES = [
    # The yearly sheet
    of_round("kpis_sheet_row", deeds.sheet_row, own="O", planner="OR", superuser="OR"),
    of_round("kpis_sheet", deeds.sheet, own="O", planner="OR", superuser="OR"),
    of_round("kpis_sheet", deeds.sheet_submit, "submit", own="O", planner="OR", superuser="OR"),
    # 調査票: a file may be sent by every department, and writes only what is the sender's
    of_round("kpis_round_intake", deeds.intake, own="O", other="O", moved="O", planner="OR", superuser="OR"),
    of_round("kpis_round_intake_preview", deeds.intake_of_another, "another's", own="O"),
    of_round("kpis_round_intake_preview", deeds.intake_confirm, own="O", planner="OR", superuser="OR"),
    # Values
    of_round("kpis_yearlyvalue_add", deeds.value_added, own="O", planner="OR", superuser="OR"),
    of_round("kpis_yearlyvalue_change", deeds.value_changed, own="O", planner="OR", superuser="OR"),
    of_round(
        "kpis_indicator_change",
        inline(Indicator, YearlyValue, value="21"),
        "values",
        only=YearlyValue,
        planner="OR",
        superuser="OR",
    ),
    of_round(
        "kpis_yearlyvalue_process_import",
        bring(YearlyValue, "indicator_code,fiscal_year,value", lambda world: f"{world.blank.code},2024,21"),
        own="O",
        planner="OR",
        superuser="OR",
    ),
    of_round("kpis_yearlyvalue_delete", delete(YearlyValue), planner="POR", superuser="POR"),
    of_round(
        "kpis_yearlyvalue_changelist", delete_selected(YearlyValue), "delete_selected", planner="POR", superuser="POR"
    ),
    of_round("kpis_yearlyvalue_simple_history", go_back(YearlyValue)),
    # Review and publication
    of_round("kpis_yearlyvalue_changelist", action(YearlyValue, "confirm"), "confirm", planner="POR", superuser="POR"),
    of_round("kpis_round_review", deeds.review_confirm, "confirm", planner="POR", superuser="POR"),
    of_round("kpis_round_review", deeds.review_return, "return", planner="POR", superuser="POR"),
    of_round("kpis_round_publish", deeds.publish, planner="POR", superuser="POR"),
    of_round("kpis_round_unpublish", deeds.unpublish, superuser="X"),
    of_round("kpis_amendment_add", deeds.amendment, planner="X", superuser="X"),
    of_round("kpis_amendment_changes", deeds.amendment_file, planner="PORX", superuser="PORX"),
    of_round("kpis_amendment_preview", deeds.amendment_file_of_another, "another's", planner="X"),
    of_round("kpis_amendment_preview", deeds.amendment_file_confirm, planner="X", superuser="X"),
    # Rounds
    of_round("kpis_round_changelist", action(Round, "open_entry"), "open_entry", planner="PR", superuser="PR"),
    of_round("kpis_round_changelist", action(Round, "close_entry"), "close_entry", planner="O", superuser="O"),
    of_round("kpis_round_add", add(Round), planner="PORX", superuser="PORX"),
    of_round("kpis_round_change", change(Round), planner="POR", superuser="POR"),
    of_round("kpis_round_delete", delete(Round), planner="P", superuser="P"),
    of_round("kpis_round_changelist", delete_selected(Round), "delete_selected", planner="P", superuser="P"),
    of_round(
        "kpis_round_process_import",
        bring(Round, "strategy_edition,fiscal_year,due_on", lambda world: "3,2025,2026-06-30"),
        planner="PORX",
        superuser="PORX",
    ),
    # Reports on measures
    of_round("measures_measurereport_add", deeds.report_added, own="O", planner="OR", superuser="OR"),
    of_round("measures_measurereport_change", deeds.report_changed, own="O", planner="OR", superuser="OR"),
    of_round(
        "measures_measurereport_process_import",
        bring(
            MeasureReport,
            "measure_code,strategy_edition,revision_number,fiscal_year,status,summary",
            lambda world: f"{world.unreported.code},3,1,2024,完了,終えた。",
        ),
        own="O",
        planner="OR",
        superuser="OR",
    ),
    of_round(
        "measures_measurereport_changelist", action(MeasureReport, "confirm"), "confirm", planner="POR", superuser="POR"
    ),
    of_round("measures_measurereport_delete", delete(MeasureReport), planner="POR", superuser="POR"),
    of_round(
        "measures_measurereport_changelist",
        delete_selected(MeasureReport),
        "delete_selected",
        planner="POR",
        superuser="POR",
    ),
    of_round("measures_sheet_row", deeds.report_row, own="O", planner="OR", superuser="OR"),
    of_round("measures_sheet", deeds.report_sheet, own="O", planner="OR", superuser="OR"),
    of_round("measures_sheet", deeds.report_submit, "submit", own="O", planner="OR", superuser="OR"),
    of_round("measures_review", deeds.reports_confirm, "confirm", planner="POR", superuser="POR"),
    of_round("measures_review", deeds.reports_return, "return", planner="POR", superuser="POR"),
    of_round("measures_measurereport_simple_history", go_back(MeasureReport)),
    # Indicators and targets
    of_plan("kpis_indicator_add", add(Indicator), *OFFICE, steps="OX"),
    of_plan("kpis_indicator_change", change(Indicator), *OFFICE, steps="OX"),
    of_plan("kpis_indicator_change", inline(Indicator, Target, target="30"), *OFFICE, about="targets", steps="OX"),
    of_plan("kpis_target_add", add(Target), *OFFICE, steps="OX"),
    of_plan("kpis_target_change", change(Target), *OFFICE, steps="OX"),
    of_plan(
        "kpis_target_change", inline(Target, ExpectedValue, value="14"), *OFFICE, about="expected values", steps="OX"
    ),
    of_plan("kpis_expectedvalue_add", add(ExpectedValue), *OFFICE, steps="OX"),
    of_plan("kpis_expectedvalue_change", change(ExpectedValue), *OFFICE, steps="OX"),
    # Measures and revisions
    of_plan("measures_measure_add", add(Measure), *OFFICE, steps="OX"),
    of_plan("measures_measure_change", change(Measure), *OFFICE, steps="OX"),
    of_plan("goals_revision_add", add(Revision), *OFFICE, steps="OX"),
    of_plan("goals_revision_change", change(Revision), *OFFICE, steps="OX"),
    of_plan(
        "goals_revision_change", inline(Revision, RevisionSection, heading="直した見出し"), *OFFICE, about="sections"
    ),
    of_plan("goals_revision_changelist", deeds.start_revision, *OFFICE, about="start_revision", steps="OX"),
    of_plan("goals_revision_discard", deeds.discard, *OFFICE, steps="OX"),
    of_plan("goals_revision_adopt", deeds.adopt, *OFFICE, steps="OX"),
    of_plan("goals_revisionsection_add", add(RevisionSection), *OFFICE, steps="OX"),
    of_plan("goals_revisionsection_change", change(RevisionSection), *OFFICE, steps="OX"),
    # The plan
    of_plan("goals_strategy_add", add(Strategy), *OFFICE),
    of_plan("goals_strategy_change", change(Strategy), *OFFICE),
    of_plan("goals_goal_add", add(Goal), *OFFICE),
    of_plan("goals_goal_change", change(Goal), *OFFICE),
    of_plan("goals_goal_change", inline(Goal, Direction, title="直した題"), *OFFICE, about="directions"),
    of_plan("goals_direction_add", add(Direction), *OFFICE),
    of_plan("goals_direction_change", change(Direction), *OFFICE),
    of_plan("goals_direction_change", inline(Direction, Measure, text="直した取組"), *OFFICE, about="measures"),
    of_plan("goals_theme_add", add(Theme), *OFFICE),
    of_plan("goals_theme_change", change(Theme), *OFFICE),
    of_plan("goals_theme_change", inline(Theme, ThemeSection, heading="直した見出し"), *OFFICE, about="sections"),
    of_plan("goals_themesection_add", add(ThemeSection), *OFFICE),
    of_plan("goals_themesection_change", change(ThemeSection), *OFFICE),
    # The committee
    of_plan("measures_meeting_add", add(Meeting), *OFFICE),
    of_plan("measures_meeting_change", change(Meeting), *OFFICE),
    of_plan("measures_meeting_change", inline(Meeting, Opinion, text="直した意見"), *OFFICE, about="opinions"),
    of_plan("measures_opinion_add", add(Opinion), "member", *OFFICE),
    of_plan("measures_opinion_change", change(Opinion), "member", *OFFICE),
    of_plan("measures_opinion_change", deeds.answer_of_another, *OFFICE, about="another's"),
    # Departments and accounts
    of_plan("goals_department_add", add(Department), *OFFICE),
    of_plan("goals_department_change", change(Department), *OFFICE),
    of_plan("goals_membership_add", add(Membership), *KEEPERS),
    of_plan("goals_membership_change", change(Membership), *KEEPERS),
    of_plan("auth_user_add", add(User), *KEEPERS),
    of_plan("auth_user_change", change(User), *KEEPERS),
    of_plan("auth_user_change", inline(User, Membership, ends_on="2100-03-31"), *KEEPERS, about="memberships"),
    of_plan("auth_user_password_change", deeds.password_of_another, *KEEPERS),
    of_plan("password_change", deeds.own_password, *SIGNED_IN),
    of_plan("auth_user_delete", delete(User)),
    of_plan("auth_group_add", add(Group)),
    of_plan("auth_group_change", change(Group)),
    of_plan("auth_group_delete", delete(Group)),
    # What only the system writes
    of_plan("kpis_assessment_add", add(Assessment)),
    of_plan("kpis_assessment_change", change(Assessment)),
    of_plan("kpis_assessment_delete", delete(Assessment)),
    of_plan("kpis_amendment_change", change(Amendment)),
    of_plan("kpis_amendment_delete", delete(Amendment)),
    of_plan("goals_auditevent_add", add(AuditEvent)),
    of_plan("goals_auditevent_change", change(AuditEvent)),
    of_plan("goals_auditevent_delete", delete(AuditEvent)),
]

FILES: dict[Any, tuple[str, str]] = {
    Strategy: ("strategy_edition,overview", "3,直した概要"),
    Revision: ("strategy_edition,revision_number,summary", "3,1,直した概要"),
    RevisionSection: ("strategy_edition,revision_number,order,heading", "3,1,1,直した見出し"),
    Goal: ("strategy_edition,goal_number,title", "3,1,直した題"),
    Direction: ("strategy_edition,goal_number,direction_number,title", "3,1,1,直した題"),
    Theme: ("slug,name", "kodomo,直した名前"),
    ThemeSection: ("theme,order,heading", "kodomo,1,直した見出し"),
    Department: ("code,phone", "kodomo,076-220-2031"),
    Membership: ("username,department,role,ends_on", "account,kodomo,,2100-03-31"),
    Indicator: ("indicator_code,definition", "3-1-K01,直した定義"),
    Target: ("indicator_code,strategy_edition,revision_number,target", "3-1-K01,3,1,30"),
    ExpectedValue: ("indicator_code,strategy_edition,revision_number,fiscal_year,value", "3-1-K01,3,1,2024,14"),
    Measure: ("measure_code,strategy_edition,revision_number,text", "3-1-1-01,3,1,直した取組"),
    Meeting: ("held_on,title", "2024-10-22,直した会議"),
    Opinion: ("opinion_code,text", "2024-10-22-1,直した意見"),
}


def of_table(model: Any, header: str, row: str) -> Iterator[Line]:
    """Make the lines of a table that are alike for all: its file, its deletion, its history."""
    name, people = f"{model._meta.app_label}_{model._meta.model_name}", KEEPERS if model is Membership else OFFICE
    yield of_plan(f"{name}_process_import", bring(model, header, lambda world: row), *people)
    if model is Revision:  # a draft goes by its own page
        yield of_plan(f"{name}_delete", delete(model))
    else:
        yield of_plan(f"{name}_delete", delete(model), *people)
        yield of_plan(f"{name}_changelist", delete_selected(model), *people, about="delete_selected")
    if hasattr(model, "history"):
        yield of_plan(f"{name}_simple_history", go_back(model))


for _model, _file in FILES.items():
    LINES += of_table(_model, *_file)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make the world once for all lines: each request is undone after a look at what it left."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(PASSWORD_HASHERS=quick):
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Leave refusals out of the log: writing down where each came from took most of the time."""
    logger = logging.getLogger("django.request")
    logger.disabled = True
    yield
    logger.disabled = False


class Ear:
    """Hear which tables are written."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        found = re.match(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"', sql)
        if found:
            self.heard.add(found[1])
        elif not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            raise AssertionError(f"What does this write? {sql}")
        return execute(sql, *rest)


# Ours with their histories, the log, and the accounts; sessions and the admin's own list of what was saved are not
MODELS = {
    model._meta.db_table: model
    for app in ("goals", "kpis", "measures", "auth")
    for model in apps.get_app_config(app).get_models(include_auto_created=True)
    if model is not Permission
}


def rows_of(tables: Iterable[str]) -> dict[str, list[Any]]:
    return {
        table: list(MODELS[table]._default_manager.order_by("pk").values_list()) for table in MODELS.keys() & tables
    }


def told(response: Any) -> str:
    """Return what the answer says to the person: its status where it turns them away, else its messages and errors."""
    if response.status_code in {403, 404, 405}:
        return str(response.status_code)
    if "/login/" in response.headers.get("Location", ""):
        return "login"
    if response.headers["Content-Type"] == "application/json":
        return str(response.json()["said"])
    if response.status_code == 302:
        return " ".join(str(message) for message in response.wsgi_request._messages)
    context = response.context
    if context.get("protected"):
        return str(context["title"])
    if "cl" in context:
        return "list"  # an action that they are not offered is none
    errors = " ".join(re.findall(r'<ul class="errorlist.*?</ul>', response.content.decode(), re.DOTALL))
    return errors + str(context.get("closed", "")) + " ".join(str(text) for text in context.get("messages", ()))


REFUSED = re.compile(r"403|404|405|login|list|.*[ぁ-ん].*", re.DOTALL)


CASES = [pytest.param(line, step, id=f"{line}-{step}") for line in LINES for step in line.steps]


@pytest.mark.parametrize(("line", "step"), CASES)
def test_those_write_who_may_and_nobody_else_leaves_a_trace(world: World, line: Line, step: str) -> None:
    people = line.tried_by(step)
    with undone():
        world.to_step(step)
        found = {who: outcome(world, line, who) for who in people}
    assert found == {who: "writes" if step in line.who.get(who, "") else "leaves no trace" for who in people}


def outcome(world: World, line: Line, who: str) -> str:
    """Send it; tell whether anything was different after it, and hold an answer without effect to a sentence."""
    with undone():
        address, typed = line.deed(world, who)
        assert resolve(address).url_name == line.address
        ear = Ear()
        with undone():
            with connection.execute_wrapper(ear):
                response = world.browser(who).post(address, typed)
            after = rows_of(ear.heard)
        before = rows_of(ear.heard)
    if line.only and who in OFFICE:
        tables = {model._meta.db_table for model in (line.only, line.only.history.model)}
        before, after = ({table: found[table] for table in tables & found.keys()} for found in (before, after))
    if after != before:
        return "writes"
    return "leaves no trace" if REFUSED.fullmatch(told(response)) else f"is told nothing ({response.status_code})"


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_looking_at_an_address_that_writes_writes_nothing(world: World) -> None:
    heard, odd = {}, {}
    for line in {line.address: line for line in LINES}.values():
        with undone():
            address, _ = line.deed(world, "superuser")
            ear = Ear()
            with connection.execute_wrapper(ear):
                status = world.browser("superuser").get(address).status_code
        if ear.heard:
            heard[line.address] = ear.heard
        if status not in {200, 302, 403, 405}:
            odd[line.address] = status
    assert (heard, odd) == ({}, {})


# Nothing that writes is without its line

# Pages that only show, or write nothing but the log of what was taken out; the second part of the names of a table
SHOWING = {
    "index",
    "app_list",
    "login",
    "logout",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "kpis_sheets",
    "kpis_round_workbook",
    "kpis_round_workbooks",
    "kpis_round_intake_report",
    "kpis_amendment_template",
    "kpis_amendment_report",
    "measures_sheets",
    "goals_revision_changes",
}
SHOWING_OF_TABLE = {"changelist", "history", "export", "import"}
LEADING = {(Round, "publish")}  # actions that lead to a page


def names(patterns: Any) -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def test_every_address_of_the_admin_has_a_line_or_only_shows() -> None:
    showing = SHOWING | {
        f"{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in admin.site._registry
        for page in SHOWING_OF_TABLE
    }
    lines = {line.address for line in LINES}
    unknown = set(names(admin.site.urls[0])) - showing - lines
    closed = {name for name in unknown if name.endswith("_process_import") and not _importable(name)}
    assert unknown == closed


def _importable(name: str) -> bool:
    (found,) = (
        table
        for model, table in admin.site._registry.items()
        if name == f"{model._meta.app_label}_{model._meta.model_name}_process_import"
    )
    return bool(found.importable)  # type: ignore[attr-defined]


def test_every_action_and_every_list_under_a_row_has_a_line() -> None:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    told_of = {(line.address, line.about) for line in LINES}
    for model, table in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for action_name in table.get_actions(request):
            assert (f"{name}_changelist", action_name) in told_of or (model, action_name) in LEADING
        children = {row.model for row in table.inlines}
        assert len([1 for address, about in told_of if address == f"{name}_change" and about in INLINES]) == len(
            children
        )


INLINES = {"values", "targets", "expected values", "sections", "directions", "measures", "opinions", "memberships"}
