"""What somebody sends to the tables of the admin: what a form changes, what a new row needs, what a file brings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group, User

from goals.importing.waiting import PREFIX
from goals.models import (
    Department,
    Direction,
    Goal,
    GoalColor,
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
from tests.portal.roles.round_world import World, admin_address

Post = tuple[str, dict[str, Any]]  # the address, and what is typed
Deed = Callable[[World, str], Post]


CHANGED: dict[Any, dict[str, Any]] = {
    Strategy: {"overview": "直した概要"},
    Revision: {"summary": "直した概要"},
    RevisionSection: {"heading": "直した見出し"},
    Goal: {"title": "直した題"},
    Direction: {"title": "直した題"},
    Theme: {"name": "直した名前"},
    ThemeSection: {"heading": "直した見出し"},
    Department: {"phone": "076-220-2031"},
    Membership: {"ends_on": "2100-03-31"},
    User: {"last_name": "犀川"},
    Group: {"name": "別の役割"},
    Indicator: {"definition": "直した定義"},
    Target: {"target": "30"},
    ExpectedValue: {"value": "14"},
    Round: {"due_on": "2025-06-30"},
    Measure: {"text": "直した取組"},
    Meeting: {"title": "直した会議"},
    Opinion: {"text": "直した意見"},
    Assessment: {"rating": "WORSE"},
    Amendment: {"reason": "直した理由"},
    AuditEvent: {"summary": "直した記録"},
}


def new_row(world: World, model: Any) -> dict[str, Any]:
    """Return what is typed into the blank form of a table."""
    strategy, revision = world.round.strategy_id, world.revision.pk
    goal = world.blank.goal_id
    rows: dict[Any, dict[str, Any]] = {
        Strategy: {"edition": "9", "name": "第9次金沢版総合戦略", "short_name": "第9次"},
        Revision: {"strategy": strategy, "number": "9", "name": "改訂9"},
        RevisionSection: {"revision": revision, "order": "9", "heading": "見出し", "body": "本文"},
        Goal: {"strategy": strategy, "number": "9", "title": "新しい目標", "color": GoalColor.values[0]},
        Direction: {"goal": goal, "number": "9", "title": "新しい施策"},
        Theme: {"slug": "new", "label": "新", "name": "新しい計画", "order": "9"},
        ThemeSection: {"theme": world.theme.pk, "order": "9", "heading": "見出し", "body": "本文"},
        Department: {"code": "new", "name": "新しい課", "order": "9", "is_active": "on"},
        Membership: {"user": world.account.pk, "department": world.second.pk},
        User: {
            "username": "new",
            "usable_password": "true",
            "password1": "correct-horse-battery",
            "password2": "correct-horse-battery",
        },
        Group: {"name": "新しい役割"},
        Indicator: {
            "code": "3-1-K99",
            "name": "新しい指標",
            "goal": goal,
            "level": "KPI",
            "basis": "ACTIVITY",
            "order": "9",
        },
        Target: {"indicator": world.blank.pk, "revision": revision, "kind": "KEEP_AT_LEAST", "target": "5"},
        ExpectedValue: {"target": world.spare[Target].pk, "fiscal_year": "令和6年度", "value": "12"},
        Round: {"strategy": strategy, "fiscal_year": "令和7年度"},
        Measure: {
            "code": "3-1-1-99",
            "revision": revision,
            "direction": world.unreported.direction_id,
            "number": "99",
            "text": "新しい取組",
        },
        Meeting: {"held_on": "2025-02-03", "title": "新しい会議"},
        Opinion: {
            "code": f"{world.opinion.meeting.held_on:%Y-%m-%d}-9",
            "meeting": world.opinion.meeting_id,
            "order": "9",
            "member": "中川委員",
            "goal": goal,
            "text": "新しい意見",
            "status": "PUBLIC",
        },
        AuditEvent: {"action": "LOGIN", "summary": "新しい記録"},
        Assessment: {"round": world.round.pk, "indicator": world.blank.pk, "rating": "ACHIEVED"},
    }
    return rows[model]


def row_of(world: World, model: Any) -> Any:
    """Return the row of a table that a form is opened on."""
    known: dict[Any, Any] = {
        Revision: world.revision,
        Round: world.round,
        Opinion: world.opinion,
        User: world.account,
        YearlyValue: world.value,
        MeasureReport: world.report,
        Group: Group.objects.get(name="所管課"),
    }
    return known.get(model) or world.spare.get(model) or model._default_manager.first()


_WITHOUT_FORM = {Group, Assessment, Amendment, AuditEvent}  # nobody gets one to fill in


def change(model: Any) -> Deed:
    """Change a row by its form."""

    def deed(world: World, who: str) -> Post:
        row = row_of(world, model)
        address = admin_address(model, "change", row.pk if row else 1)
        typed = {} if model in _WITHOUT_FORM else world.typed_on(address)
        return address, {**typed, **CHANGED[model]}

    return deed


def add(model: Any) -> Deed:
    """Add a row by the blank form."""

    def deed(world: World, who: str) -> Post:
        address = admin_address(model, "add")
        typed = {} if model in _WITHOUT_FORM else world.typed_on(address)
        return address, {**typed, **new_row(world, model)}

    return deed


def delete(model: Any) -> Deed:
    """Delete a row by its page."""

    def deed(world: World, who: str) -> Post:
        row = world.spare.get(model) or row_of(world, model)
        return admin_address(model, "delete", row.pk if row else 1), {"post": "yes"}

    return deed


def delete_selected(model: Any) -> Deed:
    """Delete a row by the list's action."""
    return action(model, "delete_selected", post="yes")


def action(model: Any, name: str, **more: str) -> Deed:
    """Choose a row of the list, and an action."""

    def deed(world: World, who: str) -> Post:
        chosen = world.spare.get(model) or row_of(world, model)
        data = {"action": name, "_selected_action": [chosen.pk], **more}
        return admin_address(model, "changelist"), data

    return deed


def inline(model: Any, child: Any, **typed: str) -> Deed:
    """Change the first row of the list of `child` under a row."""

    def deed(world: World, who: str) -> Post:
        parents: dict[Any, Any] = {
            Goal: world.blank.goal,
            Direction: world.unreported.direction,
            Theme: world.theme,
            Indicator: world.value.indicator,
            Target: world.value.indicator.targets.get(),
            Meeting: world.opinion.meeting,
            Revision: world.revision,
            User: world.account,
        }
        (key,) = (row for row in child._meta.get_fields() if row.many_to_one and row.related_model is model)
        prefix = key.remote_field.get_accessor_name()
        address = admin_address(model, "change", parents[model].pk)
        cells = {f"{prefix}-0-{name}": text for name, text in typed.items()}
        return address, {**world.typed_on(address), **cells}

    return deed


def bring(model: Any, header: str, row: Callable[[World], str]) -> Deed:
    """Confirm a file that waits, whoever brought it: nobody needs to have seen its preview for that."""

    def deed(world: World, who: str) -> Post:
        handle, path = tempfile.mkstemp(prefix=PREFIX)
        with os.fdopen(handle, "w") as file:
            file.write(f"{header}\n{row(world)}\n")
        typed = {"original_file_name": "data.csv", "format": "0", "resource": ""}
        return admin_address(model, "process_import"), {"import_file_name": os.path.basename(path), **typed}

    return deed


def go_back(model: Any) -> Deed:
    """Take a row back to its first state, by the page of its history."""

    def deed(world: World, who: str) -> Post:
        row = row_of(world, model)
        address = admin_address(model, "simple_history", row.pk, row.history.earliest().pk)
        return address, {**CHANGED.get(model, {}), "value": "99", "summary": "直した"}

    return deed
