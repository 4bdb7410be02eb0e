"""Measure the yearly sheet with 100 rows: how long it takes to open, to save one row, and to save all of them.

A throw-away SQLite file; JSON goes to var/bench/sheet.json.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pace

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "var" / "bench" / "sheet.json"
ROWS, RUNS = 100, 9
FORM = "application/x-www-form-urlencoded"  # as browsers send a form without files
OPENS, SAVES = 150, 300  # milliseconds (operations.md, Speed)


def set_up(directory: str) -> tuple[Any, Any, Any]:
    """Make a department with a round, its indicators with a target and two years; return round, department, browser."""
    os.environ.update(
        DEBUG="1", DATA_DIR=directory, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="kanazawa_strategy.settings"
    )
    os.environ.pop("DATABASE_URL", None)
    sys.path.insert(0, str(ROOT))
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    import kanazawa_strategy.wsgi  # noqa: F401 (as the server starts)

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

    department = make_department(name="こども政策課")
    for number in range(ROWS):
        indicator = make_indicator(department=department, code=f"3-1-K{number:03}")
        make_target(indicator=indicator, baseline=10, target=100)
        for year in (2022, 2023):
            make_value(indicator=indicator, fiscal_year=year, value=20 + year - 2022)
    client = Client()
    client.force_login(make_user(role="所管課", departments=[department], username="member"))
    return make_round(), department, client


def milliseconds(work: Callable[[], Any], prepare: Callable[[], None] = lambda: None) -> dict[str, float]:
    """Return the medians of wall and CPU time, and of a bare loop at the same time; the first time is left out."""
    wall, cpu, loops = [], [], []
    for number in range(RUNS + 1):
        prepare()
        loop = pace.of_loop()
        started = time.perf_counter(), time.process_time()
        work()
        taken = time.perf_counter() - started[0], time.process_time() - started[1]
        if number:
            wall.append(taken[0] * 1000)
            cpu.append(taken[1] * 1000)
            loops.append(loop)
    names = ("ms", "cpu_ms", "loop_milliseconds")
    return {name: round(statistics.median(each), 2) for name, each in zip(names, (wall, cpu, loops), strict=True)}


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        round_, department, client = set_up(directory)
        from django.db import connection
        from django.test.utils import setup_test_environment, teardown_test_environment
        from django.urls import reverse

        page = reverse("admin:kpis_sheet", args=[round_.pk, department.code])

        def opened() -> Any:
            answer = client.get(page)
            assert answer.status_code == 200
            return answer

        sent: list[str] = []

        def filled_in() -> None:
            """Make what a browser would send: a form knows what it has seen, so each save needs one of its own."""
            cells: dict[str, str] = {}
            setup_test_environment()  # templates tell what they show only in a test
            for row in opened().context["sheet"].rows:
                cells |= {f"{row.code}-{name}": text for name, text in row.cells.items() if text}
                cells |= {f"{row.code}-seen": row.seen, f"{row.code}-value": str(22 + len(sent) % 2)}
                cells[f"{row.code}-state"] = "FINAL"
            teardown_test_environment()
            sent.append(urlencode(cells))

        def saved() -> None:
            answer = client.post(page, sent[-1], content_type=FORM)
            assert answer.status_code == 302, answer.content.decode()[:2000]

        found = {"rows": ROWS, "open": milliseconds(opened), "save_all": milliseconds(saved, filled_in)}
        connection.close()
    print(
        f"Sheet of {ROWS} rows: open {found['open']} (limit {OPENS} ms), save all {found['save_all']} (limit {SAVES} ms)"
    )
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
