"""The budgets of `make audit`, its reading of Lighthouse's reports, and the page that shows what axe found."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from kanazawa_strategy.pages import accessibility_results

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def budgets() -> ModuleType:
    """Load the module from where `make audit` has it, which is no package."""
    spec = importlib.util.spec_from_file_location("audit_budgets", ROOT / ".ci" / "audit" / "budgets.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_report(
    performance: float = 1, shift: float = 0, document: int = 10_240, contrast: float = 1
) -> dict[str, Any]:
    """Write a report as Lighthouse does, with as much of it as the audit reads."""
    requests = [
        {"resourceType": "Document", "transferSize": document},
        {"resourceType": "Stylesheet", "transferSize": 5_120},
        {"resourceType": "Script", "transferSize": 1_024},
        {"resourceType": "Other", "transferSize": 900_000},  # the page's icon
    ]
    weighed = [
        {"id": "color-contrast", "weight": 7},
        {"id": "video-caption", "weight": 10},
        {"id": "hint", "weight": 0},
    ]
    return {
        "categories": {
            "performance": {"score": performance, "auditRefs": [{"id": "largest-contentful-paint", "weight": 25}]},
            "accessibility": {"score": 0.96 if contrast < 1 else 1, "auditRefs": weighed},
            "best-practices": {"score": 1, "auditRefs": []},
            "seo": {"score": 1, "auditRefs": []},
        },
        "audits": {
            "largest-contentful-paint": {"numericValue": 1_234.5, "score": 0.9},
            "cumulative-layout-shift": {"numericValue": shift, "score": 1},
            "total-blocking-time": {"numericValue": 40, "score": 1},
            "uses-text-compression": {"score": 0, "details": {"items": [{"wastedBytes": document // 2}]}},
            "network-requests": {"details": {"items": requests}},
            "color-contrast": {"score": contrast, "scoreDisplayMode": "binary"},
            "video-caption": {"score": None, "scoreDisplayMode": "notApplicable"},
            "hint": {"score": 0, "scoreDisplayMode": "binary"},
        },
    }


def test_a_report_is_read_into_what_the_budgets_are_about(budgets: ModuleType) -> None:
    found = budgets.read("/", "mobile", make_report())
    assert found.scores == {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100}
    assert (found.largest_paint, found.shift, found.blocked, found.kilobytes) == (1_234.5, 0, 40, 16)
    assert found.failed == ()
    assert budgets.misses(found) == []


@pytest.mark.parametrize(
    ("path", "report", "said"),
    [
        ("/", {"performance": 0.98}, []),
        ("/", {"performance": 0.97}, ["performance 97 instead of 98"]),
        ("/", {"shift": 0.002}, ["layout shift 0.002"]),
        ("/", {"document": 20_480}, ["26.0 KB instead of 25 (16.0 if all were compressed)"]),
        ("/measures/", {"document": 20_480}, []),
        ("/measures/", {"document": 51_200}, ["56.0 KB instead of 50 (31.0 if all were compressed)"]),
        ("/", {"contrast": 0}, ["accessibility 96 instead of 100"]),
    ],
)
def test_what_misses_its_budget_is_said(
    budgets: ModuleType, path: str, report: dict[str, float], said: list[str]
) -> None:
    found = budgets.read(path, "mobile", make_report(**report))  # type: ignore[arg-type]
    assert budgets.misses(found) == said
    assert (" *" in budgets.table([found])) == bool(said)


def test_only_audits_that_count_are_named_as_failed(budgets: ModuleType) -> None:
    assert budgets.read("/", "mobile", make_report(contrast=0)).failed == ("color-contrast",)


def test_a_page_that_lighthouse_could_not_load_is_no_result(budgets: ModuleType) -> None:
    report = make_report() | {"runtimeError": {"code": "NO_FCP", "message": "The page did not paint."}}
    with pytest.raises(ValueError, match="did not paint"):
        budgets.read("/", "mobile", report)


def test_a_category_without_a_score_is_no_result(budgets: ModuleType) -> None:
    report = make_report()
    report["categories"]["performance"]["score"] = None
    with pytest.raises(ValueError, match="performance has no score"):
        budgets.read("/", "mobile", report)


def test_of_several_runs_speed_is_the_median_and_faults_stay(budgets: ModuleType) -> None:
    reports = [make_report(0.8), make_report(1, contrast=0), make_report(0.99, shift=0.1)]
    found = budgets.median([budgets.read("/", "mobile", report) for report in reports])
    assert found.scores == {"performance": 99, "accessibility": 96, "best-practices": 100, "seo": 100}
    assert (found.shift, found.failed, found.runs) == (0.1, ("color-contrast",), 3)


@pytest.mark.django_db
def test_the_page_shows_the_results_that_are_kept(client: Client) -> None:
    accessibility_results.results.cache_clear()
    kept = accessibility_results.results()
    text = client.get("/about/accessibility/").content.decode()
    if kept is None:
        assert "試験の結果は、まだありません。" in text
    else:
        assert f"{kept.tool}（{kept.browser}）" in text
        assert "、".join(kept.conditions) in text
        assert f"{kept.pages}ページ" in text
        assert f"{kept.violations}件" in text


def test_results_as_the_audit_writes_them_are_read(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    written: dict[str, Any] = {
        "tested_on": "2026-05-01",
        "tool": "axe-core 4.12.1",
        "browser": "Chromium 156",
        "paths": ["/"],
    }
    written |= {"conditions": ["幅1280px", "実データ"], "violations": 0}
    (tmp_path / "docs" / "accessibility.json").write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    settings.BASE_DIR = tmp_path
    accessibility_results.results.cache_clear()
    try:
        found = accessibility_results.results()
        assert found is not None
        assert (found.tested_on.month, found.conditions) == (5, ["幅1280px", "実データ"])
    finally:
        accessibility_results.results.cache_clear()
