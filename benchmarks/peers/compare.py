"""Compare the first load of the home page with the same overview in Streamlit and in Dash: bytes, and when it shows.

The peers run in a virtual environment of their own (PEERS_PYTHON, made by `make bench`); Chromium runs with a cold
cache, four times slower than this machine, with and without a slow line. JSON goes to var/bench/peers.json.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from serving import free_port, portal, set_up, started  # noqa: E402

OUTPUT = ROOT / "var" / "bench" / "peers.json"
RUNS = 5
SLOWER = 4
SETTLED = 3000  # milliseconds in which a new window starts parts of the browser itself, beside any page
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
FREE_LINE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SEEN = "seen "
# In the page, frame by frame: asking from outside takes the slowed browser longer than a small page does.
WATCH = """
    const look = () => {
        if (document.body?.innerText.includes(window.awaited)) {
            const drawn = () => console.info(`seen ${performance.now()}`);
            requestAnimationFrame(() => setTimeout(drawn));
        } else {
            requestAnimationFrame(look);
        }
    };
    if (window === window.top) look();
"""
FIGURES = """
import json
from django.utils import timezone
from kanazawa_strategy.pages.filters import IndicatorFilter
from kpis.models import Indicator
from kpis.display.listing import rows_of
rows = rows_of(IndicatorFilter({}, queryset=Indicator.objects.all()).qs.in_order())
goals = {}
for row in rows:
    goals.setdefault(row.indicator.goal, []).append(row)
share = lambda row: min(max(float(row.latest.assessment.progress or 0), 0), 1) if row.latest else 0
print(json.dumps({
    "title": "第3次金沢版総合戦略の進み具合",
    "lead": f"{len(rows)}件の指標の、最新の実績値と評価です。",
    "goals": [
        {
            "name": goal.title, "indicator": found[0].indicator.name, "share": share(found[0]),
            "value": found[0].latest.value_text if found[0].latest else "未公表", "counts": f"{len(found)}件",
        }
        for goal, found in goals.items()
    ],
    "indicators": [
        {
            "指標": row.indicator.name, "評価": row.rating_label, "基準値": row.baseline_text,
            "最新の実績値": row.latest.value_text if row.latest else "未公表", "目標値": row.target_text,
        }
        for row in rows
    ],
}, ensure_ascii=False))
"""


def figures(env: dict[str, str], target: Path) -> None:
    """Write what the peers show: the published figures of the demonstration."""
    import subprocess

    command = [sys.executable, "manage.py", "shell", "-v0", "-c", FIGURES]
    output = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    json.loads(output)
    target.write_text(output, encoding="utf-8")


def visible(browser: Browser, url: str, text: str, line: dict[str, Any]) -> tuple[float, int]:
    """Return the milliseconds until a text shows, by the page's own clock, and the bytes that came by then or soon after."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    page = context.new_page()
    session = context.new_cdp_session(page)
    received = [0]
    session.on("Network.dataReceived", lambda event: received.__setitem__(0, received[0] + event["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.wait_for_timeout(SETTLED)
    context.add_init_script(f"window.awaited = {json.dumps(text)};{WATCH}")
    with page.expect_console_message(lambda said: said.text.startswith(SEEN), timeout=120_000) as seen:
        page.goto(url, wait_until="commit", timeout=120_000)
    page.wait_for_timeout(1500)
    context.close()
    return float(seen.value.text.removeprefix(SEEN)), received[0]


def measure(browser: Browser, url: str, text: str) -> dict[str, Any]:
    visible(browser, url, text, FREE_LINE)  # the first visit to a server is not what readers meet
    found: dict[str, float] = {}
    for name, line in (("localhost", FREE_LINE), ("slow_4g", SLOW_LINE)):
        runs = [visible(browser, url, text, line) for _ in range(RUNS)]
        found[name] = round(statistics.median(run[0] for run in runs))
        found["kilobytes"] = round(statistics.median(run[1] for run in runs) / 1024, 1)
    return found


def main() -> None:
    python = Path(os.environ["PEERS_PYTHON"])
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        env = set_up(Path(directory))
        data = Path(directory) / "figures.json"
        figures(env, data)
        text = json.loads(data.read_text(encoding="utf-8"))["goals"][0]["indicator"]
        peer = {**env, "PEER_DATA": str(data), "PYTHONPATH": str(ROOT / "benchmarks" / "peers")}
        addresses = {"portal": stack.enter_context(portal(env))}
        for name, command in (
            (
                "streamlit",
                [
                    "-m",
                    "streamlit",
                    "run",
                    "benchmarks/peers/streamlit_app.py",
                    "--server.headless=true",
                    "--server.fileWatcherType=none",
                    "--browser.gatherUsageStats=false",
                    "--server.port={port}",
                ],
            ),
            (
                "dash",
                [
                    "-m",
                    "gunicorn",
                    "-k",
                    "gthread",
                    "-w",
                    "1",
                    "--threads",
                    "4",
                    "-b",
                    "127.0.0.1:{port}",
                    "dash_app:server",
                ],
            ),
        ):
            port = free_port()
            stack.enter_context(started([str(python), *(part.format(port=port) for part in command)], port, peer))
            addresses[name] = f"http://127.0.0.1:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
            results = {name: measure(browser, address + "/", text) for name, address in addresses.items()}
            browser.close()
    mine = results["portal"]
    ratios = {
        name: {key: round(found[key] / mine[key], 1) for key in found}
        for name, found in results.items()
        if name != "portal"
    }
    print(json.dumps({"measured": results, "ratios": ratios}, indent=2))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps({"measured": results, "ratios": ratios}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
