"""Audit the public pages as they are served in production, on the demonstration and on the real strategy: main.py.

    --only axe|lighthouse     half of it; without axe the results that the portal shows stay as they are
    --runs N                  measure every page N times, and take medians

Leaves with 1 when axe finds a violation, or a page misses a budget (budgets.py).
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import budgets
import portal
import rules

from tests.browser.places import KINDS, YEAR_KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "docs" / "accessibility.json"
OUTPUT = ROOT / "var" / "audit"
LIGHTHOUSE = ROOT / ".ci" / "audit" / "node_modules" / "lighthouse" / "cli" / "index.js"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What fills the database, and how the data are called where the results are shown
DATA = {"demo": ("load_demo", "デモデータ"), "real": ("load_strategy", "実データ")}
MEASURED = [
    "/",
    "/strategies/3/goals/1/",
    "/indicators/",
    "/indicators/3-1-n1/",
    "/measures/",
    "/committee/",
    "/opendata/",
]
# Where years are published, these too
MEASURED_YEARS = ["/committee/2025/", "/committee/2025/goals/1/"]
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
# A page that seems slow is measured so often in all: another program may have had the processor.
PATIENT_RUNS = 3
# On a busy machine Lighthouse sometimes misses the browser's first events, and says so.
ATTEMPTS = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["axe", "lighthouse"])
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    chromium = os.environ["CHROMIUM"]
    OUTPUT.mkdir(parents=True, exist_ok=True)
    found = rules.Findings()
    measured: dict[str, list[budgets.Measurement]] = {}
    with tempfile.TemporaryDirectory(dir=OUTPUT) as directory:
        for name, (load, _) in DATA.items():
            print(f"Starting the portal ({name}).", flush=True)
            with portal.served(load, Path(directory, name)) as address:
                if arguments.only != "lighthouse":
                    rules.look(address, KINDS + (YEAR_KINDS if name == "demo" else []), FLAGS, chromium, found)
                    print(f"{found.tool}: {len(found.violations)} violations in {found.looks} looks", flush=True)
                if arguments.only != "axe":
                    paths = MEASURED + (MEASURED_YEARS if name == "demo" else [])
                    measured[name] = measure(address, paths, chromium, arguments.runs)
    missed = report(found, measured)
    if arguments.only != "lighthouse":
        write(found)
    return 1 if missed or found.violations else 0


def measure(address: str, paths: list[str], chromium: str, runs: int) -> list[budgets.Measurement]:
    """Run Lighthouse on the pages that have budgets; again where one seems slow."""
    results = []
    for path in paths:
        for form in FORMS:
            done = [lighthouse(address, path, form, chromium) for _ in range(runs)]
            if budgets.is_slow(budgets.median(done)):
                done += [lighthouse(address, path, form, chromium) for _ in range(PATIENT_RUNS - runs)]
            results.append(budgets.median(done))
            print(budgets.table(results[-1:]).splitlines()[-1], flush=True)
    return results


def lighthouse(address: str, path: str, form: str, chromium: str) -> budgets.Measurement:
    command = ["node", str(LIGHTHOUSE), address + path, *FORMS[form], "--quiet", "--no-enable-error-reporting"]
    command += ["--output=json", f"--only-categories={','.join(budgets.SCORES)}", f"--chrome-flags={' '.join(FLAGS)}"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
        if not done.returncode:
            break
    else:
        raise SystemExit(f"Lighthouse failed on {path}:\n{done.stderr}")
    try:
        return budgets.read(path, form, json.loads(done.stdout))
    except ValueError as trouble:
        raise SystemExit(f"Lighthouse could not measure {trouble}") from trouble


def report(found: rules.Findings, measured: dict[str, list[budgets.Measurement]]) -> bool:
    """Print everything, and keep it as JSON; tell whether a budget was missed."""
    if found.looks:
        print(
            f"\n{found.tool}, {found.browser}: {len(found.violations)} violations in {found.looks} looks",
            *found.violations,
            sep="\n",
        )
    missed = False
    for name, results in measured.items():
        print(f"\n{name}: Lighthouse; * misses a budget\n{budgets.table(results)}")
        for each in results:
            if said := budgets.misses(each):
                missed = True
                print(f"{each.path} ({each.form}): {', '.join([*said, *each.failed])}")
    kept = {name: [asdict(each) for each in results] for name, results in measured.items()}
    text = json.dumps({"axe": asdict(found), "lighthouse": kept}, ensure_ascii=False, indent=2)
    (OUTPUT / "audit.json").write_text(text + "\n", encoding="utf-8")
    return missed


def write(found: rules.Findings) -> None:
    """Write the results for the page about accessibility (kanazawa_strategy/pages/accessibility_results.py)."""
    results = {
        "tested_on": datetime.datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat(),
        "tool": found.tool,
        "browser": found.browser,
        "paths": [*KINDS, *YEAR_KINDS],
        "conditions": [
            *(f"幅{width}px" for width in rules.WIDTHS),
            *rules.SCHEMES.values(),
            *(words for _, words in DATA.values()),
        ],
        "violations": len(found.violations),
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
