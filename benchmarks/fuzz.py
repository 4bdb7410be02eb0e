"""Send thousands of hostile requests, forms and files to throw-away portals, and say what broke. `make fuzz` runs it.

    fuzz.py [--seed N] [--requests N] [--forms N] [--files N]

The requests go to the demonstration, along every kind of address that its pages link to, as every role; the forms and
the files to the small world of the tests, whose table of writers knows how each form is filled in.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEED, OF_A_KIND = 20260401, 4
# How many there are to be in all: 10,000 requests and 1,000 files
REQUESTS, FORMS, FILES = 7_000, 3_000, 1_000
LINK = re.compile(rb'(?:href|action|src)="(/[^"#?]*)')


def set_up(directory: str) -> None:
    """Start Django on a database of its own, as a portal runs: with its own error pages."""
    os.environ.update(DEBUG="1", DATA_DIR=directory, LOG_LEVEL="CRITICAL", DEMO_PASSWORD="fuzz-only-password-1")
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kanazawa_strategy.settings"
    sys.path.insert(0, str(ROOT))
    tempfile.tempdir = directory
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)  # answers tell their context, which the table of writers fills forms from
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)


def demonstration(seed: int, count: int) -> Iterator[str]:
    """Send requests to the demonstration."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from hypothesis import strategies as st

    from tests.hostile_requests import requests
    from tests.hostile_trials import try_request
    from tests.makers import make_superuser

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        call_command("load_demo", stdout=nowhere)
    people: list[User | None] = [None, make_superuser(), *User.objects.filter(is_active=True).order_by("pk")]
    known = crawled(people[1])
    print(f"  {len(known)} addresses of the demonstration, as {len(people)} people", flush=True)

    def attempt(drawn: Any) -> str:
        user, sent = drawn
        browser = Client()
        if user:
            browser.force_login(user)
        wrong = try_request(browser, sent, is_powerless=user is None)
        return f"{user or 'anonymous'} {sent}: {wrong}" if wrong else ""

    yield from trials(st.tuples(st.sampled_from(people), requests(known)), attempt, seed, count)


def crawled(user: Any) -> list[str]:
    """Follow the links of the portal, a few of each kind of address."""
    from django.test import Client
    from django.urls import Resolver404, resolve

    client, seen, kinds, waiting = Client(), set[str](), Counter[str](), deque(["/", "/admin/", "/opendata/"])
    client.force_login(user)
    while waiting:
        path = waiting.popleft()
        try:
            kind = resolve(path).route
        except Resolver404:
            continue
        if path in seen or kinds[kind] >= OF_A_KIND:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = client.get(path)
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            waiting.extend(found.decode() for found in LINK.findall(answer.content))
    return sorted(seen)


def trials(strategy: Any, attempt: Callable[[Any], str], seed: int, count: int) -> Iterator[str]:
    """Let hypothesis draw so many examples from a seed; collect what went wrong instead of stopping at it."""
    import hypothesis

    found: list[str] = []
    done = itertools.count(1)
    checks = list(hypothesis.HealthCheck)

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, deadline=None, database=None, suppress_health_check=checks)
    @hypothesis.given(strategy)
    def run(drawn: Any) -> None:
        if wrong := attempt(drawn):
            found.append(wrong)
            print(f"  WRONG {wrong[:2000]}", flush=True)
        tell(next(done))

    run()
    yield from found


def tell(done: int) -> None:
    """Say now and then how far this has come."""
    if done and done % 500 == 0:
        print(f"  {done:,} done", flush=True)


def small_world(seed: int, forms: int, damaged: int) -> Iterator[str]:
    """Send forms and files to the small world of the tests."""
    from goals.accounts import roles
    from tests.hostile_trials import DOORS, EVERYBODY, sound_files, try_file, try_form, try_reading
    from tests.portal.roles.addresses import publish_a_year
    from tests.portal.roles.round_world import make_world
    from tests.portal.roles.write_lines import LINES

    roles.sync()
    world = make_world()
    publish_a_year(world)
    chance = random.Random(seed)
    for number in range(forms):
        tell(number)
        who = chance.choice(EVERYBODY)
        if wrong := try_form(world, chance.choice(LINES), who, chance.randrange(10**9)):
            print(f"  WRONG {who}: {wrong[:2000]}", flush=True)
            yield wrong
    sound, slowest = sound_files(world), 0.0
    for number in range(damaged):
        tell(number)
        data, part, start = chance.choice(sound), chance.randrange(10**9), time.process_time()
        wrong = try_reading(data, part) or try_file(world, chance.choice(DOORS), data, part)
        slowest = max(slowest, time.process_time() - start)
        if wrong:
            print(f"  WRONG file {number} ({part}): {wrong[:2000]}", flush=True)
            yield wrong
    print(f"  the slowest file took {slowest:.1f} s of CPU", flush=True)


def one_part(part: str, seed: int, counts: list[int]) -> int:
    """Run one part in this process, on a database of its own."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        set_up(directory)
        found = [*(demonstration if part == "demonstration" else small_world)(seed, *counts)]
        from django.db import connection

        connection.close()
        left = [path.name for path in Path(directory).glob("portal-import-*")]
    print(f"{part}: {len(found)} wrong, {time.perf_counter() - start:.0f} s", flush=True)
    print(f"  {len(left)} files wait for a confirmation", flush=True) if left else None
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    for name, number in (("seed", SEED), ("requests", REQUESTS), ("forms", FORMS), ("files", FILES)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        return one_part(given.part[0], given.seed, [int(count) for count in given.part[1:]])
    print(
        f"Seed {given.seed}: {given.requests + given.forms:,} requests, {given.forms:,} of them forms; {given.files:,} files"
    )
    parts = [["demonstration", given.requests], ["small world", given.forms, given.files]]
    # One process for each: a process keeps to one database.
    command = [sys.executable, __file__, "--seed", str(given.seed), "--part"]
    return max(subprocess.run([*command, *map(str, part)], check=False).returncode for part in parts)


if __name__ == "__main__":
    sys.exit(main())
