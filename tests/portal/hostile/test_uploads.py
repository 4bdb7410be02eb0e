"""Every door that takes a file, and what must not come in by it: one sentence, nothing written, nothing left behind."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goals.importing import formats, reading
from goals.importing.limits import MAX_BYTES
from kpis.models import Indicator, Upload
from tests.hostile_files import FILES, workbook
from tests.portal.roles.round_world import World, make_world
from tests.portal.roles.test_write_paths import MODELS, rows_of
from tests.transfer import refusals

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let uploads wait in a directory of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def send(client: Client, address: str, data: bytes, name: str, kind: str) -> Any:
    """Send a file as its sender likes to call it."""
    field = "import_file" if address.endswith("/import/") else "file"
    file = SimpleUploadedFile(name, data, kind)
    return client.post(address, {field: file, "format": "0", "resource": "0"})


def said(page: Any) -> str:
    return " ".join([*refusals(page), *page.context["form"].errors.get("file", [])])


def imports() -> list[str]:
    return [
        f"{model._meta.app_label}_{model._meta.model_name}_import"
        for model, table in admin.site._registry.items()
        if getattr(table, "importable", False)
    ]


def doors(world: World) -> dict[str, str]:
    """Return every address that takes a file, by its name (test_roles.py looks for others)."""
    found = {name: reverse(f"admin:{name}") for name in imports()}
    found["kpis_round_intake"] = reverse("admin:kpis_round_intake", args=[world.round.pk])
    return {**found, "kpis_amendment_changes": reverse("admin:kpis_amendment_changes")}


@pytest.mark.parametrize("door", ["kpis_indicator_import", "kpis_round_intake", "kpis_amendment_changes"])
@pytest.mark.parametrize(("make", "says"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_in_one_sentence_and_leaves_nothing(
    world: World, waiting: Path, door: str, make: Callable[[], bytes], says: str
) -> None:
    data, client, before = make(), world.browser("superuser"), rows_of(MODELS)
    start = time.process_time()
    page = send(client, doors(world)[door], data, "値.xlsx", formats.XLSX_TYPE)
    assert time.process_time() - start < 10
    assert page.status_code == 200
    assert says in said(page)
    assert "予期しない" not in said(page)
    assert rows_of(MODELS) == before
    assert list(waiting.iterdir()) == []


@pytest.mark.parametrize("kind", ["a thousand million laughs", "packed by LZMA", "a text with NUL"])
def test_every_door_refuses_it(world: World, waiting: Path, kind: str) -> None:
    client, (make, says) = world.browser("superuser"), FILES[kind]
    data, before = make(), rows_of(MODELS)
    told = {name: said(send(client, door, data, "a.csv", "text/csv")) for name, door in doors(world).items()}
    assert len(told) > 15
    assert {name for name, text in told.items() if says not in text} == set()
    assert rows_of(MODELS) == before
    assert list(waiting.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind"), [("値.csv", "text/csv"), ("a.exe", "application/x-msdownload"), ("a.png", "image/png")]
)
def test_what_a_file_is_shows_in_its_content_and_not_in_its_name_or_declared_type(
    world: World, name: str, kind: str
) -> None:
    rows = [["indicator_code", "definition"], [world.blank.code, "直した定義"]]
    page = send(world.browser("superuser"), reverse("admin:kpis_indicator_import"), workbook(rows), name, kind)
    assert refusals(page) == []
    assert "confirm_form" in page.context


def test_a_file_that_is_much_too_large_is_not_kept_while_it_arrives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    read = reading.read

    def counted(data: bytes) -> Any:
        kept.append(len(data))
        return read(data)

    monkeypatch.setattr(reading, "read", counted)
    page = send(world.browser("superuser"), reverse("admin:goals_goal_import"), b"a,b\n" * 10_000_000, "a.csv", "")
    assert "10MB" in said(page)
    assert MAX_BYTES < kept[0] < MAX_BYTES + 200_000


def test_two_files_at_once_are_refused_whole(world: World) -> None:
    both = [SimpleUploadedFile("a.csv", b"a"), SimpleUploadedFile("b.csv", b"b")]
    page = world.browser("superuser").post(reverse("admin:goals_goal_import"), {"import_file": both})
    assert page.status_code == 400
    assert "何も行いませんでした" in page.content.decode()


def test_a_file_waits_for_its_confirmation_only_and_is_gone_after_it(world: World, waiting: Path) -> None:
    client, sid = world.browser("superuser"), transaction.savepoint()
    text = f"indicator_code,definition\n{world.blank.code},直した定義\n"
    page = send(client, reverse("admin:kpis_indicator_import"), text.encode(), "a.csv", "text/csv")
    (kept,) = waiting.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert client.get(f"/static/{kept.name}").status_code == 404
    client.post(reverse("admin:kpis_indicator_process_import"), page.context["confirm_form"].initial)
    assert Indicator.objects.get(pk=world.blank.pk).definition == "直した定義"
    assert list(waiting.iterdir()) == []
    transaction.savepoint_rollback(sid)


def test_the_file_of_a_preview_with_errors_does_not_wait(world: World, waiting: Path) -> None:
    text = b"indicator_code,strategy_edition,revision_number,target\n9-9-K99,3,1,21\n"
    page = send(world.browser("superuser"), reverse("admin:kpis_target_import"), text, "a.csv", "text/csv")
    assert "9-9-K99" in said(page)
    assert list(waiting.iterdir()) == []


def test_of_a_questionnaire_only_its_cells_are_kept_and_never_the_file(world: World, waiting: Path) -> None:
    text = f"指標コード,実績値\n{world.blank.code},21\n".encode()
    door = reverse("admin:kpis_round_intake", args=[world.round.pk])
    sid = transaction.savepoint()
    assert send(world.browser("superuser"), door, text, "../../値.csv", "text/csv").status_code == 302
    assert Upload.objects.latest("pk").name == "値.csv"
    assert list(waiting.iterdir()) == []
    transaction.savepoint_rollback(sid)
