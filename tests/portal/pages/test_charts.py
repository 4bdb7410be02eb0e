"""The charts of the goal's and the edition's page: the same numbers in the picture, its table and the lists."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from kanazawa_strategy.pages import frame
from kpis.judging.words import Kind, State
from kpis.models import Indicator
from tests.makers import make_goal, make_indicator, make_target
from tests.portal.world import make_survey, publish_year

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GOAL, EDITION = "/strategies/3/goals/1/", "/strategies/3/"


@pytest.fixture
def survey() -> Indicator:
    return make_survey()


def make_kept() -> Indicator:
    indicator = make_indicator(code="3-1-K02", name="保育の満足度", unit="%", decimals=1)
    make_target(indicator=indicator, baseline=Decimal(95), target=Decimal(95), kind=Kind.KEEP_AT_LEAST)
    return indicator


def read(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def figure_of(page: str, key: str) -> str:
    found = re.search(rf'<figure class="chart[^"]*" id="{key}".*?</figure>', page, re.DOTALL)
    assert found, f"no figure {key}"
    return found[0]


def data_of(client: Client, path: str, key: str) -> dict[str, Any]:
    """Return the figure for Plotly, or fail where the page carries none."""
    page = client.get(path).content.decode()
    found = re.search(rf'<script id="{key}-figure" type="application/json">(.*?)</script>', page)
    assert found, f"no data of {key}"
    data: dict[str, Any] = json.loads(found[1])
    return data


def let_plotly_be(monkeypatch: pytest.MonkeyPatch, *, installed: bool) -> None:
    monkeypatch.setattr("django.contrib.staticfiles.finders.find", lambda path: path if installed else None)


def test_the_same_progress_stands_in_picture_table_and_list(
    client: Client, survey: Indicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_plotly_be(monkeypatch, installed=True)
    publish_year(2025, **{"3_1_N1": Decimal("51.5")})
    page = read(client, GOAL)
    figure = figure_of(page, "progress")
    picture, table = figure.split("<table>")
    assert picture.count(">34.8%</text>") == 2  # wide and narrow
    assert "<td>34.8%</td>" in table
    assert "<td>40.0%</td>" in table
    assert '<span class="track-number">34.8%</span>' in page
    assert data_of(client, GOAL, "progress")["data"][0]["x"] == [34.7826]
    assert data_of(client, GOAL, "progress")["data"][1]["x"] == [40.0]
    assert survey.name in figure
    assert "令和7年度" in figure


def test_what_has_no_progress_is_told_under_the_chart(client: Client, survey: Indicator) -> None:
    make_kept()
    publish_year(2025, **{"3_1_N1": Decimal("51.5"), "3_1_K02": Decimal(96)})
    figure = figure_of(read(client, GOAL), "progress")
    assert "水準を維持する目標のため、進捗率のない指標：保育の満足度（維持）" in figure
    assert ">保育の満足度</text>" not in figure


def test_only_the_newest_published_year_is_shown(client: Client, survey: Indicator) -> None:
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_indicator(code="3-1-K03", name="件数")
    make_target(indicator=Indicator.objects.get(code="3-1-K03"))
    values: dict[str, Decimal | State] = {"3_1_N1": State.NOT_SURVEYED, "3_1_K03": Decimal(15)}
    publish_year(2025, **values)
    figure = figure_of(read(client, GOAL), "progress")
    assert "20.0%" not in figure  # of the year before
    assert f"{survey.name}（調査なし）" in figure


@pytest.mark.parametrize("path", [GOAL, EDITION])
def test_no_chart_stands_there_before_anything_is_published(client: Client, survey: Indicator, path: str) -> None:
    page = read(client, path)
    assert "<figure" not in page
    assert "charts.js" not in page


def test_no_chart_of_progress_where_none_can_be_computed(client: Client) -> None:
    make_kept()
    publish_year(2025, **{"3_1_K02": Decimal(96)})
    assert "<figure" not in read(client, GOAL)


def test_the_counts_by_goal_add_up_to_the_bar_of_the_edition(
    client: Client, survey: Indicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_plotly_be(monkeypatch, installed=True)
    make_goal(number=2, strategy=survey.goal.strategy, title="人々が集うまちをつくる")
    make_kept()
    publish_year(2025, **{"3_1_N1": Decimal("51.5"), "3_1_K02": Decimal(96)})
    page = read(client, EDITION)
    figure = figure_of(page, "ratings")
    assert [trace["x"] for trace in data_of(client, EDITION, "ratings")["data"]] == [[1], [1], [0], [0]]
    assert re.findall(r"<td>(\d+)</td>", figure) == ["1", "1", "0", "0", "2"]
    assert "基本目標2には、掲載している指標がありません。" in figure
    for words in ("達成・順調 <strong>1</strong>", "あとわずか <strong>1</strong>", "注意が必要 <strong>0</strong>"):
        assert page.count(words) == 2  # in the bar of the whole, and in the legend by goal


@pytest.mark.parametrize(("path", "key"), [(GOAL, "progress"), (EDITION, "ratings")])
def test_without_plotly_the_picture_and_the_table_stay(
    client: Client, survey: Indicator, monkeypatch: pytest.MonkeyPatch, path: str, key: str
) -> None:
    let_plotly_be(monkeypatch, installed=False)
    publish_year(2025, **{"3_1_N1": Decimal("51.5")})
    page = read(client, path)
    figure = figure_of(page, key)
    assert "data-chart" not in figure
    assert "<button" not in figure
    assert "charts.js" not in page
    assert "表で見る" in figure


@pytest.mark.parametrize("is_collected", [True, False])
def test_plotly_that_is_not_collected_yet_leaves_the_pictures(
    settings: Any, tmp_path: Path, is_collected: bool
) -> None:
    source = tmp_path / "vendor" / "plotly"
    source.mkdir(parents=True)
    for name in ("plotly-basic.min.js", "plotly.css"):
        (source / name).write_text("/* */", encoding="utf-8")
    settings.STATICFILES_DIRS = [source.parent] if is_collected else []
    settings.STATIC_ROOT = tmp_path / "collected"
    hashed = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": hashed}}
    call_command("collectstatic", "--noinput", verbosity=0)
    settings.STATICFILES_DIRS = [source.parent]
    assert frame.has_plotly() is is_collected


@pytest.mark.parametrize(("path", "key"), [(GOAL, "progress"), (EDITION, "ratings")])
def test_the_file_beside_the_chart_is_there(client: Client, survey: Indicator, path: str, key: str) -> None:
    publish_year(2025, **{"3_1_N1": Decimal("51.5")})
    found = re.search(r'href="(/indicators\.csv[^"]*)"', figure_of(read(client, path), key))
    assert found
    response = client.get(found[1])
    assert response.status_code == 200
    content = b"".join(response) if response.streaming else response.content
    assert survey.name in content.decode("utf-8-sig")
