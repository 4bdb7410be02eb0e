"""Hundreds of hostile requests, forms and files; `make fuzz` sends thousands. None gets a 500, or leaves a trace."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.hostile_requests import Sent, requests
from tests.hostile_trials import (
    DOORS,
    EVERYBODY,
    POWERLESS,
    sound_files,
    try_door,
    try_file,
    try_form,
    try_reading,
    try_request,
)
from tests.portal.roles.addresses import addresses, kept_uploads, path_of, publish_a_year
from tests.portal.roles.round_world import World, make_world
from tests.portal.roles.write_lines import LINES

pytestmark = pytest.mark.django_db

LOUD = ("django.request", "django.security.DisallowedHost", "django.security.SuspiciousOperation")
FORMS = ["/accounts/login/", "/admin/login/", "/accounts/password/", "/committee/opinions/new/", "/search/"]
TYPED = {"username": "own", "password": "x", "next": "/", "old_password": "x", "new_password1": "y", "text": "z"}
# Each was an error once, or might have been; as everybody
ONCE = [
    Sent(b"/admin/goals/goal/" + b"9" * 5000 + b"/history/"),
    Sent(b"/admin/goals/goal/1/history/" + b"9" * 5000 + b"/"),
    Sent(b"/admin/kpis/yearlyvalue/", "year=" + "9" * 5000),
    Sent(b"/admin/kpis/yearlyvalue/", "department=" + "9" * 5000),
    Sent(b"/admin/", headers={"HTTP_COOKIE": 'sessionid="\\000aaaaaaaaa"'}),
    Sent(b"/admin/goals/goal/", "q=%0%000"),
    Sent(b"/admin/goals/theme/export/", "x=1"),
    Sent(b"/%00"),
    Sent(b"/", headers={"HTTP_HOST": "evil.example"}),
]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        publish_a_year(world)
        yield world
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def known(world: World) -> list[str]:
    kept = kept_uploads(world, "superuser")
    return [path_of(world, address, kept) for address in addresses()]


@pytest.fixture(scope="module")
def sound(world: World) -> list[bytes]:
    return sound_files(world)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let uploads wait here, and leave refusals out of the log: writing them down took most of the time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in LOUD:
        logging.getLogger(name).disabled = True
    yield
    for name in LOUD:
        logging.getLogger(name).disabled = False


def many(examples: int) -> settings:
    """Set how many examples are tried, the same ones on every run."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    # Without shrinking: what was drawn is small already, and each attempt takes its time
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=checks,
        phases=[Phase.explicit, Phase.generate],
    )


SEEDS = st.integers(0, 10**6)


@many(200)
@given(data=st.data(), who=st.sampled_from(EVERYBODY))
def test_no_request_gets_an_error_of_the_server_or_leaves_a_trace(
    world: World, known: list[str], data: Any, who: str
) -> None:
    sent = data.draw(requests(known))
    assert try_request(world.browser(who), sent, is_powerless=who in POWERLESS) == "", sent


@pytest.mark.parametrize("who", ["anonymous", "superuser"])
@pytest.mark.parametrize("sent", ONCE, ids=range(len(ONCE)))
def test_what_was_an_error_once_is_none_now(world: World, sent: Sent, who: str) -> None:
    assert try_request(world.browser(who), sent, is_powerless=True) == ""


@many(120)
@given(line=st.sampled_from(LINES), who=st.sampled_from(EVERYBODY), seed=SEEDS)
def test_no_form_gets_an_error_of_the_server(world: World, line: Any, who: str, seed: int) -> None:
    assert try_form(world, line, who, seed) == ""


@pytest.mark.once
@many(60)
@given(address=st.sampled_from(FORMS), seed=SEEDS)
def test_the_doors_answer_whatever_is_typed(world: World, address: str, seed: int) -> None:
    assert try_door(Client(), address, TYPED, seed) == ""


@pytest.mark.once
@many(150)
@given(number=st.integers(0, 7), seed=SEEDS)
def test_no_damaged_file_breaks_a_reader(sound: list[bytes], number: int, seed: int) -> None:
    assert try_reading(sound[number], seed) == ""


@many(50)
@given(door=st.sampled_from(DOORS), number=st.integers(0, 7), seed=SEEDS)
def test_no_damaged_file_breaks_a_door_or_its_preview(
    world: World, sound: list[bytes], door: str, number: int, seed: int
) -> None:
    assert try_file(world, door, sound[number], seed) == ""


def test_a_name_of_the_host_that_is_not_ours_gets_a_page_and_no_traceback(world: World) -> None:
    page = Client().get("/", headers={"host": "evil.example"})
    assert page.status_code == 400
    assert "この要求は受け付けられません" in page.content.decode()


def test_a_form_without_its_token_gets_a_page_in_japanese(world: World) -> None:
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "own", "password": "x"})
    assert page.status_code == 403
    assert "もう一度送信してください" in page.content.decode()
