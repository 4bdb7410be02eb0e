"""Measure every kind of public page on the demonstration's data: queries, milliseconds, bytes. `make bench` runs it.

The database is a throw-away SQLite file; the figures go to standard output and to var/bench/pages.json.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "var" / "bench" / "pages.json"
RUNS = 15
PAGES = [
    "/",
    "/strategies/",
    "/strategies/3/",
    "/strategies/3/goals/1/",
    "/indicators/",
    "/indicators/?sort=attention",
    "/indicators/3-1-n1/",
    "/indicators/3-1-n1.json",
    "/indicators/3-1-n1.csv",
    "/measures/",
    "/measures/3-1-1-01/",
    "/themes/kodomo/",
    "/committee/",
    "/about/method/",
    "/opendata/",
    "/opendata/values.csv",
    "/opendata/assessments.json",
    "/opendata/strategy.xlsx",
]


def set_up(directory: str) -> None:
    """Start Django on a database of its own, filled with the demonstration."""
    os.environ.update(DEBUG="1", DATA_DIR=directory, LOG_LEVEL="ERROR", DEMO_PASSWORD="bench-only-password-1")
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kanazawa_strategy.settings"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        call_command("migrate", verbosity=0, stdout=nowhere)
        call_command("load_demo", stdout=nowhere)


def measure(path: str) -> dict[str, Any]:
    """Fetch a page often, and give the queries of one fetch and the median time of the rest."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    count = len(queries)  # at once: later requests empty the log
    if response.status_code != 200:
        raise SystemExit(f"{path} answers {response.status_code}")
    wall, cpu = [], []
    for _ in range(RUNS):
        wall_from, cpu_from = time.perf_counter(), time.process_time()
        body = client.get(path).content
        cpu.append(time.process_time() - cpu_from)
        wall.append(time.perf_counter() - wall_from)
    return {
        "path": path,
        "queries": count,
        "milliseconds": round(statistics.median(wall) * 1000, 1),
        "cpu_milliseconds": round(statistics.median(cpu) * 1000, 1),
        "bytes": len(body),
        "gzip_bytes": len(gzip.compress(body, 6)),
    }


def main() -> None:
    """Print a table and write it as JSON."""
    with tempfile.TemporaryDirectory() as directory:
        set_up(directory)
        rows = [measure(path) for path in PAGES]
        from django.db import connection

        connection.close()
    print(f"{'page':32}{'queries':>8}{'ms':>8}{'CPU ms':>8}{'KB':>8}{'KB gz':>8}")
    for row in rows:
        kilobytes = "".join(f"{row[name] / 1024:8.1f}" for name in ("bytes", "gzip_bytes"))
        print(f"{row['path']:32}{row['queries']:8}{row['milliseconds']:8}{row['cpu_milliseconds']:8}{kilobytes}")
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps({"runs": RUNS, "pages": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
