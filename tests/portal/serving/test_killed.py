"""A process that is killed at any point of what it writes leaves all of it or nothing, and the next one can do it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models import Department, Revision
from goals.models.event import AuditAction, AuditEvent
from goals.models.strategy import RevisionStatus
from goals.publication import version as public_version
from kpis.judging.words import State
from kpis.models import Amendment, Assessment, Indicator, Round, RoundStatus, Upload, Workflow, YearlyValue
from kpis.round import publishing
from measures import reports
from measures.models import Measure, MeasureReport
from tests.files import copy_into, is_in_memory, opened
from tests.makers import (
    make_department,
    make_indicator,
    make_measure,
    make_report,
    make_revision,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)
from tests.transfer import address, upload

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Processes are forked here."),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def _database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Work where a second process can look: SQLite moves from memory into a file."""
    file = tmp_path / "portal.sqlite3"
    if is_in_memory():
        copy_into(file)
    with opened(file) if is_in_memory() else nullcontext():
        yield


def state() -> list[Any]:
    """Read every row of ours, the histories and the log too, through a connection of its own.

    Not the admin's own list of recent actions, nor the sessions.
    """
    connections.close_all()
    ours = {
        app: apps.get_app_config(app).get_models(include_auto_created=True) for app in ("goals", "kpis", "measures")
    }
    return [
        (model._meta.label, list(model._default_manager.order_by("pk").values_list()))
        for models in ours.values()
        for model in models
    ]


class Bomb:
    """Kill this process before the n-th thing that it does to the database: writes, and both sides of each COMMIT."""

    def __init__(self, fuse: int) -> None:
        self.fuse = fuse
        commit = connection._commit  # type: ignore[attr-defined]

        def guarded() -> None:
            self.tick()
            commit()
            self.tick()

        connection._commit = guarded  # type: ignore[attr-defined]

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith("SELECT"):
            self.tick()
        return execute(sql, *rest)

    def tick(self) -> None:
        self.fuse -= 1
        if self.fuse == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def run(act: Callable[[], object], fuse: int) -> bool:
    """Do it in a process of its own; tell whether that was killed before it came to its end."""
    connections.close_all()  # a connection is one process's own
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with connection.execute_wrapper(Bomb(fuse)):
                act()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, result = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(result)
    assert code in {0, -signal.SIGKILL}
    return code != 0


def kill_everywhere(act: Callable[[], object]) -> None:
    """Kill it at one point after the other, until one try leaves something: what that has to be, the test says next.

    Every try but the first repeats one that was killed, so that the last shows that it can be done again.
    """
    before = state()
    for fuse in count(1):
        assert run(act, fuse), "It came to its end, and nothing was written."
        if state() != before:
            assert fuse > 3, "Something is left of the first steps."
            return


def do_again(act: Callable[[], object]) -> None:
    """Do it once more, undisturbed: what was done stays as it is."""
    before = state()
    assert not run(act, 0)
    assert state() == before


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_sheet() -> tuple[Round, Department, list[Indicator]]:
    """Make an open round with three indicators of one department, two of them entered."""
    department = make_department(code="kodomo", name="こども課")
    indicators = [make_indicator(department=department) for _ in range(3)]
    for indicator in indicators:
        make_target(indicator=indicator)
    for indicator in indicators[:2]:
        make_value(indicator=indicator, value=Decimal(12))
    return make_round(), department, indicators


def figures() -> list[tuple[Any, ...]]:
    rows = YearlyValue.objects.order_by("indicator__code")
    return [(row.value, row.version, row.workflow, row.history.count()) for row in rows]


def test_a_confirmed_workbook_is_written_whole_or_not_at_all() -> None:
    round_, department, indicators = make_sheet()
    client = signed_in(make_user(role="所管課", departments=[department]))
    lines = [f"{indicator.code},{number}" for number, indicator in enumerate(indicators, 21)]
    file = SimpleUploadedFile("values.csv", "\n".join(["指標コード,実績値", *lines]).encode())
    page = client.post(reverse("admin:kpis_round_intake", args=[round_.pk]), {"file": file}, follow=True)
    there, seen = page.request["PATH_INFO"], page.context["plan"].fingerprint

    def act() -> None:
        client.post(there, {"seen": seen})

    kill_everywhere(act)
    assert figures() == [(21, 2, "DRAFT", 2), (22, 2, "DRAFT", 2), (23, 1, "DRAFT", 1)]
    assert Upload.objects.get().applied_at is not None
    assert AuditEvent.objects.filter(action=AuditAction.IMPORT).count() == 1
    do_again(act)


def test_a_table_is_imported_whole_or_not_at_all() -> None:
    _, _, indicators = make_sheet()
    client = signed_in(make_user(role="企画調整課"))
    lines = [f"{indicator.code},{number}" for number, indicator in enumerate(indicators, 21)]
    preview = upload(client, Indicator, "\n".join(["indicator_code,definition", *lines]))
    form = preview.context["confirm_form"].initial
    kill_everywhere(lambda: client.post(address(Indicator, "process_import"), form))
    rows = Indicator.objects.order_by("code")
    assert [(row.definition, row.history.count()) for row in rows] == [("21", 2), ("22", 2), ("23", 2)]
    assert AuditEvent.objects.filter(action=AuditAction.IMPORT).count() == 1


def test_a_sheet_is_saved_whole_or_not_at_all() -> None:
    round_, department, indicators = make_sheet()
    client = signed_in(make_user(role="所管課", departments=[department]))
    there = reverse("admin:kpis_sheet", args=[round_.pk, department.code])
    data: dict[str, str] = {}
    for number, row in enumerate(client.get(there).context["sheet"].rows, 21):
        data |= {f"{row.code}-seen": row.seen, f"{row.code}-value": str(number), f"{row.code}-state": "FINAL"}
    assert len(indicators) * 3 == len(data)

    def act() -> None:
        client.post(there, data)

    kill_everywhere(act)
    assert figures() == [(21, 2, "DRAFT", 2), (22, 2, "DRAFT", 2), (23, 1, "DRAFT", 1)]
    do_again(act)


def test_a_sheet_is_handed_in_whole_or_not_at_all() -> None:
    round_, department, indicators = make_sheet()
    make_value(indicator=indicators[2], value=None, state=State.UNPUBLISHED)
    client = signed_in(make_user(role="所管課", departments=[department]))
    there = reverse("admin:kpis_sheet", args=[round_.pk, department.code])
    kill_everywhere(lambda: client.post(there, {"do": "submit"}))
    assert figures() == [(12, 2, "SUBMITTED", 2), (12, 2, "SUBMITTED", 2), (None, 2, "SUBMITTED", 2)]
    assert AuditEvent.objects.filter(action=AuditAction.SUBMIT).count() == 1


def test_values_are_confirmed_and_returned_whole_or_not_at_all() -> None:
    round_, _, _ = make_sheet()
    YearlyValue.objects.update(workflow=Workflow.SUBMITTED)
    client = signed_in(make_user(role="企画調整課"))
    there = reverse("admin:kpis_round_review", args=[round_.pk])

    def chosen() -> list[str]:
        return [f"{row.pk}-{row.version}" for row in YearlyValue.objects.all()]

    confirm = {"step": "confirm", "chosen": chosen()}
    kill_everywhere(lambda: client.post(there, confirm))
    assert figures() == [(12, 2, "CONFIRMED", 2), (12, 2, "CONFIRMED", 2)]
    assert AuditEvent.objects.filter(action=AuditAction.CONFIRM).count() == 1
    do_again(lambda: client.post(there, confirm))
    giving_back = {"step": "return", "chosen": chosen(), "note": "出典を書いてください。"}
    kill_everywhere(lambda: client.post(there, giving_back))
    assert figures() == [(12, 3, "DRAFT", 3), (12, 3, "DRAFT", 3)]
    assert {row.returned_note for row in YearlyValue.objects.all()} == {"出典を書いてください。"}
    assert AuditEvent.objects.filter(action=AuditAction.RETURN).count() == 1


def test_a_round_is_published_and_taken_back_whole_or_not_at_all() -> None:
    round_, department, indicators = make_sheet()
    YearlyValue.objects.update(workflow=Workflow.CONFIRMED)
    measure = make_measure(department=department)
    make_report(measure=measure, workflow=Workflow.CONFIRMED)
    version = public_version.current().number
    client = signed_in(make_superuser())
    there = reverse("admin:kpis_round_publish", args=[round_.pk])
    seen = client.get(there).context["preview"].fingerprint
    data = {"published_on": f"{TODAY:%Y-%m-%d}", "decision_number": "企画第1号", "seen": seen}
    kill_everywhere(lambda: client.post(there, data))
    round_.refresh_from_db()
    assert (round_.status, round_.decision_number) == (RoundStatus.PUBLISHED, "企画第1号")
    assert Assessment.objects.count() == len(indicators)
    assert figures() == [(12, 1, "PUBLISHED", 2), (12, 1, "PUBLISHED", 2)]
    assert MeasureReport.objects.get().workflow == Workflow.PUBLISHED
    assert public_version.current().number == version + 1
    assert AuditEvent.objects.filter(action=AuditAction.PUBLISH).count() == 1
    do_again(lambda: client.post(there, data))

    back = reverse("admin:kpis_round_unpublish", args=[round_.pk])
    kill_everywhere(lambda: client.post(back, {"reason": "誤って公表した"}))
    round_.refresh_from_db()
    assert (round_.status, round_.decision_number) == (RoundStatus.REVIEW, "")
    assert not Assessment.objects.exists()
    assert figures() == [(12, 1, "CONFIRMED", 3), (12, 1, "CONFIRMED", 3)]
    assert MeasureReport.objects.get().workflow == Workflow.CONFIRMED
    assert public_version.current().number == version + 2
    do_again(lambda: client.post(back, {"reason": "誤って公表した"}))


def test_a_published_year_is_amended_whole_or_not_at_all() -> None:
    round_, _, indicators = make_sheet()
    YearlyValue.objects.update(workflow=Workflow.CONFIRMED)
    publishing.publish(round_, published_on=TODAY, decision_number="企画第1号", user=None, along=[reports.publish])
    assessment = Assessment.objects.get(indicator=indicators[0])
    version = public_version.current().number
    client = signed_in(make_user(role="企画調整課"))
    data = {
        "assessment": assessment.pk,
        "kind": "CORRECTION",
        "value": "15",
        "state": "FINAL",
        "reason": "集計の誤り",
        "made_on": f"{TODAY:%Y-%m-%d}",
    }
    there = reverse("admin:kpis_amendment_add")
    kill_everywhere(lambda: client.post(there, data))
    assessment.refresh_from_db()
    assert (assessment.value, figures()[0]) == (15, (15, 2, "PUBLISHED", 3))
    amendment = Amendment.objects.get()
    assert (amendment.old_value, amendment.new_value, amendment.made_by_id) == (12, 15, User.objects.get().pk)
    assert public_version.current().number == version + 1
    assert AuditEvent.objects.filter(action=AuditAction.AMEND).count() == 1
    do_again(lambda: client.post(there, data))


def test_a_file_of_amendments_is_registered_whole_or_not_at_all() -> None:
    round_, _, indicators = make_sheet()
    YearlyValue.objects.update(workflow=Workflow.CONFIRMED)
    publishing.publish(round_, published_on=TODAY, decision_number="企画第1号", user=None)
    version = public_version.current().number
    client = signed_in(make_user(role="企画調整課"))
    lines = [f"{row.code},2024,訂正,{number},集計の誤り" for number, row in enumerate(indicators[:2], 21)]
    file = SimpleUploadedFile("changes.csv", "\n".join(["指標コード,年度,種類,値,理由", *lines]).encode())
    page = client.post(reverse("admin:kpis_amendment_changes"), {"file": file}, follow=True)
    there, data = page.request["PATH_INFO"], {"seen": page.context["plan"].fingerprint, "leave_out": "1"}
    kill_everywhere(lambda: client.post(there, data))
    assert figures() == [(21, 2, "PUBLISHED", 3), (22, 2, "PUBLISHED", 3)]
    assert [(row.old_value, row.new_value) for row in Amendment.objects.order_by("pk")] == [(12, 21), (12, 22)]
    assert Upload.objects.get().applied_at is not None
    assert public_version.current().number > version
    do_again(lambda: client.post(there, data))


def test_reports_are_handed_in_whole_or_not_at_all() -> None:
    round_, department, _ = make_sheet()
    for _ in range(2):
        make_report(measure=make_measure(department=department))
    client = signed_in(make_user(role="所管課", departments=[department]))
    there = reverse("admin:measures_sheet", args=[round_.pk, department.code])
    kill_everywhere(lambda: client.post(there, {"do": "submit"}))
    rows = [(row.workflow, row.version, row.history.count()) for row in MeasureReport.objects.all()]
    assert rows == [("SUBMITTED", 2, 2)] * 2
    assert AuditEvent.objects.filter(action=AuditAction.SUBMIT).count() == 1


def test_a_revision_is_started_and_adopted_whole_or_not_at_all() -> None:
    source = make_revision()
    original = make_measure(revision=source, indicators=[make_indicator()])
    make_measure(revision=source, reprint_of=original)
    client = signed_in(make_user(role="企画調整課"))
    start = {"action": "start_revision", "_selected_action": [source.pk]}
    kill_everywhere(lambda: client.post(reverse("admin:goals_revision_changelist"), start))
    draft = Revision.objects.get(status=RevisionStatus.DRAFT)
    copies = Measure.objects.filter(revision=draft)
    assert [(row.continues_id, row.reprint_of_id) for row in copies.order_by("pk")] == [
        (original.pk, None),
        (original.pk + 1, copies.get(continues=original).pk),
    ]
    assert [row.indicators.count() for row in copies.order_by("pk")] == [1, 0]

    there = reverse("admin:goals_revision_adopt", args=[draft.pk])
    data = {"adopted_on": f"{TODAY:%Y-%m-%d}"}
    kill_everywhere(lambda: client.post(there, data))
    draft.refresh_from_db()
    assert (draft.status, draft.adopted_on) == (RevisionStatus.ADOPTED, TODAY)
    assert AuditEvent.objects.filter(action=AuditAction.ADOPT).count() == 1
    do_again(lambda: client.post(there, data))
