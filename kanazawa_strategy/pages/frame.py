"""What every page's frame needs: the navigation, the date of the public data, the demo's mark, the charts' script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from goals.publication import version as public_version
from kanazawa_strategy.sharing import linked_data

NAVIGATION = (
    ("strategy-list", "総合戦略"),
    ("indicator-list", "指標"),
    ("measure-list", "取組"),
    ("committee", "推進委員会"),
    ("method", "評価のしかた"),
    ("opendata", "オープンデータ"),
    ("search", "さがす"),
)
AT_THE_FOOT = (
    ("home", "トップ"),
    ("strategy-list", "総合戦略の一覧"),
    ("method", "評価のしかた"),
    ("glossary", "ことばの説明"),
    ("opendata", "オープンデータ"),
    ("changes", "公表と改訂の記録"),
    ("policy", "サイトポリシー"),
    ("accessibility", "アクセシビリティ"),
)


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a page; the last has no address."""

    label: str
    url: str = ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return `site` for the public templates (1 query, when a template first asks); nothing for the admin."""
    return {
        "site": SimpleLazyObject(lambda: _site(request)),
        "has_plotly": SimpleLazyObject(has_plotly),
        "canonical": SimpleLazyObject(lambda: request.build_absolute_uri(request.path)),
    }


def has_plotly() -> bool:
    """Tell whether Plotly's script was installed at set-up and collected; without it the charts stay pictures."""
    names = [f"plotly/{name}" for name in ("plotly-basic.min.js", "plotly.css")]
    try:
        return all(static(name) and finders.find(name) for name in names)
    except ValueError:  # installed after `collectstatic`: there is no hashed name to link to yet
        return False


def _site(request: HttpRequest) -> dict[str, Any]:
    path = request.path
    version = public_version.current()
    return {
        "changed_at": version.changed_at if version.number > 1 else None,
        "is_demo": version.is_demo,
        "is_export": getattr(request, "is_export", False),  # static_export: no server answers forms
        "picture": request.build_absolute_uri(static("img/share.png")),
        "dataset": linked_data.portal(request.build_absolute_uri),
        "navigation": [_item(reverse(name), label, path) for name, label in NAVIGATION],
        "at_the_foot": [(reverse(name), label) for name, label in AT_THE_FOOT],
    }


def _item(url: str, label: str, path: str) -> dict[str, Any]:
    return {
        "url": url,
        "label": label,
        "is_current": path.startswith(url),
        "current": "page" if path == url else "true",
    }
