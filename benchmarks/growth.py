"""Measure what pages cost as the plan grows: queries, CPU and bytes with 100 to 10,000 indicators of 10 years.

Each size has a throw-away SQLite file; the figures go to standard output and to var/bench/growth.json.
Other sizes are named on the command line: `benchmarks/growth.py 100 2000`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pace import taken

if TYPE_CHECKING:
    from goals.models import Goal, Revision
    from kpis.models import Assessment, Indicator, Round, Target, YearlyValue

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "var" / "bench" / "growth.json"
SIZES = [100, 1_000, 2_000, 10_000]  # with 2,000 a page may cost half as much again as with 100
GOALS, YEARS, BATCH = 4, range(2016, 2026), 2_000
RUNS = 31
PAGES = [
    "/robots.txt",  # what any answer costs
    "/indicators/",
    "/indicators/?view=cards",
    "/indicators/?sort=attention",
    "/indicators/?q=指標",
    "/strategies/3/goals/1/",
    "/indicators/3-1-k00001/",
    "/opendata/values.csv",
    "/search/?q=指標",
    "/",
]


def set_up(directory: str) -> None:
    """Start Django on a database of its own."""
    os.environ.update(DEBUG="1", DATA_DIR=directory, LOG_LEVEL="ERROR")
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kanazawa_strategy.settings"
    sys.path.insert(0, str(ROOT))
    from django.conf import settings

    import kanazawa_strategy.wsgi  # noqa: F401 (as the server starts)

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]


def fill(size: int) -> None:
    """Make a plan of so many indicators, all years published, in bulk; the values run in 24 courses."""
    from django.core.management import call_command
    from django.db import transaction

    from goals.models import Goal, GoalColor, Revision, Strategy
    from goals.publication import version
    from kpis.models import Assessment, Indicator, Round, RoundStatus, Target, YearlyValue

    call_command("migrate", verbosity=0)
    strategy = Strategy.objects.create(edition=3, name="第3次", short_name="第3次", is_current=True, first_year=2016)
    revision = Revision.objects.create(strategy=strategy, number=1, name="策定時", status="ADOPTED")
    goals = [
        Goal.objects.create(strategy=strategy, number=number, title="目標", color=GoalColor.values[number - 1])
        for number in range(1, GOALS + 1)
    ]
    rounds = [
        Round.objects.create(
            strategy=strategy, fiscal_year=year, status=RoundStatus.PUBLISHED, published_on=date(year + 1, 9, 1)
        )
        for year in YEARS
    ]
    with transaction.atomic():
        indicators = Indicator.objects.bulk_create(_indicators(size, goals), batch_size=BATCH)
        targets = Target.objects.bulk_create((_target(row, revision) for row in indicators), batch_size=BATCH)
        judged = list(_judged(targets, rounds))
        YearlyValue.objects.bulk_create((value for value, _ in judged), batch_size=BATCH)
        Assessment.objects.bulk_create((row for _, row in judged), batch_size=BATCH)
        version.bump()


def _indicators(size: int, goals: list[Goal]) -> Iterator[Indicator]:
    from kpis.models import Basis, Indicator, Level

    units = [("件", 0), ("%", 1), ("人", 0)]
    for number in range(size):
        goal, (unit, decimals) = goals[number % GOALS], units[number % len(units)]
        place = number // GOALS + 1
        level = Level.NUMERIC_TARGET if place % 10 == 0 else Level.KPI
        yield Indicator(
            code=f"3-{goal.number}-{'N' if level == Level.NUMERIC_TARGET else 'K'}{place:05}",
            goal=goal,
            level=level,
            basis=Basis.SURVEY if unit == "%" else Basis.ACTIVITY,
            name=f"{number}番目の指標の、ほどよい長さの名前",
            unit=unit,
            decimals=decimals,
            order=min(place, 32_767),
        )


def _target(indicator: Indicator, revision: Revision) -> Target:
    from kpis.judging.words import Kind
    from kpis.models import Target

    indicator.goal.strategy = revision.strategy
    place = _course(indicator)
    kind = Kind.KEEP_AT_LEAST if place % 8 == 7 else Kind.REACH
    return Target(
        indicator=indicator,
        revision=revision,
        kind=kind,
        baseline=Decimal(20 + place),
        baseline_year=2015,
        target=Decimal(60 + place),
        target_year=2028,
        tag="新" if place % 5 == 0 else "",
    )


def _course(indicator: Indicator) -> int:
    return int(indicator.code[-5:]) % 24


def _judged(targets: list[Target], rounds: list[Round]) -> Iterator[tuple[YearlyValue, Assessment]]:
    """Yield every value with its judgement, as publication freezes it."""
    from kpis.judging.evaluation import judge
    from kpis.judging.words import State
    from kpis.models import Assessment, Workflow, YearlyValue

    known: dict[Any, Any] = {}
    for target, round_ in product(targets, rounds):
        indicator, spec = target.indicator, target.spec({})
        since, place = round_.fiscal_year - YEARS[0], _course(indicator)
        value: Decimal | None = Decimal(20 + place) + Decimal(since * (place % 7)) / 2
        if (since + place) % 9 == 8:
            value = None
        state = State.FINAL if value is not None else State.NOT_SURVEYED
        common = {"indicator": indicator, "fiscal_year": round_.fiscal_year, "value": value, "state": state}
        entered = YearlyValue(**common, workflow=Workflow.PUBLISHED)
        key = (indicator.unit, place, since)
        if key not in known:
            known[key] = judge(spec, entered.observation)
        row = Assessment(
            **common,
            round=round_,
            target_row=target,
            **{name: getattr(target, name) for name in ("kind", "baseline", "baseline_year", "target", "target_year")},
            **{name: getattr(indicator, name) for name in ("unit", "decimals")},
            survey_tolerance=spec.survey_tolerance,
            near_pace=Decimal("0.8"),
            rule_version="1",
        )
        row.take(known[key])
        yield entered, row


def measure(path: str) -> dict[str, Any]:
    """Fetch a page often: queries of one fetch, its CPU time, its bytes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    count = len(queries)
    if response.status_code != 200:
        raise SystemExit(f"{path} answers {response.status_code}")
    made = taken(lambda: client.get(path), RUNS)
    return {
        "path": path,
        "queries": count,
        "cpu_milliseconds": made.deed,
        "loop_milliseconds": made.loop,
        "bytes": len(response.content),
    }


def grown(size: int) -> dict[str, Any]:
    """Measure every page at one size, in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        set_up(directory)
        fill(size)
        from django.db import connection

        found = {"indicators": size, "pages": [measure(path) for path in PAGES]}
        connection.close()
    return found


def main() -> None:
    """Print a table for each size and write all of them as JSON."""
    import multiprocessing

    found = []
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found.append(pool.apply(grown, (size,)))
        print(f"\n{size} indicators × {len(YEARS)} years")
        print(f"{'page':32}{'queries':>8}{'CPU ms':>10}{'KB':>10}")
        for row in found[-1]["pages"]:
            line = f"{row['path']:32}{row['queries']:8}{row['cpu_milliseconds']:10.2f}{row['bytes'] / 1024:10.1f}"
            print(line, flush=True)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps({"years": len(YEARS), "sizes": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
