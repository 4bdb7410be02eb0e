"""Write docs/performance.md from what the measurements left in var/bench/: the figures of the last run, and the goals."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "var" / "bench"
TARGET = ROOT / "docs" / "performance.md"
# What a bare view gave per second on the machine that the milliseconds of the goals are meant for.
DESIGN = 10_600
SHEET = (("開く", "open", 150), ("全部保存する", "save_all", 300))
HEAD = """# 速さの測定

`make bench` で測った結果です（{day}、{cores}コア、Python {python}）。同じ機械で続けて測った数どうしだけを比べてください。
ほかの機械では絶対値は変わりますが、比はほぼ変わりません。
"""


def load(name: str) -> Any:
    """Return what a measurement wrote; None where it did not run."""
    file = BENCH / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def table(heads: list[str], rows: list[list[Any]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def goals(stored: Any, peers: Any, growth: Any, sheet: Any) -> Iterator[list[Any]]:
    """Yield what must hold: goal, measured, whether it holds."""

    def row(goal: str, value: Any, holds: bool) -> list[Any]:
        return [goal, value, "達成" if holds else "**未達**"]

    def timed(goal: str, milliseconds: float, loop: float, limit: float) -> list[Any]:
        pace = pace_of(stored, loop)
        meant = milliseconds * pace
        return row(f"{goal} ≤ {limit}ms", f"{milliseconds:.1f}ms × {pace:.2f} = {meant:.1f}ms", meant <= limit)

    if stored:
        ratios, news, memory, load_ = (stored[name] for name in ("speeds", "publication", "memory", "mixed_load"))
        warm, unchanged = ratios["ratio_to_bare"]["warm"], ratios["ratio_to_bare"]["unchanged"]
        yield row("保存済みのページ ÷ 何もしないDjango ≥ 0.8", warm, warm >= 0.8)
        yield row("304の応答 ÷ 何もしないDjango ≥ 1.2", unchanged, unchanged >= 1.2)
        mixed = sum(count for what, count in news["shown"].items() if "+" in what or what == "neither")
        yield row(f"公表の途中の{news['readers']}人に、新旧の混ざった応答", f"{mixed}件", mixed == 0)
        wrong = news["errors"] + sum(count for status, count in news["statuses"].items() if status != "200")
        yield row("そのときのエラー", f"{wrong}件", wrong == 0)
        late = news["seconds_until_all_new"]
        yield row("公表からすべて新しくなるまで ≤ 1秒", f"{late}秒", late <= 1)
        first, last = (max(memory["mib_per_process"][place]) for place in (1, -1))
        yield row(f"{memory['requests']:,}回の要求での記憶の伸び ≤ 5%", f"{first}→{last}MiB", last <= first * 1.05)
        errors = load_["errors"] + sum(n for status, n in load_["statuses"].items() if status.startswith("5"))
        yield row(f"{load_['seconds']}秒の混ざった負荷での5xx", f"{errors}件", errors == 0)
    if peers:
        for name, found in peers["ratios"].items():
            yield row(f"最初の読み込みの量、{name}の何分の1か ≥ 50", found["kilobytes"], found["kilobytes"] >= 50)
            seen = found["slow_4g"]
            yield row(f"表示まで、{name}の何分の1か（CPU 4分の1、遅い回線）≥ 8", seen, seen >= 8)
    if growth:
        few, many = (_list_of(growth, size) for size in (100, 2_000))
        yield timed("指標100件の一覧を作るCPU", few["cpu_milliseconds"], few["loop_milliseconds"], 25)
        times = _in_loops(many) / _in_loops(few)
        yield row("指標2,000件のときの同じページ ≤ 1.5倍", f"{times:.2f}倍", times <= 1.5)
    if sheet:
        for name, key, limit in SHEET:
            yield timed(f"年度実績入力を{name}", sheet[key]["ms"], sheet[key]["loop_milliseconds"], limit)


def pace_of(stored: Any, loop: float) -> float:
    """Return how fast this machine was, as a share of the one that the milliseconds of the design are meant for.

    The bare view tells it for its own time; the loop, how much faster or slower the machine was at another.
    """
    if not stored:
        return 1.0
    speeds = stored["speeds"]
    return float(speeds["requests_per_second"]["bare"]) / DESIGN * float(speeds["loop_milliseconds"]) / loop


def _in_loops(page: Any) -> float:
    return float(page["cpu_milliseconds"]) / float(page["loop_milliseconds"])


def _list_of(growth: Any, indicators: int) -> Any:
    (size,) = (size for size in growth["sizes"] if size["indicators"] == indicators)
    return next(page for page in size["pages"] if page["path"] == "/indicators/")


def sections() -> Iterator[str]:
    pages, growth, stored, peers, sheet = map(load, ("pages", "growth", "stored", "peers", "sheet"))
    yield HEAD.format(day=date.today().isoformat(), cores=os.cpu_count(), python=platform.python_version())
    if any((stored, peers, growth, sheet)):
        yield "## 目標\n\n" + table(["目標", "測定", "結果"], list(goals(stored, peers, growth, sheet)))
        if stored:
            bare = stored["speeds"]["requests_per_second"]["bare"]
            yield (
                f"時間の目標は、何もしないDjangoが毎秒{DESIGN:,}件を返す機械で決めたものです。今回は毎秒{bare:,}件でした。"
                "測った時間には、その比に、測ったときの機械の速さ（同じ計算にかかった時間）の違いを掛けて比べています。\n"
            )
    if stored:
        speeds = stored["speeds"]["requests_per_second"]
        names = {
            "bare": "何もしないDjango（同じバイト列）",
            "warm": "保存済みのページ",
            "unchanged": "304",
            "nginx": "書き出したサイト（nginx）",
        }
        rows = [[names[name], f"{value:,}"] for name, value in speeds.items()]
        yield "## 1秒あたりの応答\n\n" + table(["何を", "件/秒"], rows)
    if peers:
        rows = [
            [name, *(found[key] for key in ("kilobytes", "localhost", "slow_4g"))]
            for name, found in peers["measured"].items()
        ]
        lines = {name: found["localhost"] for name, found in peers["ratios"].items()}
        yield (
            "## トップページと、同じ内容のStreamlit・Dash\n\n"
            + table(["", "KB", "表示まで（ms）", "遅い回線（ms）"], rows)
            + "\nCPUを4分の1の速さにし、キャッシュのない状態で測っています。遅い回線は毎秒1.6メガビット、往復150ミリ秒です。"
            + f"回線を絞らないとき、表示まではstreamlitの{lines['streamlit']}分の1、dashの{lines['dash']}分の1です。\n"
        )
    if pages:
        rows = [
            [f"`{row['path']}`", row["queries"], row["cpu_milliseconds"], round(row["gzip_bytes"] / 1024, 1)]
            for row in pages["pages"]
        ]
        yield "## ページを一から作るとき\n\n" + table(["ページ", "問い合わせ", "CPU（ms）", "KB（gzip）"], rows)
    if growth:
        sizes = growth["sizes"]
        pages_of = zip(*(size["pages"] for size in sizes), strict=True)
        rows = [
            [f"`{found[0]['path']}`", *(page["cpu_milliseconds"] for page in found), found[-1]["queries"]]
            for found in pages_of
        ]
        heads = ["ページ", *(f"{size['indicators']:,}件" for size in sizes), "問い合わせ"]
        yield f"## 指標が増えたとき（{growth['years']}年度分、CPUのms）\n\n" + table(heads, rows)


if __name__ == "__main__":
    TARGET.write_text("\n".join(sections()), encoding="utf-8")
    print(f"Wrote {TARGET.relative_to(ROOT)}.")
