"""The files of the open data as bytes: a dataset, all of them, or one indicator's years."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from goals.models import Strategy
from goals.notation.spreadsheets import UTF8
from kanazawa_strategy.opendata import datasets, package, querysets, rows, writers
from kanazawa_strategy.opendata.columns import Dataset, Row
from kanazawa_strategy.opendata.datasets import DATASETS, INDICATORS, VALUES
from kanazawa_strategy.opendata.edition import TITLE, Release

# The judgement that an indicator's own file adds to its values.
_JUDGEMENT = (
    datasets.EXPECTED,
    datasets.PROGRESS,
    datasets.PACE,
    datasets.MARGIN,
    datasets.RATING,
    datasets.RATING_LABEL,
)
INDICATOR_FILE_COLUMNS = (*VALUES.columns, *_JUDGEMENT)


def dataset_csv(dataset: Dataset, release: Release, encoding: str = UTF8) -> bytes:
    return writers.csv_bytes(dataset.columns, _rows(dataset, release), encoding)


def dataset_json(dataset: Dataset, release: Release) -> bytes:
    return writers.json_bytes(dataset.columns, _rows(dataset, release), _head(dataset.name, dataset.title, release))


def _rows(dataset: Dataset, release: Release) -> Iterator[Row]:
    return release.marked_rows(dataset.rows(), dataset.mark_column)


def _head(name: str, title: str, release: Release) -> dict[str, Any]:
    return {
        "dataset": name,
        "title": title,
        "updated": release.updated,
        "license": {"name": release.license_name, "url": release.license_url},
        "notice": release.notice,
    }


def workbook(release: Release) -> bytes:
    """Write every dataset as a sheet of one Excel file."""
    sheets = [
        writers.Sheet(dataset.name, release.marked(dataset.title), dataset.columns, _rows(dataset, release))
        for dataset in DATASETS.values()
    ]
    properties = {
        "title": release.marked(TITLE),
        "author": "金沢市",
        "comments": release.marked(f"ライセンス：{release.license_name} {release.license_url}"),
        # Without it the moment of writing: the same data would give other bytes.
        **({"created": release.changed_at.replace(tzinfo=None)} if release.changed_at else {}),
    }
    return writers.workbook_bytes(sheets, properties, release.marked(f"{TITLE} {release.updated or ''}"))


def data_package(release: Release) -> bytes:
    """Write datapackage.json: 1 query."""
    sources = Strategy.objects.order_by("edition").values_list("name", flat=True)
    described = package.descriptor(DATASETS.values(), release, sources)
    return (json.dumps(described, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def indicator_file_rows(code: str) -> list[Row]:
    """Return the published years of one indicator, each value with its frozen judgement: 2 queries."""
    judged = {
        row["fiscal_year"]: row for row in rows.assessment_rows(querysets.assessments().filter(indicator__code=code))
    }
    found: list[Row] = []
    for value in rows.value_rows(querysets.values().filter(indicator__code=code)):
        judgement = judged.get(value["fiscal_year"], {})
        found.append({**value, **{column.name: judgement.get(column.name) for column in _JUDGEMENT}})
    return found


def indicator_csv(code: str, release: Release, encoding: str = UTF8) -> bytes:
    """Write the years of one indicator; only the header where none is published."""
    years = release.marked_rows(indicator_file_rows(code), VALUES.mark_column)
    return writers.csv_bytes(INDICATOR_FILE_COLUMNS, years, encoding)


def indicator_json(code: str, release: Release) -> bytes:
    """Write the years of one indicator, and its own row of `indicators` (null for an unknown code)."""
    own = release.marked_rows(rows.indicator_rows(querysets.indicators().filter(code=code)), INDICATORS.mark_column)
    described = next((writers.record(INDICATORS.columns, row) for row in own), None)
    years = release.marked_rows(indicator_file_rows(code), VALUES.mark_column)
    title = described["name"] if described else ""
    return writers.json_bytes(
        INDICATOR_FILE_COLUMNS, years, {**_head(code, str(title), release), "indicator": described}
    )
