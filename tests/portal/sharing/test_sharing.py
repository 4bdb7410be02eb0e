"""What others take from a page: the frame for their own site, the quotation, and what machines read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from kanazawa_strategy.sharing import share
from kanazawa_strategy.sharing.share_pictures import words_of
from kanazawa_strategy.templatetags.portal import linked_data
from kpis.display import prefetched
from kpis.display.summary import Summary
from kpis.models import Indicator, Round, Workflow
from tests.kpis.round.test_admin import press
from tests.makers import make_indicator, make_measure, make_round, make_value
from tests.portal.world import make_survey, publish_year

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def data_of(client: Client, path: str) -> dict[str, Any]:
    page = client.get(path).content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    read: dict[str, Any] = json.loads(found)
    return read


def test_a_chart_with_its_sentence_may_stand_in_a_frame_elsewhere_and_nothing_else_may(client: Client) -> None:
    indicator = make_survey()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    frame = client.get("/embed/indicators/3-1-n1/")
    assert "X-Frame-Options" not in frame
    assert "frame-ancestors *" in frame["Content-Security-Policy"]
    for text in (indicator.name, "49.8%", "<svg", "順調", 'target="_top"'):
        assert text in frame.content.decode()
    page = client.get(indicator.get_absolute_url())
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_the_page_gives_the_code_of_the_frame_and_the_quotation(client: Client) -> None:
    page = client.get(make_indicator(name="アプリ").get_absolute_url()).content.decode()
    assert '&lt;iframe src="http://testserver/embed/indicators/3-1-k01/" title="アプリ"' in page
    assert "金沢市「アプリ」金沢版総合戦略ポータル、http://testserver/indicators/3-1-k01/（" in page


def test_an_unknown_frame_is_not_found(client: Client) -> None:
    assert client.get("/embed/indicators/9-9-k99/").status_code == 404


def test_an_indicator_is_described_as_a_data_set_with_its_files(client: Client) -> None:
    indicator = make_survey()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    found = data_of(client, indicator.get_absolute_url())
    assert found["@type"] == "Dataset"
    assert found["identifier"] == "3-1-N1"
    assert found["temporalCoverage"] == "2024-04-01/2025-03-31"
    assert found["variableMeasured"]["unitText"] == "%"
    for file in found["distribution"]:
        assert client.get(file["contentUrl"].removeprefix("http://testserver")).status_code == 200
    assert "temporalCoverage" not in data_of(client, make_indicator().get_absolute_url())


@pytest.mark.parametrize("path", ["/", "/strategies/", "/indicators/", "/measures/", "/committee/", "/opendata/"])
def test_every_page_names_itself_and_the_data(client: Client, path: str) -> None:
    make_measure()
    page = client.get(path, {"q": "x"}).content.decode()
    assert f'<link rel="canonical" href="http://testserver{path}">' in page
    assert f'<meta property="og:url" content="http://testserver{path}">' in page
    assert '<meta property="og:image" content="http://testserver/static/img/share.png">' in page
    assert data_of(client, path)["name"] == "金沢版総合戦略の指標・実績値・評価・取組"


def test_the_picture_for_sharing_is_there() -> None:
    picture = Path(settings.BASE_DIR, "static", "img", "share.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == (1200, 630)


def test_data_for_machines_can_t_end_its_element() -> None:
    assert "</script><b>" not in linked_data({"name": "</script><b>&"})
    text = linked_data({"name": "</script>&"})
    assert json.loads(text[text.index("{") : text.rindex("}") + 1]) == {"name": "</script>&"}


# The picture of an indicator


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Path:
    """Give a place of its own to the pictures, and a font; skip where the machine has no Japanese one."""
    settings.DATA_DIR = tmp_path
    share.font_file.cache_clear()
    if share.font_file() is None:
        pytest.skip("There is no Japanese font here (SHARE_FONT).")
    return tmp_path / "share"


def test_an_indicator_has_a_picture_that_is_drawn_once_and_anew_when_its_words_change(
    client: Client, kept: Path
) -> None:
    indicator = make_survey()
    page = client.get(indicator.get_absolute_url()).content.decode()
    assert 'content="http://testserver/indicators/3-1-n1.png"' in page
    first = client.get("/indicators/3-1-n1.png")
    assert (first["Content-Type"], size_of(first.content)) == ("image/png", (1200, 630))
    (file,) = kept.iterdir()
    stamp = file.stat().st_mtime_ns
    assert client.get("/indicators/3-1-n1.png").content == first.content
    assert file.stat().st_mtime_ns == stamp
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    assert client.get("/indicators/3-1-n1.png").content != first.content
    assert len(list(kept.iterdir())) == 1


def test_publication_draws_the_pictures_so_that_no_reader_waits(
    planner_client: Client,
    kept: Path,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    value = make_value(indicator=make_survey(), value=Decimal("49.8"), workflow=Workflow.CONFIRMED)
    with django_capture_on_commit_callbacks(execute=True):
        press(planner_client, make_round(fiscal_year=value.fiscal_year))
    (file,) = kept.iterdir()
    assert planner_client.get("/indicators/3-1-n1.png").content == file.read_bytes()
    assert [path.name for path in kept.iterdir()] == [file.name]


def test_a_publication_stands_where_its_pictures_can_t_be_kept(
    planner_client: Client,
    kept: Path,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    kept.write_text("a file where the directory should be")
    value = make_value(indicator=make_survey(), value=Decimal("49.8"), workflow=Workflow.CONFIRMED)
    with django_capture_on_commit_callbacks(execute=True):
        assert press(planner_client, make_round(fiscal_year=value.fiscal_year)).status_code == 200
    assert Round.objects.published().count() == 1


def test_the_picture_says_the_newest_value_else_the_baseline(client: Client) -> None:
    make_survey()
    words = words_of(Summary(prefetched.for_page(Indicator.objects.all()).get(code="3-1-N1")))
    assert (words.figure, words.comparison) == ("47.5%", "基準値（令和5年度）　目標 59%（令和10年度）")
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    words = words_of(Summary(prefetched.for_page(Indicator.objects.all()).get(code="3-1-N1")))
    assert (words.figure, words.comparison) == ("49.8%　順調", "令和6年度　目標 59%（令和10年度）")


def test_long_names_are_broken_and_end_in_an_ellipsis(kept: Path) -> None:
    lines = share.wrapped(
        "職場や家庭において、性別等に関わらず誰もが共に活躍できる環境が整っていると感じる市民の割合" * 3, 54, 3
    )
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert share.wrapped("短い", 54, 3) == ["短い"]


def test_without_a_font_the_portal_s_own_picture_is_given(client: Client, settings: Settings) -> None:
    settings.SHARE_FONT = "/nowhere/font.ttc"
    share.font_file.cache_clear()
    make_survey()
    answer = client.get("/indicators/3-1-n1.png")
    share.font_file.cache_clear()
    assert (answer.status_code, answer["Location"]) == (302, "/static/img/share.png")


def test_an_unknown_picture_is_not_found(client: Client) -> None:
    assert client.get("/indicators/9-9-k99.png").status_code == 404
