"""Every address of the portal against every role, for a look and for a form: roles.txt says what each gets."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseForbidden, HttpResponseNotFound
from django.template import loader
from django.template.response import SimpleTemplateResponse
from django.test import Client

from kanazawa_strategy import urls
from tests.makers import make_user
from tests.portal.roles.addresses import Address, addresses, kept_uploads, path_of, publish_a_year
from tests.portal.roles.round_world import World, make_world
from tests.portal.roles.test_write_paths import undone

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TABLE = Path(__file__).with_name("roles.txt")
ROLES = ("anonymous", "inactive", "ended", "no role", "member", "own", "other", "officer", "planner", "superuser")
ANSWERS = {200: "o", 301: "r", 302: "r", 400: "b", 403: "x", 404: "-", 405: "m"}
SHOWS = re.compile(r"_(changelist|export|history)$|<path:object_id>")
TAKES_FILES = re.compile(r"admin:\w+_import|admin:kpis_round_intake|admin:kpis_amendment_changes")


def read_table() -> dict[str, str]:
    """Return the cells by address; {a,b} in a name stands for a and for b."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, cells = line.partition(" ")
            for each in _unfolded(name):
                assert each not in found, f"two lines for {each}"
                found[each] = " ".join(cells.split())
    return found


def is_like_another(name: str) -> bool:
    """Tell whether a page that only shows, made in the same way for every table, is not the first table's."""
    return bool(SHOWS.search(name)) and "department" not in name


def _unfolded(name: str) -> list[str]:
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    return ["".join(chosen) for chosen in itertools.product(*parts)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        publish_a_year(world)
        world.sessions["inactive"] = _session_of_a_closed_account(world)
        world.kept = {who: kept_uploads(world, who) for who in ROLES}  # type: ignore[attr-defined]
        yield world
        transaction.set_rollback(True)


def _session_of_a_closed_account(world: World) -> str:
    user, browser = make_user(role="企画調整課", departments=[world.own], username="closed"), Client()
    browser.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("django.request")
    logger.disabled = True
    yield
    logger.disabled = False


def answer(response: Any) -> str:
    if "/login/" in response.headers.get("Location", ""):
        return "d"
    return ANSWERS.get(response.status_code, str(response.status_code))


@contextmanager
def unrendered() -> Iterator[None]:
    """Answer without writing the pages: who gets which is decided by then, and the writing takes most of the time."""
    plain = {403: HttpResponseForbidden, 404: HttpResponseNotFound}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimpleTemplateResponse, "rendered_content", "")
        patch.setattr(loader, "render_to_string", lambda *given, **more: "")
        patch.setattr(AdminSite, "each_context", lambda site, request: {})
        for status, page in plain.items():
            patch.setattr(urls, f"handler{status}", lambda request, exception, page=page: page())
        yield


def cells_of(world: World, address: Address) -> str:
    """Ask as everybody, without and with an empty form; leave no trace."""
    cells = []
    for who in ROLES:
        path = path_of(world, address, world.kept[who])  # type: ignore[attr-defined]
        is_whole = who == "superuser" and not is_like_another(address.name)
        with undone(), contextlib.nullcontext() if is_whole else unrendered():
            look = world.browser(who).get(path)
            if is_whole and not look.streaming and b'type="file"' in look.content:
                assert TAKES_FILES.fullmatch(address.name), f"add {address.name} to doors() in test_uploads.py"
        if is_like_another(address.name):
            cells.append(answer(look))
            continue
        with undone(), unrendered():
            cells.append(answer(look) + answer(world.browser(who).post(path, {})))
    return " ".join(cells)


def test_everybody_gets_what_the_table_says(world: World) -> None:
    table, wrong = read_table(), []
    for address in addresses():
        path_of(world, address, world.kept["own"])  # type: ignore[attr-defined]
    for address in addresses():
        found = cells_of(world, address)
        known = table.get(address.name, "")
        if (re.sub(r"(\S)\S", r"\1", known) if is_like_another(address.name) else known) != found:
            wrong.append(f"{address.name:44} {found}   ({f'instead of    {known}' if known else 'has no line'})")
    unknown = sorted(table.keys() - {address.name for address in addresses()})
    told = (
        "\nThese addresses answer otherwise than tests/portal/roles/roles.txt says. Is it what staff should get? Then write"
        f" the line as it stands here; the columns are {', '.join(ROLES)}.\n\n"
    )
    assert not wrong, told + "\n".join(wrong)
    assert not unknown, f"roles.txt has lines for addresses that are gone: {', '.join(unknown)}"
