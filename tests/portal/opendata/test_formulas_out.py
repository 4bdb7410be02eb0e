"""No file that leaves the portal holds a text that a spreadsheet would run; negative figures stay figures."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.urls import reverse

from goals.publication import version
from kanazawa_strategy import opendata
from kpis.judging.words import State
from kpis.models import Amendment, Assessment, Round, Workflow, YearlyValue
from measures.models import Opinion, OpinionStatus
from tests.portal.roles.addresses import PUBLISHED, kept_uploads, publish_a_year
from tests.portal.roles.round_world import World, admin_address, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
FIGURE = re.compile(r"[-+−]?[0-9][0-9,.]*%?")
# Only codes and keys of ours: their forms let nothing through that a formula begins with
KEYS = {"code", "slug", "username", "ip"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make a world in which every text of every table begins as a formula does, each row in another way."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        YearlyValue.objects.filter(pk=world.value.pk).update(value=Decimal("-5.2"))
        publish_a_year(world)
        Opinion.objects.update(status=OpinionStatus.PUBLIC)
        spoil()
        Assessment.objects.update(value=Decimal("-5.2"), state=State.FINAL)
        YearlyValue.objects.filter(workflow=Workflow.PUBLISHED).update(value=Decimal("-5.2"))
        version.bump()
        yield world
        transaction.set_rollback(True)


def spoil() -> None:
    for model in (*apps.get_app_config("goals").get_models(), *_figures()):
        names = [field.name for field in model._meta.get_fields() if _is_free(field)]
        rows: Any = model._default_manager
        for number, pk in enumerate(rows.order_by("pk").values_list("pk", flat=True)):
            text = f"{BEGINNINGS[number % len(BEGINNINGS)]}1+{pk % 10}"
            if names:
                rows.filter(pk=pk).update(**dict.fromkeys(names, text))


def _figures() -> Iterator[Any]:
    for app in ("kpis", "measures"):
        yield from apps.get_app_config(app).get_models()


def _is_free(field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return is_text and field.name not in KEYS and (field.max_length or 99) >= 4 and not field.unique


def unsafe(name: str, content: bytes) -> list[str]:
    """Return the cells of a file that a spreadsheet would run."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return [cell for part in archive.namelist() for cell in unsafe(f"{name}/{part}", archive.read(part))]
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert len(cells) > 5, name
        found = [cell for cell in cells if cell.data_type == "f" or _runs(cell.value)]
        return [f"{name} {cell.parent.title}!{cell.coordinate}: {cell.value!r}" for cell in found]
    encoding = "cp932" if "sjis" in name else "utf-8-sig"
    lines = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    assert len(lines) > 1, name
    return [f"{name}: {cell!r}" for line in lines for cell in line if _runs(cell)]


def _runs(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(BEGINNINGS) and not FIGURE.fullmatch(value)


def downloads(world: World) -> dict[str, bytes]:
    """Take every CSV and every workbook that the portal hands out."""
    everybody, office = world.browser("anonymous"), world.browser("superuser")
    kept = kept_uploads(world, "superuser")
    pk, code = world.round.pk, world.value.indicator.code.lower()
    public = [f"/opendata/{name}{kind}.csv" for name in opendata.DATASETS for kind in ("", "-sjis")]
    public += ["/opendata/strategy.xlsx", "/indicators.csv", f"/indicators/{code}.csv"]
    public += [f"/committee/{PUBLISHED}/pack.xlsx"]
    inside = [f"/committee/preview/{world.round.fiscal_year}/pack.xlsx", f"/admin/kpis/round/{pk}/workbooks.zip"]
    inside += [f"/admin/kpis/round/{pk}/workbook/{world.own.code}.xlsx"]
    inside += ["/admin/kpis/amendment/import-changes/template.xlsx"]
    inside += [f"/admin/kpis/amendment/import-changes/{kept['amendments']}/report.csv"]
    inside += [f"/admin/kpis/round/{pk}/intake/{kept['upload_pk']}/report.csv"]
    found = {
        path: _content(client.get(path)) for client, paths in ((everybody, public), (office, inside)) for path in paths
    }
    for model in exported():
        address = admin_address(model, "export")
        for kind, name in enumerate(("csv", "xlsx", "sjis.csv")):
            answer = office.post(address, {"format": str(kind), "resource": "0"})
            found[f"{model._meta.model_name}-{name}"] = _content(answer)
    return found


def exported() -> list[Any]:
    return [
        model
        for model, table in admin.site._registry.items()
        if getattr(table, "resource_classes", None) and model is not Amendment
    ]


def _content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer) if answer.streaming else answer.content


def test_no_cell_of_any_file_begins_as_a_formula(world: World) -> None:
    files = downloads(world)
    assert len(files) > 70
    assert {name: cells for name, content in files.items() if (cells := unsafe(name, content))} == {}
    guarded = [name for name, content in files.items() if not content.startswith(b"PK") and b"'=1+" in content]
    assert len(guarded) > 15


def test_what_a_file_brought_comes_back_guarded_in_the_report_on_it(world: World) -> None:
    office = world.browser("superuser")
    text = f"指標コード,実績値,備考\n{world.blank.code},=1+1,@SUM(A1)\n".encode()
    address, sid = reverse("admin:kpis_round_intake", args=[world.round.pk]), transaction.savepoint()
    sent = office.post(address, {"file": io.BytesIO(text)})
    report = office.get(f"{sent.headers['Location']}report.csv").content
    transaction.savepoint_rollback(sid)
    assert b"'=1+1" in report
    assert unsafe("report.csv", report) == []


def test_negative_figures_stay_figures(world: World) -> None:
    office = world.browser("superuser")
    address = admin_address(YearlyValue, "export")
    table, book = (office.post(address, {"format": kind, "resource": "0"}).content for kind in ("0", "1"))
    assert "-5.2" in [cell for line in csv.reader(io.StringIO(table.decode("utf-8-sig"))) for cell in line]
    assert -5.2 in [cell for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].values for cell in row]
    public = office.get("/opendata/assessments.csv").content.decode("utf-8-sig")
    assert "-5.2" in [cell for line in csv.reader(io.StringIO(public)) for cell in line]
    assert Round.objects.filter(fiscal_year=PUBLISHED).exists()
