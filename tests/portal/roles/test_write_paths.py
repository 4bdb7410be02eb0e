"""Every address that writes, by everybody, in every step of the round: who may, and that nobody else leaves a trace."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test import RequestFactory
from django.urls import resolve

from kanazawa_strategy.entrance import sessions
from kpis.models import Round
from tests.portal.roles.round_world import World, make_world
from tests.portal.roles.write_lines import LINES, OFFICE, Line

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make the world once for all lines: each request is undone after a look at what it left."""
    with django_db_blocker.unblock(), transaction.atomic():
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


def test_looking_at_an_address_that_writes_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sessions, "GRAIN", 10**9
    )  # the world may be older than the minute after which a log-in is noted
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
