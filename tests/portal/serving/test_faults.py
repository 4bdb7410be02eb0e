"""Things break: the database goes away, the disk is full, the clock jumps."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models.event import AuditEvent
from goals.publication import version
from kanazawa_strategy.pages import errors
from kpis.models import YearlyValue
from tests.files import copy_into, is_in_memory, opened
from tests.makers import make_department, make_indicator, make_round, make_superuser, make_target, make_user
from tests.processes import ROOT, Portal, is_postgresql

AWAY = "データベースにつながらないため"
SIGN_IN = """
from django.test import Client
client = Client()
client.force_login(User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("chief"))
print(client.cookies["sessionid"].value)
"""


class Cluster:
    """A PostgreSQL server of one test, which can stop and hang."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.directory = Path(parse_qs(urlsplit(url).query)["host"][0])

    def _control(self, *arguments: str) -> None:
        binaries = max(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None
        )
        program = str(binaries / "pg_ctl") if binaries else str(shutil.which("pg_ctl"))
        owner = (self.directory / "data").stat()
        account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [program, *arguments, "-D", str(self.directory / "data"), "-w"]
        subprocess.run(command, check=True, capture_output=True, cwd=self.directory, **account)  # type: ignore[call-overload]

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        options = f"-c listen_addresses= -k {self.directory} -c fsync=off"
        self._control("start", "-l", str(self.directory / "log"), "-o", options)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        pid = int((self.directory / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    command = [str(ROOT / ".ci" / "with-postgres"), "sh", "-c", 'echo "$DATABASE_URL"; cat']
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield Cluster(process.stdout.readline().strip())
        process.stdin.close()


@pytest.mark.skipif(not is_postgresql(), reason="SQLite has no server that could go.")
def test_pages_come_back_by_themselves_after_the_database_was_away(
    demonstration: Portal, cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "static").symlink_to(demonstration.place / "static")
    portal = Portal(tmp_path, cluster.url)
    portal.managed("migrate", "-v0")
    session = portal.managed("shell", "-v0", "-c", SIGN_IN).strip()
    with portal.served(BEHIND_PROXY="1") as server:
        cookie = f"sessionid={session}"
        assert server.get("/admin/", Cookie=cookie).status == 200
        assert json.loads(server.get("/healthz").body)["status"] == "ok"
        with cluster.hanging():
            began = time.monotonic()
            answer = server.get("/healthz")
            assert time.monotonic() - began < 6
            assert (answer.status, json.loads(answer.body)["parts"]["database"]) == (503, "timeout")
        cluster.stop()
        for path in ("/admin/", "/admin/", "/admin/kpis/indicator/", "/no-such-page/"):
            answer = server.get(path, Cookie=cookie, X_Request_ID="0123456789abcdef")
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), path
            assert AWAY in answer.body
            assert "<code>0123456789abcdef</code>" in answer.body
            assert answer.headers["Cache-Control"] == "no-store"
        answer = server.get("/healthz")
        assert (answer.status, json.loads(answer.body)["parts"]["database"]) == (503, "ill")
        cluster.start()
        statuses = []
        for _ in range(20):
            statuses.append(server.get("/admin/", Cookie=cookie).status)
            if statuses[-1] == 200:
                break
            time.sleep(0.5)
        assert statuses[-1] == 200, statuses
        assert server.get("/healthz").status == 200
        lines = [json.loads(line) for line in server.lines() if line.startswith("{")]
    away = [line for line in lines if line.get("request") == "0123456789abcdef" and "exception" in line]
    assert away
    assert all("OperationalError" in line["exception"] or "InterfaceError" in line["exception"] for line in away)
    assert "Retry-After" not in {key for line in lines for key in line}


def test_what_the_server_writes_is_json_line_by_line(demonstration: Portal) -> None:
    with demonstration.served() as server:
        assert server.get("/no-such-page/?q=secret-question").status == 404
        assert server.get("/healthz").status == 200
        time.sleep(0.2)
        lines = [line for line in server.lines() if not line.startswith("[")]  # the server's own words at its start
    read = [json.loads(line) for line in lines]
    assert {line["status"] for line in read if line["logger"] == "kanazawa_strategy.requests"} >= {200, 404}
    assert "secret-question" not in "".join(lines)


def test_only_a_database_that_is_away_is_a_503() -> None:
    assert errors.is_database_away(OperationalError())
    wrapped = ValueError()
    wrapped.__cause__ = OperationalError()
    assert errors.is_database_away(wrapped)
    assert not errors.is_database_away(ValueError())
    assert not errors.is_database_away(None)


@pytest.mark.skipif(is_postgresql(), reason="PostgreSQL keeps its own disk.")
def test_a_full_disk_saves_nothing_of_a_sheet_and_says_so(transactional_db: None, tmp_path: Path) -> None:
    assert is_in_memory()
    file = tmp_path / "portal.sqlite3"
    copy_into(file)
    with opened(file):
        department = make_department(code="kodomo", name="こども課")
        for _ in range(40):
            make_target(indicator=make_indicator(department=department))
        round_ = make_round()
        client = Client(raise_request_exception=False)
        client.force_login(make_user(role="所管課", departments=[department]))
        there = reverse("admin:kpis_sheet", args=[round_.pk, department.code])
        data: dict[str, str] = {}
        for row in client.get(there).context["sheet"].rows:
            data |= {f"{row.code}-seen": row.seen, f"{row.code}-value": "21", f"{row.code}-state": "FINAL"}
            data |= {f"{row.code}-note": "長い備考" * 100}
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")  # what earlier tests left free would take the values
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count={pages + 1}")
            response = client.post(there, data)
            assert response.status_code == 503
            assert "その内容は保存されていません" in response.content.decode()
            assert not YearlyValue.objects.exists()
            assert client.get(there).status_code == 200
            cursor.execute(f"PRAGMA max_page_count={pages + 10_000}")
        assert client.post(there, data).status_code == 302
        assert YearlyValue.objects.count() == 40


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.timedelta], None]:
    """Let the clock jump, as far from now as is asked for."""
    real = timezone.now

    def jump(distance: datetime.timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + distance)

    return jump


@pytest.mark.parametrize("days", [-3650, -1, 1, 3650])
def test_a_clock_that_jumps_breaks_no_page(
    client: Client, db: None, clock: Callable[[datetime.timedelta], None], days: int
) -> None:
    make_target(indicator=make_indicator(code="3-1-K01"))
    make_round()
    make_superuser(username="chief")
    clock(datetime.timedelta(days=days))
    for path in (
        "/",
        "/indicators/3-1-k01/",
        "/changes/",
        "/changes/feed.xml",
        "/committee/",
        "/opendata/",
        "/healthz",
    ):
        assert client.get(path).status_code == 200, path
    client.force_login(User.objects.get(username="chief"))
    for path in ("/admin/", "/admin/kpis/round/", "/admin/goals/auditevent/", "/committee/preview/"):
        assert client.get(path).status_code == 200, path


def test_the_public_version_counts_up_whatever_the_clock_says(
    db: None, clock: Callable[[datetime.timedelta], None]
) -> None:
    numbers = []
    for days in (0, 400, -400, 0):
        clock(datetime.timedelta(days=days))
        version.bump()
        numbers.append(version.current().number)
    assert numbers == sorted(set(numbers))


def test_a_session_that_the_clock_ended_leads_to_the_door_and_not_to_an_error(
    super_client: Client, clock: Callable[[datetime.timedelta], None]
) -> None:
    assert super_client.get("/admin/").status_code == 200
    clock(datetime.timedelta(days=2))
    assert super_client.get("/admin/").status_code == 302
    clock(datetime.timedelta(0))
    assert super_client.get("/admin/").status_code in {200, 302}
    assert AuditEvent.objects.count() >= 1
