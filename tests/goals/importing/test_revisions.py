"""A file brings names and words of revisions; it decides nothing, dates nothing, and goes round unchanged."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from goals.models import Revision
from goals.models.event import AuditAction, AuditEvent
from tests.makers import make_revision, make_user
from tests.transfer import bring, refusals, take, upload

pytestmark = pytest.mark.django_db

HEAD = "strategy_edition,revision_number,name,status,adopted_on,summary\n"
DAY = datetime.date(2025, 3, 1)


def rows() -> list[tuple[object, ...]]:
    return list(Revision.objects.order_by("number").values_list("number", "name", "status", "adopted_on", "summary"))


def make_two() -> None:
    make_revision(adopted_on=DAY, summary="はじめの計画")
    make_revision(status="DRAFT", name="次の改訂")


@pytest.mark.once
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("3,2,次の改訂,ADOPTED,2026-03-24,", "「改訂を決定する」で決定してください"),
        ("3,2,次の改訂,決定,,", "「改訂を決定する」で決定してください"),
        ("3,3,新しい改訂,ADOPTED,2026-03-24,", "「改訂を決定する」で決定してください"),
        ("3,1,策定時,DRAFT,,", "決定した改訂は、取り込みで案に戻せません"),
        ("3,1,策定時,ADOPTED,2025-04-01,", "決定日は取り込みでは変えられません"),
        ("3,1,策定時,ADOPTED,,", "決定日は取り込みでは変えられません"),
        ("3,2,次の改訂,DRAFT,2026-03-24,", "案の段階では決定日を入れません"),
    ],
)
@pytest.mark.parametrize("who", ["planner_client", "super_client"])
def test_a_file_neither_adopts_a_revision_nor_takes_it_back_nor_dates_it(
    request: pytest.FixtureRequest, who: str, line: str, says: str
) -> None:
    make_two()
    before, client = rows(), request.getfixturevalue(who)
    (refusal,) = refusals(upload(client, Revision, HEAD + line))
    assert says in refusal
    assert rows() == before
    assert not AuditEvent.objects.filter(action__in=[AuditAction.ADOPT, AuditAction.IMPORT]).exists()


def test_one_row_that_would_adopt_stops_the_whole_file(planner_client: Client) -> None:
    make_two()
    before = rows()
    page = upload(planner_client, Revision, f"{HEAD}3,1,策定時,ADOPTED,2025-03-01,別の概要\n3,2,次の改訂,ADOPTED,,")
    assert "confirm_form" not in page.context
    assert rows() == before


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_revisions_go_out_and_come_back_unchanged(planner_client: Client, kind: int) -> None:
    make_two()
    before = rows()
    name = "data.xlsx" if kind == 1 else "data.csv"
    bring(planner_client, Revision, take(planner_client, Revision, kind), name)
    assert rows() == before
    assert not AuditEvent.objects.filter(action=AuditAction.IMPORT).exists()


def test_a_file_may_reword_a_revision_and_start_a_draft(planner_client: Client) -> None:
    make_two()
    bring(planner_client, Revision, f"{HEAD}3,1,策定時,ADOPTED,2025-03-01,別の概要\n3,3,三つ目,案,,\n3,4,四つ目,,,")
    assert rows() == [
        (1, "策定時", "ADOPTED", DAY, "別の概要"),
        (2, "次の改訂", "DRAFT", None, ""),
        (3, "三つ目", "DRAFT", None, ""),
        (4, "四つ目", "DRAFT", None, ""),
    ]


def test_a_file_without_the_columns_of_the_decision_leaves_it_alone(planner_client: Client) -> None:
    make_two()
    bring(planner_client, Revision, "strategy_edition,revision_number,summary\n3,1,別の概要")
    assert rows()[0] == (1, "策定時", "ADOPTED", DAY, "別の概要")


@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理"])
def test_other_roles_import_no_revision(role: str) -> None:
    make_two()
    client = Client()
    client.force_login(make_user(role=role))
    assert upload(client, Revision, f"{HEAD}3,2,別の名,DRAFT,,").status_code == 403
