"""What a page may weigh and has to score, and how a Lighthouse report tells it; nothing here starts anything."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Report = Mapping[str, Any]

# The least score of each of Lighthouse's categories, and its name in the table
SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
SHIFT = 0.0
# What crosses the wire before the reader touches anything; Plotly comes later, and counts where it does not
KILOBYTES = {"/": 25}
KILOBYTES_ELSEWHERE = 50
COUNTED = {"Document", "Stylesheet", "Script"}


@dataclass(frozen=True)
class Measurement:
    """What Lighthouse found on a page; times in milliseconds, `kilobytes` of HTML, CSS and scripts as transferred.

    `plain`: how many of them compression would have saved
    """

    path: str
    form: str
    scores: dict[str, int]
    largest_paint: float
    shift: float
    blocked: float
    kilobytes: float
    plain: float
    failed: tuple[str, ...] = ()
    runs: int = 1


def read(path: str, form: str, report: Report) -> Measurement:
    """Take out of a report what the budgets are about; raise ValueError where Lighthouse could not tell."""
    if trouble := report.get("runtimeError"):
        raise ValueError(f"{path}: {trouble['message']}")
    for name in SCORES:
        if report["categories"][name]["score"] is None:
            raise ValueError(f"{path}: {name} has no score")
    audits = report["audits"]
    # Absent where there is nothing to compress
    plain = audits.get("uses-text-compression", {}).get("details", {}).get("items", [])
    requests = audits["network-requests"]["details"]["items"]
    return Measurement(
        path=path,
        form=form,
        scores={name: int(report["categories"][name]["score"] * 100 + 0.5) for name in SCORES},
        largest_paint=audits["largest-contentful-paint"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
        blocked=audits["total-blocking-time"]["numericValue"],
        kilobytes=sum(each["transferSize"] for each in requests if each.get("resourceType") in COUNTED) / 1024,
        plain=sum(each["wastedBytes"] for each in plain) / 1024,
        failed=tuple(_failed(report)),
    )


def _failed(report: Report) -> list[str]:
    """List the audits that cost a point, but those of speed, which depend on the machine."""
    weighed = [
        each["id"]
        for name in SCORES
        if name != "performance"
        for each in report["categories"][name]["auditRefs"]
        if each["weight"]
    ]
    # No score: it does not apply to the page.
    return [name for name in weighed if (report["audits"][name]["score"] or 0) < 1 and _applies(report, name)]


def _applies(report: Report, name: str) -> bool:
    return report["audits"][name].get("scoreDisplayMode") not in {"notApplicable", "manual", "informative"}


def allowed_kilobytes(path: str) -> int:
    return KILOBYTES.get(path, KILOBYTES_ELSEWHERE)


def misses(found: Measurement) -> list[str]:
    """Say every budget that a page misses."""
    said = [
        f"{name} {found.scores[name]} instead of {least}"
        for name, least in SCORES.items()
        if found.scores[name] < least
    ]
    if found.shift > SHIFT:
        said.append(f"layout shift {found.shift:.3f}")
    if found.kilobytes > allowed_kilobytes(found.path):
        compressed = f" ({found.kilobytes - found.plain:.1f} if all were compressed)" if found.plain else ""
        said.append(f"{found.kilobytes:.1f} KB instead of {allowed_kilobytes(found.path)}{compressed}")
    return said


def is_slow(found: Measurement) -> bool:
    return found.scores["performance"] < SCORES["performance"]


def median(runs: Sequence[Measurement]) -> Measurement:
    """Take the median of what depends on the machine, and the worst of what does not."""
    first = runs[0]
    scores = {name: min(run.scores[name] for run in runs) for name in SCORES}
    scores["performance"] = int(statistics.median(run.scores["performance"] for run in runs))
    return Measurement(
        path=first.path,
        form=first.form,
        scores=scores,
        largest_paint=statistics.median(run.largest_paint for run in runs),
        shift=max(run.shift for run in runs),
        blocked=statistics.median(run.blocked for run in runs),
        kilobytes=max(run.kilobytes for run in runs),
        plain=max(run.plain for run in runs),
        failed=tuple(sorted({name for run in runs for name in run.failed})),
        runs=len(runs),
    )


def table(found: Sequence[Measurement]) -> str:
    """Set measurements out in columns, a star at every line that misses its budget."""
    lines = [
        f"{'page':26}{'as':9}{'perf':>5}{'a11y':>5}{'best':>5}{'SEO':>5}{'LCP s':>7}{'CLS':>7}{'TBT ms':>8}{'KB':>7}"
    ]
    for each in found:
        scores = "".join(f"{each.scores[name]:5}" for name in SCORES)
        times = f"{each.largest_paint / 1000:7.2f}{each.shift:7.3f}{each.blocked:8.0f}{each.kilobytes:7.1f}"
        mark = " *" if misses(each) else ""
        again = f" median of {each.runs}" if each.runs > 1 else ""
        lines.append(f"{each.path:26}{each.form:9}{scores}{times}{mark}{again}")
    return "\n".join(lines)
