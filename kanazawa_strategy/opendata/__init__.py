"""Open data (domain.md §7): the six datasets, and the files that they are handed over in."""

from __future__ import annotations

from goals.notation.spreadsheets import CP932, UTF8, guarded
from kanazawa_strategy.opendata.columns import Cell, Column, Dataset, Row, Type, plain, tidy
from kanazawa_strategy.opendata.datasets import DATASETS
from kanazawa_strategy.opendata.edition import DEMO, TITLE, Release, current
from kanazawa_strategy.opendata.files import (
    INDICATOR_FILE_COLUMNS,
    data_package,
    dataset_csv,
    dataset_json,
    indicator_csv,
    indicator_file_rows,
    indicator_json,
    workbook,
)
from kanazawa_strategy.opendata.rows import indicator_rows
from kanazawa_strategy.opendata.writers import csv_bytes, json_bytes

__all__ = [
    "CP932",
    "DATASETS",
    "DEMO",
    "INDICATOR_FILE_COLUMNS",
    "TITLE",
    "UTF8",
    "Cell",
    "Column",
    "Dataset",
    "Release",
    "Row",
    "Type",
    "csv_bytes",
    "current",
    "data_package",
    "dataset_csv",
    "dataset_json",
    "guarded",
    "indicator_csv",
    "indicator_file_rows",
    "indicator_json",
    "indicator_rows",
    "json_bytes",
    "plain",
    "tidy",
    "workbook",
]
