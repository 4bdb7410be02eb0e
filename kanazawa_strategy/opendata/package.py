"""The data package (Frictionless): what the CSV files hold, for programs that read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kanazawa_strategy.opendata.columns import Column, Dataset, Type
from kanazawa_strategy.opendata.edition import TITLE, Release

DESCRIPTION = (
    "金沢版総合戦略の数値目標・KPI・実績値・評価・取組・委員会の意見です。"
    "CSVはBOM付きUTF-8です。同じ内容のShift_JIS（cp932）版が、名前に -sjis を付けた同じ場所にあります。"
)


def descriptor(datasets: Iterable[Dataset], release: Release, sources: Iterable[str]) -> dict[str, Any]:
    """Return datapackage.json for the UTF-8 CSV files that stand beside it."""
    dates = {"created": release.changed_at.isoformat(), "updated": release.updated} if release.changed_at else {}
    return {
        "profile": "tabular-data-package",
        "name": "kanazawa-strategy",
        "title": release.marked(TITLE),
        "description": release.marked(DESCRIPTION),
        "version": f"1.0.{release.number}",
        **dates,
        "licenses": [{"title": release.license_name, "path": release.license_url}],
        "sources": [{"title": source} for source in sources],
        "resources": [_resource(dataset, release) for dataset in datasets],
    }


def _resource(dataset: Dataset, release: Release) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": dataset.name,
        "title": dataset.title,
        "description": release.marked(dataset.description),
        "path": f"{dataset.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column) for column in dataset.columns],
            "missingValues": [""],
            "primaryKey": list(dataset.key),
            "foreignKeys": [
                {
                    "fields": list(reference.columns),
                    # The standard's word for the same table is the empty string.
                    "reference": {
                        "resource": "" if reference.dataset == dataset.name else reference.dataset,
                        "fields": list(reference.keys),
                    },
                }
                for reference in dataset.references
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type.value, "title": column.title}
    if column.description:
        field["description"] = column.description
    if column.type == Type.LIST:
        field |= {"delimiter": ";", "itemType": "string"}
    constraints: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.enum:
        constraints["enum"] = list(column.enum)
    return field | ({"constraints": constraints} if constraints else {})
