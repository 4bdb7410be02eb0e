"""Load on a server: as much as wrk can make, and readers who look at what they get."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

CONNECTIONS = 16


def requests_per_second(url: str, seconds: int, *, headers: dict[str, str] | None = None, status: int = 200) -> float:
    """Return how many answers a second wrk gets; every one of them must have the status."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is not here (apt-get install wrk).")
    options = [option for name, value in (headers or {}).items() for option in ("-H", f"{name}: {value}")]
    command = [program, "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *options, url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output and status < 400 and status != 304:
        raise SystemExit(f"{url} answers with errors:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None:
        raise SystemExit(output)
    return float(found[1])


@dataclass
class Seen:
    """What many readers got."""

    statuses: Counter[int] = field(default_factory=Counter)
    answers: list[tuple[float, float, str]] = field(default_factory=list)  # begun, ended, what it showed
    errors: list[str] = field(default_factory=list)


class Reader:
    """One connection that is kept open, as a browser's."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port
        self._connection = http.client.HTTPConnection(self._host, self._port, timeout=30)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
        self._connection.request("GET", quote(path, safe="/?&=%"), headers=headers or {})
        answer = self._connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())

    def close(self) -> None:
        self._connection.close()


def readers(
    base: str, count: int, paths: Iterable[str], until: Callable[[], bool], shown: Callable[[str], str]
) -> Seen:
    """Let many read the same pages in turn until told to stop; keep what each answer showed, and when."""
    seen, lock, pages = Seen(), threading.Lock(), list(paths)

    def read(number: int) -> None:
        reader, turn = Reader(base), number
        while not until():
            begun = time.monotonic()
            try:
                status, body, _ = reader.get(pages[turn % len(pages)])
                what = shown(body.decode("utf-8", "replace"))
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    seen.errors.append(repr(error))
                reader = Reader(base)
                continue
            with lock:
                seen.statuses[status] += 1
                seen.answers.append((begun, time.monotonic(), what))
            turn += 1
        reader.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(read, range(count)))
    return seen
