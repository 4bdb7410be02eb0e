"""One hostile request, form or file sent to the portal, and what was wrong with how it took it; nothing, most of the time."""

from __future__ import annotations

import gzip
import random
import traceback
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from goals.importing import formats, reading
from goals.importing.limits import FileRefused
from kpis.amending.file import layout
from kpis.entry.workbook import layouts
from kpis.models import Target, YearlyValue
from tests.hostile_files import workbook
from tests.hostile_requests import Sent, mutated, spoilt
from tests.portal.roles.round_world import World
from tests.portal.roles.test_write_paths import Ear, undone
from tests.portal.roles.write_lines import Line

POWERLESS = ("anonymous", "no role", "ended")
EVERYBODY = (*POWERLESS, "member", "own", "other", "officer", "planner", "superuser")
KEPT = {"django_session", "goals_auditevent", "axes_accessattempt"}  # who came in, was refused, took what out
DOORS = ("/admin/kpis/target/import/", "/admin/kpis/round/{}/intake/", "/admin/kpis/amendment/import-changes/")


def try_request(client: Client, sent: Sent, *, is_powerless: bool) -> str:
    ear = Ear()
    with undone():
        with connection.execute_wrapper(ear):
            response = sent.by(client)
        wrong = fault(response, sent.method)
    if wrong or ((is_powerless or sent.method in {"GET", "HEAD"}) and not ear.heard <= KEPT):
        return wrong or f"writes {ear.heard - KEPT}"
    return ""


def try_form(world: World, line: Line, who: str, seed: int) -> str:
    """Send what a line of the table of writers sends, with some cells of it spoilt."""
    with undone():
        address, typed = line.deed(world, who)
        cells, ear = spoilt(typed, random.Random(seed)), Ear()
        with connection.execute_wrapper(ear):
            response = _browser(world, who).post(address, cells)
        wrong = fault(response, "POST")
    if wrong or (who in POWERLESS and not ear.heard <= KEPT | _own(line.address, who)):
        return f"{address} {cells}: {wrong or f'writes {ear.heard - KEPT}'}"
    return ""


def _own(address: str, who: str) -> set[str]:
    """Return what is everybody's own to change, once they are in: the password and the second factor."""
    if who == "anonymous":
        return set()
    if address == "second-factor":
        return {"otp_totp_totpdevice", "otp_static_staticdevice", "otp_static_statictoken"}
    return {"auth_user", "goals_handedpassword"} if address in {"password", "password_change"} else set()


def try_door(client: Client, address: str, typed: dict[str, Any], seed: int) -> str:
    """Send a form that needs no account, with some cells of it spoilt."""
    client.raise_request_exception, ear = False, Ear()
    with undone(), connection.execute_wrapper(ear):
        wrong = fault(client.post(address, spoilt(typed, random.Random(seed))), "POST")
    return wrong or ("" if ear.heard <= KEPT else f"writes {ear.heard - KEPT}")


def sound_files(world: World) -> list[bytes]:
    """Return files of each kind as they leave the portal, and CSV as departments write it."""
    office = world.browser("planner")
    form = office.get(f"/admin/kpis/round/{world.round.pk}/workbook/{world.second.code}.xlsx").content
    template = office.get("/admin/kpis/amendment/import-changes/template.xlsx").content
    tables = [
        office.post(f"/admin/kpis/{name}/export/", {"format": kind, "resource": "0"}).content
        for name in ("yearlyvalue", "target")
        for kind in "10"
    ]
    typed = f"指標コード,実績値,状態,備考\r\n{world.blank.code},21,速報,注\r\n".encode("cp932")
    return [workbook(), form, template, *tables, typed]


def try_reading(data: bytes, seed: int) -> str:
    """Let the readers read a damaged file: they return something, or refuse it."""
    bent = mutated(data, random.Random(seed))
    for read in (formats.table, lambda content: _lines(reading.read(content))):
        try:
            read(bent)
        except FileRefused:
            continue
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return ""


def _lines(book: reading.Book) -> None:
    layouts.lines_of(book, 2024)
    layout.lines_of(book)


def try_file(world: World, door: str, data: bytes, seed: int) -> str:
    """Send a damaged file, under a name and a type that say nothing of what it is, and look at the page after it."""
    chance, address, ear = random.Random(seed), door.format(world.round.pk), Ear()
    name = chance.choice(["a.xlsx", "a.csv", "\u202e.exe", "x" * 300])
    file = SimpleUploadedFile(name, mutated(data, chance), chance.choice(["text/csv", "image/png", "x/y"]))
    field = "import_file" if door.endswith("/import/") else "file"
    before = _values()
    with undone(), connection.execute_wrapper(ear):
        typed = {field: file, "format": "0", "resource": "0"}
        response = _browser(world, "superuser").post(address, typed, follow=True)
        wrong = fault(response, "POST") or ("予期しない" in response.content.decode() and "an unforeseen reason")
        wrong = wrong or (_values() != before and "writes values that nobody has confirmed")
    # A preview of a table's import writes, and takes it back.
    tried = {"kpis_target", "kpis_historicaltarget"} if door.endswith("/import/") else set()
    return wrong or ("" if ear.heard <= {*KEPT, "kpis_upload"} | tried else f"writes {ear.heard - KEPT}")


def _values() -> tuple[int, int, int]:
    return YearlyValue.objects.count(), YearlyValue.history.count(), Target.history.count()


def _browser(world: World, who: str) -> Client:
    browser = world.browser(who)
    browser.raise_request_exception = False
    return browser


def fault(response: Any, method: str = "GET") -> str:
    """Tell what is wrong with an answer: an error of the server, a traceback shown, nothing to read; else nothing."""
    if response.status_code >= 500:
        return f"{response.status_code}: {_why(response)}"
    if method == "HEAD" or response.status_code in {204, 301, 302, 304}:
        return ""
    content = b"".join(response) if response.streaming else response.content
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if b"Traceback (most" in content or b"django.core" in content or b"Exception Value" in content:
        return "shows a traceback"
    if method == "OPTIONS" or response.status_code == 405:
        return ""
    if len(content) < 40:
        return f"says nothing ({response.status_code})"
    if response.get("Content-Type", "").startswith("text/html") and b"<h1" not in content and b"<form" not in content:
        return f"is no page ({response.status_code})"
    return ""


def _why(response: Any) -> str:
    info = getattr(response, "exc_info", None)
    return "".join(traceback.format_exception(*info)[-4:]) if info else "without an exception"
