"""What search engines and programs read of a page: schema.org's words for a data set and its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from kpis.models import Indicator

_CITY = {"@type": "GovernmentOrganization", "name": "金沢市"}


def portal(absolute: Callable[[str], str]) -> dict[str, Any]:
    """Describe all data of the portal; `absolute` completes an address."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": "金沢版総合戦略の指標・実績値・評価・取組",
        "description": "金沢版総合戦略の基本目標、数値目標、KPI、年度ごとの実績値と評価、取組、推進委員会の意見です。",
        "url": absolute(reverse("opendata")),
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "license": settings.OPENDATA_LICENSE_URL,
        "creator": _CITY,
        "distribution": [
            _file(absolute(reverse("opendata-package")), "application/json"),
            _file(
                absolute(reverse("opendata-workbook")),
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
        ],
    }


def of_indicator(
    indicator: Indicator, sentence: str, years: list[int], absolute: Callable[[str], str]
) -> dict[str, Any]:
    """Describe the years of one indicator; `years` are the published ones, in any order."""
    code = indicator.code.lower()
    found: dict[str, Any] = {
        **portal(absolute),
        "name": f"{indicator.name}（{indicator.goal.strategy.name}）",
        "description": sentence,
        "url": absolute(indicator.get_absolute_url()),
        "identifier": indicator.code,
        "includedInDataCatalog": {"@type": "DataCatalog", "url": absolute(reverse("opendata"))},
        "variableMeasured": {"@type": "PropertyValue", "name": indicator.name, "unitText": indicator.unit},
        "distribution": [
            _file(absolute(reverse("indicator-csv", args=[code])), "text/csv"),
            _file(absolute(reverse("indicator-json", args=[code])), "application/json"),
        ],
    }
    if years:
        # A 年度 runs from April to March
        found["temporalCoverage"] = f"{min(years)}-04-01/{max(years) + 1}-03-31"
    return found


def _file(url: str, kind: str) -> dict[str, str]:
    return {"@type": "DataDownload", "contentUrl": url, "encodingFormat": kind}
