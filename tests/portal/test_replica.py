"""Where reads go when there is a replica: a second database with older contents shows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as portal
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, router, transaction
from django.db.utils import load_backend
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from goals import publication
from goals.models import Department
from goals.publication import PublicVersion
from kanazawa_strategy import environment, replica, replica_checks
from kpis.models import Indicator
from tests.files import copy_into, is_in_memory
from tests.makers import make_department, make_indicator, make_user

NEW, OLD = "2 あとの名前", "1 はじめの名前"  # on the database, on the replica that lags


def stand() -> str:
    """Return the public version and the department's name, as they are where this reads."""
    return f"{publication.current().number} {Department.objects.get(code='kodomo').name}"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(stand())


def page_with_write(request: HttpRequest) -> HttpResponse:
    before = stand()
    Department.objects.create(code="new", name="新しい課")
    return HttpResponse(f"{before} / {stand()}")


def page_with_transaction(request: HttpRequest) -> HttpResponse:
    before = stand()
    with transaction.atomic():
        within = stand()
    return HttpResponse(f"{before} / {within} / {stand()}")


def page_with_relation(request: HttpRequest) -> HttpResponse:
    indicator = Indicator.objects.get()
    department = Department.objects.using(DEFAULT_DB_ALIAS).get(code="kodomo")
    before = f"{indicator._state.db} {department._state.db}"
    indicator.department = department
    indicator.save()
    return HttpResponse(f"{before} {indicator._state.db} {Indicator.objects.get().department}")


def marked(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view of its own, marked as goals.publication.public() marks them."""

    def public(request: HttpRequest) -> HttpResponse:
        return view(request)

    public.public_questions = frozenset()  # type: ignore[attr-defined]
    return public


urlpatterns = [
    path("page/", marked(page)),
    path("write/", marked(page_with_write)),
    path("transaction/", marked(page_with_transaction)),
    path("relation/", marked(page_with_relation)),
    path("staff/", page),
]


@pytest.fixture
def lagging(
    transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Copy the database, let public pages read from the copy, and then publish something."""
    make_indicator(department=make_department(code="kodomo", name="はじめの名前"))
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["kanazawa_strategy.replica.ReplicaReads", *portal.MIDDLEWARE]
    settings.DATABASE_ROUTERS = ["kanazawa_strategy.replica.PublicReads"]
    monkeypatch.setattr(replica.Reading, "_away_until", float("-inf"))
    known = {**connections[DEFAULT_DB_ALIAS].settings_dict, **copy(tmp_path)}
    monkeypatch.setitem(connections.settings, "replica", known)
    connections["replica"] = wrapper = load_backend(known["ENGINE"]).DatabaseWrapper(known, "replica")
    # Tests may only reach the databases that were there before the first of them.
    monkeypatch.setattr(wrapper, "ensure_connection", lambda: wrapper.connection or wrapper.connect())
    with transaction.atomic():
        Department.objects.update(name="あとの名前")
        publication.bump()
    try:
        yield
    finally:
        connections["replica"].close()
        del connections["replica"]
        if not is_in_memory():
            on_server(f'DROP DATABASE "{known["NAME"]}" WITH (FORCE)')


def copy(directory: Path) -> dict[str, Any]:
    """Copy the database as it is now; return where it is."""
    if is_in_memory():
        file = directory / "replica.sqlite3"
        copy_into(file)
        return environment.database("NO_SUCH_VARIABLE", file)
    name = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    connections[DEFAULT_DB_ALIAS].close()
    on_server(f'DROP DATABASE IF EXISTS "{name}_replica"', f'CREATE DATABASE "{name}_replica" TEMPLATE "{name}"')
    return {"NAME": f"{name}_replica"}


def on_server(*statements: str) -> None:
    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres")
    address = parts.geturl().replace("postgresql:/postgres", "postgresql:///postgres")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def read(address: str, client: Client | None = None) -> str:
    return (client or Client()).get(address).content.decode()


def break_replica(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the replica refuse connections; return a list that grows with each try."""
    tries = []

    def refuse() -> None:
        tries.append(1)
        raise OperationalError("connection refused")

    connections["replica"].close()
    monkeypatch.setattr(connections["replica"], "connect", refuse)
    return tries


@pytest.mark.usefixtures("lagging")
class TestWithAReplicaThatLags:
    def test_a_visitor_reads_version_and_data_of_a_public_page_from_the_replica(self) -> None:
        assert read("/page/") == OLD

    def test_somebody_who_is_signed_in_reads_from_the_database(self) -> None:
        client = Client()
        client.force_login(make_user(role="企画調整課"))
        assert read("/page/", client) == NEW

    def test_a_page_that_is_not_public_is_read_from_the_database(self) -> None:
        assert read("/staff/") == NEW

    def test_a_request_that_may_write_reads_from_the_database(self) -> None:
        assert Client().post("/page/").content.decode() == NEW

    def test_commands_read_from_the_database(self) -> None:
        assert stand() == NEW

    def test_after_a_write_everything_is_read_from_the_database(self) -> None:
        assert read("/write/") == f"{OLD} / {NEW}"
        assert Department.objects.filter(code="new").exists()
        assert not Department.objects.using("replica").filter(code="new").exists()

    def test_a_transaction_is_read_from_the_database_and_all_that_follows(self) -> None:
        assert read("/transaction/") == f"{OLD} / {NEW} / {NEW}"

    def test_rows_of_both_can_be_linked_and_are_saved_in_the_database(self) -> None:
        assert read("/relation/") == "replica default default あとの名前"

    def test_one_request_leaves_no_trace_on_the_next(self) -> None:
        assert [read("/write/")[: len(OLD)], read("/staff/"), read("/page/"), stand()] == [OLD, NEW, OLD, NEW]

    def test_without_the_replica_public_pages_are_read_from_the_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        break_replica(monkeypatch)
        assert read("/page/") == NEW

    def test_a_replica_that_does_not_answer_is_left_alone_for_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [1000.0]
        monkeypatch.setattr(replica, "monotonic", lambda: now[0])
        with monkeypatch.context() as broken:
            tries = break_replica(broken)
            assert [read("/page/"), read("/page/"), len(tries)] == [NEW, NEW, 1]
        assert read("/page/") == NEW  # it would answer again, but is not asked yet
        now[0] += replica.REST
        assert read("/page/") == OLD

    def test_a_replica_that_breaks_off_in_a_page_is_replaced_at_once(self) -> None:
        breaks = []

        def break_off(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            if "department" in sql:  # after the version was read
                breaks.append(sql)
                return execute("SELECT nothing FROM nowhere", (), False, context)
            return execute(sql, params, many, context)

        with connections["replica"].execute_wrapper(break_off):
            visitor = Client(raise_request_exception=False)
            assert [read("/page/", visitor), read("/page/", visitor)] == [NEW, NEW]
        assert len(breaks) == 1

    def test_only_the_database_is_migrated(self) -> None:
        assert [router.allow_migrate_model(alias, PublicVersion) for alias in ("default", "replica")] == [True, False]

    def test_the_check_says_that_a_replica_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert replica_checks.replica_answers(None, databases=["default"]) == []
        break_replica(monkeypatch)
        (message,) = replica_checks.replica_answers(None, databases=["default"])
        assert (message.id, message.is_serious()) == ("kanazawa_strategy.W021", False)

    def test_the_check_says_that_the_replica_is_the_database_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert replica_checks.replica_is_another_database(None) == []
        monkeypatch.setitem(connections.settings, "replica", connections.settings["default"])
        (message,) = replica_checks.replica_is_another_database(None)
        assert (message.id, message.is_serious()) == ("kanazawa_strategy.W020", False)


def test_without_a_replica_nothing_is_checked() -> None:
    assert "replica" not in connections.settings
    assert (
        replica_checks.replica_is_another_database(None)
        == replica_checks.replica_answers(None, databases=["default"])
        == []
    )


def test_a_replica_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", "postgresql://db/portal?sslmode=require")
    options = environment.replica("SOME_URL", Path())["OPTIONS"]
    assert (options["connect_timeout"], options["sslmode"]) == ("3", "require")
    monkeypatch.setenv("SOME_URL", "mysql://db/portal")
    with pytest.raises(ImproperlyConfigured, match="SOME_URL"):
        environment.replica("SOME_URL", Path())
