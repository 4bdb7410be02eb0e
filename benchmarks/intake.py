"""Measure the way of a workbook with 10,000 values through the intake: seconds and memory. `make bench` may call it.

Runs in a process of its own on a throw-away SQLite file, so that the peak of memory is this work's alone.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENTERED = ("令和6年度の実績値", "状態", "公表予定", "備考", "要因分析", "今後の取組", "自己評価", "自己評価の理由")
VALUES = 10_000
ROWS = VALUES // len(ENTERED)
SECONDS, MEGABYTES = 5, 300


def set_up(directory: str) -> Any:
    """Make one round with as many indicators as there are values, each with a target and a year before that makes the
    new figures look odd; return it with its planner's browser."""
    os.environ.update(
        DEBUG="1", DATA_DIR=directory, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="kanazawa_strategy.settings"
    )
    os.environ.pop("DATABASE_URL", None)
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from kpis.models import Indicator, Target, YearlyValue
    from tests.makers import make_goal, make_revision, make_round, make_user

    goal = make_goal()
    rows = [
        Indicator(
            code=f"{goal.strategy.edition}-1-K{n:05}",
            goal=goal,
            level="KPI",
            basis="ACTIVITY",
            name=f"指標{n}",
            order=1,
        )
        for n in range(1, ROWS + 1)
    ]
    held = Indicator.objects.bulk_create(rows)
    revision, known = make_revision(strategy=goal.strategy), {"baseline_year": 2022, "target_year": 2028}
    Target.objects.bulk_create(
        Target(indicator=row, revision=revision, kind="REACH", baseline=1, target=9, **known) for row in held
    )
    before = {"fiscal_year": 2023, "value": 100_000, "state": "FINAL"}
    YearlyValue.objects.bulk_create(YearlyValue(indicator=row, **before) for row in held)
    client = Client()
    client.force_login(make_user(role="企画調整課"))
    return make_round(), client


def workbook(plus: int) -> bytes:
    """Write a form in which every cell is filled in."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["コード", "指標名", *ENTERED])
        for n in range(1, ROWS + 1):
            texts = [f"{what}{plus}" for what in ("備考", "分析", "取組")]
            cells = [n + plus, "速報", f"2025年{9 + plus}月", *texts, "順調", f"理由{plus}"]
            sheet.write_row(n, 0, [f"3-1-K{n:05}", f"指標{n}", *cells])
    return buffer.getvalue()


def clocks() -> tuple[float, float]:
    """Return wall and CPU time: on a busy machine, only the second tells what the work costs."""
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> str:
    wall, cpu = (now - then for now, then in zip(clocks(), start, strict=True))
    return f"{wall:5.2f} s (CPU {cpu:5.2f} s)"


def passed(round_: Any, client: Any, plus: int) -> tuple[str, str]:
    """Send and confirm a workbook; return what both took."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    address, file = f"/admin/kpis/round/{round_.pk}/intake/", SimpleUploadedFile("a.xlsx", workbook(plus))
    start = clocks()
    sent = client.post(address, {"file": file})
    page = client.get(sent.headers["Location"])
    preview = since(start)
    seen = page.content.decode().split('name="seen" value="')[1].split('"')[0]
    start = clocks()
    answer = client.post(sent.headers["Location"], {"seen": seen, "checked": "1"})
    confirmed = since(start)
    if answer.status_code != 302:
        raise SystemExit("nothing was written")
    return preview, confirmed


def main() -> None:
    """Print what was measured, for new values and for changed ones."""
    with tempfile.TemporaryDirectory() as directory:
        round_, client = set_up(directory)
        for what, plus in (("new", 0), ("changed", 1)):
            preview, confirmed = passed(round_, client, plus)
            print(f"{VALUES:,} {what:8} preview {preview}  confirm {confirmed}  (limit {SECONDS} s each)")
        from django.db import connection

        connection.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process {peak:.0f} MB (limit {MEGABYTES} MB)")


if __name__ == "__main__":
    main()
