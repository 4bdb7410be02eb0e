"""Measure the stored pages in one run, as ratios: warm page, 304, exported page, a publication, memory, mixed load.

    .venv/bin/python benchmarks/stored.py [--quick]

JSON goes to var/bench/stored.json.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pace
from load import Reader, readers, requests_per_second
from serving import ACCEPTS, ROOT, bare, manage, nginx, portal, set_up

OUTPUT = ROOT / "var" / "bench" / "stored.json"
PAGE = "/"
ROUNDS, SECONDS = 9, 3
READERS = 200
REQUESTS = 100_000
LOAD_SECONDS = 300
MIXED = ["/", "/indicators/", "/indicators/3-1-n1/", "/measures/", "/strategies/3/goals/1/", "/committee/2025/"]
MIXED += ["/search/?q=こども", "/indicators/?goal=2&sort=attention", "/opendata/values.csv", "/nothing-here/"]
FACTOR = {"warm": 0.8, "unchanged": 1.2}


def fetched(url: str, headers: dict[str, str]) -> tuple[bytes, Message]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read(), answer.headers


def speeds(env: dict[str, str], directory: Path) -> dict[str, Any]:
    """Compare the stored page with a bare view of its bytes and with nginx, interleaved."""
    with portal(env) as address:
        body, headers = fetched(address + PAGE, ACCEPTS)
        page = directory / "page.gz"
        page.write_bytes(body)
        root = directory / "exported"
        manage(env, "export_site", str(root), "--base-url", "http://127.0.0.1/")
        unchanged = {**ACCEPTS, "If-None-Match": headers["ETag"]}
        with bare(env, page) as bare_address, nginx(directory, root) as nginx_address:
            measured: dict[str, list[float]] = {"bare": [], "warm": [], "unchanged": [], "nginx": []}
            loops: list[float] = []
            for number in range(ROUNDS + 1):  # the first warms up
                seconds = SECONDS if number else 1
                found = {
                    "bare": requests_per_second(f"{bare_address}/", seconds, headers=ACCEPTS),
                    "warm": requests_per_second(address + PAGE, seconds, headers=ACCEPTS),
                    "unchanged": requests_per_second(address + PAGE, seconds, headers=unchanged, status=304),
                }
                if nginx_address:
                    found["nginx"] = requests_per_second(f"{nginx_address}/", seconds, headers=ACCEPTS)
                loops += [pace.of_loop() for _ in range(10)]
                for name, value in found.items():
                    if number:
                        measured[name].append(value)
    medians = {name: round(statistics.median(values)) for name, values in measured.items() if values}
    # Of each round by itself: a machine that others share is twice as slow in one round as in the next.
    ratios = {name: round(_ratio(measured[name], measured["bare"]), 3) for name in FACTOR}
    return {
        "bytes": len(body),
        "requests_per_second": medians,
        "ratio_to_bare": ratios,
        "loop_milliseconds": round(statistics.median(loops), 2),
    }


def _ratio(values: list[float], bases: list[float]) -> float:
    return statistics.median(value / base for value, base in zip(values, bases, strict=True))


def publication(env: dict[str, str]) -> dict[str, Any]:
    """Let many read while the name of an indicator changes; every answer must be wholly old or wholly new."""
    paths = ["/indicators/3-1-n1/", "/indicators/", "/strategies/3/goals/1/"]
    name = re.compile(r"(元の名前|新しい名前)")

    def shown(page: str) -> str:
        return "+".join(sorted(set(name.findall(page)))) or "neither"

    rename(env, "元の名前")
    done, moments = threading.Event(), {}

    def publish() -> None:
        time.sleep(3)
        rename(env, "新しい名前")
        moments["published"] = time.monotonic()
        time.sleep(4)
        done.set()

    with portal(env) as address:
        for path in paths:
            fetched(address + path, {})
        publisher = threading.Thread(target=publish)
        publisher.start()
        seen = readers(address, READERS, paths, done.is_set, shown)
        publisher.join()
    late = [ended for begun, ended, what in seen.answers if begun > moments["published"] and what != "新しい名前"]
    return {
        "readers": READERS,
        "answers": len(seen.answers),
        "statuses": dict(seen.statuses),
        "errors": len(seen.errors),
        "shown": {what: sum(each == what for _, _, each in seen.answers) for what in {row[2] for row in seen.answers}},
        "seconds_until_all_new": round(max((ended - moments["published"] for ended in late), default=0.0), 2),
    }


def rename(env: dict[str, str], name: str) -> None:
    """Change what is public in a process of its own, as staff would."""
    code = (
        "from django.db import transaction; from goals import publication; from kpis.models import Indicator\n"
        f"with transaction.atomic(): Indicator.objects.filter(code='3-1-N1').update(name={name!r}); publication.bump()"
    )
    manage(env, "shell", "-v0", "-c", code)


def memory_of_workers() -> list[float]:
    """Return the PSS of granian's processes in MiB."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and b"kanazawa_strategy.wsgi" in (process / "cmdline").read_bytes():
                rollup = (process / "smaps_rollup").read_text()
                found.append(int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024)  # type: ignore[index]
        except OSError:
            continue
    return sorted(found, reverse=True)


def memory(env: dict[str, str], requests: int) -> dict[str, Any]:
    """Fetch all kinds of pages many times and look at the memory on the way; it must stay flat."""
    from concurrent.futures import ThreadPoolExecutor

    def fetch(address: str, count: int) -> None:
        reader = Reader(address)
        for number in range(count):
            path = f"/search/?q={number}" if number % 50 == 0 else MIXED[number % 6]
            reader.get(path, {"Accept-Encoding": "gzip"})
        reader.close()

    course = []
    with portal(env) as address:
        for _ in range(6):
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: fetch(address, requests // 48), range(8)))
            course.append([round(size, 1) for size in memory_of_workers()])
    return {"requests": requests, "mib_per_process": course}


def mixed_load(env: dict[str, str], seconds: int) -> dict[str, Any]:
    """Load the portal with all kinds of requests while something is published every ten seconds."""
    ended = time.monotonic() + seconds
    with portal(env) as address:

        def publish() -> None:
            number = 0
            while time.monotonic() < ended:
                rename(env, f"名前{number}")
                number += 1
                time.sleep(10)

        publisher = threading.Thread(target=publish)
        publisher.start()
        seen = readers(address, 16, MIXED, lambda: time.monotonic() > ended, lambda page: "")
        publisher.join()
    return {"seconds": seconds, "statuses": dict(seen.statuses), "errors": len(seen.errors)}


def main() -> None:
    quick = "--quick" in sys.argv
    results: dict[str, Any] = {}
    steps: dict[str, Callable[[dict[str, str], Path], dict[str, Any]]] = {
        "speeds": speeds,
        "publication": lambda env, _: publication(env),
        "memory": lambda env, _: memory(env, REQUESTS // 20 if quick else REQUESTS),
        "mixed_load": lambda env, _: mixed_load(env, 20 if quick else LOAD_SECONDS),
    }
    for name, step in steps.items():
        with tempfile.TemporaryDirectory() as directory:
            env = set_up(Path(directory))
            results[name] = step(env, Path(directory))
        print(name, json.dumps(results[name], ensure_ascii=False), flush=True)
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        OUTPUT.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
