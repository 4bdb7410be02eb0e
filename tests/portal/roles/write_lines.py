"""Every thing that can be sent to an address that writes, in a line of its own: who may, in which steps of the round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User

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
from goals.models.event import AuditEvent
from kpis.models import Amendment, Assessment, ExpectedValue, Indicator, Round, Target, YearlyValue
from measures.models import Measure, MeasureReport, Meeting, Opinion
from tests.portal.roles import account_deeds, deeds
from tests.portal.roles.table_deeds import Deed, action, add, bring, change, delete, delete_selected, go_back, inline

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
    of_round("kpis_yearlyvalue_delete", delete(YearlyValue), planner="POR", superuser="POR"),
    of_round(
        "kpis_yearlyvalue_changelist", delete_selected(YearlyValue), "delete_selected", planner="POR", superuser="POR"
    ),
    of_round("kpis_yearlyvalue_simple_history", go_back(YearlyValue)),
    # Review and publication
    of_round("kpis_yearlyvalue_changelist", action(YearlyValue, "confirm"), "confirm", planner="POR", superuser="POR"),
    of_round("kpis_round_review", deeds.review_confirm, "confirm", planner="POR", superuser="POR"),
    of_round("kpis_round_review", deeds.review_return, "return", planner="POR", superuser="POR"),
    of_round("kpis_round_review", deeds.committee_rating, "rate", planner="POR", superuser="POR"),
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
    of_plan("measures_meeting_change", deeds.focus, *OFFICE, about="attention"),
    of_plan("measures_opinion_changelist", action(Opinion, "publish"), *OFFICE, about="publish"),
    of_plan("measures_opinion_add", add(Opinion), "member", *OFFICE),
    of_plan("measures_opinion_change", change(Opinion), "member", *OFFICE),
    of_plan("measures_opinion_change", deeds.answer_of_another, *OFFICE, about="another's"),
    of_plan("opinion-new", deeds.opinion_handed_in, "member", *OFFICE),
    of_plan("opinion-edit", deeds.opinion_of_another, about="another's"),
    of_plan("opinion-edit", deeds.own_opinion_withdrawn, "member", *OFFICE, about="withdrawn"),
    of_plan("opinion-edit", deeds.own_opinion, "member", *OFFICE),
    # Departments and accounts
    of_plan("goals_department_add", add(Department), *OFFICE),
    of_plan("goals_department_change", change(Department), *OFFICE),
    of_plan("goals_membership_add", add(Membership), *KEEPERS),
    of_plan("goals_membership_change", change(Membership), *KEEPERS),
    of_plan("auth_user_add", add(User), *KEEPERS),
    of_plan("auth_user_change", change(User), *KEEPERS),
    of_plan("auth_user_change", inline(User, Membership, ends_on="2100-03-31"), *KEEPERS, about="memberships"),
    of_plan("auth_user_password_change", deeds.password_of_another, *KEEPERS),
    of_plan("auth_user_changelist", account_deeds.lift_lock_out, *KEEPERS, about="lift_lock_out"),
    of_plan("auth_user_changelist", account_deeds.remove_second_factor, *KEEPERS, about="remove_second_factor"),
    of_plan("second-factor", account_deeds.set_own_second_factor_up, *SIGNED_IN),
    of_plan("password_change", deeds.own_password, *SIGNED_IN),
    of_plan("password", deeds.own_password_at_the_members_door, *SIGNED_IN),
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
