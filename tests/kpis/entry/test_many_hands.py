"""Many people save one sheet at the same moment: nothing is lost, nobody gets an error, the later one is told."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kpis.entry.sheet import Sheet
from kpis.models import Indicator, Round, YearlyValue
from kpis.round.access import Entrant
from tests.files import copy_into, is_in_memory, opened
from tests.makers import make_department, make_indicator, make_round, make_user, make_value

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Person:
    """Somebody with the sheet open, and what they have typed into one row of it."""

    user: User
    session: str
    indicator: Indicator
    address: str
    typed: dict[str, str]
    number: int
    status: int = 0
    answer: dict[str, Any] | None = None

    @property
    def outcome(self) -> str:
        return str((self.answer or {}).get("outcome"))

    @property
    def said(self) -> str:
        return re.sub(r"<[^>]+>", " ", str((self.answer or {}).get("said")))


def make_people(round_: Round, *, alone: int, rows_together: int, together: int, first: int = 101) -> list[Person]:
    """Let some people sit at a row each, and others several at one; every other row was saved once before."""
    department = make_department()
    counts = [1] * alone + [together] * rows_together
    indicators = [make_indicator(department=department) for _ in counts]
    for indicator in indicators[::2]:
        make_value(indicator=indicator, value=Decimal(5))
    places = [indicator for indicator, count in zip(indicators, counts, strict=True) for _ in range(count)]
    return [
        _sit_down(round_, indicator, make_user(role="所管課", departments=[department]), number)
        for number, indicator in enumerate(places, first)
    ]


def _sit_down(round_: Round, indicator: Indicator, user: User, number: int) -> Person:
    browser = Client()
    browser.force_login(user)
    assert indicator.department
    entrant = Entrant(user, timezone.localdate())
    (row,) = Sheet.read(round_, indicator.department, entrant, code=indicator.code).rows
    cells = {"seen": row.seen, "value": str(number), "state": "FINAL"}
    return Person(
        user,
        browser.cookies[settings.SESSION_COOKIE_NAME].value,
        indicator,
        reverse("admin:kpis_sheet_row", args=[round_.pk, indicator.department.code, indicator.code]),
        {f"{indicator.code}-{name}": text for name, text in cells.items()},
        number,
    )


def save_at_once(people: list[Person], post: Callable[[Person], tuple[int, bytes]]) -> None:
    """Let all of them press the key at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(people))

    def save(person: Person) -> None:
        try:
            start.wait(30)
            person.status, content = post(person)
            if person.status == 200:
                person.answer = json.loads(content)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def check(people: list[Person]) -> None:
    """Hold what everybody was told to what is in the database."""
    assert {person.status for person in people} == {200}
    for indicator, group in groupby(people, key=lambda person: person.indicator):
        here = list(group)
        (winner,) = (person for person in here if person.outcome == "saved")
        before = 0 if winner.typed[f"{indicator.code}-seen"].startswith("0:") else 1
        value = YearlyValue.objects.get(indicator=indicator, fiscal_year=2024)
        assert (value.value, value.version) == (winner.number, before + 1)
        saves = list(value.history.order_by("history_id").values_list("history_user", "value", "version"))
        assert len(saves) == before + 1
        assert saves[-1] == (winner.user.pk, winner.number, value.version)
        for person in here:
            if person is not winner:
                assert person.outcome == "conflict"
                both = f"保存されている内容「{winner.number}」／あなたの入力「{person.number}」"
                assert both in person.said
                assert winner.user.username in person.said


def test_forty_people_save_one_sheet_at_the_same_moment_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("For PostgreSQL; the test below is SQLite's.")
    people = make_people(make_round(), alone=24, rows_together=4, together=4)

    def post(person: Person) -> tuple[int, bytes]:
        browser = Client(raise_request_exception=False)
        browser.cookies[settings.SESSION_COOKIE_NAME] = person.session
        response = browser.post(person.address, person.typed)
        return response.status_code, response.content

    save_at_once(people, post)
    assert len(people) == 40
    check(people)


# SQLite: in a file, with the project's own settings, behind its own server


def test_eight_people_save_one_sheet_at_the_same_moment_on_sqlite(tmp_path: Path) -> None:
    if not is_in_memory():
        pytest.skip("For SQLite; the test above is PostgreSQL's.")
    round_ = make_round()
    moments = [
        make_people(round_, alone=3, rows_together=1, together=5),
        make_people(round_, alone=8, rows_together=0, together=0, first=201),
        make_people(round_, alone=0, rows_together=1, together=8, first=301),
        make_people(round_, alone=0, rows_together=4, together=2, first=401),
    ]
    with served(tmp_path) as port:
        for people in moments:
            assert len(people) == 8
            save_at_once(people, lambda person: send(port, person))
    with opened(tmp_path / "portal.sqlite3"):
        for people in moments:
            check(people)


def send(port: int, person: Person) -> tuple[int, bytes]:
    token = "t" * 32
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={person.session}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
    }
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        server.request("POST", person.address, urlencode(person.typed), headers)
        response = server.getresponse()
        return response.status, response.read()
    finally:
        server.close()


@contextmanager
def served(directory: Path) -> Iterator[int]:
    """Serve what the database holds as .ci/serve does, from a file in the directory; yield the port."""
    copy_into(directory / "portal.sqlite3")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    environment = {**unset, "DATA_DIR": str(directory), "SECRET_KEY": settings.SECRET_KEY, "DEBUG": "1"}
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 4 --no-ws"
    with (directory / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", *options.split(), "kanazawa_strategy.wsgi:application"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(port, server, directory / "server.log")
            yield port
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            probe.request("GET", reverse("login"))
            if probe.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            probe.close()
        assert server.poll() is None, log.read_text()
    pytest.fail(f"The server did not start: {log.read_text()}")
