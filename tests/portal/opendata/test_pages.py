"""The addresses of the open data and the page that explains them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from goals.publication.version import PublicVersion
from kanazawa_strategy import opendata
from kanazawa_strategy.opendata.codes import TABLES
from kpis.models import Workflow
from kpis.round import publishing
from tests.makers import make_indicator, make_measure, make_opinion, make_round, make_target, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {
    "/opendata/values.csv": ("text/csv; charset=utf-8", 'attachment; filename="kanazawa-strategy-values.csv"'),
    "/opendata/values-sjis.csv": (
        "text/csv; charset=Shift_JIS",
        'attachment; filename="kanazawa-strategy-values-sjis.csv"',
    ),
    "/opendata/values.json": ("application/json", 'inline; filename="kanazawa-strategy-values.json"'),
    "/opendata/strategy.xlsx": (EXCEL, 'attachment; filename="kanazawa-strategy.xlsx"'),
    "/opendata/datapackage.json": ("application/json", 'inline; filename="kanazawa-strategy-datapackage.json"'),
}


def publish_a_value() -> None:
    indicator = make_indicator(name="髙田𠮷")
    make_target(indicator=indicator)
    make_value(indicator=indicator, value=Decimal(12), workflow=Workflow.CONFIRMED)
    publishing.publish(make_round(), published_on=datetime.date(2025, 9, 1), decision_number="1", user=None)


@pytest.mark.parametrize("address", FILES)
def test_each_file_has_its_type_and_a_name_that_every_system_can_save(client: Client, address: str) -> None:
    publish_a_value()
    response = client.get(address)
    assert (response.status_code, response["Content-Type"], response["Content-Disposition"]) == (200, *FILES[address])
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("ending", [".csv", "-sjis.csv", ".json"])
@pytest.mark.parametrize("name", list(opendata.DATASETS))
def test_each_dataset_is_handed_over_in_each_form(client: Client, name: str, ending: str) -> None:
    assert client.get(f"/opendata/{name}{ending}").status_code == 200


def test_the_sjis_file_says_geta_for_what_it_lacks(client: Client) -> None:
    publish_a_value()
    assert "髙田〓" in client.get("/opendata/values-sjis.csv").content.decode("cp932")
    assert "髙田𠮷" in client.get("/opendata/values.csv").content.decode("utf-8-sig")


@pytest.mark.parametrize(
    "address", ["secrets.csv", "values-sjis.json", "values.xlsx", "values-sjis-sjis.csv", "x-sjis.csv"]
)
def test_an_unknown_name_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/opendata/{address}").status_code == 404


@pytest.mark.parametrize("address", ["/opendata/", *FILES])
def test_files_are_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_the_names_of_the_demos_files_begin_with_demo(client: Client) -> None:
    publish_a_value()
    PublicVersion.objects.update(is_demo=True)
    for address in FILES:
        assert 'filename="demo-kanazawa-strategy' in client.get(address)["Content-Disposition"]


def test_the_index_links_every_file_and_says_how_many_rows_it_holds(client: Client) -> None:
    publish_a_value()
    make_measure()
    make_measure()
    page = client.get("/opendata/").content.decode()
    for name in opendata.DATASETS:
        for ending in (".csv", "-sjis.csv", ".json"):
            assert f'href="/opendata/{name}{ending}"' in page
    assert 'href="/opendata/strategy.xlsx"' in page
    assert 'href="/opendata/datapackage.json"' in page
    assert "2行です。" in page


def test_the_index_explains_every_column_and_every_code(client: Client) -> None:
    page = client.get("/opendata/").content.decode()
    for dataset in opendata.DATASETS.values():
        assert all(f">{column.name}</th><td>{column.title}" in page for column in dataset.columns)
    for table in TABLES:
        assert all(f">{entry.code}</th><td>{entry.label}" in page for entry in table.entries)


def test_the_index_gives_the_licence_of_the_settings_and_the_credit_line(client: Client, settings: Any) -> None:
    settings.OPENDATA_LICENSE_NAME, settings.OPENDATA_LICENSE_URL = "PDL1.0", "https://example.jp/pdl"
    page = client.get("/opendata/").content.decode()
    assert '<a href="https://example.jp/pdl">PDL1.0</a>' in page
    assert "PDL1.0（https://example.jp/pdl）（○年○月○日に利用）" in page
    assert "〓" in page


def test_the_index_dates_the_data_and_marks_the_demo(client: Client) -> None:
    assert "公開内容が最後に変わった日" not in client.get("/opendata/").content.decode()
    publish_a_value()
    PublicVersion.objects.update(changed_at=datetime.datetime(2025, 9, 30, 20, 0, tzinfo=datetime.UTC), is_demo=True)
    page = client.get("/opendata/").content.decode()
    assert '更新日：<time datetime="2025-10-01">2025年10月1日</time>' in page
    assert "ファイルの名前は demo- で始まり" in page


@pytest.mark.parametrize("address", ["/opendata/", "/opendata/strategy.xlsx"])
def test_no_address_takes_more_than_twelve_queries(
    client: Client, django_assert_max_num_queries: Any, address: str
) -> None:
    publish_a_value()
    for _ in range(5):
        measure = make_measure()
        make_opinion(measure=measure, measures=[measure])
    with django_assert_max_num_queries(12):
        client.get(address)
