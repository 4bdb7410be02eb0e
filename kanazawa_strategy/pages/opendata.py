"""The open data: its files, and the page that explains them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goals.publication.version import public
from kanazawa_strategy import opendata
from kanazawa_strategy.opendata.codes import TABLES
from kanazawa_strategy.pages.frame import Crumb

CSV_TYPES = {opendata.UTF8: "text/csv; charset=utf-8", opendata.CP932: "text/csv; charset=Shift_JIS"}
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_response(content: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """Hand over a file under its name; `inline` lets a browser show it."""
    response = HttpResponse(content, content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"  # open data: scripts of other sites may read it too
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


def _dataset(name: str) -> opendata.Dataset:
    try:
        return opendata.DATASETS[name]
    except KeyError:
        raise Http404("この名前のデータはありません。") from None


@public()
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the files with their columns, codes and licence."""
    ctx = {
        "datasets": [(dataset, dataset.count()) for dataset in opendata.DATASETS.values()],
        "tables": TABLES,
        "release": opendata.current(),
        "crumbs": [Crumb("オープンデータ")],
    }
    return render(request, "portal/opendata.html", ctx)


@public()
@require_safe
def dataset_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Hand over a dataset as CSV in UTF-8."""
    dataset, release = _dataset(name), opendata.current()
    content = opendata.dataset_csv(dataset, release)
    return file_response(content, CSV_TYPES[opendata.UTF8], release.file_name(name, ending="csv"))


@public()
@require_safe
def dataset_sjis(request: HttpRequest, name: str) -> HttpResponse:
    """Hand over a dataset as CSV in cp932, for old spreadsheets."""
    dataset, release = _dataset(name), opendata.current()
    content = opendata.dataset_csv(dataset, release, opendata.CP932)
    return file_response(content, CSV_TYPES[opendata.CP932], release.file_name(name, "sjis", ending="csv"))


@public()
@require_safe
def dataset_json(request: HttpRequest, name: str) -> HttpResponse:
    """Hand over a dataset as JSON."""
    dataset, release = _dataset(name), opendata.current()
    content = opendata.dataset_json(dataset, release)
    return file_response(content, "application/json", release.file_name(name, ending="json"), inline=True)


@public()
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """Hand over all datasets as one Excel file."""
    release = opendata.current()
    return file_response(opendata.workbook(release), EXCEL_TYPE, release.file_name(ending="xlsx"))


@public()
@require_safe
def data_package(request: HttpRequest) -> HttpResponse:
    """Hand over the description of the CSV files for programs."""
    release = opendata.current()
    name = release.file_name("datapackage", ending="json")
    return file_response(opendata.data_package(release), "application/json", name, inline=True)
